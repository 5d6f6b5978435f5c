"""What one receptionist does with a conversation, the others see at once."""

from odoo import models

SHOWN = frozenset({"state", "assigned_user_id", "tag_ids", "unread_count"})


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def write(self, vals):
        """Tell the branch what a user changed; the connector tells its own news, once for all of them."""
        result = super().write(vals)
        if not self.env.su and SHOWN & vals.keys():
            self._notify()
        return result
