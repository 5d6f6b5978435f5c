"""What became of a message at Meta, written down; and what the clinic learns from a refusal.

A status may be quicker than our own commit: results are written so that no state ever moves backwards.
"""

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.errors import LockNotAvailable

from ...cloud_api import errors as cloud_errors
from ...cloud_api.client import Accepted, Rejected, Unanswered, Unreachable
from .conflicts import CONFLICTS, repeated
from .message import FAILED, QUEUED, SENDING, SENT, UNKNOWN
from .moments import utc_now
from .reasons import EXPIRED
from .sender import ALL_REST, Expired, Withheld

SLICE = 0.2  # seconds; how long a dispatcher waits for rows before it looks after what is under way
MAX_ROUNDS = 20  # of writing results, while webhooks write to the same messages
UNREACHABLE_DELAYS = (5, 15, 60, 300)  # seconds; the last one repeats until the message expires
MAX_AGE = timedelta(hours=24)
REST = timedelta(minutes=15)  # where Meta does not say for how long


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _write_outcomes(self, outcomes, meanwhile=lambda: None):
        """Store what became of a batch, whatever status webhooks are writing meanwhile.

        Each round takes the rows that are free: to wait for one row while holding others invites deadlocks. Should
        rows never get free, they stay ``sending``; the next run makes them ``unknown``.

        :param meanwhile: called again and again while rows are waited for; their writer may wait for what ends now
        """
        waiting = self.browse(outcomes)
        for _round in range(MAX_ROUNDS):
            waiting -= repeated(self.env, partial(waiting._settle_free, outcomes))
            if not waiting:
                break
            while not waiting[:1]._wait_until_free():
                meanwhile()

    def _settle_free(self, outcomes):
        """Write the results of those messages that nobody else is writing to, and return these.

        Locking comes first in the transaction, so that what is read afterwards is what was locked.
        """
        free = self.try_lock_for_update(allow_referencing=True)._filter_teaching(outcomes)
        for message in free:
            message._settle(outcomes[message.id])
        free._learn_from_outcomes(outcomes)
        free.filtered(lambda message: message.state not in (QUEUED, SENDING))._on_settled()
        free.filtered(lambda message: message.state == QUEUED)._on_requeued()
        free.conversation_id._notify()
        return free

    def _filter_teaching(self, outcomes):
        """Return those whose result can be written without waiting: what is learned of it concerns others' rows, too.

        Whoever ends something holds these rows and waits for what is under way (``in_flight``).
        """
        taught = self.filtered(lambda message: message._teaches(outcomes[message.id]))
        contacts = taught.conversation_id.contact_id.try_lock_for_update(allow_referencing=True)
        conversations = taught.conversation_id.try_lock_for_update(allow_referencing=True)
        conversations = conversations.filtered(lambda conversation: conversation.contact_id in contacts)
        return self.filtered(lambda message: message not in taught or message.conversation_id in conversations)

    def _teaches(self, outcome) -> bool:
        """Tell whether an outcome may change what is known of the recipient."""
        if isinstance(outcome, Accepted):
            return not self.conversation_id.contact_id._knows(outcome.wa_id, outcome.user_id)
        return isinstance(outcome, Rejected)

    def _wait_until_free(self) -> bool:
        """Wait a little for whoever writes to this message or its recipient; tell whether he has finished.

        Raw SQL, because the ORM skips locked rows.
        """
        query = SQL(
            """
            SELECT message.id
              FROM clinic_whatsapp_message message
              JOIN clinic_whatsapp_conversation conversation ON conversation.id = message.conversation_id
              JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id
             WHERE message.id = %s FOR NO KEY UPDATE""",
            self.id,
        )
        try:
            self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{round(1000 * SLICE)}ms"))
            self.env.cr.execute(query, log_exceptions=False)
        except LockNotAvailable:
            return False
        except CONFLICTS:  # he has finished, and changed it
            return True
        finally:
            self.env.cr.rollback()
        return True

    def _settle(self, outcome):
        """Write a result to a message that is still ours; one that a webhook has moved on only learns its ``wamid``."""
        if self.state != SENDING:
            if isinstance(outcome, Accepted) and not self.wamid:
                self.wamid = outcome.wamid
        elif isinstance(outcome, Expired):
            self._block(EXPIRED)
        elif isinstance(outcome, Rejected) and self._is_upload_forgotten(outcome.error):
            self._upload_anew()
        else:
            self.write(self._prepare_outcome_vals(outcome))

    def _prepare_outcome_vals(self, outcome):
        now = fields.Datetime.now()
        if isinstance(outcome, Accepted):
            answered = {"error_code": False, "error_detail": False}  # of an earlier attempt
            return {**answered, "state": SENT, "sent_at": now, "wamid": outcome.wamid}
        if isinstance(outcome, Withheld):
            return {"state": QUEUED, "claimed_at": False, "attempts": self.attempts - 1}
        if isinstance(outcome, Unreachable):
            delay = UNREACHABLE_DELAYS[min(self.attempts, len(UNREACHABLE_DELAYS)) - 1]
            return {
                "state": QUEUED,
                "next_attempt_at": utc_now() + timedelta(seconds=delay),
                "expires_at": self.expires_at or now + MAX_AGE,
            }
        if isinstance(outcome, Unanswered):
            return {"state": UNKNOWN}
        return self._prepare_rejected_vals(outcome.error)

    def _prepare_rejected_vals(self, error):
        described = self._describe_error(error)
        vals = {"error_code": described["code"], "error_detail": described["details"] or described["title"]}
        if error.meaning.policy is cloud_errors.Policy.STOP_ACCOUNT:
            return {**vals, "state": QUEUED}  # Meta did not take it; it waits until the number works again
        delay = error.retry_delay(self.attempts)
        if delay is None:
            return {**vals, "state": FAILED}
        return {**vals, "state": QUEUED, "next_attempt_at": utc_now() + timedelta(seconds=delay)}

    def _learn_from_outcomes(self, outcomes):
        """Let number, conversation and contact learn from what Meta answered."""
        for message in self:
            outcome = outcomes[message.id]
            if isinstance(outcome, Rejected):
                message._learn_from_error(outcome.error)
            elif isinstance(outcome, Accepted):
                message.conversation_id._learn_recipient(outcome.wa_id, outcome.user_id)

    def _learn_from_error(self, error, at=None):
        """Draw the consequences of an error beyond this message, unless the patient has shown the contrary since.

        :param ApiError error: told at once, or later by webhook
        :param datetime | None at: when it happened, naive UTC; now by default
        """
        at = at or utc_now()
        conversation = self.conversation_id
        contact = conversation.contact_id
        policy = error.meaning.policy
        if policy is cloud_errors.Policy.STOP_ACCOUNT:
            checked_at = self.account_id.health_checked_at
            if not checked_at or at >= checked_at:  # what is older may be mended
                self.account_id._stop_for(error)
        elif policy is cloud_errors.Policy.STOP_MARKETING:
            contact._choose_marketing(False, at)
        elif policy is cloud_errors.Policy.CLOSE_WINDOW:
            if not conversation._has_heard_since(at):
                ends = (conversation.window_expires_at, at, fields.Datetime.now())
                conversation.window_expires_at = min(moment for moment in ends if moment)
        elif policy is cloud_errors.Policy.SUPPRESS_RECIPIENT:
            if not contact._has_written_since(at):
                contact.unreachable_at = max(contact.unreachable_at or at, at)
        elif error.code in ALL_REST:
            pause = timedelta(seconds=error.retry_after) if error.retry_after else REST
            self.account_id.rests_until = at + pause
