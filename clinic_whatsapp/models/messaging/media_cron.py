"""The scheduled action that moves files: down from Meta after a patient sent one, up before staff's message leaves.

One worker serves a number at a time (``exclusive``). It repeats: claim what is due, which counts the try and sets the
moment of the next one, commit; hand it to the threads of ``media_transfer``; write each file that is there with its
message in a transaction of its own. No row is locked while a file travels. Where the process may die: the message stays
*pending*, nothing of the file is stored, and the next run begins anew at the moment that the claim has set. A file that
kills every worker is given up like any other.

Fetching and uploading may be repeated without harm, so whatever happens is tried again, with growing pauses, until the
tries are used up; then the message says so, and a person may begin anew. What only a person can mend on the number
(its token, its payment) uses up no try.
"""

import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ...cloud_api import errors as cloud_errors
from ...cloud_api.client import Rejected
from ...cloud_api.exceptions import TooLarge, UnsafeAddress
from ...encrypted_file import BrokenFile
from ...encryption import get_cipher, is_usable
from .account import CONNECTED, DISABLED
from .conflicts import repeated
from .exclusive import exclusive
from .failure import trace
from .media import read_hash, spool
from .media_state import (
    ALTERED,
    GONE,
    LOST,
    MEDIA_FAILED,
    MEDIA_PENDING,
    MEDIA_READY,
    REFUSED,
    TOO_LARGE,
    UNREACHABLE,
    UNSAFE,
)
from .media_transfer import THREADS, Carrier, Download, Fetched, Upload, Uploaded
from .message import FAILED, IN, OUT, QUEUED

_logger = logging.getLogger(__name__)

