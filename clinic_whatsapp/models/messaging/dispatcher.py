"""The dispatcher: brings queued messages to Meta, each at most once (design.md §4 "Out").

A run takes the numbers of its lane that nobody else serves and repeats: claim what they can send in the next seconds
(``queued`` → ``sending``), let the gate judge it once more, commit; hand it to the threads of ``sender``, which know
neither ORM nor cursor; write the results that are there, commit. The threads go on meanwhile, so that a number sends
without a pause at the rate that Meta allows. Where the process may die:

- before the first commit: the messages are still ``queued`` and nothing has left;
- after it: they are ``sending``. The next run that gets hold of the number knows that their worker is dead, and cannot
  know whether Meta has them: they become ``unknown``. The status webhook settles that through our reference, which
  travels as ``biz_opaque_callback_data``. Nothing is ever sent twice on a guess; a person is asked instead.

A status may be quicker than our own commit: results are written so that no state ever moves backwards.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...cloud_api import errors as cloud_errors
from ...cloud_api.client import Accepted, InvalidCredentials, Rejected, Unanswered, Unreachable
from ...cloud_api.pace import TokenBucket
from .account import CONNECTED
from .conflicts import CONFLICTS, repeated
from .exclusive import DISPATCH, exclusive
from .message import FAILED, OUT, QUEUED, SENDING, SENT, UNKNOWN
from .sender import THREADS, Envelope, Route, Sender

_logger = logging.getLogger(__name__)

LANES = ("clinic_whatsapp.ir_cron_dispatch", "clinic_whatsapp.ir_cron_dispatch_2")
CLAIM_SECONDS = 2  # at the most what a number may send in this time is ``sending``
WRITE_SECONDS = 0.5  # between two commits of results
MAX_ROUNDS = 20  # of writing results, while webhooks write to the same messages
UNREACHABLE_DELAYS = (5, 15, 60, 300)  # seconds; the last one repeats until the message expires
UNKNOWN_PATIENCE = timedelta(minutes=10)  # how long a status webhook may take before a person is asked
MAX_AGE = timedelta(hours=24)


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
        routes = self._open_routes(accounts)
        accounts = accounts.filtered(lambda account: account in routes)
        try:
            with Sender() as sender:
                out_of_time = self._keep_busy(sender, accounts, routes)
        finally:
            for route in routes.values():
                route.api.close()
        self._plan_next_run(accounts, out_of_time)

    @api.model
    def _keep_busy(self, sender, accounts, routes) -> bool:
        """Claim, hand over and write results until nothing is left; tell whether the time was up before."""
        left, claimed = True, self.browse()
        while left or sender.count_under_way():
            if left:
                claimed, envelopes = repeated(self.env, partial(self._prepare_batch, sender, accounts, routes))
                sender.give(envelopes)
            if not claimed and not sender.count_under_way():
                break
            outcomes = sender.collect(WRITE_SECONDS)
            self._write_outcomes(outcomes)
            left = self.env["ir.cron"]._commit_progress(len(outcomes)) and left
        return not left

    @api.model
    def _open_routes(self, accounts):
        """Return {number: route}. A number with impossible settings needs attention; the others go on."""
        routes = {}
        for account in (account._for_manager() for account in accounts):
            try:
                account._credentials().need("phone_number_id", "access_token")
                bucket = TokenBucket(account.messages_per_second, burst=1)
                routes[account] = Route(account.id, account._cloud_api(pool_size=THREADS), bucket)
            except InvalidCredentials:
                account._needs_attention(account._get_bad_settings_text())
            except UserError as error:  # a secret that the keys of this server cannot read
                account._needs_attention(str(error))
        return routes

    @api.model
    def _prepare_batch(self, sender, accounts, routes):
        """Return (claimed messages, envelopes of those that the gate allows); nothing of them has left yet."""
        claimed = self._claim(self._get_room(sender, accounts))
        allowed = claimed._judge_and_block()
        gate = self.env["clinic.whatsapp.gate"]
        return claimed, [
            Envelope(message.id, message._to_outbound(), gate._permit(message), routes[message.account_id])
            for message in allowed
        ]

    @api.model
    def _get_room(self, sender, accounts):
        """Return {number: how many messages to claim}, of those that have sent half of what they had."""
        under_way = sender.count_under_way()
        room = {}
        for account in accounts.filtered(lambda account: account.state == CONNECTED):
            most = account.messages_per_second * CLAIM_SECONDS
            if under_way[account.id] <= most // 2:
                room[account] = most - under_way[account.id]
        return room

    @api.model
    def _claim(self, room):
        """Return due messages, now ``sending``: of each conversation the oldest one only, to keep the order.

        :param dict room: {number: how many at the most}

        Raw SQL, because choosing, locking and marking must be one statement: a message that somebody cancels meanwhile
        is skipped, not waited for.
        """
        self.flush_model()
        queries = [self._claim_query(account, most) for account, most in room.items()]
        claimed = self.browse(sorted(row[0] for query in queries for row in self.env.execute_query(query)))
        claimed.invalidate_recordset()
        return claimed

    def _claim_query(self, account, most):
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
            limit=most,
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
                account = message.account_id._for_manager()
                told = message.with_env(account.env)
                account._needs_attention(f"{told.problem} {told.advice}")
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
            user = conversation._get_responsible_user()
            env = conversation.with_context(lang=user.lang).env
            conversation.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("A message was not confirmed by WhatsApp"),
                note=env._("Nobody knows whether it arrived. Ask the patient before writing it again."),
                user_id=user.id,
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
