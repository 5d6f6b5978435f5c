"""“A record is created” and “a record starts to meet the conditions”: rules of Odoo that follow from an automation."""

from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .appointment_common import NOW, TOMORROW, AppointmentCase


class RecordTriggerCase(AppointmentCase):
    """Appointments as records like any other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env.ref("clinic_whatsapp.source_appointment")

    @classmethod
    def on_records(cls, trigger, **vals):
        return cls.automate(trigger, **{"source_id": cls.source.id, **vals})

    def get_rule(self, automation):
        rules = self.env["base.automation"].with_context(active_test=False)
        return rules.search([("whatsapp_automation_ref", "=", automation.id)])

    def settle(self):
        """Let happen what a request does when it ends."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRuleOfAutomation(RecordTriggerCase):
    def test_a_manager_without_technical_rights_makes_the_rule_by_switching_on(self):
        self.assertFalse(self.manager_a.has_group("base.group_system"))
        step = {"template_id": self.reminder_template.id, "offset_unit": "minutes"}
        automation = (
            self.env["clinic.whatsapp.automation"]
            .with_user(self.manager_a)
            .create(
                {
                    "name": "New visit",
                    "trigger": "created",
                    "source_id": self.source.id,
                    "domain": "[('note', '=', 'please')]",
                    "active": False,
                    "step_ids": [Command.create(step)],
                }
            )
        )
        self.assertFalse(self.get_rule(automation))
        automation.active = True
        rule = self.get_rule(automation)
        self.assertEqual((rule.trigger, rule.model_name, rule.active), ("on_create", "clinic.appointment", True))
        self.assertEqual(rule.filter_domain, "[('note', '=', 'please')]")
        self.assertEqual(rule.action_server_ids.mapped("state"), ["clinic_whatsapp"])

    def test_the_rule_follows_its_automation(self):
        automation = self.on_records("changed", domain="[('note', '=', 'please')]")
        rule = self.get_rule(automation)
        self.assertEqual(rule.trigger, "on_create_or_write")
        self.assertEqual(rule.filter_pre_domain, "[('note', '!=', 'please')]")
        automation.write({"domain": "[('state', '=', 'done'), ('note', '!=', False)]", "name": "Done"})
        self.assertEqual(self.get_rule(automation), rule)
        self.assertEqual(rule.filter_domain, "[('state', '=', 'done'), ('note', '!=', False)]")
        self.assertIn("Done", rule.name)

    def test_the_rule_goes_when_the_automation_is_switched_off_and_comes_back(self):
        automation = self.on_records("created")
        automation.active = False
        self.assertFalse(self.get_rule(automation))
        automation.active = True
        self.assertTrue(self.get_rule(automation))

    def test_the_rule_is_deleted_with_its_automation(self):
        automation = self.on_records("created")
        rule = self.get_rule(automation)
        actions = rule.action_server_ids
        automation.unlink()
        self.assertFalse(rule.exists() or actions.exists())

    def test_the_rule_follows_its_source_to_another_model(self):
        source = self.source.copy({"company_id": self.root.id})
        automation = self.on_records("created", source_id=source.id)
        contacts = self.env["ir.model"]._get_id("res.partner")
        source.write({"model_id": contacts, "partner_path": "parent_id", "date_path": False})
        rule = self.get_rule(automation)
        self.assertEqual(rule.model_name, "res.partner")
        self.assertEqual(rule.action_server_ids.model_name, "res.partner")

    def test_other_triggers_keep_no_rule(self):
        for trigger in ("booked", "called"):
            with self.subTest(trigger=trigger):
                self.assertFalse(self.get_rule(self.on_records(trigger)))

    def test_a_change_without_a_condition_is_refused(self):
        for domain in (False, "[]"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.on_records("changed", domain=domain)

    def test_conditions_that_are_no_plain_list_are_refused(self):
        for domain in ("[('start', '>', context_today())]", "[("):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.on_records("changed", domain=domain)

    def test_a_copy_makes_a_rule_of_its_own_once_it_is_switched_on(self):
        automation = self.on_records("created")
        copy = automation.copy()
        self.assertFalse(self.get_rule(copy))
        copy.active = True
        self.assertEqual(len(self.get_rule(automation) | self.get_rule(copy)), 2)

    def test_nobody_takes_a_rule_for_himself(self):
        """A rule is deleted with its automation: a manager must not be able to name another."""
        rule = self.get_rule(self.on_records("created"))
        for user in (self.manager_a, self.clinic_manager, self.user_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                rule.with_user(user).write({"whatsapp_automation_ref": 1})

    def test_administrators_see_the_rule(self):
        rule = self.get_rule(self.on_records("created"))
        admin = new_test_user(self.env, "admin.a", groups="base.group_system", company_id=self.branch_a.id)
        self.assertEqual(self.env["base.automation"].with_user(admin).search([("id", "=", rule.id)]), rule)


@tagged("post_install", "-at_install")
class TestRecordNoted(RecordTriggerCase):
    """What reception does to records, and the messages that follow."""

    def test_a_created_record_is_noted_at_once(self):
        automation = self.on_records("created")
        [row] = self.rows(self.book())
        self.assertEqual((row.automation_id, row.state, row.due_at), (automation, "planned", NOW))
        self.assertEqual((row.company_id, row.partner_id), (self.branch_a, self.patient))

    def test_many_records_are_noted_in_one_go(self):
        self.on_records("created")
        vals = {"patient_id": self.patient.id, "company_id": self.branch_a.id, "start": TOMORROW}
        appointments = self.env["clinic.appointment"].with_user(self.user_a).create([vals] * 5)
        self.assertEqual(self.rows(appointments).mapped("res_id"), appointments.ids)

    def test_only_what_matches_is_noted(self):
        self.on_records("created", domain="[('note', '=', 'please')]")
        self.assertTrue(self.rows(self.book(note="please")))
        self.assertFalse(self.rows(self.book(note="thanks")))

    def test_a_record_that_comes_to_match_is_noted_once(self):
        self.on_records("changed", domain="[('note', '=', 'please')]")
        appointment = self.book(note="thanks").with_user(self.user_a)
        self.assertFalse(self.rows(appointment))
        appointment.note = "please"
        self.assertEqual(len(self.rows(appointment)), 1)
        self.at(NOW + timedelta(minutes=1))
        appointment.write({"note": "please", "start": TOMORROW + timedelta(hours=1)})
        self.assertEqual(len(self.rows(appointment)), 1, "it has matched all the time")
        appointment.note = "thanks"
        self.at(NOW + timedelta(minutes=2))
        appointment.note = "please"
        self.assertEqual(len(self.rows(appointment)), 2)

    def test_a_record_that_matches_from_the_beginning_has_come_to_match(self):
        self.on_records("changed", domain="[('note', '=', 'please')]")
        self.assertEqual(len(self.rows(self.book(note="please"))), 1)

    def test_the_first_of_two_conditions_alone_is_no_match(self):
        self.on_records("changed", domain="[('note', '=', 'please'), ('state', '=', 'confirmed')]")
        appointment = self.book(note="please").with_user(self.user_a)
        self.assertFalse(self.rows(appointment))
        appointment.state = "confirmed"
        self.assertEqual(len(self.rows(appointment)), 1)

    def test_what_does_not_match_any_more_does_not_leave(self):
        automation = self.on_records("changed", domain="[('note', '=', 'please')]")
        automation.step_ids.write({"offset_value": 2, "offset_unit": "hours"})
        appointment = self.book(note="please")
        appointment.with_user(self.user_a).note = "thanks"
        self.run_planner(NOW + timedelta(hours=2))
        self.assertEqual(self.states(appointment), [("skipped", "no_match")])

    def test_a_branch_that_the_automation_does_not_cover_is_left_alone(self):
        self.on_records("created", branch_ids=[Command.set(self.branch_b.ids)])
        self.assertFalse(self.rows(self.book()))

    def test_what_is_switched_off_notes_nothing(self):
        self.on_records("created").active = False
        self.assertFalse(self.rows(self.book()))

    def test_what_was_noted_is_queued(self):
        self.on_records("created")
        appointment = self.book()
        self.run_planner(NOW)
        self.assertEqual(self.states(appointment), [("queued", False)])
        self.assertEqual(self.rows(appointment).message_id.partner_id, self.patient)
