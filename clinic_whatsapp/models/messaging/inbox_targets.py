"""Messages that are about another one: quotes, pressed buttons, reactions, edits and revokes.

Meta names the other one by its id, and it may arrive later, or be one of ours whose answer from Meta is not committed
yet. The id is kept until the message with it is there; then the two are bound to each other.
"""

from odoo import fields, models
from odoo.tools import SQL


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    target_wamid = fields.Char(
        "About (WhatsApp ID)", readonly=True, help="The message that this one is about, while we do not have it."
    )

    is_revoked = fields.Boolean("Deleted by its sender", readonly=True)

    _target_idx = models.Index("(target_wamid) WHERE target_wamid IS NOT NULL")

    def _attach_waiting(self):
        """Bind to these messages what arrived earlier about them. Raw SQL: one statement, mostly without a row."""
        wamids = tuple(wamid for wamid in self.mapped("wamid") if wamid)
        if not wamids:
            return
        self.flush_model(["wamid", "conversation_id", "reply_to_id", "target_wamid"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE clinic_whatsapp_message waiting
                   SET reply_to_id = target.id, target_wamid = NULL
                  FROM clinic_whatsapp_message target
                 WHERE waiting.target_wamid IN %s
                   AND target.wamid = waiting.target_wamid
                   AND target.account_id = waiting.account_id
                   AND target.conversation_id = waiting.conversation_id
             RETURNING waiting.id""",
                wamids,
            )
        )
        if rows:
            attached = self.browse(row[0] for row in rows)
            attached.invalidate_recordset(["reply_to_id", "target_wamid"])
            attached._revoke_targets()
            attached.conversation_id._notify()

    def _revoke_targets(self):
        """Mark what these messages delete. Nobody deletes what the other side said."""
        revokes = self.filtered(lambda message: message.message_type == "revoke")
        revokes.reply_to_id.filtered(lambda target: target.direction == revokes[:1].direction).is_revoked = True


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _prepare_target_vals(self, wamid):
        """Return the values of a message about another one of the same conversation.

        :param str | None wamid: of the other one
        """
        if not wamid:
            return {}
        target = self.env["clinic.whatsapp.message"].search(
            [("account_id", "=", self.account_id.id), ("wamid", "=", wamid), ("conversation_id", "=", self.id)], limit=1
        )
        return {"reply_to_id": target.id} if target else {"target_wamid": wamid}
