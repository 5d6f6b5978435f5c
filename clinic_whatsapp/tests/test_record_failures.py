"""Whatever is wrong with an automation on records, the work of whoever changed them goes through."""

import psycopg2
from odoo.tests import tagged
from odoo.tools import mute_logger

from .appointment_common import TOMORROW
from .test_record_triggers import RecordTriggerCase

LOGGER = "odoo.addons.clinic_whatsapp.models.automation.broken"


@tagged("post_install", "-at_install")
class TestRuleThatFails(RecordTriggerCase):
    """Whatever is wrong with an automation, the work of reception goes through."""

    def assertStopped(self, automation):
        self.settle()
        self.assertFalse(automation.active)
        self.assertTrue(automation.stopped_reason)
        self.assertFalse(self.get_rule(automation))

    @mute_logger(LOGGER)
    def test_a_condition_that_cannot_be_evaluated_stops_the_automation_only(self):
        for trigger, prefix in (("created", ""), ("changed", "!")):
            with self.subTest(trigger=trigger):
                automation = self.on_records(trigger, domain="[('note', '=', 'please')]")
                rule = self.get_rule(automation)
                rule.filter_domain = "[('gone', '=', 1)]"
                rule.filter_pre_domain = prefix and "[('gone', '!=', 1)]"
                appointment = self.book(TOMORROW, note="please")
                appointment.with_user(self.user_a).note = "thanks"
                self.assertStopped(automation)
                self.assertEqual(appointment.note, "thanks")
                appointment.state = "cancelled"

    @mute_logger(LOGGER)
    def test_a_failure_while_noting_stops_the_automation_only(self):
        automation = self.on_records("created")
        self.registry_patch(automation, "_note", lambda *_args, **_kwargs: 1 / 0)
        appointment = self.book()
        self.assertStopped(automation)
        self.assertIn("ZeroDivisionError", automation.stopped_reason)
        self.assertEqual(appointment.exists().state, "booked")

    @mute_logger(LOGGER, "odoo.sql_db")
    def test_a_failure_in_the_database_is_undone_and_nothing_else(self):
        def note(automation, _records):
            automation.env.cr.execute("INSERT INTO clinic_whatsapp_scheduled (id) VALUES (1)")

        automation = self.on_records("created")
        self.registry_patch(automation, "_note", note)
        appointment = self.book(note="kept")
        self.assertStopped(automation)
        self.assertEqual(appointment.note, "kept")

    @mute_logger("odoo.sql_db")
    def test_the_errors_of_reception_are_its_own(self):
        """What fails because of the user is told to the user, and stops nobody."""
        automation = self.on_records("created")
        with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.book(duration=-5)
        self.settle()
        self.assertTrue(automation.active)

    def registry_patch(self, records, name, method):
        self.patch(type(records), name, method)
