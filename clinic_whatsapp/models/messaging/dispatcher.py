"""The dispatcher: brings queued messages to Meta, each at most once (design.md §4 "Out").

A run takes the numbers of its lane that nobody else serves and repeats: claim what they can send in the next seconds
(``queued`` → ``sending``, see ``claim``), let the gate judge it once more (``in_flight``), commit; hand it to the
threads of ``sender``, which know neither ORM nor cursor; write the results that are there (``outcome``), commit. The
threads go on meanwhile, so that a number sends without a pause at the rate that Meta allows. Where the process may die:

- before the first commit: the messages are still ``queued`` and nothing has left;
- after it: they are ``sending``. The next run that gets hold of the number knows that their worker is dead, and cannot
  know whether Meta has them: they become ``unknown`` (``unconfirmed``). The status webhook settles that through our
  reference, which travels as ``biz_opaque_callback_data``. Nothing is ever sent twice on a guess.

A run goes on while there is work. After the time that Odoo gives to a cron it makes room as soon as another one waits.
"""

import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL, config

from ... import encryption
from .account import CONNECTED
from .conflicts import CONFLICTS, repeated
from .exclusive import DISPATCH, exclusive
from .in_flight import InFlight
from .moments import utc_now
from .sender import THREADS, Envelope, Route, Sender
from .unconfirmed import PATIENCE

CLAIM_SECONDS = 2  # at the most what a number may send in this time is ``sending``
URGENT = 40  # messages of persons that may be under way at once, for each number
WRITE_SECONDS = 0.4  # between two commits of results, and two looks for urgent messages
LINGER_SECONDS = 10  # how long a run stays for what is due soon: Odoo would come back after a minute
LANE_SECONDS = 2  # after which all lanes but the first make room for another cron
HELD_SECONDS = 6  # before another look at messages that are due and may not leave yet, cloud_api.md §6.1


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    rests_until = fields.Datetime(
        readonly=True, copy=False, help="WhatsApp limits the whole account: nothing is sent before this moment."
    )

    def _can_send(self):
        """Return those of the numbers that send at present."""
        now = fields.Datetime.now()
        return self.filtered(
            lambda account: (
                account.active
                and account.state == CONNECTED
                and not (account.rests_until and account.rests_until > now)
            )
        )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _cron_dispatch(self, lane=None):
        """Send what is due; settle what a dead worker left, also on numbers that do not send any more.

        :param int | None lane: serve only the numbers of this lane; by default all of them
        """
        accounts = self.env["clinic.whatsapp.account"].with_context(active_test=False).search([])
        if lane is not None:
            count = self._count_lanes()
            accounts = accounts.filtered(lambda account: account._get_lane(count) == lane)
        if not accounts or accounts._is_neutralized() or not encryption.is_usable(self.env):
            return
        with exclusive(accounts, DISPATCH) as ours:
            repeated(self.env, partial(self._recover_interrupted, ours))
            self._dispatch(ours._can_send(), LANE_SECONDS if lane else 0)

    def _dispatch(self, accounts, lane_seconds):
        routes = self._open_routes(accounts)
        accounts = accounts.filtered(lambda account: account in routes)
        try:
            with Sender(InFlight(self.env.cr)) as sender:
                made_room = self._keep_busy(sender, accounts, routes, RunTime(self.env, lane_seconds))
        finally:
            for route in routes.values():
                route.api.close()
        self._plan_next_run(accounts, made_room)

    @api.model
    def _keep_busy(self, sender, accounts, routes, clock) -> bool:
        """Claim, hand over and write results until nothing is left; tell whether the time was up before."""
        claims = True
        while claims or sender.is_busy():
            outcomes = {}
            found = claims and self._hand_over(sender, accounts, routes)
            if found or sender.is_busy():
                clock.note_work()
                outcomes = sender.collect(WRITE_SECONDS)
                self._write_outcomes(outcomes, sender.let_go)
            elif not clock.linger(self._get_next_due(accounts)):
                break
            claims = clock.goes_on(self.env["ir.cron"]._commit_progress(len(outcomes))) and claims
        return not claims

    @api.model
    def _hand_over(self, sender, accounts, routes) -> bool:
        """Claim what may leave and give it to the threads; tell whether anything was claimed."""
        claimed, envelopes, receipts = repeated(self.env, partial(self._prepare_batch, sender, accounts, routes))
        sender.give(envelopes)
        sender.give_receipts(receipts)
        return bool(claimed)

    @api.model
    def _open_routes(self, accounts):
        """Return {number: route}, of those whose settings allow it."""
        routes = {}
        for account in (account._for_manager() for account in accounts):
            if api := account._open_api(pool_size=THREADS):
                routes[account] = Route.open(account.id, api, account.messages_per_second)
        return routes

    @api.model
    def _prepare_batch(self, sender, accounts, routes):
        """Return (claimed messages, envelopes of those that the gate allows, receipts); nothing has left yet."""
        sender.let_go()  # what an attempt before this one had locked
        accounts = accounts._can_send().filtered(lambda account: not routes[account].closed.is_set())
        urgent = self._claim_urgent(self._get_urgent_room(sender, accounts))
        bulk = self._claim(self._get_bulk_room(sender, accounts, urgent))
        claimed = sender.in_flight.lock_contacts(urgent | bulk)
        ((urgent | bulk) - claimed)._put_back()
        allowed = claimed._judge_and_block()
        sender.in_flight.begin(allowed)
        envelopes = [message._to_envelope(routes[message.account_id], message in urgent) for message in allowed]
        return claimed, envelopes, self._take_receipts(routes)

    def _to_envelope(self, route, is_urgent):
        permit = self.env["clinic.whatsapp.gate"]._permit(self)
        return Envelope(self.id, self._to_outbound(), permit, route, is_urgent, self.expires_at or None)

    @api.model
    def _get_urgent_room(self, sender, accounts):
        """Return {number: how many messages of persons to claim}, whatever waits in bulk."""
        return {
            account: min(account.messages_per_second * CLAIM_SECONDS, URGENT) - sender.count_under_way(account.id, True)
            for account in accounts
        }

    @api.model
    def _get_bulk_room(self, sender, accounts, urgent):
        """Return {number: how many messages to claim}, of those that have sent half of what they had."""
        room = {}
        for account in accounts:
            most = account.messages_per_second * CLAIM_SECONDS
            under_way = sum(sender.count_under_way(account.id, is_urgent) for is_urgent in (True, False))
            under_way += len(urgent.filtered(lambda message, account=account: message.account_id == account))
            if under_way <= most // 2:
                room[account] = most - under_way
        return room

    @api.model
    def _plan_next_run(self, accounts, made_room):
        """Wake up for what is waiting, for what is due later, and for messages whose fate is open."""
        now = utc_now()
        for account in accounts.exists():
            due = self._get_next_due(account)
            if account.rests_until and account.rests_until > now:
                account._schedule_dispatch(account.rests_until)
            elif due and account.state == CONNECTED:
                later = max(due, now + timedelta(seconds=HELD_SECONDS))
                account._schedule_dispatch(None if made_room else later)  # Odoo may oversleep all but "now"
            if self.search_count(self._unsettled(account), limit=1):
                account._schedule_dispatch(now + PATIENCE)


