from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestMigration(ClinicCase):
    def test_errors_that_were_stored_in_clear_are_encrypted_once(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        clear, encrypted = conversation._send_text("bir"), conversation._send_text("iki")
        encrypted.sudo().error_detail = "already encrypted"
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_message SET error_detail = 'in clear' WHERE id = %s", [clear.id])
        script = load_script(
            file_path("clinic_whatsapp/migrations/19.0.1.1.0/post-encrypt_errors.py"), "encrypt_errors"
        )
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual([clear.error_detail, encrypted.error_detail], ["in clear", "already encrypted"])
        self.env.cr.execute("SELECT error_detail FROM clinic_whatsapp_message WHERE id = %s", [clear.id])
        self.assertNotIn("clear", self.env.cr.fetchone()[0])

    def test_messages_get_the_purpose_of_their_controller_and_automations_keep_the_pattern(self):
        pattern = self.env.ref("clinic_whatsapp.purpose_appointment")
        message = self.open_conversation(self.account_a, self.patient)._send_text("bir")
        automation = self.env.ref("clinic_whatsapp.automation_reminder")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_message SET purpose_id = %s WHERE id = %s", [pattern.id, message.id]
        )
        script = load_script(file_path("clinic_whatsapp/migrations/19.0.1.2.0/post-purposes.py"), "purposes")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(message.purpose_id, self.appointment_purpose)
        self.assertEqual(automation.purpose_id, pattern)

    def test_who_was_not_answered_when_the_inbox_comes_waits_from_the_beginning(self):
        waits, answered = (
            self.receive(self.account_a, self.text("Merhaba", wamid=f"wamid.{phone}", phone=phone)).conversation_id
            for phone in ("+905300000001", "+905300000002")
        )
        answered.with_user(self.user_a).action_send_text("Buyurun")
        old = self.receive(self.account_b, self.text("Merhaba", wamid="wamid.old")).conversation_id
        old.write({"unread_count": 0, "window_expires_at": "2026-01-01 00:00:00"})
        every = waits | answered | old
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_message SET awaits_answer = NULL, answers_up_to_id = NULL")
        every._refresh_waiting()
        self.assertFalse(any(every.mapped("waiting_since")))
        script = load_script(file_path("clinic_whatsapp/migrations/19.0.1.3.0/post-waiting.py"), "waiting")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(every.filtered("waiting_since"), waits)
        self.assertTrue(waits.reply_due_at)

    def test_waits_that_were_overdue_before_the_inbox_came_are_not_escalated(self):
        self.branch_a.resource_calendar_id = False
        now = fields.Datetime.now()
        old, new = (
            self.receive(
                self.account_a, self.text("Merhaba", wamid=f"wamid.{minutes}", phone=phone, moment=moment)
            ).conversation_id
            for minutes, phone in ((600, "+905300000001"), (5, "+905300000002"))
            for moment in [(now - timedelta(minutes=minutes) - datetime(1970, 1, 1)).total_seconds()]
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_message SET awaits_answer = NULL, answers_up_to_id = NULL")
        (old | new)._refresh_waiting()
        script = load_script(file_path("clinic_whatsapp/migrations/19.0.1.3.0/post-waiting.py"), "waiting")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
        conversations = self.env["clinic.whatsapp.conversation"]
        self.assertTrue(old.is_overdue)
        self.assertFalse(conversations._escalate_overdue())
        self.assertFalse((old | new).activity_ids)
        with freeze_time(now + timedelta(hours=2)):
            self.assertEqual(conversations._escalate_overdue(), new)

    def test_what_meta_has_of_a_template_is_known_apart_from_its_draft(self):
        vals = {"remote_id": "7", "name": "sent"}
        approved = self.create_template(**vals)
        edited = self.create_template(**{**vals, "remote_id": "8", "language": "en"}, status="draft")
        new = self.create_template(name="new", status="draft")
        script = load_script(file_path("clinic_whatsapp/migrations/19.0.1.4.0/post-template_status.py"), "status")
        self.env.flush_all()
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual([t.remote_status for t in (approved, edited, new)], ["approved", "approved", False])

    def test_automations_of_before_are_about_appointments(self):
        older = self.env.ref("clinic_whatsapp.automation_reminder")
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_whatsapp_automation SET source_id = NULL, model = NULL")
        self.env.invalidate_all()
        script = load_script(file_path("clinic_whatsapp/migrations/19.0.1.5.0/post-sources.py"), "sources")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertEqual(older.source_id, self.env.ref("clinic_whatsapp.source_appointment"))
        self.assertEqual(older.model, "clinic.appointment")
