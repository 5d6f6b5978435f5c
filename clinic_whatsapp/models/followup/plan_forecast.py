"""Who would get the messages of a treatment plan: also those whose coming visits are going to begin it.

It is assumed that every patient comes, and that visits end when they are booked to end. A course that is begun by hand
cannot be foretold.
"""

from dataclasses import replace

from odoo import models
from odoo.fields import Domain

from ..appointment.appointment_events import UPCOMING
from ..automation.forecast_look import ForecastLook
from ..automation.prospects import AHEAD, MOST, SPAN, Prospect
from ..automation.subject import Subject
from ..automation.trigger import FOLLOWUP

VISIT = "clinic.appointment"


class VisitLook(ForecastLook):
    """A look at visits as if they were the courses that they are going to begin."""

    def _get_plan(self, automation, company):
        return replace(super()._get_plan(automation, company), date_path="stop")

    def get_wishes_of_visits(self):
        """Return the same as ``get_wishes_at``; a message is wanted of every visit."""
        cases = [
            (Subject(visit, visit.company_id, visit.patient_id), visit.stop, visit.stop, visit.stop)
            for visit in self.records
        ]
        return self._get_wishes_of(cases)


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _find_prospects(self, now):
        """Extended: a plan also tells of the visits that begin it."""
        prospects, found, judged = super()._find_prospects(now)
        if self.trigger != FOLLOWUP or self._get_outlook() != AHEAD or not self.service_ids:
            return prospects, found, judged
        domain = self._get_beginning_domain(now)
        visits = self.env[VISIT].search(domain, order="start, id", limit=MOST)
        total = len(visits) if len(visits) < MOST else visits.search_count(domain)
        begun = [*prospects, *self._get_prospects_of_visits(visits, now)]
        return sorted(begun, key=lambda it: (it.due_at, it.record.id)), found + total, judged + len(visits)

    def _get_beginning_domain(self, now) -> Domain:
        """Return the visits of the next days that begin one plan, as far as they end as they are booked."""
        coming = Domain("state", "in", UPCOMING) & Domain("stop", ">", now) & Domain("stop", "<=", now + SPAN)
        living = Domain("patient_id.is_patient", "=", True) & Domain("patient_id.deceased_on", "=", False)
        here = Domain("company_id", "child_of", (self.branch_ids or self.company_id).ids)
        return coming & living & here & Domain("service_id", "in", self.service_ids.ids)

    def _get_prospects_of_visits(self, visits, now):
        steps = {step.id: step for step in self.step_ids if step.template_id}
        by_id = dict(zip(visits.ids, visits, strict=True))
        # sudo: clinic.whatsapp.automation, clinic.appointment - as the planner looks; the reader may see the visits
        wishes = VisitLook(visits.sudo(), self.sudo(), now).get_wishes_of_visits()
        return [
            Prospect(steps[key[0]], by_id[key[1]], key[2], it.company, it.partner, wish.due_at, wish.skip_reason)
            for key, wish, it in wishes
            if key[0] in steps and wish.due_at <= now + SPAN
        ]

    def _get_template_record(self, template, record):
        """Extended: what a visit is going to begin is read from the visit."""
        is_ahead = self.trigger == FOLLOWUP and record._name == VISIT
        return record if is_ahead else super()._get_template_record(template, record)

    def _introduce_forecast(self, mode):
        intro = super()._introduce_forecast(mode)
        if self.trigger != FOLLOWUP or self._get_outlook() != AHEAD:
            return intro
        if self.service_ids:
            return self.env._(
                "What would leave in the next 30 days: to patients whose course is under way, and to those whose "
                "visit is going to begin one."
            )
        return self.env._(
            "What would leave in the next 30 days to patients whose course is under way. The plan begins by hand: "
            "nobody knows who comes next."
        )
