"""Plans the dates of records that nobody tells us about: appointments of other modules, birthdays, ends of contracts.

For every message one query looks for records whose date comes near and which have no row at that date; so it finds new
records and changed dates alike, however long nobody has looked, and costs little when there is none. What it finds is
handed to the planner in batches, each committed. A message whose moment has passed meanwhile is recorded as too late,
up to a month back; nothing is made up for in a flood.

A day (a date without a time) begins at midnight in the branch, so branches are taken zone by zone.
"""

from datetime import datetime, timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .catch_up import AHEAD, DAY
from .trigger import OF_DATE

LOOK_BACK = timedelta(days=31)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _catch_up(self):
        return super()._catch_up() and all(step._plan_dates() for step in self._find_dated_steps())

    @api.model
    def _find_dated_steps(self):
        steps = self.env["clinic.whatsapp.automation.step"].search(
            [("automation_id.active", "=", True), ("automation_id.trigger", "in", list(OF_DATE))]
        )
        return steps.filtered(lambda step: step.automation_id._can_be_swept())


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _can_be_swept(self) -> bool:
        return self.model in self.env and bool(self._get_date_path())

    def _find_zones(self):
        """Yield (name of a time zone, branches of this automation in it)."""
        # sudo: res.company - the cron works for all branches
        branches = self.env["res.company"].sudo().search([])
        covered = branches.filtered(lambda branch: self._covers(branch))
        if not self._get_paths().company:
            covered &= self.company_id
        yield from covered.grouped(lambda branch: branch._get_tz()).items()


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _plan_dates(self) -> bool:
        """Plan the records whose date comes near. False: time is up, go on later."""
        scheduled, automation = self.env["clinic.whatsapp.scheduled"], self.automation_id
        return all(
            scheduled._plan_in_batches(automation, partial(self._get_dated_domain, zone, branches))
            for zone, branches in automation._find_zones()
        )

    def _get_dated_domain(self, zone, branches) -> Domain:
        paths, path = self.automation_id._get_paths(), self.automation_id._get_date_path()
        here = Domain(paths.company, "in", branches.ids) if paths.company else Domain.TRUE
        first, last = self._get_dates(fields.Datetime.now())
        states = self.automation_id._get_trigger().states
        return (
            here
            & (Domain("state", "in", states) if states else Domain.TRUE)
            & Domain(f"{paths.partner}.is_patient".lstrip("."), "=", True)
            & self.automation_id._get_conditions()
            & Domain(path, ">=", first)
            & Domain(path, "<=", last)
            & self._get_unplanned_domain(lambda model, alias, query: _to_sql(model, alias, query, path, zone))
        )

    def _get_dates(self, now) -> tuple[datetime, datetime]:
        """Return between which dates a message falls due; a day more on both sides, for the hours and the zones."""
        length = self._get_length()
        if self._get_offset().value < 0:
            return now - DAY, now + length + AHEAD + DAY
        return max(self.automation_id.enabled_at, now - LOOK_BACK) - length - DAY, now - length + AHEAD + DAY


def _to_sql(model, alias, query, path, zone) -> SQL:
    """Return the anchor at the end of a path as the planner reads it (``subject.to_moment``)."""
    *steps, last = path.split(".")
    for name in steps:
        comodel = model.env[model._fields[name].comodel_name]
        link = model._field_to_sql(alias, name, query)
        step_alias = query.make_alias(alias, name)
        query.add_join("LEFT JOIN", step_alias, comodel._table, SQL("%s = %s", link, SQL.identifier(step_alias, "id")))
        model, alias = comodel, step_alias
    moment = model._field_to_sql(alias, last, query)
    if model._fields[last].type == "datetime":
        return moment
    return SQL("(%s::timestamp AT TIME ZONE %s) AT TIME ZONE 'UTC'", moment, zone)
