from odoo import models

from ..messaging.message import BLOCKED, CANCELLED, FAILED, QUEUED, SENDING
from . import reasons
from .scheduled import DONE
from .scheduled import QUEUED as ROW_QUEUED

OUTCOMES = {BLOCKED: reasons.BLOCKED, FAILED: reasons.FAILED, CANCELLED: reasons.CANCELLED}


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _on_settled(self):
        """Tell the scheduled rows of these messages how it ended."""
        result = super()._on_settled()
        self.filtered(lambda message: message.state == BLOCKED)._give_back_family(is_alone=True)
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        rows = (
            self.env["clinic.whatsapp.scheduled"]
            .sudo()
            .search([("message_id", "in", self.ids), ("state", "=", ROW_QUEUED)])
        )
        for state, settled in rows.grouped(lambda row: row.message_id.state).items():
            if reason := OUTCOMES.get(state):
                settled._skip(reason)
            elif state not in (QUEUED, SENDING):
                settled.state = DONE
        return result

    def _on_replaced(self, message):
        """Let the scheduled row of a denied message follow the one that leaves in its place."""
        result = super()._on_replaced(message)
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        rows = self.env["clinic.whatsapp.scheduled"].sudo().search([("message_id", "=", self.id)])
        rows.write({"message_id": message.id, "state": ROW_QUEUED, "skip_reason": False})
        return result

    def _withdraw(self) -> bool:
        """Cancel messages that still wait in the queue. Tell whether nothing of them has left or may be leaving."""
        waiting = self.filtered(lambda message: message.state == QUEUED)
        waiting.write({"state": CANCELLED})
        waiting._give_back_family()
        waiting.conversation_id._notify()
        return waiting == self