MEDIA = "media"
PAUSES = (30, 300, 900, 2400)  # seconds after the first, second … try: five tries in about an hour
TRIES = len(PAUSES) + 1
ACCOUNT_PAUSE = timedelta(minutes=15)  # while a person has to mend the number
LOOK_SECONDS = 1  # for new files, while others travel
UNKNOWN_MEDIA = {33, 131052}  # subcode of 100, and code: Meta has no such file


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _cron_media(self):
        """Move the files that are due, over all numbers that no other worker serves."""
        groups = self._read_group([("media_state", "=", MEDIA_PENDING)], ["account_id"])
        accounts = self.env["clinic.whatsapp.account"].union(*(account for (account,) in groups))
        if not accounts or accounts._is_neutralized() or not is_usable(self.env):
            return
        with exclusive(accounts, MEDIA) as ours:
            self._move_media(ours)

    @api.model
    def _move_media(self, accounts):
        routes = accounts._open_media_routes()
        try:
            with Carrier() as carrier:
                left = self._keep_carrying(carrier, routes)
        finally:
            for route in routes.values():
                route.close()
        self._plan_next_media(routes, out_of_time=not left)

    @api.model
    def _keep_carrying(self, carrier, routes):
        """Claim, hand over and write until nothing is left; return the time that is left, 0 when it was up before."""
        left, claimed = True, self.browse()
        while left or carrier:
            if left:
                claimed, jobs = repeated(self.env, partial(self._prepare_jobs, carrier.room, routes))
                carrier.give(jobs)
            if not claimed and not carrier:
                break
            outcomes = carrier.collect(LOOK_SECONDS)
            for message_id, outcome in outcomes.items():
                self.browse(message_id)._settle_alone(outcome)
            left = self.env["ir.cron"]._commit_progress(len(outcomes)) and left
        return left

    @api.model
    def _prepare_jobs(self, room, routes):
        """Return (claimed messages, what the threads have to do for them)."""
        claimed = self._claim_media(room, routes) if room > 0 and routes else self.browse()
        jobs = [message._prepare_job(routes[message.account_id]) for message in claimed]
        return claimed, [job for job in jobs if job]

    @api.model
    def _claim_media(self, room, routes):
        """Return messages whose file is due; what staff send goes first.

        Raw SQL, because choosing, locking and marking must be one statement.
        """
        self.flush_model()
        accounts = self.env["clinic.whatsapp.account"].union(*routes)
        rows = self.env.execute_query(
            SQL(
                """
                WITH chosen AS MATERIALIZED (
                     SELECT id
                       FROM clinic_whatsapp_message
                      WHERE media_state = %(pending)s
                        AND account_id = ANY(%(accounts)s)
                        AND (direction = %(inbound)s OR state = %(queued)s AND account_id = ANY(%(sending)s))
                        AND (media_next_attempt_at IS NULL OR media_next_attempt_at <= %(now)s)
                   ORDER BY direction DESC, id
                      LIMIT %(room)s
                 FOR UPDATE SKIP LOCKED)
                UPDATE clinic_whatsapp_message message
                   SET media_attempts = COALESCE(message.media_attempts, 0) + 1,
                       media_next_attempt_at = %(now)s
                           + (%(pauses)s)[LEAST(COALESCE(message.media_attempts, 0) + 1, %(tries)s)]
                           * interval '1 second'
                  FROM chosen
                 WHERE message.id = chosen.id
                RETURNING message.id""",
                now=fields.Datetime.now(),
                pauses=[*PAUSES, PAUSES[-1]],
                tries=TRIES,
                pending=MEDIA_PENDING,
                queued=QUEUED,
                inbound=IN,
                accounts=accounts.ids,
                sending=accounts.filtered(lambda account: account.state == CONNECTED).ids,
                room=room,
            )
        )
        claimed = self.browse(sorted(row[0] for row in rows))
        claimed.invalidate_recordset()
        return claimed

    def _prepare_job(self, route):
        """Return the job of one claimed message; None when it is settled already."""
        if self.media_attempts > TRIES:  # the worker died with every try
            return self._give_media_up(UNREACHABLE)
        if not self._is_readable():  # a placeholder must not take the place of its name
            return self._give_media_up(LOST)
        if self.direction == OUT:
            return self._prepare_upload(route)
        if not self.media_ref:
            return self._give_media_up(GONE)
        return Download(self.id, route, self.media_ref, get_cipher(self.env), spool, self._get_media_limit())

    def _prepare_upload(self, route):
        uploads = self.env["clinic.whatsapp.upload"]
        try:
            file = self._open_media()
        except BrokenFile:
            file = None
        if not file:
            return self._give_media_up(LOST)
        if known := uploads._find(self.account_id, uploads._get_key(self.media_sha256, self.media_type)):
            file.close()
            return self._note_uploaded(known)
        return Upload(self.id, route, file, self.media_name, self.media_type)

    def _settle_alone(self, outcome):
        """Write what became of one file and commit it; trouble with it, a full disk perhaps, stays its own."""
        try:
            repeated(self.env, partial(self._settle_media, outcome))
        except Exception as error:  # pylint: disable=broad-except
            self.env.cr.rollback()
            _logger.error("What became of the file of WhatsApp message %s was not written: %s", self.id, trace(error))
        finally:
            if isinstance(outcome, Fetched):
                outcome.file.close()

    def _settle_media(self, outcome):
        """Write what became of one file, unless the message was settled in another way meanwhile."""
        self.invalidate_recordset()
        if not self.exists() or self.media_state != MEDIA_PENDING:
            return
        if isinstance(outcome, Fetched):
            self._keep_fetched(outcome)
        elif isinstance(outcome, Uploaded):
            uploads = self.env["clinic.whatsapp.upload"]
            key = uploads._get_key(self.media_sha256, self.media_type)
            uploads._remember(self.account_id, key, outcome.media_id)
            self._note_uploaded(outcome.media_id)
        else:
            self._react_to_media_error(outcome)

    def _keep_fetched(self, fetched):
        """Keep a file that came down; one that differs from what was announced is marked (cloud_api.md §3)."""
        announced = read_hash(self.media_sha256) or read_hash(fetched.announced_hash)
        altered = announced and announced != fetched.written.sha256
        if altered:
            _logger.warning("The file of WhatsApp message %s is not the one that was announced", self.id)
        self._keep_encrypted(fetched.file, fetched.written, self.media_name, self.media_type or fetched.mime_type)
        self.write({"media_state": MEDIA_READY, "media_error": ALTERED if altered else False})
        self.conversation_id._notify()

    def _note_uploaded(self, media_id):
        self.write({"media_state": MEDIA_READY, "media_ref": media_id, "media_error": False})
        if self.state == QUEUED:
            self.account_id._schedule_dispatch()

    def _react_to_media_error(self, error):
        policy = isinstance(error, Rejected) and error.policy
        if policy is cloud_errors.Policy.STOP_ACCOUNT:
            self._await_mended_account(error)
        elif self._is_final(error):
            self._give_media_up(self._get_media_error(error), error)
        else:
            _logger.info("The file of WhatsApp message %s could not be moved yet: %s", self.id, error)

    def _is_final(self, error) -> bool:
        if isinstance(error, (TooLarge, UnsafeAddress, BrokenFile)) or self.media_attempts >= TRIES:
            return True
        refused = self.direction == OUT and isinstance(error, Rejected)
        return refused and error.error.retry_delay(self.media_attempts) is None

    def _await_mended_account(self, error):
        """Stop the number; this try does not count."""
        account = self.account_id._for_manager()
        meaning = error.error.meaning
        account._needs_attention(f"{account.env._(meaning.title)} {account.env._(meaning.advice)}")
        moment = fields.Datetime.now() + ACCOUNT_PAUSE
        self.write({"media_attempts": self.media_attempts - 1, "media_next_attempt_at": moment})

    def _get_media_error(self, error):
        if isinstance(error, TooLarge):
            return TOO_LARGE
        if isinstance(error, UnsafeAddress):
            return UNSAFE
        if isinstance(error, BrokenFile):
            return LOST
        if not isinstance(error, Rejected):
            return UNREACHABLE
        if self.direction == OUT:
            return REFUSED
        return GONE if UNKNOWN_MEDIA & {error.error.code, error.error.subcode} else UNREACHABLE

    def _give_media_up(self, problem, error=None):
        """Leave the message without its file; one that was to be sent has failed, those behind it go on."""
        self.write({"media_state": MEDIA_FAILED, "media_error": problem})
        if self.direction == OUT and self.state == QUEUED:
            reported = error.error if isinstance(error, Rejected) else None
            self.write(
                {
                    "state": FAILED,
                    "error_code": reported.code if reported else False,
                    "error_detail": (reported.details or reported.title) if reported else False,
                }
            )
            self._on_settled()
            self.account_id._schedule_dispatch()
        self.conversation_id._notify()

    def _explain(self):
        """A message that failed for its file says what is wrong with the file, where WhatsApp gave no reason."""
        if self.state == FAILED and self.media_state == MEDIA_FAILED and not self.error_code:
            return self.media_problem, self.env._("You may try again with the button at the file.")
        return super()._explain()

    @api.model
    def _plan_next_media(self, routes, out_of_time):
        """Wake up for what time did not allow, and for the next try."""
        accounts = self.env["clinic.whatsapp.account"].union(*routes)
        if out_of_time:
            accounts._schedule_media()
        waiting = [("media_state", "=", MEDIA_PENDING), ("media_next_attempt_at", ">", fields.Datetime.now())]
        if later := self.search([("account_id", "in", accounts.ids), *waiting], order="media_next_attempt_at", limit=1):
            later.account_id._schedule_media(later.media_next_attempt_at)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _open_media_routes(self):
        """Return {number: client}. One that is not in use, or whose settings do not allow it, has none."""
        routes = {}
        for account in (account._for_manager() for account in self):
            if account.state != DISABLED and (api := account._open_api(pool_size=THREADS)):
                routes[account] = api
        return routes
