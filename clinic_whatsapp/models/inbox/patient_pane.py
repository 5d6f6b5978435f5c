"""What stands on the right of the inbox: who writes, what he agreed to, and when he comes."""

from odoo import models


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_patient_pane(self):
        """Return what the reader may know of the patient of one conversation.

        :return: ``{"patient", "badges", "obstacle", "next_appointments", "past_appointments", "family", "tags",
            "other_conversations", "similar"}``
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "patient": False,
            "badges": [],
            "obstacle": False,
            "next_appointments": [],
            "past_appointments": [],
            "family": [],
            "tags": [],
            "other_conversations": [],
            "similar": [],
        }