class RunTime:
    """How long a run goes on."""

    def __init__(self, env, lane_seconds):
        self._env = env
        self._is_cron = "cron_id" in env.context
        self._started = self._busy_at = time.monotonic()
        self._lane_seconds = lane_seconds
        self._was_waiting = False
        limit = config["limit_time_real_cron"] if config["limit_time_real_cron"] > 0 else config["limit_time_real"]
        self._most = 0.6 * (limit or 120)

    def goes_on(self, seconds_left) -> bool:
        """Tell whether to claim more.

        :param float seconds_left: what Odoo gives to this cron; infinite for a run by hand
        """
        spent = time.monotonic() - self._started
        polite = not seconds_left or (self._is_cron and self._lane_seconds and spent > self._lane_seconds)
        return not polite or (spent < self._most and not self._is_room_wanted())

    def note_work(self):
        self._busy_at = time.monotonic()

    def linger(self, due) -> bool:
        """Wait a little for a message that is due at this moment, naive UTC; never in a run by hand.

        :return: whether it was worth waiting
        """
        soon = due and (due - utc_now()).total_seconds() < LINGER_SECONDS
        if not self._is_cron or not soon or time.monotonic() - self._busy_at > LINGER_SECONDS:
            return False
        time.sleep(WRITE_SECONDS)
        return True

    def _is_room_wanted(self) -> bool:
        """Tell whether a cron waits for the second time in a row: one that finds a free thread is gone by then."""
        before, self._was_waiting = self._was_waiting, self._is_another_cron_waiting()
        return before and self._was_waiting

    def _is_another_cron_waiting(self) -> bool:
        """Tell whether a cron was woken that nobody runs.

        A wake-up that is being served is locked by its worker, so one that we can lock is waiting; the lock goes with
        the savepoint. One that was planned for later, like the regular time of a cron, tells nothing: Odoo looks for
        these once a minute, however idle it is. Raw SQL over Odoo's own table, for the lock.
        """
        query = SQL(
            """
            SELECT 1
              FROM ir_cron_trigger
             WHERE cron_id != %s AND call_at <= %s AND call_at <= create_date + interval '1 second'
             LIMIT 1
               FOR KEY SHARE SKIP LOCKED""",
            self._env.context["cron_id"],
            utc_now(),
        )
        try:
            with self._env.cr.savepoint(flush=False) as savepoint:
                waiting = bool(self._env.execute_query(query))
                savepoint.rollback()
        except CONFLICTS:  # somebody is serving it
            return False
        return waiting
