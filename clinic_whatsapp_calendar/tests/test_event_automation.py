"""Events as a source of automations: what is planned, moved and dropped with them, branch by branch."""

from datetime import datetime, timedelta

from odoo.addons.clinic_whatsapp.tests.appointment_common import NOW, TOMORROW, AppointmentCase
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .calendar_common import MODEL

HOUR = timedelta(hours=1)
DAY_AFTER = TOMORROW + timedelta(days=1)


class EventAutomationCase(AppointmentCase):
    """Automations on events, with a text that greets the patient by name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminder_template = cls.create_template(cls.account_a)
        cls.source = cls.env.ref("clinic_whatsapp_calendar.source_calendar_event")

    def on_events(self, trigger, *offsets, **vals):
        """Return an automation on events that is switched on; a date counts back one day unless said otherwise."""
        automation = self.automate(trigger, *offsets, **{"source_id": self.source.id, "active": False, **vals})
        automation.step_ids.offset_side = "before"
        automation.active = True
        return automation

    def remind(self, **vals):
        return self.on_events("date", (1, "days"), **vals)

    def plan(self, user=None, start=DAY_AFTER, **vals):
        """Return an event of branch A's reception about the patient."""
        vals = {"name": "Implant", "start": start, "stop": start + HOUR, **vals}
        vals.setdefault("clinic_patient_id", self.patient.id)
        return self.env[MODEL].with_user(user or self.user_a).create(vals)

    def rows(self, events, state=None):
        domain = [("res_model", "=", MODEL), ("res_id", "in", events.ids)]
        domain += [("state", "=", state)] if state else []
        return self.env["clinic.whatsapp.scheduled"].search(domain, order="due_at, id")


