"""What the tests of appointments and automations share."""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import freeze_time

from ..cloud_api.webhook import InboundMessage
from .common import ClinicCase

NOW = datetime(2026, 3, 2, 9, 0)  # Monday noon in Istanbul (UTC+3), naive UTC
TOMORROW = NOW + timedelta(days=1)


class AppointmentCase(ClinicCase):
    """Two branches in Istanbul, a practitioner in each, and the time of day standing still at NOW."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for branch in cls.branch_a | cls.branch_b:
            branch.resource_calendar_id.tz = "Europe/Istanbul"
        cls.patient.lang = "en_US"
        cls.opt_in(cls.patient)
        cls.service = cls.env["clinic.service"].create(
            {"name": "Examination", "duration": 45, "company_id": cls.root.id}
        )
        cls.doctor_a, cls.doctor_b = cls.env["resource.resource"].create(
            [
                {"name": "Dr. Ada Ak", "company_id": cls.branch_a.id},
                {"name": "Dr. Ege Kara", "company_id": cls.branch_b.id},
            ]
        )
        cls.reminder_template = cls.approve("template_appt_reminder_en", cls.account_a)

    def setUp(self):
        super().setUp()
        self.clock = self.startPatcher(freeze_time(NOW))
        self.addCleanup(setattr, self.env.cr, "_now", self.env.cr._now)
        self.at(NOW)

    @classmethod
    def approve(cls, starter, account):
        """Return a starter text as a number's own, approved template."""
        template = cls.env.ref(f"clinic_whatsapp.{starter}").copy(
            {"account_id": account.id, "company_id": account.company_id.id}
        )
        template.status = "approved"
        return template

    @classmethod
    def new_patient(cls, name="Ali Demir", phone="+905300000002", **vals):
        return cls.create_patient(name, phone, lang="en_US", **vals)

    @classmethod
    def new_calendar(cls, branch, hours=((8, 12), (13, 17)), tz="Europe/Istanbul", days=range(5)):
        """Return opening hours: each (begin, end) on each day of the week, Monday first."""
        lines = [
            Command.create(
                {
                    "name": "open",
                    "dayofweek": str(day),
                    "hour_from": begin,
                    "hour_to": end,
                    "day_period": "morning" if begin < 12 else "afternoon",
                }
            )
            for day in days
            for begin, end in hours
        ]
        return cls.env["resource.calendar"].create(
            {"name": "Hours", "company_id": branch.id, "tz": tz, "attendance_ids": [Command.clear(), *lines]}
        )

    def book(self, start=TOMORROW, **vals):
        """Return an appointment of the patient in branch A, made by its receptionist."""
        vals = {"patient_id": self.patient.id, "company_id": self.branch_a.id, **vals}
        user = self.user_b if vals["company_id"] == self.branch_b.id else self.user_a
        appointment = self.env["clinic.appointment"].with_user(user).create({"start": start, **vals})
        return appointment.sudo().with_user(self.env.user)

    @classmethod
    def automate(cls, trigger, *offsets, **vals):
        """Return an automation that is switched on, with one message for each (value, unit)."""
        steps = [
            Command.create(
                {
                    "offset_value": value,
                    "offset_unit": unit,
                    "template_id": cls.reminder_template.id,
                }
            )
            for value, unit in offsets or [(0, "minutes")]
        ]
        return cls.env["clinic.whatsapp.automation"].create(
            {
                "name": f"Test {trigger}",
                "trigger": trigger,
                "company_id": cls.root.id,
                "window_from": 0,
                "window_to": 24,
                "step_ids": steps,
                **vals,
            }
        )

    def rows(self, appointment, state=None):
        """Return the scheduled rows of an appointment, oldest due first."""
        domain = [("res_model", "=", "clinic.appointment"), ("res_id", "in", appointment.ids)]
        if state:
            domain.append(("state", "=", state))
        return self.env["clinic.whatsapp.scheduled"].search(domain, order="due_at, id")

    def states(self, appointment):
        """Return [(state, reason)] of the rows of an appointment."""
        return [(row.state, row.skip_reason) for row in self.rows(appointment)]

    def at(self, moment):
        """Let it be this moment, naive UTC; for the dates of creation too."""
        self.clock.move_to(moment)
        self.env.flush_all()
        self.env.cr._now = moment

    def run_planner(self, at=None):
        """Run the planner's cron as the server does."""
        if at:
            self.at(at)
        with self.enter_registry_test_mode():
            self.env.ref("clinic_whatsapp.ir_cron_plan").method_direct_trigger()
        self.env.invalidate_all()

    def ask(self, appointment, account=None):
        """Return the reminder that asks about an appointment, as if it had been sent."""
        purpose = self.env["clinic.consent.purpose"]._get("appointment", self.branch_a)
        targets = [(appointment.patient_id, appointment, account or self.account_a)]
        message = self.reminder_template._queue_messages(purpose, targets)
        message.sudo().write({"state": "sent", "wamid": f"wamid.{message.client_ref}"})
        return message.sudo()

    def press(self, asked, action, account=None):
        """Let the patient press a button of our message; return what arrived."""
        account = account or asked.account_id
        self._count = getattr(self, "_count", 0) + 1
        wamid = f"wamid.answer.{self._count}"
        phone = asked.conversation_id.contact_id.phone
        account._receive(
            InboundMessage(
                wamid=wamid,
                type="button",
                sent_at=datetime.now().astimezone(),
                wa_id=phone.lstrip("+"),
                user_id=None,
                profile_name="A",
                body="pressed text",
                button_payload=f"{action}:{asked.client_ref}:0",
                reply_to=asked.wamid,
                wire_type="button",
            )
        )
        return self.env["clinic.whatsapp.message"].search([("wamid", "=", wamid)])
