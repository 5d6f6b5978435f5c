from odoo import models


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _on_taken(self):
        """Let nobody wait for an answer that the clinic has given by itself."""
        result = super()._on_taken()
        if self.awaits_answer:
            self.awaits_answer = False
            self.conversation_id._refresh_waiting()
        return result
