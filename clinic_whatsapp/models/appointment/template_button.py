from odoo import fields, models

from .appointment_answer import CANCEL, CONFIRM, RESCHEDULE


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    action = fields.Selection(
        selection_add=[
            (CONFIRM, "Confirms the appointment"),
            (RESCHEDULE, "Asks for another time"),
            (CANCEL, "Cancels the appointment"),
        ],
        ondelete={CONFIRM: "set default", RESCHEDULE: "set default", CANCEL: "set default"},
    )
