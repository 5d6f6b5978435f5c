from odoo import models
from odoo.fields import Domain

from ..messaging.message import BLOCKED, CANCELLED, FAILED, QUEUED, SENDING
from . import reasons
from .scheduled import DONE
from .scheduled import QUEUED as ROW_QUEUED

# A message that WhatsApp has taken may still fail, and one that failed may still arrive.
LEFT = Domain("state", "in", (ROW_QUEUED, DONE)) | Domain("skip_reason", "=", reasons.FAILED)
OUTCOMES = {BLOCKED: reasons.BLOCKED, FAILED: reasons.FAILED, CANCELLED: reasons.CANCELLED}


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _on_settled(self):
        """Tell the scheduled rows of these messages how it ended."""
        result = super()._on_settled()
        self.filtered(lambda message: message.state == BLOCKED)._give_back_family(is_alone=True)
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        ours = self.env["clinic.whatsapp.scheduled"].sudo().search(Domain("message_id", "in", self.ids) & LEFT)
        for state, rows in ours.grouped(lambda row: row.message_id.state).items():
            if reason := OUTCOMES.get(state):
                rows.filtered(lambda row, reason=reason: row.skip_reason != reason)._skip(reason)
            elif state not in (QUEUED, SENDING):
                rows.write({"state": DONE, "skip_reason": False})
        return result

    def _on_requeued(self):
        """Withdraw what has become wrong while WhatsApp was being told: then it could not be withdrawn."""
        result = super()._on_requeued()
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        scheduled = self.env["clinic.whatsapp.scheduled"].sudo()
        rows = scheduled.search([("message_id", "in", self.ids), ("state", "=", ROW_QUEUED)])
        for model, ours in rows.grouped("res_model").items():
            if model in self.env:
                scheduled._plan(ours._get_records().exists())
        rows._stop_waiting()
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
