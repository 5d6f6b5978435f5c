"""Finds what nobody has planned: appointments that came in past the ORM, and automations that have changed.

Both are cheap when there is nothing to do. Changed automations carry a flag and the id of the last appointment that
was planned since, so an interrupted run goes on where it stopped. For the others one query for each reminder looks
for appointments without a row, only as far ahead as the reminder reaches.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .planner import MODEL
from .trigger import BEFORE, TRIGGERS

BATCH = 1000
AHEAD = timedelta(days=2)  # how long before it is due a reminder is planned at the latest


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _catch_up(self):
        """Plan in batches, each committed; what does not fit into this run of the cron goes on in the next."""
        changed = self.env["clinic.whatsapp.automation"].with_context(active_test=False)
        if not changed.search([("needs_planning", "=", True)])._plan_upcoming():
            return
        reminders = self.env["clinic.whatsapp.automation.step"].search(
            [("automation_id.active", "=", True), ("automation_id.trigger", "=", BEFORE)]
        )
        for step in reminders:
            if not step._plan_forgotten():
                return


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _plan_upcoming(self) -> bool:
        """Plan all upcoming appointments after a change of these automations. False: time is up, go on later."""
        rest = self
        while rest:
            first = min(rest.mapped("planned_up_to"))
            batch = self.env[MODEL].search(
                [("start", ">", fields.Datetime.now()), ("id", ">", first)], order="id", limit=BATCH
            )
            self.env["clinic.whatsapp.scheduled"]._reconcile(batch)
            if len(batch) < BATCH:
                rest.needs_planning = False
            else:
                rest.filtered(lambda a, last=batch[-1].id: a.planned_up_to < last).planned_up_to = batch[-1].id
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=len(batch) // BATCH):
                return False
            self.env.invalidate_all()
            rest = rest.filtered("needs_planning")
        return True


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _plan_forgotten(self) -> bool:
        """Plan upcoming appointments that have no row for this reminder. False: time is up, go on later."""
        while batch := self.env[MODEL].search(self._get_forgotten_domain(), order="id", limit=BATCH):
            self.env["clinic.whatsapp.scheduled"]._reconcile(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=len(batch) // BATCH):
                return False
            self.env.invalidate_all()
        return True

    def _get_forgotten_domain(self):
        now = fields.Datetime.now()
        reach = timedelta(**{self.offset_unit: self.offset_value})
        return (
            self.automation_id._get_scope_domain()
            & Domain("state", "in", TRIGGERS[BEFORE].states)
            & Domain("start", ">", now)
            & Domain("start", "<=", now + reach + AHEAD)
            & Domain.custom(to_sql=self._get_forgotten_sql)
        )

    def _get_forgotten_sql(self, _model, alias, _query):
        return SQL(
            """NOT EXISTS (
                SELECT FROM clinic_whatsapp_scheduled row
                 WHERE row.step_id = %(step)s AND row.res_model = %(model)s
                   AND row.res_id = %(id)s AND row.anchor = %(start)s)""",
            step=self.id,
            model=MODEL,
            id=SQL.identifier(alias, "id"),
            start=SQL.identifier(alias, "start"),
        )
