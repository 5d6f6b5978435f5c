"""A course that began with a confidential visit is as confidential as the visit (LR-22)."""

from odoo import api, models

from ..messaging import reasons


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    @api.model
    def _deny_minor(self, messages):
        """Extended: nothing that follows from a confidential visit goes to the guardian, who holds the telephone."""
        denied = super()._deny_minor(messages)
        hidden = self._find_confidential_courses(messages.filtered(lambda message: message not in denied))
        return {**denied, **self._denied(hidden, reasons.MINOR_RULE)}

    @api.model
    def _find_confidential_courses(self, messages):
        """Return those of these messages that belong to a course of a confidential visit of a ward."""
        about = messages.filtered(
            lambda message: message.res_model == "clinic.followup" and message.partner_id.needs_guardian
        )
        # sudo: clinic.followup - the law asks for the whole truth, not for what the sender may see
        courses = self.env["clinic.followup"].sudo().browse(set(about.mapped("res_id"))).exists()
        confidential = set(courses.filtered("appointment_id.is_confidential").ids)
        return about.filtered(lambda message: message.res_id in confidential)
