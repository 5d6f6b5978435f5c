"""What cannot wait: quiet hours and limits are lifted for one message, with a reason (legal.md LR-34).

Whoever may write in the conversation may say why; every other rule is asked as always. What still waits for an opening
leaves as it is. Of what was denied nothing was kept but its template, its record and the rule (LR-35): a new message is
made of these, and the denied one stays in the history as it was denied.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .message import BLOCKED, QUEUED, REPLY
from .reasons import FREQ_CAP, QUIET_HOURS

LIFTED = (QUIET_HOURS, FREQ_CAP)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    can_send_now = fields.Boolean(compute="_compute_can_send_now")
    held_text = fields.Char("Waits", compute="_compute_held_text")

    @api.depends("state", "held_until", "block_reason", "urgent_reason")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_send_now(self):
        urgent = self.filtered(lambda message: message._is_held() or message._is_denied_for_its_time())
        writable = urgent.conversation_id._filtered_access("write")
        for message in self:
            message.can_send_now = message in urgent and message.conversation_id in writable

    @api.depends("state", "held_until")
    @api.depends_context("lang")
    def _compute_held_text(self):
        for message in self:
            message.held_text = message._is_held() and self.env._(
                "Waits until %(moment)s (time of the branch): nothing leaves in quiet hours or on a public holiday.",
                moment=message.conversation_id._format_moment(message.held_until),
            )

    def action_send_now(self):
        """Ask why this message cannot wait."""
        self.ensure_one()
        self._check_may_send_now()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send now"),
            "res_model": "clinic.whatsapp.urgent.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    def _send_now(self, reason):
        """Let one message leave outside the hours or above a limit.

        :param str reason: why it cannot wait; kept with the message
        :return: the message that leaves now, or that another rule has denied
        :raise AccessError: when the user may not write in this conversation
        :raise UserError: without a reason, and when there is nothing to send any more
        """
        self.ensure_one()
        self._check_may_send_now()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it cannot wait."))
        # sudo: clinic.whatsapp.message - written by the connector only; who may send it was checked above
        message = self.sudo()._lock_to_send_now()
        sent = message._make_again(reason) if message.state == BLOCKED else message._send_held(reason)
        if sent.state != BLOCKED:
            decision = sent._describe_decision()
            sent._note_decision(
                self.env._("%(user)s sent the message of %(moment)s without waiting, and said why.", **decision)
            )
        return sent.with_env(self.env)

    def _is_held(self) -> bool:
        """Tell whether a message waits for an opening."""
        return self.state == QUEUED and bool(self.held_until) and self.held_until > fields.Datetime.now()

    def _is_denied_for_its_time(self) -> bool:
        """Tell whether a message was denied for the hour or the number only, and can be made again."""
        is_denied = self.state == BLOCKED and self.block_reason in LIFTED
        return is_denied and bool(self.template_id) and not self.urgent_reason

    def _check_may_send_now(self):
        self.check_access("read")
        self.conversation_id.check_access("write")

    def _lock_to_send_now(self):
        """
        :raise UserError: when somebody is writing to this message, or it neither waits nor can be made again
        """
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("Somebody is writing to this message right now. Look again in a moment."))
        self.invalidate_recordset(["state", "held_until", "block_reason", "urgent_reason"])
        if not (self._is_held() or self._is_denied_for_its_time()):
            raise UserError(self.env._("This message does not wait any more. Look again at the conversation."))
        return self

    def _send_held(self, reason):
        self.write({"urgent_reason": reason, "next_attempt_at": False, "held_until": False})
        if allowed := self._judge_and_block():
            allowed.account_id._schedule_dispatch()
        self.conversation_id._notify()
        return self

    def _make_again(self, reason):
        """Queue a new message that says what this one would have said; its values are read anew."""
        record = self.env[self.res_model].browse(self.res_id).exists() if self.res_model else None
        if record is not None and not record:
            raise UserError(self.env._("What this message was about does not exist any more. Write a new one."))
        sent = self.template_id._queue_messages(
            self.purpose_id,
            [(self.partner_id, record, self.account_id)],
            kind=REPLY,
            expires_at=[self.expires_at],
            occasions=[self.occasion],
            urgent_reason=reason,
        )
        if sent.state != BLOCKED:
            self.urgent_reason = reason
            self._on_replaced(sent)
        return sent

    def _on_replaced(self, message):
        """Hook: this denied message was made again, and the new one leaves."""
