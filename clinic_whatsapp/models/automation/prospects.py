"""Which messages an automation would plan if it were switched on now: the planner's wishes, and nothing is written.

Three outlooks, by what sets the automation off:

- *ahead*: the moment follows from records that are there: visits that are coming up, dates, courses of treatment. Of
  what follows a visit it is assumed that every patient comes.
- *back*: it happens to records, and nobody knows to which. Told is to which it happened in the last days, as if the
  automation had been on.
- *unknown*: it depends on what patients write, or on what others program. A text of its own answers what somebody has
  just written, so it is never foretold.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import api, models
from odoo.fields import Domain

from ..appointment.appointment_events import UPCOMING
from . import trigger as triggers
from .forecast_look import ForecastLook
from .reasons import REVERSIBLE
from .scheduled import DONE, PLANNED, QUEUED, SKIPPED

AHEAD, BACK, UNKNOWN = "ahead", "back", "unknown"
SPAN = timedelta(days=30)
DAY = timedelta(days=1)  # for the hours, and for dates without a time
MOST = 1000  # records that are looked at one by one
OUTLOOKS = {
    **dict.fromkeys((triggers.BEFORE, triggers.ON_DATE, triggers.FOLLOWUP, triggers.ON_DONE), AHEAD),
    **dict.fromkeys(
        (
            triggers.ON_BOOKED,
            triggers.ON_CONFIRMED,
            triggers.ON_MOVED,
            triggers.ON_CANCELLED,
            triggers.ON_NO_SHOW,
            triggers.ON_CREATED,
            triggers.ON_CLOSED,
        ),
        BACK,
    ),
}
ASSUMED = {triggers.ON_DONE: "stop", triggers.ON_CREATED: "create_date"}  # where the moment stands for a forecast


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
        return triggers.get_occasion(self.step.trigger, self.record._name, self.record.id, self.anchor)

    @property
    def about(self) -> str:
        """What the record is called beside the name of its patient; empty when there is no more to it."""
        return (self.record.display_name or "").removeprefix(self.partner.name or "").lstrip(" ,;:·–-")


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _is_lookable(self) -> bool:
        """Tell whether the reader may see the records that one automation is about, and it can find them."""
        model = self.env.get(self.model)
        return model is not None and model.has_access("read") and not self._find_present_problem()

    def _get_outlook(self) -> str:
        is_possible = self.step_ids.template_id and self._is_lookable()
        return OUTLOOKS.get(self.trigger, UNKNOWN) if is_possible else UNKNOWN

    def _find_prospects(self, now):
        """Return (what would be planned, how many records are concerned, how many of them were looked at).

        :param datetime now: naive UTC
        :return: prospects in the order in which they are due
        """
        outlook = self._get_outlook()
        if outlook == UNKNOWN:
            return [], 0, 0
        model, domain = self.env[self.model].with_context(active_test=True), self._get_prospect_domain(outlook, now)
        records = model.search(domain, order=self._get_prospect_order(outlook), limit=MOST)
        found = len(records) if len(records) < MOST else model.search_count(domain)
        return self._get_prospects(records, outlook, now), found, len(records)

    def _get_prospect_domain(self, outlook, now) -> Domain:
        """Return the records that an outlook is about."""
        path = self._get_moment_path()
        first, last = (now - SPAN, now) if outlook == BACK else self._get_dates_ahead(now)
        domain = self._get_choice_domain() & Domain(path, ">=", first) & Domain(path, "<=", last)
        states = UPCOMING if self.trigger == triggers.ON_DONE else self._get_trigger().states
        if states and not (outlook == BACK and states == UPCOMING):  # what was booked then may be over now
            domain &= Domain("state", "in", states)
        if self.trigger in triggers.OF_CHAT:  # nobody asks a stranger how it was
            domain &= Domain("partner_id.is_patient", "=", True)
        return domain

    def _get_choice_domain(self) -> Domain:
        """Return all records that fulfil the conditions."""
        return self._get_scope_domain() & self._get_conditions()

    def _get_moment_path(self) -> str:
        """Return where the moment stands that the messages would hang on."""
        return ASSUMED.get(self.trigger) or self._get_date_path()

    def _get_prospect_order(self, outlook) -> str:
        path = self._get_moment_path()
        if "." in path:
            return "id"
        return f"{path} desc, id desc" if outlook == BACK else f"{path}, id"

    def _get_dates_ahead(self, now):
        """Return between which dates of its records a message of the next days falls due."""
        if self.trigger in (triggers.BEFORE, triggers.ON_DONE):
            return now, now + SPAN + self._get_reach()
        return now - self._get_reach() - DAY, now + SPAN + self._get_reach() + DAY

    def _get_prospects(self, records, outlook, now):
        """Return what would be planned for some records that the reader may see."""
        known, steps = self._find_known_rows(records), {step.id: step for step in self.step_ids if step.template_id}
        by_id = dict(zip(records.ids, records, strict=True))
        prospects = []
        for key, wish, subject in self._find_wishes(records, outlook, now):
            row, due_at = known.get(key), wish.due_at
            if key[0] not in steps or (row and row.state in (QUEUED, DONE)):
                continue  # it has left already
            if row and row.state == PLANNED:
                due_at = row.due_at
            if outlook == BACK or due_at <= now + SPAN:
                reason = self._get_skip_reason(row, wish)
                record, partner = by_id[key[1]], subject.partner
                prospects.append(Prospect(steps[key[0]], record, key[2], subject.company, partner, due_at, reason))
        return sorted(prospects, key=lambda it: (it.due_at, it.record.id))

    def _find_wishes(self, records, outlook, now):
        """Return [((step id, record id, anchor), Wish, Subject)]; see ``forecast_look``."""
        # sudo: clinic.whatsapp.automation, of any model - the planner works as the superuser; the records are those
        # that the reader may see
        look = ForecastLook(records.sudo(), self.sudo(), now - SPAN if outlook == BACK else now)
        if outlook == BACK or self.trigger in ASSUMED:
            return look.get_wishes_at(self._get_moment_path())
        return look.get_wishes_ahead()

    def _find_known_rows(self, records):
        """Return {(step id, record id, anchor): row} of what has been planned for some records already."""
        rows = self.env["clinic.whatsapp.scheduled"].search(
            [("automation_id", "=", self.id), ("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        return {(row.step_id.id, row.res_id, row.anchor): row for row in rows}

    @api.model
    def _get_skip_reason(self, row, wish):
        """Return why the planner would not let a message leave; False when it would."""
        if row and row.state == SKIPPED and row.skip_reason not in REVERSIBLE:
            return row.skip_reason
        return wish.skip_reason
