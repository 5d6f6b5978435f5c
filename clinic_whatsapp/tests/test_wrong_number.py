"""Somebody says that our messages reach the wrong person (legal.md LR-19)."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from .chat_common import ChatCase


@tagged("post_install", "-at_install")
class TestWrongNumber(ChatCase):
    def incidents(self):
        return self.env["clinic.privacy.incident"].search([("contact_id", "=", self.contact.id)])

    def test_lr19_the_number_is_suspended_and_loses_its_verification_in_all_branches(self):
        conversation_b = self.open_conversation(self.account_b, self.patient)
        self.contact.verified_at = Datetime.now() - timedelta(days=1)
        answer = self.say("Yanlış numara")
        self.assertEqual(self.contact.suspended_at, answer.sent_at)
        self.assertFalse(self.contact.verified_at)
        self.assertEqual(conversation_b._send_text("Merhaba").block_reason, "number_suspended")

    def test_lr19_a_draft_of_an_incident_says_what_went_there_without_any_text(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        conversation._send_text("Sonucunuz hazır")
        conversation._send_text("Lütfen arayın")
        self.deliver_all()
        self.say("wrong number")
        incident = self.incidents()
        self.assertEqual((incident.kind, incident.state, incident.message_count), ("wrong_number", "draft", 2))
        self.assertEqual((incident.company_id, incident.patient_ids), (self.branch_a, self.patient))
        self.assertEqual(incident.notify_until, incident.detected_at + timedelta(hours=72))
        self.assertEqual(incident.phone, self.patient.whatsapp_phone)

    def test_lr19_every_branch_that_sent_something_gets_its_own_draft(self):
        self.open_conversation(self.account_b, self.patient)._send_text("Merhaba")
        self.deliver_all()
        self.say("yanlış kişi")
        counts = {incident.company_id: incident.message_count for incident in self.incidents()}
        self.assertEqual(counts, {self.branch_a: 0, self.branch_b: 1})

    def test_lr19_one_answer_one_activity_one_draft(self):
        conversation = self.say("Yanlış numara").conversation_id
        self.say("yanlış numara!!")
        self.assertEqual(self.sent_messages("wrong_number").mapped("state"), ["queued"])
        self.assertEqual(len(self.incidents()), 1)
        self.assertEqual(len(self.activities(conversation, "activity_verify_identity")), 1)

    def test_lr19_the_answer_may_leave_although_the_number_is_suspended(self):
        self.say("Yanlış numara")
        answer = self.sent_messages("wrong_number")
        self.assertEqual(answer._judge_and_block(), answer)

    def test_lr19_who_assesses_it_may_say_that_the_number_is_right(self):
        self.say("Yanlış numara")
        incident = self.incidents()
        with self.assertRaises(AccessError):
            incident.with_user(self.user_a).action_number_is_right()
        incident.with_user(self.manager_a).action_number_is_right()
        self.assertFalse(self.contact.suspended_at)
        incident.with_user(self.manager_a).action_close()
        self.assertEqual(incident.state, "closed")

    def test_lr19_a_number_that_was_verified_since_is_not_suspended_by_an_older_message(self):
        self.contact.verified_at = Datetime.now()
        self.say("Yanlış numara", at=Datetime.now() - timedelta(hours=1))
        self.assertFalse(self.contact.suspended_at)

    def test_lr19_links_that_lie_on_the_wrong_telephone_open_nothing_more(self):
        links = self.env["clinic.consent.request"]
        link = links._create_for(self.patient, kind="preferences", company=self.branch_a).sudo()
        self.assertTrue(links._find_open(link.token, "preferences"))
        self.say("Yanlış numara")
        self.assertFalse(links._find_open(link.token, "preferences"))

    def test_lr19_staff_report_a_wrong_number_as_the_patient_would_without_a_message(self):
        self.open_conversation(self.account_b, self.patient)._send_text("Merhaba")
        self.deliver_all()
        waiting = self.open_conversation(self.account_a, self.patient)._send_text("Merhaba")
        self.contact.verified_at = Datetime.now()
        sent = self.sent_messages()
        seen = self.patient.with_user(self.user_a)
        seen.action_report_wrong_number()
        self.env.cr.precommit.run()  # as at the end of the request
        self.assertTrue(self.contact.suspended_at and seen.is_number_suspended)
        self.assertFalse(self.contact.verified_at)
        counts = {incident.company_id: incident.message_count for incident in self.incidents()}
        self.assertEqual(counts, {self.branch_a: 0, self.branch_b: 1})
        self.assertEqual(waiting.block_reason, "number_suspended")
        self.assertEqual(self.sent_messages(), sent - waiting)
        seen.action_report_wrong_number()
        self.assertEqual(len(self.incidents()), 2, "once is enough")

    def test_lr19_a_wrong_number_can_be_reported_before_anybody_wrote_to_it(self):
        other = self.create_patient("Ece Örnek", "+905300000061")
        seen = other.with_user(self.user_a)
        seen.action_report_wrong_number()
        self.assertTrue(seen.is_number_suspended)

    def test_lr19_without_a_number_there_is_nothing_to_report(self):
        self.patient.phone = False
        with self.assertRaises(UserError):
            self.patient.with_user(self.user_a).action_report_wrong_number()
