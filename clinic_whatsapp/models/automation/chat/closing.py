"""What follows when a conversation has been closed: asking how it was, for example.

It hangs on the moment of the closing. A conversation that is opened again, by a colleague or by the patient, takes back
what has not left; when it is closed again that is another closing. Nobody is asked while the clinic still talks with
him elsewhere: a conversation that was handed over goes on in the other branch.
"""

from odoo import fields, models

from ...messaging.conversation import CLOSED, OPEN
from ..trigger import ON_CLOSED


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    closed_at = fields.Datetime(readonly=True, help="Since when it is closed.")

    def write(self, vals):
        before = {conversation: conversation.state for conversation in self} if "state" in vals else {}
        result = super().write(vals)
        changed = self.filtered(lambda c: c in before and (before[c] == CLOSED) != (c.state == CLOSED))
        changed._keep_closing()
        return result

    def _keep_closing(self):
        """Keep since when these conversations are closed, and plan or take back what follows from it."""
        now = fields.Datetime.now()
        for is_closed, conversations in self.grouped(lambda c: c.state == CLOSED).items():
            # sudo: clinic.whatsapp.conversation - what follows from a decision of staff is written by the connector
            conversations.sudo().closed_at = is_closed and now
        if self and self.env["clinic.whatsapp.automation"]._find_chat([ON_CLOSED]):
            self.env["clinic.whatsapp.scheduled"]._plan(self)

    def _goes_on_elsewhere(self) -> bool:
        """Tell whether the clinic talks with the person of one conversation in another one."""
        elsewhere = [("contact_id", "=", self.contact_id.id), ("state", "=", OPEN), ("id", "!=", self.id)]
        return bool(self.search_count(elsewhere, limit=1))
