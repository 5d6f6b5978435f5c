"""An automation that does not work any more stops itself, says why and tells a manager once; all others go on."""

from datetime import timedelta

import psycopg2
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .appointment_common import NOW
from .test_automation_triggers import DAY, HOUR, IN_A_WEEK, PLANNED, QUEUED, TriggerCase

LOGGER = "odoo.addons.clinic_whatsapp.models.automation.broken"
BROKEN = ("skipped", "broken")
ROOM = "[('x_room', '=', 'blue')]"


class BrokenCase(TriggerCase):
    def setUp(self):
        # Cleanups run last in, first out: the models are set up anew when the fields of the test are gone again.
        self.addCleanup(lambda: self.registry._setup_models__(self.env.cr))
        super().setUp()
        self.enterContext(mute_logger(LOGGER))

    def add_field(self, name="x_room", model="clinic.appointment", ttype="char", **vals):
        return self.env["ir.model.fields"].create(
            {
                "name": name,
                "field_description": name,
                "model_id": self.env["ir.model"]._get_id(model),
                "ttype": ttype,
                **vals,
            }
        )

    def sql(self, query, *params):
        """Change the database behind the back of Odoo."""
        self.env.flush_all()
        self.env.cr.execute(query, params)
        self.env.invalidate_all()

    def settle(self):
        """Let happen what a request does when it ends."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def told(self, automation):
        """Return what asks a manager to mend an automation."""
        activities = self.env["mail.activity"].search([("res_model", "=", "clinic.whatsapp.account")])
        return activities.filtered(lambda activity: automation.name in activity.summary)

    def assertStopped(self, automation, *words):
        self.settle()
        self.assertFalse(automation.active)
        self.assertTrue(automation.stopped_at)
        for word in words:
            self.assertIn(word, automation.stopped_reason)
        self.assertEqual(len(self.told(automation)), 1)
        self.assertIn(automation.stopped_reason, self.told(automation).summary)

    def assertWorks(self, automation):
        self.assertTrue(automation.active)
        self.assertFalse(automation.stopped_reason)
        self.assertFalse(self.told(automation))

    def pair(self, *args, domain=ROOM, **vals):
        """Return an automation with conditions, and one without."""
        return self.automate(*args, domain=domain, name="Breaks", **vals), self.automate(*args, name="Holds", **vals)

    def ends_of(self, automation, appointment):
        rows = self.rows(appointment).filtered(lambda row: row.automation_id == automation)
        return [(row.state, row.skip_reason) for row in rows]


@tagged("post_install", "-at_install")
class TestBrokenWhileBooking(BrokenCase):
    """Whatever is wrong with an automation, reception goes on working."""

    def test_field_of_the_conditions_is_gone(self):
        field = self.add_field()
        broken, other = self.pair("booked")
        field.unlink()
        appointment = self.book(IN_A_WEEK, note="kept")
        self.assertStopped(broken, "If: Appointment has no field “x_room”.")
        self.assertEqual(appointment.note, "kept")
        self.assertEqual(self.ends_of(other, appointment), [PLANNED])
        self.assertWorks(other)

    def test_what_was_planned_for_the_changed_visit_is_skipped_at_once(self):
        field = self.add_field()
        broken, other = self.pair("before", (1, "days"))
        appointment = self.book(IN_A_WEEK, x_room="blue")
        self.assertEqual(self.ends_of(broken, appointment), [PLANNED])
        field.unlink()
        appointment.with_user(self.user_a).start = IN_A_WEEK + HOUR
        self.assertEqual(self.ends_of(broken, appointment), [BROKEN])
        self.assertIn(PLANNED, self.ends_of(other, appointment))
        self.assertStopped(broken, "x_room")

    def test_conditions_cannot_be_read_any_more(self):
        broken, other = self.pair("booked", domain="[('note', '=', False)]")
        self.sql("UPDATE clinic_whatsapp_automation SET domain = '[(oops' WHERE id = %s", broken.id)
        appointment = self.book(IN_A_WEEK)
        self.assertStopped(broken, "If: The condition “[(oops” cannot be read.")
        self.assertEqual(self.ends_of(other, appointment), [PLANNED])

    @mute_logger("odoo.sql_db")
    def test_column_is_gone_without_a_word(self):
        """The database fails, which would take the booking with it."""
        self.add_field("x_grade", "res.partner.industry")
        broken, other = self.pair("booked", domain="[('patient_id.industry_id.x_grade', '=', 'A')]")
        self.sql("ALTER TABLE res_partner_industry DROP COLUMN x_grade")
        appointment = self.book(IN_A_WEEK, note="kept")
        self.assertStopped(broken, "x_grade", "does not exist")
        self.assertEqual(appointment.note, "kept")
        self.assertEqual(self.ends_of(other, appointment), [PLANNED])

    def test_several_failures_of_several_automations_are_told_once_each(self):
        field = self.add_field()
        first, other = self.pair("booked")
        second = self.automate("before", (1, "days"), domain=ROOM, name="Snaps")
        field.unlink()
        appointments = [self.book(IN_A_WEEK + number * HOUR) for number in range(3)]
        appointments[0].with_user(self.user_a).start = IN_A_WEEK + 5 * HOUR
        self.run_planner()
        self.assertStopped(first, "x_room")
        self.assertStopped(second, "x_room")
        for appointment in appointments:
            self.assertIn(QUEUED, self.ends_of(other, appointment))

    def test_manager_is_told_in_his_language_whoever_books(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.manager_a.lang = "tr_TR"
        self.account_a.responsible_user_id = self.manager_a
        field = self.add_field()
        broken, _other = self.pair("booked", company_id=self.branch_a.id)
        field.unlink()
        self.book(IN_A_WEEK)
        self.assertStopped(broken, "“x_room” adında bir alan yok")
        self.assertEqual(self.told(broken).user_id, self.manager_a)

    def test_noting_goes_through(self):
        field = self.add_field()
        broken, other = self.pair("called", source_id=self.env.ref("clinic_whatsapp.source_appointment").id)
        appointment = self.book(IN_A_WEEK)
        field.unlink()
        (broken | other).with_user(self.user_a)._note(appointment)
        self.assertStopped(broken, "x_room")
        self.assertEqual(self.ends_of(other, appointment), [PLANNED])
        self.assertFalse(self.ends_of(broken, appointment))

    def test_reason_quotes_no_record(self):
        """The text of an exception may name a patient."""
        automation = self.automate("booked")
        automation._attempt(lambda: int("Deniz 0532"))
        self.assertStopped(automation, "ValueError")
        self.assertNotIn("Deniz", automation.stopped_reason)

    @mute_logger("odoo.sql_db")
    def test_collision_is_no_failure(self):
        automation = self.automate("booked")
        # serialization failure, deadlock, lock not available, what two begin at once
        for code in ("40001", "40P01", "55P03", "23505"):
            collide = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"
            with self.subTest(code=code), self.assertRaises(psycopg2.Error):
                automation._attempt(lambda collide=collide: self.env.cr.execute(collide), savepoint=True)
        self.settle()
        self.assertWorks(automation)


@tagged("post_install", "-at_install")
class TestBrokenInCron(BrokenCase):
    """Others are planned and queued in the same run."""

    def test_due_reminders_of_others_leave_in_the_same_run(self):
        field = self.add_field()
        broken, other = self.pair("before", (1, "days"))
        appointment = self.book(IN_A_WEEK, x_room="blue")
        field.unlink()
        self.run_planner(IN_A_WEEK - DAY)
        self.assertEqual(self.ends_of(other, appointment), [QUEUED])
        self.assertEqual(self.ends_of(broken, appointment), [BROKEN])
        self.assertStopped(broken, "x_room")

    def test_failure_that_no_check_foresees_costs_nobody_else_a_message(self):
        self.add_field("x_grade", "res.partner.industry")
        self.patient.industry_id = self.env["res.partner.industry"].create({"name": "Trade", "x_grade": "A"})
        broken, other = self.pair("before", (1, "days"), domain="[('patient_id.industry_id.x_grade', '=', 'A')]")
        appointment = self.book(IN_A_WEEK)
        self.assertEqual(self.ends_of(broken, appointment), [PLANNED])
        self.sql("ALTER TABLE res_partner_industry DROP COLUMN x_grade")
        with mute_logger("odoo.sql_db"):
            self.run_planner(IN_A_WEEK - DAY)
        self.assertEqual(self.ends_of(other, appointment), [QUEUED])
        self.assertEqual(self.ends_of(broken, appointment), [BROKEN])
        self.assertStopped(broken, "x_grade")

    def test_date_of_the_records_is_gone(self):
        field = self.add_field("x_control", ttype="date")
        source = self.env.ref("clinic_whatsapp.source_appointment")
        broken = self.greet(source_id=source.id, date_path="x_control", name="Breaks")
        other = self.greet(source_id=source.id, name="Holds")
        appointment = self.book(NOW + DAY, x_control=(NOW + DAY).date())
        self.run_planner()
        self.assertEqual(self.ends_of(broken, appointment), [PLANNED])
        field.unlink()
        self.run_planner(NOW + HOUR)
        self.assertStopped(broken, "Date: Appointment has no field “x_control”.")
        self.assertEqual(self.ends_of(broken, appointment), [BROKEN])
        self.run_planner(NOW + DAY)
        self.assertEqual(self.ends_of(other, appointment), [QUEUED])

    def test_app_of_the_records_is_removed(self):
        model = self.env["ir.model"].create({"name": "Room booking", "model": "x_room_booking"})
        self.add_field("x_patient_id", model.model, "many2one", relation="res.partner")
        self.add_field("x_start", model.model, "datetime")
        source = self.make_source(model.model, partner_path="x_patient_id", date_path="x_start")
        broken = self.greet(source_id=source.id, name="Breaks")
        record = self.env[model.model].create({"x_patient_id": self.patient.id, "x_start": NOW + DAY})
        reminder = self.automate("before", (1, "days"))
        appointment = self.book(NOW + DAY + HOUR)
        self.run_planner()
        row = self.about(record)
        self.assertEqual((row.state, row.automation_id), ("planned", broken))
        model.unlink()
        self.run_planner(NOW + HOUR)
        self.assertStopped(broken, "x_room_booking", "was removed")
        self.assertEqual((row.state, row.skip_reason), BROKEN)
        self.assertEqual(self.ends_of(reminder, appointment), [QUEUED])

    def test_text_that_cannot_be_filled_in_any_more(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        step = {"text": "Thank you!", "offset_unit": "minutes"}
        broken, other = (
            self.env["clinic.whatsapp.automation"].create(
                {
                    "name": name,
                    "trigger": "keyword",
                    "keywords": name,
                    "company_id": self.root.id,
                    "step_ids": [(0, 0, step)],
                    "once_a_day": False,
                }
            )
            for name in ("Breaks", "Holds")
        )
        (broken | other)._note(conversation)
        self.sql(
            "UPDATE clinic_whatsapp_automation_step SET text = jsonb_build_object('en_US', '{gone}') WHERE id = %s",
            broken.step_ids.id,
        )
        self.run_planner()
        ends = {row.automation_id: (row.state, row.skip_reason) for row in self.about(conversation)}
        self.assertEqual(ends, {broken: BROKEN, other: QUEUED})
        self.assertStopped(broken, "KeyError")

    def test_buttons_that_a_template_has_lost_are_missed(self):
        button = self.reminder_template.button_ids[:1]
        automation = self.automate("button", button_ids=[(6, 0, button.ids)])
        self.run_planner()
        self.assertWorks(automation)
        self.sql("DELETE FROM clinic_whatsapp_template_button WHERE id = %s", button.id)
        self.run_planner()
        self.assertStopped(automation, "buttons")

    def test_rule_that_an_administrator_deleted_is_missed(self):
        for end in (lambda rule: rule.unlink(), lambda rule: rule.write({"active": False})):
            source = self.env.ref("clinic_whatsapp.source_appointment")
            automation = self.automate("created", source_id=source.id, name=f"Deaf {end}")
            end(automation._get_rules())
            self.run_planner()
            self.assertStopped(automation, "rule")
            automation.active = True
            self.assertTrue(automation._get_rules().active)
            self.run_planner()
            self.assertWorks(automation)


@tagged("post_install", "-at_install")
class TestMending(BrokenCase):
    def break_reminder(self):
        field = self.add_field()
        automation = self.automate("before", (1, "days"), domain=ROOM)
        appointment = self.book(IN_A_WEEK, x_room="blue")
        field.unlink()
        self.run_planner()
        self.assertStopped(automation, "x_room")
        self.assertEqual(self.ends_of(automation, appointment), [BROKEN])
        return automation, appointment

    def test_switching_on_what_is_still_broken_is_refused(self):
        automation, _appointment = self.break_reminder()
        with self.assertRaisesRegex(ValidationError, "x_room"), self.cr.savepoint():
            automation.action_switch_on()
        automation.invalidate_recordset()
        self.assertFalse(automation.active)
        self.assertIn("x_room", automation.stopped_reason)
        self.assertEqual(len(self.told(automation)), 1)

    def test_once_mended_it_goes_on_and_nobody_is_asked_any_more(self):
        automation, appointment = self.break_reminder()
        row, activity = self.rows(appointment), self.told(automation)
        automation.write({"domain": "[('state', '=', 'booked')]", "active": True})
        self.run_planner(NOW + HOUR)
        self.assertWorks(automation)
        self.assertFalse(automation.stopped_at)
        self.assertFalse(activity.active)
        self.assertEqual(self.rows(appointment), row)
        self.assertEqual(row.state, "planned")
        self.run_planner(IN_A_WEEK - DAY)
        self.assertEqual(row.state, "queued")

    def test_who_looks_at_it_is_told_what_is_wrong(self):
        automation, _appointment = self.break_reminder()
        for user in (self.clinic_manager, self.user_a):
            seen = automation.with_user(user)
            self.assertIn("Appointment has no field “x_room”.", seen.get_forecast()["intro"])
            self.assertEqual((seen.get_forecast()["rows"], seen.get_preview()["record"]), ([], False))
            self.assertIn("appointment", seen.get_preview()["steps"][0]["bubble"]["body"])

    def test_it_can_break_again_and_is_told_again(self):
        automation, _appointment = self.break_reminder()
        automation.write({"domain": False, "active": True})
        self.sql("UPDATE clinic_whatsapp_automation SET domain = 'x' WHERE id = %s", automation.id)
        self.run_planner(NOW + HOUR)
        self.assertStopped(automation, "cannot be read")

    def test_what_has_broken_can_be_switched_off_by_hand(self):
        automation = self.automate("before", (1, "days"))
        self.sql("UPDATE clinic_whatsapp_automation SET domain = 'x' WHERE id = %s", automation.id)
        automation.action_switch_off()
        self.assertEqual((automation.active, automation.stopped_reason), (False, False))

    def test_deleting_it_closes_what_asked_to_mend_it(self):
        automation, _appointment = self.break_reminder()
        activity = self.told(automation)
        automation.unlink()
        self.assertFalse(activity.active)
        self.assertFalse(self.account_a.findings)


@tagged("post_install", "-at_install")
class TestTimesBeyondTheCalendar(BrokenCase):
    @mute_logger("odoo.sql_db")
    def test_times_that_no_calendar_has_are_refused(self):
        automation = self.automate("before", (3650, "days"))
        step = automation.step_ids
        for record, vals in (
            (step, {"offset_value": 3651}),
            (step, {"offset_value": 87601, "offset_unit": "hours"}),
            (step, {"offset_value": 2**31 - 1, "offset_unit": "minutes"}),
            (automation, {"expires_hours": 2**31 - 1}),
            (automation, {"wait_minutes": 2**31 - 1}),
            (automation, {"max_count": 1, "max_days": 2**31 - 1}),
        ):
            with self.subTest(vals=vals), self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
                record.write(vals)
                self.env.flush_all()
        self.assertEqual(self.states(self.book(IN_A_WEEK)), [("skipped", "too_late")])


@tagged("post_install", "-at_install")
class TestTemplateThatIsGone(BrokenCase):
    """A template that cannot be sent is told by the number; the automation has nothing to add."""

    def test_template_that_meta_disabled_is_told_once(self):
        automation = self.automate("before", (1, "days"))
        appointment = self.book(IN_A_WEEK)
        self.reminder_template.status = "disabled"
        self.reminder_template._report_stopped(True)
        self.run_planner(IN_A_WEEK - DAY)
        self.assertEqual(self.ends_of(automation, appointment), [("skipped", "blocked")])
        self.assertEqual((automation.active, automation.stopped_reason), (True, False))
        findings = [key.partition(":")[0] for key in self.account_a.findings]
        self.assertEqual(findings, ["template_stopped"])
        self.assertEqual(len(self.account_a.activity_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_template_that_a_message_needs_cannot_be_deleted(self):
        automation = self.automate("before", (1, "days"))
        with self.assertRaises(psycopg2.IntegrityError), self.cr.savepoint():
            self.reminder_template.unlink()
        self.run_planner(NOW + timedelta(minutes=1))
        self.assertWorks(automation)
