"""From due to queued: what is due is looked at once more, then handed to the outbox.

A run claims a batch of due rows (SKIP LOCKED) together with their appointments, and commits each batch. Locking
the appointments closes the gap in which somebody cancels while the message is being written: either the change
is committed first, then our lock fails with a serialization error and the batch is read again; or it waits for us,
and then finds a message in the queue that it can still withdraw (``planner.py``).

"Looked at once more" means reconciled: the planner's rules decide again, with the automation, the state, the
anchor and the time as they are now. After a long downtime a reminder of a visit that has begun is skipped, one of a
visit ahead leaves in the next send window.
"""

import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..messaging.gate_hours import HOLIDAYS_AHEAD
from ..messaging.message import BLOCKED as MESSAGE_BLOCKED
from ..messaging.send_window import MIN_NOTICE
from .planner import MODEL
from .reasons import BLOCKED, NO_ACCOUNT, NOT_PREPARED, TOO_LATE
from .scheduled import PLANNED, QUEUED
from .trigger import get_occasion

_logger = logging.getLogger(__name__)

BATCH = 200
CONFLICT_TRIES = 5
COLLISIONS = (psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _cron_plan(self):
        """Queue what is due, then find what nobody has planned. May also be called directly."""
        self._queue_due()
        self._catch_up()
        self._arm()

    @api.model
    def _queue_due(self):
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=self.search_count(self._get_due_domain()))
        seen = set()
        while left:
            claimed, rows = self._claim_due(seen)
            if not claimed:
                break
            seen.update(claimed.ids)
            left = rows._queue_and_commit()

    def _queue_and_commit(self) -> float:
        """Queue a claimed batch and return the seconds left; one that collides with others waits for the next run."""
        cron = self.env["ir.cron"]
        try:
            self._queue()
            return cron._commit_progress(len(self))
        except COLLISIONS:
            self.env.cr.rollback()
            return cron._commit_progress()

    @api.model
    def _get_due_domain(self):
        return [("state", "=", PLANNED), ("due_at", "<=", fields.Datetime.now())]

    @api.model
    def _claim_due(self, seen):
        """Return (rows that were looked at, those of them that are ours with their appointments).

        :param set seen: ids that this run has had already; some of them are being changed by somebody
        """
        domain = [*self._get_due_domain(), ("id", "not in", list(seen))]
        for _attempt in range(CONFLICT_TRIES):
            try:
                due = self.search(domain, order="due_at, id", limit=BATCH)
                ours = due.try_lock_for_update()
                return due, ours._filter_with_free_appointment()
            except psycopg2.errors.SerializationFailure:  # changed after our snapshot: look again
                self.env.cr.rollback()
        return self.browse(), self.browse()

    def _filter_with_free_appointment(self):
        """Lock the appointments of these rows; return the rows whose appointment nobody is changing."""
        free = self._get_appointments().try_lock_for_update(allow_referencing=True)
        return self.filtered(lambda row: row.res_id in free.ids)

    def _get_appointments(self):
        return self.env[MODEL].browse(dict.fromkeys(self.mapped("res_id")))

    def _queue(self):
        """Queue these due rows, which are locked, after a last look at each of them."""
        now = fields.Datetime.now()
        self._reconcile(self._get_appointments())
        ready = self.filtered(lambda row: row.state == PLANNED and row.due_at <= now)
        windows = self.env["clinic.consent.purpose"]._get_windows(ready.company_id, now, now + HOLIDAYS_AHEAD)
        ready = ready.filtered(lambda row: not row._wait_for_opening(windows, now))
        by_company = self.env["clinic.whatsapp.account"]._for_companies(ready.company_id)
        homeless = ready.filtered(lambda row: not by_company[row.company_id])
        homeless._skip(NO_ACCOUNT)
        for (template, purpose), rows in (ready - homeless).grouped(self._get_batch_key).items():
            rows._queue_batch(template, purpose, by_company)

    @api.model
    def _get_batch_key(self, row):
        code = row.automation_id.purpose_id.code
        purposes = self.env["clinic.consent.purpose"].with_context(active_test=False)  # the gate denies archived ones
        purpose = purposes._get(code, row.company_id)
        return row.step_id.template_id, purpose

    def _wait_for_opening(self, windows, now) -> bool:
        """Tell whether a due row must wait for the next opening, and make it wait; it may turn out too late."""
        window = self.automation_id._get_window(self.company_id, windows)
        if window.contains(now):
            return False
        opening = window.forward(now)
        if opening > self._get_appointments().start - MIN_NOTICE:
            self._skip(TOO_LATE)
        else:
            self.due_at = opening
        return True

    def _queue_batch(self, template, purpose, by_company):
        """Hand rows with the same template and purpose to the outbox; a batch that fails costs no other batch."""
        appointments = self._get_appointments()
        by_id = dict(zip(appointments.ids, appointments, strict=True))
        targets = [(row.partner_id, by_id[row.res_id], by_company[row.company_id]) for row in self]
        starts = [appointment.start for _partner, appointment, _account in targets]
        occasions = [row._get_occasion() for row in self]
        try:
            with self.env.cr.savepoint():
                messages = template._queue_messages(purpose, targets, expires_at=starts, occasions=occasions)
        except UserError:
            _logger.exception("Template %s could not be prepared for %s rows", template.id, len(self))
            self._skip(NOT_PREPARED)
            return
        for row, message in zip(self, messages, strict=True):
            row._keep(message)

    def _get_occasion(self) -> str:
        return get_occasion(self.automation_id.trigger, self.res_model, self.res_id, self.anchor)

    def _keep(self, message):
        """Remember the message of a row, and whether the gate lets it leave."""
        self.message_id = message
        if message.state == MESSAGE_BLOCKED:
            self._skip(BLOCKED)
        else:
            self.state = QUEUED
