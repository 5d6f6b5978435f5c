"""Finds what nobody has planned: automations that have changed, and appointments that came in past the ORM.

Both are cheap when there is nothing to do. Changed automations carry a flag and the id of the last record that was
planned since, so an interrupted run goes on where it stopped; only their own rows are touched. For the others one query
for each reminder looks for appointments without a row, only as far ahead as the reminder reaches. Dates of other
records: see ``date_sweep.py``.
"""

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..messaging.conflicts import repeated
from .reasons import AUTOMATION_OFF, BROKEN, REVERSIBLE
from .scheduled import PLANNED, QUEUED, SKIPPED
from .trigger import BEFORE, FOLLOWUP, OF_APPOINTMENT, TRIGGERS
from .wish import FRESH

BATCH = 1000
AHEAD = timedelta(days=2)  # how long before it is due a message is planned at the latest
DAY = timedelta(days=1)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _catch_up(self) -> bool:
        """Plan in batches, each committed. False: what does not fit into this run of the cron goes on in the next."""
        every = self.env["clinic.whatsapp.automation"].with_context(active_test=False)
        if not all(changed._plan_anew() for changed in every.search([("needs_planning", "=", True)])):
            return False
        reminders = self.env["clinic.whatsapp.automation.step"].search(
            [("automation_id.active", "=", True), ("automation_id.trigger", "=", BEFORE)]
        )
        return all(step._plan_forgotten() for step in reminders)

    @api.model
    def _plan_in_batches(self, automation, get_domain, after=0, keep=None) -> bool:
        """Plan what one automation wants of some records, in batches, each committed. False: time is up, go on later.

        :param Callable get_domain: says which records; it may fail, like the search for them
        :param int after: id of the last record that is done already
        :param Callable | None keep: gets the id of the last record of every batch, before it is committed
        """
        cron = self.env["ir.cron"]
        while True:
            planned = repeated(self.env, partial(self._plan_batch, automation, get_domain, after, keep))
            if not planned:
                return True
            is_last, after = len(planned) < BATCH, planned[-1]
            has_time = cron._commit_progress(len(planned), remaining=0 if is_last else 1)
            self.env.invalidate_all()
            if is_last or not has_time:
                return is_last

    @api.model
    def _plan_batch(self, automation, get_domain, after, keep):
        """Plan the next batch, see :meth:`_plan_in_batches`; return the ids of its records."""
        batch = automation._find_batch(get_domain, after)
        if not batch:
            return ()
        self._reconcile(batch, automation)
        if keep:
            keep(batch[-1].id)
        return batch.ids


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _plan_anew(self) -> bool:
        """Plan the future messages of one automation after a change. False: time is up, go on later."""
        self.ensure_one()
        if self.model not in self.env:
            self._skip_without_model()
        is_done = self.model not in self.env or self.env["clinic.whatsapp.scheduled"]._plan_in_batches(
            self, self._get_concerned_domain, self.planned_up_to, self._keep_planned
        )
        if is_done:
            self.needs_planning = False
            self.env["ir.cron"]._commit_progress()
        return is_done

    def _skip_without_model(self):
        rows = self.env["clinic.whatsapp.scheduled"].search(
            [("automation_id", "=", self.id), ("state", "=", PLANNED)]
        )
        rows._skip(BROKEN if self._has_stopped() else AUTOMATION_OFF)

    def _find_batch(self, get_domain, after):
        """Return the next records to plan; None when one automation does not work any more."""
        return self._attempt(
            lambda: self.env[self.model].search(get_domain() & Domain("id", ">", after), order="id", limit=BATCH),
            savepoint=True,
        )

    def _keep_planned(self, last_id):
        self.planned_up_to = last_id

    def _get_concerned_domain(self) -> Domain:
        """Return the records that one automation has planned for, or may want to plan for now."""
        own = Domain.custom(to_sql=self._get_own_rows_sql)
        return self._get_upcoming_domain() | own if self.active else own

    def _get_upcoming_domain(self) -> Domain:
        """Return the records to which something is going to happen, or has just happened; dates are swept anyway."""
        trigger, now = self._get_trigger(), fields.Datetime.now()
        if self.trigger == FOLLOWUP:
            return self._get_conditions() & Domain("state", "in", trigger.states)
        if self.trigger not in OF_APPOINTMENT:
            return Domain.FALSE
        ahead = Domain(trigger.ends, ">", now) if trigger.ends else Domain.TRUE
        since = max(self.enabled_at, now - self._get_reach() - FRESH - DAY)
        fresh = Domain(trigger.anchor, ">=", since) if trigger.sign > 0 else Domain.TRUE
        return self._get_scope_domain() & ahead & fresh

    def _get_own_rows_sql(self, _model, alias, _query):
        return SQL(
            """EXISTS (
                SELECT FROM clinic_whatsapp_scheduled row
                 WHERE row.res_model = %(model)s AND row.res_id = %(id)s AND row.automation_id = %(automation)s
                   AND (row.state IN %(waiting)s
                        OR row.state = %(skipped)s AND row.skip_reason IN %(reasons)s AND row.due_at > %(now)s))""",
            id=SQL.identifier(alias, "id"),
            automation=self.id,
            model=self.model,
            waiting=(PLANNED, QUEUED),
            skipped=SKIPPED,
            reasons=REVERSIBLE,
            now=fields.Datetime.now(),
        )


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _plan_forgotten(self) -> bool:
        """Plan upcoming appointments that have no row for this reminder. False: time is up, go on later."""
        return self.env["clinic.whatsapp.scheduled"]._plan_in_batches(
            self.automation_id, self._get_forgotten_domain
        )

    def _get_forgotten_domain(self):
        now = fields.Datetime.now()
        return (
            self.automation_id._get_scope_domain()
            & self.automation_id._get_conditions()
            & Domain("state", "in", TRIGGERS[BEFORE].states)
            & Domain("start", ">", now)
            & Domain("start", "<=", now + self._get_length() + AHEAD)
            & self._get_unplanned_domain(lambda model, alias, query: SQL.identifier(alias, "start"))
        )

    def _get_unplanned_domain(self, get_anchor_sql) -> Domain:
        """Return the records without a row of this step at their present anchor.

        :param Callable get_anchor_sql: (model, alias, query) → the anchor in SQL
        """
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """NOT EXISTS (
                    SELECT FROM clinic_whatsapp_scheduled row
                     WHERE row.step_id = %(step)s AND row.res_model = %(model)s
                       AND row.res_id = %(id)s AND row.anchor = %(anchor)s)""",
                step=self.id,
                model=model._name,
                id=SQL.identifier(alias, "id"),
                anchor=get_anchor_sql(model, alias, query),
            )
        )
