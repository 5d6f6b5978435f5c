from odoo import api, models

from .planner import MODEL


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_whatsapp_occasion(self, record):
        """What is sent about an appointment by hand counts with what automations send about it."""
        if record is not None and record._name == MODEL:
            return record._get_occasion()
        return super()._get_whatsapp_occasion(record)
