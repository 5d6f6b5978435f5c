"""Who has answered is never left without a word: should the message of an automation not leave, the clinic says it.

While a message of an automation is going to acknowledge an answer (``two_way``), its row remembers the conversation
in which the patient waits. When the row is skipped for a reason that has nothing to do with the visit – the gate, a
limit, a template that cannot be sent, an automation that broke – the short text of the clinic leaves at once instead.
What has changed since (moved again, cancelled) is told by whatever follows from that.
"""

from odoo import fields, models
from odoo.fields import NO_ACCESS

from . import reasons
from .scheduled import PLANNED, QUEUED, SKIPPED
from .two_way import NEWS

UNTOLD = frozenset(
    {
        reasons.BLOCKED,
        reasons.FAILED,
        reasons.NO_ACCOUNT,
        reasons.NO_PATIENT,
        reasons.NOT_PREPARED,
        reasons.AUTOMATION_OFF,
        reasons.BROKEN,
        reasons.SAME_DAY,
        reasons.LIMIT,
        reasons.EXPIRED,
        reasons.TOO_LATE,
    }
)
OUTCOMES = {trigger: outcome for outcome, (trigger, _anchor) in reversed(NEWS.items())}


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _tell_outcome(self, outcome, chat):
        """Extended: the messages that are going to tell it remember where the patient waits."""
        result = super()._tell_outcome(outcome, chat)
        for appointment in self if outcome in NEWS else ():
            rows = appointment._find_news(*NEWS[outcome])
            rows.filtered(lambda row: row.state in (PLANNED, QUEUED)).awaited_in_id = chat
        return result


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    awaited_in_id = fields.Many2one(
        "clinic.whatsapp.conversation",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
        help="Where the patient waits for it, because it acknowledges his answer.",
    )

    def write(self, vals):
        is_lost = vals.get("state") == SKIPPED and vals.get("skip_reason") in UNTOLD
        # sudo: clinic.whatsapp.scheduled - the chat may be on the number of the parent company; only we look at it
        awaited = self.sudo().filtered("awaited_in_id") if is_lost else self.browse()
        result = super().write(vals)
        for row in awaited:
            row._acknowledge_instead()
        return result

    def _acknowledge_instead(self):
        """Let the clinic say what one row was going to say, if it is still true and nothing else says it."""
        chat, self.awaited_in_id = self.awaited_in_id, False
        visit, trigger = self._get_records().exists(), self.automation_id._get_trigger()
        if visit and visit[trigger.anchor] == self.anchor and trigger.applies(visit):
            visit._tell_outcome(OUTCOMES[self.automation_id.trigger], chat)
