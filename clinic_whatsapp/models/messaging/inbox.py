"""The inbox: turns stored events into messages, in order, each exactly once.

One worker serves a number at a time, oldest event first. What patients wrote is processed one by one, each event in a
savepoint of its own: a bad one is undone and postponed, the rest go on. Events of the same sender wait for a postponed
one, so no conversation gets out of order. Statuses are many and cheap: a set of them is processed with a constant
number of queries, and one by one only when something in the set is wrong.

Meta promises no order. Whatever a message or status does, it does by Meta's own time stamp, so that the end is the
same in any order: ``inbox_messages``, ``inbox_targets``, ``inbox_statuses``. What is neither comes through
``inbox_changes``.
"""

import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...cloud_api import webhook
from ...encryption import Unreadable, is_usable
from .conflicts import CONFLICTS
from .event import DEAD, DONE, NEW
from .exclusive import INBOX, exclusive
from .failure import describe, trace

_logger = logging.getLogger(__name__)

BATCH = 50  # messages between two commits: the branch sees them after the second one
STATUS_BATCH = 200
KEY_PATIENCE = timedelta(minutes=10)  # between two looks at what was stored with a key that is not configured
MESSAGE, STATUS = "message", "status"  # kinds of events, see cloud_api.webhook.Item


class NotYet(Exception):
    """The event cannot be processed now; its message says why, for the event's error field."""


class NotHandled(Exception):
    """Nothing is done with this kind of event; it is parked with its payload, for a version that knows it."""


