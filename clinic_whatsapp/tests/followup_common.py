"""A branch with a treatment plan, and a patient who has agreed to what it sends."""

from datetime import timedelta

from odoo.fields import Command

from .appointment_common import NOW, AppointmentCase
from .privacy_common import freeze_text, hand_over_notice, switch_on

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class FollowupCase(AppointmentCase):
    """Care advice after a day, a control visit after a week; both are about health (P3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        health = switch_on(cls.root, "health")["health"]
        health.write({"quiet_from": 0.0, "quiet_to": 24.0})
        freeze_text(cls.root, "explicit_consent", "health")
        cls.health = cls.env.ref("clinic_whatsapp.purpose_health")
        cls.control = cls.approve("template_followup_control_en", cls.account_a)
        cls.plan = cls.create_plan()
        cls.agree_to_health(cls.patient)

    @classmethod
    def create_plan(cls, *offsets, **vals):
        """Return a plan that is switched on, with a message for each (title, value, unit)."""
        steps = [
            Command.create(
                {"sequence": number, "title": title, "offset_value": value, "offset_unit": unit,
                 "template_id": cls.control.id}
            )
            for number, (title, value, unit) in enumerate(offsets or [("Advice", 1, "days"), ("Control", 7, "days")])
        ]  # fmt: skip
        plan = cls.env["clinic.whatsapp.automation"].create(
            {
                "name": "After a filling",
                "trigger": "followup",
                "purpose_id": cls.health.id,
                "company_id": cls.root.id,
                "service_ids": [Command.set(cls.service.ids)],
                "window_from": 0,
                "window_to": 24,
                "once_a_day": False,
                "step_ids": steps,
                **vals,
            }
        )
        plan.enabled_at = NOW - 10 * DAY
        return plan

    @classmethod
    def agree_to_health(cls, patient):
        """Let a patient have signed the consent to messages about the treatment, under a number that is proven his."""
        purpose = cls.env["clinic.consent.purpose"]._get("health", cls.root)
        contact = cls.env["clinic.whatsapp.contact"]._for_patients(patient, cls.root)[patient]
        contact.verified_at = NOW
        hand_over_notice(patient, cls.branch_a, delivered_at=NOW - 2 * DAY)
        return cls.env["clinic.consent"]._record(
            patient, purpose, "granted", method="paper", company=cls.branch_a, record_kind="explicit_consent",
            evidence=("form.pdf", b"%PDF-1.4 signed"), checked_by=cls.manager_a, given_at=NOW - DAY,
        )  # fmt: skip

    def start(self, plan=None, user=None, **vals):
        """Return a course that the receptionist of branch A has started for the patient."""
        return (
            self.env["clinic.followup"]
            .with_user(user or self.user_a)
            .create(
                {
                    "automation_id": (plan or self.plan).id,
                    "partner_id": self.patient.id,
                    "company_id": self.branch_a.id,
                    **vals,
                }
            )
        )

    def finish(self, visit):
        """Let the patient arrive and the visit be done, as reception does it."""
        visit = visit.with_user(self.user_b if visit.company_id == self.branch_b else self.user_a)
        visit.action_arrive()
        visit.action_done()
        return visit.followup_ids

    def planned(self, course, state=None):
        """Return the messages of a course, the first due first."""
        domain = [("res_model", "=", "clinic.followup"), ("res_id", "in", course.ids)]
        if state:
            domain.append(("state", "=", state))
        return self.env["clinic.whatsapp.scheduled"].search(domain, order="due_at, id")

    def show(self, course, user=None):
        """Return what the timeline of a course shows to somebody."""
        seen = course.with_user(user or self.user_a)
        seen.invalidate_recordset()
        return seen.timeline
