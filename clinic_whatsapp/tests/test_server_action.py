"""“Send WhatsApp” as a server action: in integrators' rules, in the action menu, and behind the walls."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .appointment_common import NOW, TOMORROW
from .test_record_triggers import RecordTriggerCase

MANAGER = "clinic_whatsapp.group_branch_manager"


@tagged("post_install", "-at_install")
class TestServerAction(RecordTriggerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.integrator = cls.create_user("integrator", cls.root | cls.branch_a, f"base.group_system,{MANAGER}")

    def setUp(self):
        super().setUp()
        self.automation = self.on_records("called")
        self.action = self.create_action(self.automation)

    @classmethod
    def create_action(cls, automation, **vals):
        vals = {
            "name": "Send WhatsApp",
            "model_id": cls.env["ir.model"]._get_id("clinic.appointment"),
            "state": "clinic_whatsapp",
            "whatsapp_automation_id": automation.id,
            **vals,
        }
        return cls.env["ir.actions.server"].with_user(cls.integrator).create(vals)

    def create_rule(self):
        """Let an integrator have the action run whenever an appointment is confirmed."""
        rule = {
            "name": "Confirmed by hand",
            "model_id": self.action.model_id.id,
            "trigger": "on_create_or_write",
            "filter_domain": "[('state', '=', 'confirmed')]",
            "action_server_ids": [Command.set(self.create_action(self.automation, usage="base_automation").ids)],
        }
        self.env["base.automation"].with_user(self.integrator).create(rule)

    def run_on(self, appointments, user=None):
        context = {"active_model": "clinic.appointment", "active_ids": appointments.ids}
        return self.action.with_user(user or self.user_a).with_context(**context).run()

    def test_reception_sends_to_what_it_has_selected(self):
        appointments = self.book() | self.book(TOMORROW.replace(hour=15))
        self.assertFalse(self.rows(appointments))
        self.run_on(appointments)
        rows = self.rows(appointments)
        self.assertEqual(rows.mapped(lambda row: (row.res_id, row.due_at)), [(id_, NOW) for id_ in appointments.ids])
        self.run_planner(NOW)
        self.assertEqual(set(rows.mapped("state")), {"queued"})

    def test_a_rule_of_an_integrator_sends(self):
        self.create_rule()
        appointment = self.book()
        self.assertFalse(self.rows(appointment))
        appointment.with_user(self.user_a).state = "confirmed"
        self.assertEqual(len(self.rows(appointment)), 1)

    def test_code_of_an_integrator_runs_it(self):
        code = f"env['ir.actions.server'].browse({self.action.id}).run()"
        self.action = self.create_action(self.automation, state="code", code=code, whatsapp_automation_id=False)
        appointment = self.book()
        self.run_on(appointment.with_user(self.user_a))
        self.assertEqual(len(self.rows(appointment)), 1)

    def test_the_action_is_made_in_its_form(self):
        with Form(self.env["ir.actions.server"].with_user(self.integrator)) as form:
            form.model_id = self.action.model_id
            form.state = "clinic_whatsapp"
            form.whatsapp_automation_id = self.automation
        self.assertEqual(form.record.sudo().whatsapp_automation_ref, self.automation.id)
        self.assertFalse(form.record.warning)

    def test_an_action_that_cannot_send_says_so(self):
        for other in (self.on_records("booked"), self.automation.browse()):
            with self.subTest(automation=other.name):
                action = self.create_action(other)
                self.assertIn("Choose what to send", action.warning)

    def test_what_is_switched_off_sends_nothing(self):
        self.automation.active = False
        appointment = self.book()
        self.run_on(appointment)
        self.assertFalse(self.rows(appointment))

    def test_an_action_whose_automation_is_gone_undoes_nothing(self):
        self.create_rule()
        self.automation.unlink()
        appointment = self.book()
        appointment.with_user(self.user_a).state = "confirmed"
        self.assertEqual(appointment.state, "confirmed")
        self.assertFalse(self.rows(appointment))

    def test_nobody_sends_about_what_he_may_not_change(self):
        appointment = self.book()
        with self.assertRaises(AccessError):
            self.run_on(appointment, self.user_b)
        self.assertFalse(self.rows(appointment))

    def test_an_administrator_of_another_branch_does_not_learn_what_it_sends(self):
        own = self.on_records("called", company_id=self.branch_a.id, name="Secret of branch A")
        action = self.create_action(own)
        stranger = self.create_user("admin.b", self.branch_b, f"base.group_system,{MANAGER}")
        [told] = action.with_user(stranger).read()
        self.assertFalse(told["whatsapp_automation_id"])
        self.assertNotIn("Secret", repr(told))
        with self.assertRaises(AccessError):
            self.action.with_user(stranger).write({"whatsapp_automation_id": own.id})

    def test_an_administrator_without_our_groups_reads_and_runs_his_actions(self):
        admin = new_test_user(self.env, "technician", groups="base.group_system", company_id=self.branch_a.id)
        [told] = self.action.with_user(admin).read()
        self.assertNotIn("whatsapp_automation_id", told)
        self.assertFalse(told["warning"])
