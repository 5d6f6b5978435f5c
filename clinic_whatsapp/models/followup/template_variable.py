from odoo import models

from ..template.template_variable import FIELD

PATIENT = "res.partner"


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    def _get_value(self, record, partner, account):
        """Extended: a text about a patient reads his fields, whatever record causes the message."""
        if self.source == FIELD and self.model == PATIENT and record and record._name != PATIENT:
            record = partner.with_context(lang=record.env.context.get("lang"), tz=record.env.context.get("tz"))
        return super()._get_value(record, partner, account)
