"""Plans that begin by themselves when a visit for one of their services is finished.

- Only what was finished after the plan was switched on begins one, and only while the visit is fresh: a list of old
  visits that somebody imports sends nothing to anybody.
- A visit that turns out not to be finished takes its course back, and finished again it goes on with it.
"""

from datetime import timedelta

from odoo import api, fields, models

from ..appointment.appointment import DONE
from ..automation.trigger import FOLLOWUP
from .followup_states import UNDONE

FRESH = timedelta(days=7)  # so long after its beginning a visit may still begin a course by itself


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    followup_ids = fields.One2many("clinic.followup", "appointment_id", "Treatment follow-up", readonly=True)

    def _after_events(self):
        result = super()._after_events()
        # sudo: clinic.followup - courses follow from every change of a visit, whoever makes it; each carries its branch
        self.env["clinic.followup"].sudo()._follow_visits(self.sudo())
        return result

    def action_start_followup(self):
        """Open the form in which a plan is started from this visit."""
        self.ensure_one()
        return self.env["clinic.followup"]._open_start(
            default_partner_id=self.patient_id.id,
            default_appointment_id=self.id,
            default_company_id=self.company_id.id,
            default_started_at=fields.Datetime.to_string(self.done_at or self.stop),
        )

    def _may_be_followed(self) -> bool:
        patient = self.patient_id
        return patient.is_patient and not patient.deceased_on


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _begins_with(self, visit) -> bool:
        """Tell whether one plan begins by itself with a finished visit."""
        is_since = bool(self.enabled_at) and visit.done_at >= self.enabled_at
        return is_since and visit.service_id in self.service_ids and self._covers(visit.company_id)


class ClinicFollowup(models.Model):
    _inherit = "clinic.followup"

    @api.model
    def _follow_visits(self, visits):
        """Start, take back and take up again what follows from these visits by itself."""
        finished = visits.filtered(lambda visit: visit.state == DONE)
        known = self.search([("appointment_id", "in", visits.ids)])
        own = known.filtered(lambda course: not course.started_by_id)
        own.filtered(lambda course: course.appointment_id not in finished)._stop(UNDONE)
        own.filtered(lambda course: course.appointment_id in finished and course.stop_reason == UNDONE)._go_on()
        taken = {(course.automation_id, course.appointment_id) for course in known}
        begun = [pair for pair in self._find_beginnings(finished) if pair not in taken]
        self.create([self._prepare_automatic_vals(*pair) for pair in begun])

    def _go_on(self):
        """Take up these courses of visits that are finished after all; one that took place later is a new day zero."""
        for course in self:
            finished_at = course.appointment_id.done_at
            if finished_at > course.stopped_at:
                course.started_at = finished_at
        self._resume()

    @api.model
    def _find_beginnings(self, visits):
        """Yield (plan, visit) for each plan that one of these finished visits begins by itself."""
        earliest = fields.Datetime.now() - FRESH
        fresh = visits.filtered(lambda visit: visit.start > earliest and visit.done_at and visit._may_be_followed())
        plans = fresh.service_id and self.env["clinic.whatsapp.automation"].search(
            [("trigger", "=", FOLLOWUP), ("active", "=", True), ("service_ids", "in", fresh.service_id.ids)]
        )
        for visit in fresh:
            for plan in plans or ():
                if plan._begins_with(visit):
                    yield plan, visit

    @api.model
    def _prepare_automatic_vals(self, plan, visit):
        return {
            "automation_id": plan.id,
            "partner_id": visit.patient_id.id,
            "appointment_id": visit.id,
            "company_id": visit.company_id.id,
            "started_at": visit.done_at,
            "started_by_id": False,
        }

    @api.model
    def _open_start(self, **defaults):
        """Return the action that opens the form in which a plan is started."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start a treatment plan"),
            "res_model": self._name,
            "views": [(self.env.ref("clinic_whatsapp.followup_view_form_start").id, "form")],
            "target": "new",
            "context": defaults,
        }
