"""Where a conversation stands: open, waiting for the patient, closed, or put aside until a moment.

What is put aside comes back at its moment, or with the patient's next message, whichever is first. What is closed is
not put aside any more; a message of the patient opens it again. What a colleague decides is noted with his name; what
follows from the patient's message is not: that stands there anyway.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..messaging.conversation import CLOSED, OPEN, PENDING

LONGEST = timedelta(days=366)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    snoozed_until = fields.Datetime(
        "Put aside until", readonly=True, help="Until then, or until the patient writes, it is out of the way."
    )

    _snoozed_idx = models.Index("(snoozed_until) WHERE snoozed_until IS NOT NULL")

    def write(self, vals):
        if vals.get("state") == CLOSED:
            self._wake()
        is_decided = "state" in vals and not self.env.su
        before = {conversation: conversation.state for conversation in self} if is_decided else {}
        result = super().write(vals)
        self.filtered(lambda c: c in before and c.state != before[c])._note_state()
        return result

    def _note_state(self):
        """Note who closed, reopened or put these conversations on hold, as for who takes care of them."""
        texts = {
            OPEN: self.env._("Reopened."),
            PENDING: self.env._("Waits for the patient."),
            CLOSED: self.env._("Closed."),
        }
        if self:
            self._message_log_batch({conversation.id: texts[conversation.state] for conversation in self})

    def action_set_pending(self):
        """Wait for the patient."""
        self.state = PENDING
        return True

    def action_mark_unread(self):
        """Let it stand out again, for all colleagues."""
        self.check_access("write")
        self.filtered(lambda conversation: not conversation.unread_count).write({"unread_count": 1})
        return True

    def action_snooze(self, until):
        """Put these conversations aside.

        :param str | datetime until: naive UTC, in the future, at most a year ahead
        :raise UserError: when it is anything else, or a conversation is closed
        """
        self.check_access("write")
        moment = self._get_wake_time(until)
        if any(conversation.state == CLOSED for conversation in self):
            raise UserError(self.env._("A closed conversation cannot be put aside. Reopen it first."))
        # sudo: clinic.whatsapp.conversation - kept by this action; the caller may write in the conversation
        self.sudo().snoozed_until = moment
        self._message_log_batch({conversation.id: conversation._describe_snooze() for conversation in self})
        self._notify()
        return True

    def action_wake(self):
        """Bring these conversations back before their time."""
        self.check_access("write")
        woken = self._wake()
        if woken:
            woken._message_log_batch(dict.fromkeys(woken.ids, self.env._("No longer put aside.")))
        woken._notify()
        return True

    def _describe_snooze(self):
        return self.env._("Put aside until %(moment)s.", moment=self._format_moment(self.snoozed_until))

    @api.model
    def _get_wake_time(self, until):
        try:
            moment = fields.Datetime.to_datetime(until)
        except (TypeError, ValueError):
            moment = None
        now = fields.Datetime.now()
        if not moment or not now < moment <= now + LONGEST:
            raise UserError(self.env._("Choose a moment in the future, at most a year ahead."))
        return moment

    def _wake(self):
        """Return those of some conversations that were put aside; they are not any more."""
        asleep = self.filtered("snoozed_until")
        # sudo: clinic.whatsapp.conversation - callers have checked that the user may write
        asleep.sudo().snoozed_until = False
        return asleep

    def _register_inbound(self, inbound):
        result = super()._register_inbound(inbound)
        if inbound.type != "reaction":
            self._wake()
        return result

    @api.model
    def _wake_due(self):
        """Wake what is due, and tell the branches."""
        due = self.search([("snoozed_until", "<=", fields.Datetime.now())])
        due._wake()._notify()
        return due