class ClinicWhatsappEvent(models.Model):
    _inherit = "clinic.whatsapp.event"

    @api.model
    def _cron_inbox(self):
        """Process what Meta sent, for all numbers that no other worker serves."""
        if not is_usable(self.env):  # nothing can be read: leave everything as it is
            return
        with exclusive(self.env["clinic.whatsapp.account"].with_context(active_test=False).search([]), INBOX) as ours:
            left = self._work_off(ours)
        self._plan_next_inbox(out_of_time=not left)

    def _work_off(self, accounts):
        """Process the waiting events of these numbers, batch by batch; return the time that is left, 0 when it was up.

        A batch that loses against somebody else's transaction begins anew, and smaller: a single event is quicker than
        staff and dispatcher are.
        """
        cron, left, size, done = self.env["ir.cron"], True, BATCH, True
        while left and done:
            try:
                batch = self._claim(accounts, size)
                batch._process()
                done, size = len(batch), BATCH
                left = cron._commit_progress(done)
            except CONFLICTS:
                self.env.cr.rollback()
                size = max(size // 5, 1)
                left = cron._commit_progress()
        return left

    @api.model
    def _claim(self, accounts, size=BATCH):
        """Return waiting events, locked: what patients wrote first, the oldest of each kind first.

        After a thousand reminders come two thousand statuses, which may wait; a patient does not, so his message is not
        committed together with them. None is behind an older one of the same sender that is postponed. Those are looked
        up once, whatever the planner believes about a queue that was empty when its statistics were made.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH postponed AS MATERIALIZED (
                     SELECT account_id, ordering_key, id
                       FROM clinic_whatsapp_event
                      WHERE state = %(new)s
                        AND next_attempt_at > %(now)s)
              SELECT due.id, due.kind = %(status)s
                FROM clinic_whatsapp_event due
               WHERE due.state = %(new)s
                 AND due.account_id IN %(accounts)s
                 AND (due.next_attempt_at IS NULL OR due.next_attempt_at <= %(now)s)
                 AND NOT EXISTS (
                     SELECT 1
                       FROM postponed
                      WHERE postponed.account_id = due.account_id
                        AND postponed.ordering_key = due.ordering_key
                        AND postponed.id < due.id)
            ORDER BY due.kind = %(status)s, due.id
               LIMIT %(limit)s
                 FOR UPDATE OF due SKIP LOCKED""",
                status=STATUS,
                new=NEW,
                accounts=tuple(accounts.ids) or (0,),
                now=fields.Datetime.now(),
                limit=STATUS_BATCH if size == BATCH else size,
            )
        )
        urgent = [event_id for event_id, is_status in rows if not is_status]
        return self.browse(urgent[:size] or [event_id for event_id, _is_status in rows])

    def _process(self):
        self._note_arrival()
        statuses = self.filtered(lambda event: event.kind == STATUS)
        (self - statuses)._process_in_turn()
        statuses._process_together()

    def _note_arrival(self):
        for account, events in self.grouped("account_id").items():
            newest = max(events.mapped("create_date"))
            if not account.last_webhook_at or newest - account.last_webhook_at > timedelta(minutes=1):
                account.last_webhook_at = newest

    def _process_in_turn(self):
        held = set()
        for event in self:
            key = (event.account_id.id, event.ordering_key)
            if key not in held and not event._process_one():
                held.add(key)

    def _process_together(self):
        """Process statuses in sets; where a set fails, nothing of it has happened and each gets its own savepoint."""
        for events in self.grouped("account_id").values():
            try:
                with self.env.cr.savepoint():
                    events._apply_statuses()
            except CONFLICTS:
                raise
            except Exception as error:  # pylint: disable=broad-except
                _logger.info("%s statuses are processed one by one: %s", len(events), type(error).__name__)
                events._process_in_turn()

    def _apply_statuses(self):
        account = self.account_id.with_company(self.company_id)
        updates = [webhook.parse_status(event._read_payload()) for event in self]
        applied = account._apply_statuses(updates)
        known = self.browse(event.id for event, done in zip(self, applied, strict=True) if done)
        known.write({"state": DONE, "error": False})
        for event in self - known:
            event._postpone(account._get_unknown_message_text())

    def _process_one(self) -> bool:
        """Process one event in its own savepoint; tell whether it is settled."""
        try:
            with self.env.cr.savepoint():
                self._handle(self._read_payload())
        except Unreadable as reason:  # it waits, however long it takes to find the key
            self.write({"error": str(reason), "next_attempt_at": fields.Datetime.now() + KEY_PATIENCE})
        except NotYet as reason:
            self._postpone(str(reason))
        except (NotHandled, webhook.BadPayload) as reason:  # another try would end in the same way
            self.write({"state": DEAD, "error": str(reason)})
        except CONFLICTS:
            raise
        except Exception as error:  # pylint: disable=broad-except
            _logger.error("WhatsApp event %s could not be processed: %s", self.id, trace(error))
            self._postpone(describe(error))
        else:
            self.write({"state": DONE, "error": False})
        return self.state != NEW

    def _read_payload(self):
        """
        :raise Unreadable: when none of the configured keys made it
        """
        return json.loads(self._fields["payload"].reveal(self))

    def _handle(self, payload):
        account = self.account_id.with_company(self.company_id)
        if self.kind == MESSAGE:
            account._receive(webhook.parse_message(payload))
        elif self.kind == STATUS:
            account._apply_status(webhook.parse_status(payload))
        else:
            account._receive_change(payload.get("field"), payload)

    @api.model
    def _plan_next_inbox(self, out_of_time):
        if out_of_time:
            self._schedule_inbox()
        postponed = self.search(
            [("state", "=", NEW), ("next_attempt_at", "!=", False)], order="next_attempt_at", limit=1
        )
        if postponed:
            self._schedule_inbox(postponed.next_attempt_at)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive_change(self, field, payload):
        """Hook: handle what is neither a message nor a status.

        :param str field: the webhook field, for example ``message_template_status_update``
        :param dict payload: with ``value``, as Meta sent it, and ``time``, unix seconds or None
        :raise NotHandled: when nobody does
        """
        env = self._for_manager().env
        raise NotHandled(env._("Nothing is done with “%(field)s” yet; kept for later.", field=field))
