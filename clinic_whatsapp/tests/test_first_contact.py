"""Who writes for the first time (legal.md LR-10, §7.4), and emergencies."""

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import tagged

from .chat_common import SHORT, ChatCase
from .inbound_common import STRANGER


@tagged("post_install", "-at_install")
class TestFirstContact(ChatCase):
    def publish_short(self, **vals):
        self.notice = self.publish("notice")
        return self.publish("short_notice", body=SHORT, **vals)

    def run_chat_cron(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_chat_consent()

    def stranger(self):
        return self.env["clinic.whatsapp.contact"]._resolve(self.root, wa_id=STRANGER)

    def deliveries(self):
        return self.ledger.search([("record_kind", "=", "notice")])

    def test_lr10_three_messages_get_one_notice(self):
        short = self.publish_short()
        for body in ("Merhaba", "Randevu almak istiyorum", "Orada mısınız"):
            self.say(body, sender=STRANGER)
        notice = self.sent_messages("short_notice", self.stranger())
        self.assertEqual((len(notice), notice.state, notice.message_type), (1, "queued", "text"))
        self.assertEqual(notice.privacy_text_id, short)
        self.assertIn(SHORT, notice.body)

    def test_lr10_once_for_all_branches_and_never_for_a_thumb(self):
        self.publish_short()
        first = self.say("Merhaba")
        self.say("Merhaba", account=self.account_b)
        self.take("reaction", "wamid.thumb", reaction={"message_id": first.wamid, "emoji": "👍"})
        self.assertEqual(len(self.sent_messages("short_notice")), 1)

    def test_lr10_a_new_version_is_sent_once_again(self):
        self.publish_short()
        self.say("Merhaba")
        new = self.publish_short()
        self.say("Merhaba")
        self.say("Merhaba")
        notices = self.sent_messages("short_notice")
        self.assertEqual(len(notices), 2)
        self.assertEqual(notices[1].privacy_text_id, new)

    def test_lr10_the_same_version_in_another_language_is_no_new_one(self):
        self.publish_short()
        self.say("Merhaba")
        self.publish_short(lang="en")
        self.say("Hello")
        self.assertEqual(len(self.sent_messages("short_notice")), 1)

    def test_lr10_the_patients_language_is_chosen(self):
        self.publish_short()
        english = self.publish_short(lang="en")
        self.publish_short()
        self.say("Hello")
        self.assertEqual(self.sent_messages("short_notice").privacy_text_id, english)

    def test_lr10_without_a_published_short_notice_nothing_is_sent(self):
        self.publish("notice")
        self.publish("optin", "appointment")
        self.say("Merhaba")
        self.assertFalse(self.sent_messages())

    def test_lr10_a_notice_that_did_not_leave_is_sent_with_the_next_message(self):
        self.publish_short()
        self.say("Merhaba")
        self.sent_messages("short_notice").state = "failed"
        self.say("Merhaba")
        self.assertEqual(self.sent_messages("short_notice").mapped("state"), ["failed", "queued"])

    def test_what_the_gate_denies_is_not_tried_again_with_every_message(self):
        self.publish_short()
        self.publish("optin", "appointment")
        self.account_a.state = "disabled"
        for body in ("Merhaba", "Orada mısınız", "?"):
            self.say(body)
        denied = self.env["clinic.whatsapp.message"].search([("conversation_id.contact_id", "=", self.contact.id)])
        self.assertEqual(
            sorted(denied.filtered(lambda message: message.direction == "out").mapped("kind")),
            ["consent_request", "short_notice"],
        )

    def test_lr10_it_leaves_in_the_open_window_only(self):
        self.publish_short()
        self.say("Merhaba", at=Datetime.now() - timedelta(days=2))
        self.assertFalse(self.sent_messages())

    def test_lr10_the_delivery_is_recorded_once_it_has_happened_and_only_once(self):
        short = self.publish_short()
        self.say("Merhaba")
        self.run_chat_cron()
        self.assertFalse(self.deliveries(), "nobody has got it yet")
        self.deliver_all()
        self.run_chat_cron()
        self.run_chat_cron()
        entry = self.deliveries()
        self.assertEqual((len(entry), entry.notice_id, entry.method), (1, short, "chat"))
        self.assertEqual((entry.partner_id, entry.contact_id), (self.patient, self.contact))
        self.assertEqual(entry.given_at, self.sent_messages("short_notice").delivered_at.replace(microsecond=0))

    def test_lr10_the_delivery_to_an_unknown_number_is_recorded_for_the_number(self):
        self.publish_short()
        self.say("Merhaba", sender=STRANGER)
        self.env["clinic.whatsapp.message"].search([("kind", "=", "short_notice")]).write(
            {"state": "delivered", "delivered_at": Datetime.now()}
        )
        self.run_chat_cron()
        entry = self.deliveries()
        self.assertFalse(entry.partner_id)
        self.assertEqual(entry.contact_id, self.stranger())
        self.assertIn(self.stranger(), self.ledger._get_delivered(self.patient, self.stranger(), self.root))

    def test_a_first_message_that_is_a_stop_is_answered_by_the_confirmation_alone(self):
        self.publish_short()
        self.publish("optin", "appointment")
        self.say("DUR")
        self.assertEqual(self.sent_messages().mapped("kind"), ["optout_confirm"])
        self.say("Merhaba")
        self.assertEqual(self.sent_messages().mapped("kind"), ["optout_confirm"])

    def test_a_patient_who_was_never_asked_is_offered_the_opt_in_once_after_the_notice(self):
        self.publish_short()
        self.publish("optin", "appointment")
        self.say("Merhaba")
        self.assertEqual(self.sent_messages().mapped("kind"), ["short_notice", "consent_request"])
        self.deliver_all()
        self.say("Randevum ne zaman")
        self.assertEqual(len(self.sent_messages("consent_request")), 1)

    def test_nobody_is_offered_what_he_has_decided_about(self):
        self.publish_short()
        self.publish("optin", "appointment")
        purpose = self.env["clinic.consent.purpose"]._get("appointment", self.root)
        self.ledger._record(self.patient, purpose, "refused", method="staff", company=self.branch_a)
        self.say("Merhaba")
        self.assertEqual(self.sent_messages().mapped("kind"), ["short_notice"])

    def test_an_unknown_number_and_a_family_are_told_but_not_asked(self):
        self.publish_short()
        self.publish("optin", "appointment")
        self.say("Merhaba", sender=STRANGER)
        self.assertEqual(self.sent_messages(contact=self.stranger()).mapped("kind"), ["short_notice"])
        self.create_patient("Kardeş Örnek", "0530 000 00 01")
        self.say("Merhaba")
        self.assertEqual(self.sent_messages().mapped("kind"), ["short_notice"])

    def test_a_stranger_whom_staff_finds_to_be_a_patient_is_offered_it_with_his_next_message(self):
        self.publish_short()
        self.publish("optin", "appointment")
        conversation = self.say("Merhaba", sender=STRANGER).conversation_id
        other = self.create_patient("Torun Örnek", "")
        conversation.with_user(self.user_a).action_choose_patient(other.id)
        self.say("Teşekkürler", sender=STRANGER)
        question = self.sent_messages("consent_request", conversation.contact_id)
        self.assertEqual(question.partner_id, other)


@tagged("post_install", "-at_install")
class TestEmergency(ChatCase):
    def test_emergency_words_get_the_fixed_text_once_and_an_urgent_activity(self):
        self.publish("notice")
        self.publish("short_notice", body=SHORT)
        self.publish("optin", "appointment")
        conversation = self.say("Annem nefes alamıyor, nefes alamıyorum diyor!").conversation_id
        self.say("kanaması var, lütfen")
        self.assertEqual(self.sent_messages().mapped("kind"), ["emergency", "short_notice"], "no question now")
        self.assertIn("112", self.sent_messages("emergency").body)
        activity = self.activities(conversation, "activity_emergency")
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.date_deadline, Datetime.now().date())
        self.assertNotIn("nefes", activity.note)

    def test_emergency_words_of_an_unknown_number_count_and_ordinary_ones_do_not(self):
        conversation = self.say("intihar etmek istiyorum", sender=STRANGER).conversation_id
        self.assertEqual(len(self.sent_messages("emergency", conversation.contact_id)), 1)
        self.say("Randevumu öğrenebilir miyim")
        self.assertFalse(self.sent_messages("emergency"))

    def test_emergency_words_under_a_picture_count(self):
        self.take("image", "wamid.image", image={"id": "1", "mime_type": "image/jpeg", "caption": "Çok kanama var"})
        self.assertEqual(len(self.sent_messages("emergency")), 1)

    def test_lr33_the_number_to_call_does_not_wait_for_the_transfer_file(self):
        file = self.env["clinic.privacy.controller"]._get_for(self.root)
        without = "UPDATE clinic_privacy_controller SET transfer_state = 'unresolved' WHERE id = %s"
        self.env.cr.execute(without, file.ids)
        file.invalidate_recordset()
        conversation = self.say("nefes alamıyorum").conversation_id
        self.assertEqual(self.sent_messages("emergency").state, "queued")
        self.assertEqual(len(self.activities(conversation, "activity_emergency")), 1)
        self.assertEqual(conversation._send_text("Merhaba").block_reason, "transfer_invalid")

    def test_who_stopped_messages_gets_none_but_staff_is_called(self):
        self.say("DUR")
        conversation = self.say("bayıldı, acil").conversation_id
        self.assertFalse(self.sent_messages("emergency"))
        self.assertEqual(len(self.activities(conversation, "activity_emergency")), 1)