@tagged("post_install", "-at_install")
class TestEventAutomation(EventAutomationCase):
    def test_the_shipped_source_has_no_problem(self):
        self.assertFalse(self.source.problem)

    def test_a_reminder_is_planned_with_the_event(self):
        automation = self.remind()
        [row] = self.rows(self.plan())
        self.assertEqual((row.automation_id, row.state, row.due_at), (automation, "planned", TOMORROW))
        self.assertEqual((row.company_id, row.partner_id), (self.branch_a, self.patient))

    def test_a_reminder_leaves_through_the_number_of_the_branch(self):
        self.remind()
        event = self.plan()
        self.run_planner(TOMORROW)
        self.assertEqual(self.states(event), [("queued", False)])
        message = self.rows(event).message_id
        self.assertEqual((message.account_id, message.partner_id), (self.account_a, self.patient))
        self.assertIn(self.patient.name, message.body)

    def test_the_sweep_finds_events_from_before_the_automation(self):
        event = self.plan()
        self.remind()
        self.run_planner(NOW)
        self.assertEqual([(row.state, row.due_at) for row in self.rows(event)], [("planned", TOMORROW)])

    def test_a_moved_event_moves_its_reminder(self):
        self.remind()
        event = self.plan()
        event.write({"start": DAY_AFTER + HOUR, "stop": DAY_AFTER + 2 * HOUR})
        self.assertEqual([row.due_at for row in self.rows(event, "planned")], [TOMORROW + HOUR])
        self.assertEqual(len(self.rows(event, "skipped")), 1)
        event.write({"start": DAY_AFTER, "stop": DAY_AFTER + HOUR})
        self.assertEqual([row.due_at for row in self.rows(event, "planned")], [TOMORROW])

    def test_an_archived_event_drops_its_reminder_until_it_is_back(self):
        self.remind()
        event = self.plan()
        event.active = False
        self.assertEqual(self.states(event), [("skipped", "no_match")])
        event.active = True
        self.assertEqual(self.states(event), [("planned", False)])

    def test_a_deleted_event_drops_its_reminder(self):
        self.remind()
        event = self.plan()
        row = self.rows(event)
        event.unlink()
        self.assertEqual((row.state, row.skip_reason), ("skipped", "deleted"))

    def test_a_deleted_event_takes_back_what_waits_in_the_queue(self):
        self.remind()
        event = self.plan()
        self.run_planner(TOMORROW)
        row = self.rows(event)
        event.unlink()
        self.assertEqual((row.state, row.skip_reason, row.message_id.state), ("skipped", "deleted", "cancelled"))

    def test_an_event_that_is_about_nobody_any_more_drops_its_reminder(self):
        self.remind()
        event = self.plan()
        event.clinic_patient_id = False
        self.assertEqual(self.states(event), [("skipped", "no_patient")])

    def test_a_reminder_follows_the_patient_of_its_event(self):
        self.remind()
        event = self.plan()
        other = self.new_patient()
        event.clinic_patient_id = other
        self.assertEqual(self.rows(event).partner_id, other)

    def test_meetings_of_the_staff_are_nobodys_business(self):
        self.remind()
        event = self.plan(clinic_patient_id=False)
        self.run_planner(NOW)
        self.assertFalse(self.rows(event))

    def test_the_only_patient_who_attends_is_reminded(self):
        self.remind()
        event = self.plan(clinic_patient_id=False, partner_ids=[Command.set(self.patient.ids)])
        self.assertEqual(self.rows(event).partner_id, self.patient)

    def test_each_event_of_a_series_is_reminded_of(self):
        self.remind()
        weekly = {"rrule_type_ui": "weekly", "rrule_type": "weekly", "interval": 1, "wed": True}
        event = self.plan(recurrency=True, end_type="count", count=3, **weekly)
        series = event.recurrence_id.calendar_event_ids
        due = [TOMORROW + timedelta(days=days) for days in (0, 7, 14)]
        self.assertEqual([row.due_at for row in self.rows(series, "planned")], due)

    def test_an_event_of_a_whole_day_is_reminded_of_the_day_before(self):
        self.remind()
        event = self.plan(allday=True, start_date=DAY_AFTER.date(), stop_date=DAY_AFTER.date())
        [row] = self.rows(event)
        self.assertEqual((row.state, row.due_at.date()), ("planned", TOMORROW.date()))

    def test_a_branch_that_is_not_covered_gets_nothing(self):
        self.remind(branch_ids=[Command.set(self.branch_b.ids)])
        self.assertFalse(self.rows(self.plan()))
        self.assertEqual(self.rows(self.plan(self.user_b)).company_id, self.branch_b)

    def test_each_branch_sees_the_messages_of_its_own_events(self):
        self.remind()
        mine, theirs = self.rows(self.plan()), self.rows(self.plan(self.user_b))
        self.assertEqual(mine.with_user(self.user_a).search([("id", "in", (mine | theirs).ids)]), mine)
        self.assertEqual(mine.with_user(self.user_b).search([("id", "in", (mine | theirs).ids)]), theirs)

    def test_conditions_are_on_the_event(self):
        self.remind(domain="[('location', 'ilike', 'room 1')]")
        event = self.plan(location="Room 2")
        self.assertFalse(self.rows(event))
        event.location = "Room 1"
        self.assertEqual(self.states(event), [("planned", False)])

    def test_an_employee_outside_our_groups_moves_an_event_like_any_other(self):
        self.remind()
        event = self.plan()
        employee = new_test_user(self.env, "employee", groups="base.group_user", company_id=self.branch_a.id)
        event.with_user(employee).write({"start": DAY_AFTER + HOUR, "stop": DAY_AFTER + 2 * HOUR})
        self.assertEqual([row.due_at for row in self.rows(event, "planned")], [TOMORROW + HOUR])
        event.with_user(employee).unlink()
        self.assertFalse(event.exists())


@tagged("post_install", "-at_install")
class TestEventNoted(EventAutomationCase):
    """Events that are created or come to match, by whoever does it."""

    def test_a_created_event_is_noted_for_its_patient(self):
        self.on_events("created")
        [row] = self.rows(self.plan())
        self.assertEqual((row.state, row.partner_id, row.company_id), ("planned", self.patient, self.branch_a))

    def test_an_event_that_comes_to_match_is_noted_whoever_changes_it(self):
        self.on_events("changed", domain="[('location', '=', 'Room 1')]")
        event = self.plan()
        employee = new_test_user(self.env, "employee", groups="base.group_user", company_id=self.branch_a.id)
        event.with_user(employee).location = "Room 1"
        self.assertEqual(self.rows(event).partner_id, self.patient)

    def test_a_server_action_sends_to_the_selected_events(self):
        automation = self.on_events("called")
        action = self.env["ir.actions.server"].create(
            {
                "name": "Send WhatsApp",
                "model_id": self.source.model_id.id,
                "state": "clinic_whatsapp",
                "whatsapp_automation_id": automation.id,
            }
        )
        events = self.plan() | self.plan(start=DAY_AFTER + HOUR)
        action.with_user(self.user_a).with_context(active_model=MODEL, active_ids=events.ids).run()
        self.assertEqual(self.rows(events).mapped("res_id"), events.ids)
        self.run_planner(datetime.now())
        self.assertEqual(set(self.rows(events).mapped("state")), {"queued"})
