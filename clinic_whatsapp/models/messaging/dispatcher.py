"""The dispatcher: brings queued messages to Meta, each at most once (design.md §4 "Out").

A run takes the numbers of its lane that nobody else serves and repeats: claim a batch (``queued`` → ``sending``),
let the gate judge it once more, commit; call Meta from a bounded pool of threads that know neither ORM nor cursor;
write the results, commit. Where the process may die:

- before the first commit: the messages are still ``queued`` and nothing has left;
- after it: they are ``sending``. The next run that gets hold of the number knows that their worker is dead, and cannot
  know whether Meta has them: they become ``unknown``. The status webhook settles that through our reference, which
  travels as ``biz_opaque_callback_data``. Nothing is ever sent twice on a guess; a person is asked instead.

A status may be quicker than our own commit: results are written so that no state ever moves backwards.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...cloud_api import errors as cloud_errors
from ...cloud_api.client import Accepted, CloudApi, InvalidCredentials, Rejected, Unanswered, Unreachable
from ...cloud_api.messages import OutboundMessage
from ...cloud_api.pace import TokenBucket
from ...cloud_api.permit import Permit
from .account import CONNECTED
from .conflicts import CONFLICTS, repeated
from .exclusive import DISPATCH, exclusive
from .message import FAILED, OUT, QUEUED, SENDING, SENT, UNKNOWN

_logger = logging.getLogger(__name__)

LANES = ("clinic_whatsapp.ir_cron_dispatch", "clinic_whatsapp.ir_cron_dispatch_2")
BATCH_SECONDS = 2  # a batch holds what a number may send in this time
MAX_THREADS = 32
MAX_ROUNDS = 20  # of writing results, while webhooks write to the same messages
UNREACHABLE_DELAYS = (5, 15, 60, 300)  # seconds; the last one repeats until the message expires
UNKNOWN_PATIENCE = timedelta(minutes=10)  # how long a status webhook may take before a person is asked
MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True)
class Envelope:
    """What a sending thread gets of one message: nothing of Odoo."""

    message_id: int
    outbound: OutboundMessage
    permit: Permit
    api: CloudApi
    bucket: TokenBucket

    def send(self):
        """Return what became of it: Accepted, or the protocol's exception."""
        self.bucket.acquire()
        try:
            return self.api.send(self.outbound, self.permit)
        except (Rejected, Unreachable, Unanswered) as error:
            return error
        except Exception as error:  # pylint: disable=broad-except
            _logger.exception("Sending failed in an unforeseen way; whether it left is unknown")
            return Unanswered(type(error).__name__)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _schedule_dispatch(self, at=None):
        """Wake the dispatcher for these numbers; the hook that a job queue overrides (design.md §7).

        :param datetime | None at: naive UTC; now by default
        """
        for lane in {account.id % len(LANES) for account in self}:
            # sudo: ir.cron - whoever queues a message may wake the dispatcher
            self.env.ref(LANES[lane]).sudo()._trigger(at)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _cron_dispatch(self, lane=None):
        """Send what is due; settle what a dead worker left, also on numbers that do not send any more.

        :param int | None lane: serve only the numbers of this lane; by default all of them
        """
        accounts = self.env["clinic.whatsapp.account"].with_context(active_test=False).search([])
        if lane is not None:
            accounts = accounts.filtered(lambda account: account.id % len(LANES) == lane)
        with exclusive(accounts, DISPATCH) as ours:
            if ours and not ours._is_neutralized():
                repeated(self.env, partial(self._recover_interrupted, ours))
                self._dispatch(ours.filtered(lambda account: account.active and account.state == CONNECTED))

    def _dispatch(self, accounts):
        cron = self.env["ir.cron"]
        apis = self._open_apis(accounts)
        accounts = accounts.filtered(lambda account: account in apis)
        buckets = {account: TokenBucket(account.messages_per_second, burst=1) for account in accounts}
        try:
            left = True
            while left:
                claimed, envelopes = repeated(self.env, partial(self._prepare_batch, accounts, apis, buckets))
                if not claimed:
                    break
                self._write_outcomes(self._send_envelopes(envelopes))
                left = cron._commit_progress(len(claimed))
        finally:
            for api_client in apis.values():
                api_client.close()
        self._plan_next_run(accounts, out_of_time=not left)

    @api.model
    def _open_apis(self, accounts):
        """Return {number: client}. A number with impossible settings needs attention; the others go on."""
        apis = {}
        for account in accounts:
            try:
                account._credentials().need("phone_number_id", "access_token")
                apis[account] = account._cloud_api(pool_size=MAX_THREADS)
            except InvalidCredentials:
                account._needs_attention(account._get_bad_settings_text())
            except UserError as error:  # a secret that the keys of this server cannot read
                account._needs_attention(str(error))
        return apis

    @api.model
    def _prepare_batch(self, accounts, apis, buckets):
        """Return (claimed messages, envelopes of those that the gate allows); nothing has left yet."""
        claimed = self._claim(accounts.filtered(lambda account: account.state == CONNECTED))
        allowed = claimed._judge_and_block()
        return claimed, [self._prepare_envelope(message, apis, buckets) for message in allowed]

    @api.model
    def _prepare_envelope(self, message, apis, buckets):
        return Envelope(
            message.id,
            message._to_outbound(),
            self.env["clinic.whatsapp.gate"]._permit(message),
            apis[message.account_id],
            buckets[message.account_id],
        )

    @api.model
    def _send_envelopes(self, envelopes):
        """Return {message id: outcome}. Threads run protocol code only."""
        if not envelopes:
            return {}
        with ThreadPoolExecutor(min(MAX_THREADS, len(envelopes)), "whatsapp-send") as pool:
            outcomes = pool.map(Envelope.send, envelopes)
            return dict(zip((envelope.message_id for envelope in envelopes), outcomes, strict=True))

    @api.model
    def _claim(self, accounts):
        """Return a batch of due messages, now ``sending``: of each conversation the oldest one only, to keep the order.

        Raw SQL, because choosing, locking and marking must be one statement: a message that somebody cancels meanwhile
        is skipped, not waited for.
        """
        self.flush_model()
        rows = [row for account in accounts for row in self.env.execute_query(self._claim_query(account))]
        claimed = self.browse(sorted(row[0] for row in rows))
        claimed.invalidate_recordset()
        return claimed

    def _claim_query(self, account):
        now = fields.Datetime.now()
        return SQL(
            """
            UPDATE clinic_whatsapp_message
               SET state = %(sending)s, claimed_at = %(now)s, attempts = COALESCE(attempts, 0) + 1
             WHERE id IN (
                SELECT due.id
                  FROM clinic_whatsapp_message due
                 WHERE due.account_id = %(account)s
                   AND due.state = %(queued)s
                   AND (due.next_attempt_at IS NULL OR due.next_attempt_at <= %(now)s)
                   AND NOT EXISTS (
                        SELECT 1
                          FROM clinic_whatsapp_message older
                         WHERE older.account_id = %(account)s
                           AND older.conversation_id = due.conversation_id
                           AND older.state IN (%(queued)s, %(sending)s)
                           AND older.id < due.id)
              ORDER BY due.id
                 LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED)
            RETURNING id""",
            sending=SENDING,
            queued=QUEUED,
            now=now,
            account=account.id,
            limit=account.messages_per_second * BATCH_SECONDS,
        )

    @api.model
    def _write_outcomes(self, outcomes):
        """Store what became of a batch, whatever status webhooks are writing meanwhile.

        Each round takes the rows that are free: to wait for one row while holding others invites deadlocks. Should
        rows never get free, they stay ``sending``; the next run makes them ``unknown``.
        """
        waiting = self.browse(outcomes)
        for _round in range(MAX_ROUNDS):
            waiting -= repeated(self.env, partial(waiting._settle_free, outcomes))
            if not waiting:
                break
            waiting[:1]._wait_until_free()

    def _settle_free(self, outcomes):
        """Write the results of those messages that nobody else is writing to, and return these.

        Locking comes first in the transaction, so that what is read afterwards is what was locked.
        """
        free = self.try_lock_for_update(allow_referencing=True)
        for message in free:
            message._settle(outcomes[message.id])
        free._react_to_errors(outcomes)
        free.filtered(lambda message: message.state not in (QUEUED, SENDING))._on_settled()
        free.conversation_id._notify()
        return free

    def _wait_until_free(self):
        """Let whoever writes to this message finish. Raw SQL, because the ORM skips locked rows."""
        query = SQL("SELECT id FROM clinic_whatsapp_message WHERE id = %s FOR NO KEY UPDATE", self.id)
        with suppress(*CONFLICTS):
            self.env.cr.execute(query, log_exceptions=False)
        self.env.cr.rollback()

    def _settle(self, outcome):
        """Write a result to a message that is still ours; one that a webhook has moved on only learns its ``wamid``."""
        vals = self._prepare_outcome_vals(outcome)
        if self.state == SENDING:
            self.write(vals)
        elif vals.get("wamid") and not self.wamid:
            self.wamid = vals["wamid"]

    def _prepare_outcome_vals(self, outcome):
        now = fields.Datetime.now()
        if isinstance(outcome, Accepted):
            return {"state": SENT, "sent_at": now, "wamid": outcome.wamid}
        if isinstance(outcome, Unreachable):
            delay = UNREACHABLE_DELAYS[min(self.attempts, len(UNREACHABLE_DELAYS)) - 1]
            return {
                "state": QUEUED,
                "next_attempt_at": now + timedelta(seconds=delay),
                "expires_at": self.expires_at or now + MAX_AGE,
            }
        if isinstance(outcome, Unanswered):
            return {"state": UNKNOWN}
        return self._prepare_rejected_vals(outcome.error)

    def _prepare_rejected_vals(self, error):
        vals = {"error_code": error.code, "error_detail": error.details or error.title}
        if error.meaning.policy is cloud_errors.Policy.STOP_ACCOUNT:
            return {**vals, "state": QUEUED}  # Meta did not take it; it waits until the number works again
        delay = error.retry_delay(self.attempts)
        if delay is None:
            return {**vals, "state": FAILED}
        return {**vals, "state": QUEUED, "next_attempt_at": fields.Datetime.now() + timedelta(seconds=delay)}

    def _react_to_errors(self, outcomes):
        """Let the number and the conversation learn from what Meta refused."""
        for message in self.filtered("error_code"):
            outcome = outcomes[message.id]
            policy = isinstance(outcome, Rejected) and outcome.error.meaning.policy
            if policy is cloud_errors.Policy.STOP_ACCOUNT:
                message.account_id._needs_attention(f"{message.problem}: {message.advice}")
            elif policy is cloud_errors.Policy.CLOSE_WINDOW:
                message.conversation_id.window_expires_at = fields.Datetime.now()

    @api.model
    def _recover_interrupted(self, accounts):
        """Give up on what a dead worker left ``sending``: whether it left is unknown, so nobody sends it again."""
        interrupted = self.search([("account_id", "in", accounts.ids), ("state", "=", SENDING)])
        if interrupted:
            _logger.warning("%s messages were being sent when a worker died; their fate is unknown", len(interrupted))
            interrupted.state = UNKNOWN
            interrupted._on_settled()
            interrupted.conversation_id._notify()
        self._ask_about_unknown(accounts)

    @api.model
    def _ask_about_unknown(self, accounts):
        """Ask a person, once, about messages that nobody has confirmed for a while."""
        silent = self.search(
            [
                ("account_id", "in", accounts.ids),
                ("state", "=", UNKNOWN),
                ("claimed_at", "<", fields.Datetime.now() - UNKNOWN_PATIENCE),
                ("is_reported", "=", False),
            ],
            limit=100,
        )
        silent.is_reported = True
        for conversation in silent.conversation_id:
            conversation.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("A message was not confirmed by WhatsApp"),
                note=self.env._("Nobody knows whether it arrived. Ask the patient before writing it again."),
                user_id=conversation._get_responsible_user().id,
            )

    @api.model
    def _plan_next_run(self, accounts, out_of_time):
        """Wake up for what time did not allow, for the next retry, and for messages whose fate is open."""
        if out_of_time:
            accounts._schedule_dispatch()
        ours = [("account_id", "in", accounts.ids), ("direction", "=", OUT)]
        later = [("state", "=", QUEUED), ("next_attempt_at", ">", fields.Datetime.now())]
        if retry := self.search([*ours, *later], order="next_attempt_at", limit=1):
            retry.account_id._schedule_dispatch(retry.next_attempt_at)
        if unsure := self.search([*ours, ("state", "=", UNKNOWN), ("is_reported", "=", False)], limit=1):
            unsure.account_id._schedule_dispatch(fields.Datetime.now() + UNKNOWN_PATIENCE)
