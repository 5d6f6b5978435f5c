from odoo import models

from .followup_states import RUNNING


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_patient_pane(self):
        """Extended: ``followups`` are the courses under way that the reader may see, as on the patient's form."""
        pane = super().get_patient_pane()
        return {**pane, "followups": self._get_pane_followups(pane["patient"]) if pane["patient"] else []}

    def _get_pane_followups(self, patient):
        running = [("partner_id", "=", patient["id"]), ("state", "=", RUNNING)]
        return self.env["clinic.followup"].search(running).mapped("timeline")
