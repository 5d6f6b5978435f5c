from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestBranchSettings(ClinicCase):
    """How a branch answers is set by its managers, who may not write companies."""

    def open(self, user=None, **vals):
        settings = self.env["clinic.whatsapp.branch.settings"].with_user(user or self.manager_a)
        return settings.create(vals)

    def test_a_branch_manager_sets_how_the_branch_answers(self):
        self.assertEqual(self.branch_a.whatsapp_reply_minutes, 60)
        self.open(reply_minutes=30, auto_assign=True).action_save()
        self.assertEqual((self.branch_a.whatsapp_reply_minutes, self.branch_a.whatsapp_auto_assign), (30, True))
        self.assertEqual((self.branch_b.whatsapp_reply_minutes, self.branch_b.whatsapp_auto_assign), (60, False))

    def test_the_form_shows_what_is_set(self):
        self.branch_a.write({"whatsapp_reply_minutes": 45, "whatsapp_auto_assign": True})
        form = Form(self.env["clinic.whatsapp.branch.settings"].with_user(self.manager_a))
        self.assertEqual((form.reply_minutes, form.auto_assign), (45, True))
        form.reply_minutes = 20
        form.save().action_save()
        self.assertEqual((self.branch_a.whatsapp_reply_minutes, self.branch_a.whatsapp_auto_assign), (20, True))

    def test_a_branch_manager_says_where_the_branch_is(self):
        self.open(latitude=40.9876, longitude=29.0271).action_save()
        place = self.branch_a.partner_id
        self.assertEqual((place.partner_latitude, place.partner_longitude), (40.9876, 29.0271))
        self.assertEqual(self.open().latitude, 40.9876)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.open(latitude=91).flush_recordset()

    def test_a_branch_manager_sets_the_hours_in_which_messages_leave(self):
        self.open(send_from=10, send_to=18).action_save()
        self.assertEqual((self.branch_a.whatsapp_send_from, self.branch_a.whatsapp_send_to), (10, 18))
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.open(send_from=18, send_to=10).flush_recordset()

    def test_a_branch_manager_pauses_the_automations_of_the_branch(self):
        self.open(automations_paused=True).action_save()
        paused = (self.branch_a | self.branch_b).filtered("whatsapp_automations_paused")
        self.assertEqual(paused, self.branch_a)
        self.assertTrue(self.open().automations_paused)

    def test_one_branch_is_chosen_among_those_that_are_active(self):
        both = self.create_user("manager.ab", self.branch_a | self.branch_b, "clinic_whatsapp.group_branch_manager")
        env = self.env(user=both.id, context={"allowed_company_ids": (self.branch_a | self.branch_b).ids})
        settings = env["clinic.whatsapp.branch.settings"].create({"company_id": self.branch_b.id})
        settings.reply_minutes = 15
        settings.action_save()
        self.assertEqual(self.branch_b.whatsapp_reply_minutes, 15)

    def test_another_branch_is_not_changed(self):
        with self.assertRaises(AccessError):
            self.open(company_id=self.branch_b.id, reply_minutes=5).action_save()
        self.assertEqual(self.branch_b.whatsapp_reply_minutes, 60)

    def test_reception_sets_nothing(self):
        with self.assertRaises(AccessError):
            self.open(self.user_a)

    def test_minutes_out_of_bounds_are_refused(self):
        for minutes in (0, -5, 10081):
            with (
                self.subTest(minutes=minutes),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.open(reply_minutes=minutes).flush_recordset()

    def test_one_manager_does_not_save_what_another_one_has_open(self):
        other = self.create_user("manager.a2", self.branch_a, "clinic_whatsapp.group_branch_manager")
        settings = self.open()
        with self.assertRaises(AccessError):
            settings.with_user(other).action_save()
