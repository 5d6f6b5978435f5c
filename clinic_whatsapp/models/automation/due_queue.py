"""From due to queued: what is due is looked at once more, then handed to the outbox (``due_send.py``).

A run claims a batch of due rows (SKIP LOCKED) together with their records, and commits each batch. Locking the records
closes the gap in which somebody cancels while the message is being written: either the change is committed first, then
our lock fails with a serialization error and the batch is read again; or it waits for us, and then finds a message in
the queue that it can still withdraw (``planner.py``).

"Looked at once more" means reconciled: the planner's rules decide again, with the automation, the state, the
anchor and the time as they are now. After a long downtime a reminder of a visit that has begun is skipped, one of a
visit ahead leaves in the next send window. The same look finds what has changed in records of other modules, which tell
nobody.
"""

from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.fields import Domain

from .planner import MODEL
from .reasons import BROKEN, DELETED, TOO_LATE
from .scheduled import PLANNED

BATCH = 500
BREATH = timedelta(minutes=1)  # what stayed behind is being changed by somebody
CONFLICT_TRIES = 5
COLLISIONS = (psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _cron_plan(self):
        """Queue what is due, then find what nobody has planned. May also be called directly."""
        self._queue_due()
        self._catch_up()
        self._arm(fields.Datetime.now() + BREATH)

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
    def _get_due_domain(self) -> Domain:
        return self._get_planned_domain() & Domain("due_at", "<=", fields.Datetime.now())

    @api.model
    def _claim_due(self, seen):
        """Return (rows that were looked at, those of them that are ours with their records).

        :param set seen: ids that this run has had already; some of them are being changed by somebody
        """
        domain = self._get_due_domain() & Domain("id", "not in", list(seen))
        for _attempt in range(CONFLICT_TRIES):
            try:
                due = self.search(domain, order="due_at, id", limit=BATCH)
                ours = due.try_lock_for_update()
                return due, ours._filter_with_free_record()
            except psycopg2.errors.SerializationFailure:  # changed after our snapshot: look again
                self.env.cr.rollback()
        return self.browse(), self.browse()

    def _filter_with_free_record(self):
        """Lock the records of these rows; return the rows whose record nobody is changing.

        Rows whose record is gone are skipped on the way.
        """
        free = self.browse()
        for model, rows in self.grouped("res_model").items():
            if model not in self.env:
                rows._end_without_model()
                continue
            records = rows._get_records()
            locked = set(records.try_lock_for_update(allow_referencing=True)._ids)
            free |= rows.filtered(lambda row, locked=locked: row.res_id in locked)
            if len(locked) < len(records):
                there = set(records.exists()._ids)
                rows.filtered(lambda row, there=there: row.res_id not in there)._skip(DELETED)
        return free.sorted(lambda row: (row.due_at, row.id))

    def _end_without_model(self):
        """The module that these rows are about has been removed."""
        for automation, rows in self.grouped("automation_id").items():
            told = automation._for_manager()
            automation._stop(
                told.env._(
                    "There are no records of the kind “%(model)s” any more: the app they belong to was removed.",
                    model=rows[0].res_model,
                )
            )
            rows._skip(BROKEN)

    def _get_records(self):
        """Return the records of these rows, which are of one model."""
        model = self[:1].res_model or MODEL
        return self.env[model].browse(dict.fromkeys(self.mapped("res_id")))

    def _queue(self):
        """Queue these due rows, which are locked, after a last look at each of them."""
        now, wanted = fields.Datetime.now(), {}
        for rows in self.grouped("res_model").values():
            wanted.update(self._reconcile(rows._get_records()))
        ready = self.filtered(lambda row: row.state == PLANNED and row.due_at <= now)
        ready = ready.filtered(lambda row: not row._wait_for_opening(wanted[row], now))
        self._filter_family_allowed(self._add_kin(ready, wanted), now)._send(wanted)

    @api.model
    def _filter_allowed(self, rows, now):
        """Hook: skip what a limit or a stop keeps from leaving; return the rest.

        :param clinic.whatsapp.scheduled rows: due, wanted and inside their hours
        :param datetime now: naive UTC
        """
        return rows

    def _wait_for_opening(self, wish, now) -> bool:
        """Tell whether a due row must wait for the next opening, and make it wait; it may turn out too late."""
        if wish.window.contains(now):
            return False
        opening = wish.window.forward(now)
        if opening > wish.get_last_opening(self.due_at):
            self._skip(TOO_LATE)
        else:
            self.due_at = opening
        return True
