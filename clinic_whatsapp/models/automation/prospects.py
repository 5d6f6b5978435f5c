"""Which messages an automation would plan if it were switched on now: the planner's wishes, and nothing is written.

Three outlooks, by what sets the automation off:

- *ahead*: the moment follows from records that are there: visits that are coming up, dates, courses of treatment. Of
  what follows a visit it is assumed that every patient comes.
- *back*: it happens to records, and nobody knows to which. Told is to which it happened in the last days.
- *unknown*: it depends on what patients write, or on what others program.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from odoo import api, models
from odoo.fields import Domain

from ..appointment.appointment_events import UPCOMING
from ..messaging.gate_hours import HOLIDAYS_AHEAD
from ..messaging.send_window import shift
from .reasons import NO_PATIENT, REVERSIBLE, TOO_LATE
from .scheduled import DONE, QUEUED, SKIPPED
from .trigger import (
    BEFORE,
    FOLLOWUP,
    ON_BOOKED,
    ON_CANCELLED,
    ON_CONFIRMED,
    ON_CREATED,
    ON_DATE,
    ON_DONE,
    ON_MOVED,
    ON_NO_SHOW,
    TRIGGERS,
    get_occasion,
)

AHEAD, BACK, UNKNOWN = "ahead", "back", "unknown"
SPAN = timedelta(days=30)
MOST = 1000  # records that are looked at one by one
OUTLOOKS = {
    **dict.fromkeys((BEFORE, ON_DATE, FOLLOWUP, ON_DONE), AHEAD),
    **dict.fromkeys((ON_BOOKED, ON_CONFIRMED, ON_MOVED, ON_CANCELLED, ON_NO_SHOW, ON_CREATED), BACK),
}


@dataclass(frozen=True)
class Prospect:
    """A message that would be planned.

    :param due_at: naive UTC
    :param reason: why it would not leave, whatever the gate says; False for none
    """

    step: object
    record: object
    anchor: datetime
    company: object
    partner: object
    due_at: datetime
    reason: str | bool

    @property
    def occasion(self) -> str:
        return get_occasion(self.step.trigger, self.record._name, self.record.id, self.anchor)


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _get_outlook(self) -> str:
        model = self.env.get(self.model)
        is_readable = model is not None and model.has_access("read")
        return OUTLOOKS.get(self.trigger, UNKNOWN) if is_readable and self.trigger in TRIGGERS else UNKNOWN

    def _find_prospects(self, now):
        """Return (what would be planned, how many records are concerned, how many of them were looked at).

        :param datetime now: naive UTC
        :return: prospects in the order in which they are due
        """
        outlook = self._get_outlook()
        if outlook == UNKNOWN:
            return [], 0, 0
        domain, order = self._get_prospect_domain(outlook, now)
        records = self.env[self.model].search(domain, order=order, limit=MOST)
        found = len(records) if len(records) < MOST else self.env[self.model].search_count(domain)
        prospects = self._get_prospects(records, outlook, now)
        return sorted(prospects, key=lambda it: (it.due_at, it.record.id)), found, len(records)

    def _get_prospect_domain(self, outlook, now):
        """Return (domain, order) of the records that an outlook is about."""
        name = self._get_moment_field()
        first, last = (now, now + SPAN + self._get_reach()) if outlook == AHEAD else (now - SPAN, now)
        domain = self._get_scope_domain() & Domain(name, ">", first) & Domain(name, "<=", last)
        if self.trigger in (BEFORE, ON_DONE):
            domain &= Domain("state", "in", UPCOMING)
        elif self.trigger in TRIGGERS and TRIGGERS[self.trigger].states != UPCOMING:
            domain &= Domain("state", "in", TRIGGERS[self.trigger].states)
        return domain, f"{name}, id" if outlook == AHEAD else f"{name} desc, id desc"

    def _get_moment_field(self) -> str:
        """Return the field with the moment that the messages would hang on."""
        if self.trigger == ON_DONE:
            return "stop"
        return TRIGGERS[self.trigger].anchor

    def _get_reach(self) -> timedelta:
        """Return how long before the moment of a record its first message leaves."""
        offsets = [step._get_offset() for step in self.step_ids]
        return max((timedelta(**{it.unit: -it.value}) for it in offsets if it.value < 0), default=timedelta())

    def _get_prospects(self, records, outlook, now):
        known = self._find_known_rows(records)
        steps = {step.id: step for step in self.step_ids if step.template_id}
        prospects = []
        for record, step_id, anchor, due_at, is_late in self._get_moments(records, outlook, now):
            row = known.get((step_id, record.id, anchor))
            if step_id not in steps or (row and row.state in (QUEUED, DONE)):
                continue  # it has left already
            if outlook == BACK or due_at <= now + SPAN:
                reason = self._get_planned_reason(record, row, is_late)
                company, partner = self._get_people(record)
                prospects.append(Prospect(steps[step_id], record, anchor, company, partner, due_at, reason))
        return prospects

    def _find_known_rows(self, records):
        """Return {(step id, record id, anchor): row} of what has been planned for some records already."""
        rows = self.env["clinic.whatsapp.scheduled"].search(
            [("automation_id", "=", self.id), ("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        return {(row.step_id.id, row.res_id, row.anchor): row for row in rows}

    @api.model
    def _get_people(self, record):
        """Return (branch, patient) of a record."""
        return record.company_id, record.patient_id

    @api.model
    def _get_planned_reason(self, record, row, is_late):
        """Return why the planner would not let a message leave; False when it would."""
        if not record.patient_id:
            return NO_PATIENT
        if row and row.state == SKIPPED and row.skip_reason not in REVERSIBLE:
            return row.skip_reason
        return TOO_LATE if is_late else False

    def _get_moments(self, records, outlook, now):
        """Yield (record, step id, anchor, due moment, whether that is too late)."""
        if not records:
            return
        name = self._get_moment_field()
        moments = records.mapped(name)
        windows = self.env["clinic.consent.purpose"]._get_windows(
            records.company_id, min(now, *moments), max(now, *moments) + HOLIDAYS_AHEAD
        )
        plans = {company: self._get_plan(company, windows) for company in records.company_id}
        for record in records:
            plan = replace(plans[record.company_id], enabled_at=datetime.min)
            if self.trigger == BEFORE:
                for (step_id, _res_id, anchor), wish in plan.get_wishes(record, now):
                    yield record, step_id, anchor, wish.due_at, wish.is_late
            else:
                for offset in plan.offsets:
                    moment = shift(record[name], offset.value, offset.unit, plan.window.zone)
                    yield record, offset.step_id, record[name], plan.window.forward(moment), False
