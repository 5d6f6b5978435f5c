"""The last look at what was set off in a conversation, right before it is queued.

Between the patient's message and ours a colleague may have answered, the branch may have opened, the patient may have
said something that matters more. What only fits at once does not leave late.
"""

from odoo import api, fields, models

from ...messaging.message import EMERGENCY
from ..reasons import BROKEN, NOT_PREPARED, STAFF_ACTIVE, SUPERSEDED, TOO_LATE
from ..trigger import BUTTON, GREETING, KEYWORD, ON_CLOSED, OUT_OF_HOURS
from .set_off import FRESH

AT_ONCE = (GREETING, KEYWORD, BUTTON)
FOR_THE_UNATTENDED = (GREETING, OUT_OF_HOURS)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _filter_allowed(self, rows, now):
        verdicts = rows.filtered("conversation_id")._judge_chats(now)
        for reason, stopped in rows.filtered(verdicts.get).grouped(verdicts.get).items():
            stopped._skip(reason)
        return super()._filter_allowed(rows.filtered(lambda row: row not in verdicts), now)

    def _judge_chats(self, now):
        """Return {row: why it does not leave} of these due rows of conversations.

        :param datetime now: naive UTC
        """
        attended = self.filtered(lambda row: row.automation_id.trigger in FOR_THE_UNATTENDED).conversation_id
        attended = attended._get_attended(now)
        verdicts = {
            row: row.automation_id._attempt(
                lambda row=row: row._judge_chat(attended, now), BROKEN, place=row.step_id.name_text
            )
            for row in self
        }
        return {row: reason for row, reason in verdicts.items() if reason}

    def _judge_chat(self, attended, now):
        conversation, trigger = self.conversation_id, self.automation_id.trigger
        if conversation._is_blocked() or conversation._was_answered(EMERGENCY):
            return SUPERSEDED
        if self.step_id._has_gap(conversation):
            return NOT_PREPARED
        if trigger in FOR_THE_UNATTENDED and conversation in attended:
            return STAFF_ACTIVE
        if trigger == OUT_OF_HOURS:
            closed = self.company_id._find_closed_period(now)
            return None if closed and closed.begin == self.anchor else TOO_LATE
        if trigger == ON_CLOSED:
            return SUPERSEDED if conversation._goes_on_elsewhere() else None
        return TOO_LATE if trigger in AT_ONCE and self.due_at <= now - FRESH else None

    def _get_expiry(self, wish):
        """Extended: that the branch is closed is true up to its opening."""
        end = super()._get_expiry(wish)
        closed = self.automation_id.trigger == OUT_OF_HOURS and self.company_id._find_closed_period(
            fields.Datetime.now()
        )
        return min(end, closed.end) if closed and closed.end else end
