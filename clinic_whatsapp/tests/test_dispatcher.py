import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.message import QUEUED, UNKNOWN
from .common import SimulatorCase

UNCONFIRMED = "odoo.addons.clinic_whatsapp.models.messaging.unconfirmed"


@tagged("post_install", "-at_install")
class TestDispatcher(SimulatorCase):
    def setUp(self):
        super().setUp()
        phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)
        phone.send_text("Merhaba")  # opens the window at Meta
        self.conversation = self.open_conversation(self.account_a, self.patient)
        self.phone = phone

    def send(self, text="Merhaba"):
        message = self.conversation._send_text(text)
        self.run_dispatch()
        return message

    def received(self):
        self.simulator.settle()
        return [message["text"] for message in self.phone.messages() if message["from_business"]]

    def test_a_text_reaches_the_patient_once(self):
        message = self.send("Randevunuz hazır 🙂")
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.wamid)
        self.run_dispatch()
        self.assertEqual(self.received().count("Randevunuz hazır 🙂"), 1)

    def test_messages_of_one_conversation_keep_their_order(self):
        messages = [self.conversation._send_text(f"sıra {number}") for number in range(5)]
        self.run_dispatch()
        self.assertEqual({message.state for message in messages}, {"sent"})
        ordered = [text for text in self.received() if text.startswith("sıra")]
        self.assertEqual(ordered, [f"sıra {number}" for number in range(5)])

    def test_a_template_arrives_with_its_values_and_buttons(self):
        self.opt_in(self.patient)
        template = self.create_template(status="draft")
        template.action_submit()
        self.simulator.settle()
        self.account_a.action_refresh_templates()
        self.assertEqual(template.status, "approved", template.status_reason)
        message = self.patient._whatsapp_send_template(template, purpose="appointment", account=self.account_a)
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        shown = self.phone.wait_for_message("Sayın Deniz Örnek, kliniğimizden size merhaba diyoruz!")
        self.assertEqual([button["text"] for button in shown["buttons"]], ["Tamam"])

    def test_greeting_goes_out_as_free_text_with_buttons(self):
        greeting = self.env.ref("clinic_whatsapp.template_greeting_tr")
        [message] = greeting._queue_messages(
            self.service_purpose, [(self.patient, self.conversation, self.account_a)], kind="greeting"
        )
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        shown = self.phone.wait_for_message("welcome to the WhatsApp line of Kadıköy")
        self.assertEqual(len(shown["buttons"]), 3)

    def test_a_lost_answer_makes_the_message_unknown_and_is_never_repeated(self):
        self.simulator.set_faults(drop_answer_next=1)
        message = self.send("tek sefer")
        self.assertEqual(message.state, UNKNOWN)
        self.run_dispatch()
        self.assertEqual(self.received().count("tek sefer"), 1)
        self.assertTrue(message.problem and message.advice)

    def test_an_unconfirmed_message_becomes_one_activity(self):
        self.simulator.set_faults(drop_answer_next=1)
        message = self.send("belirsiz")
        message.claimed_at = fields.Datetime.now() - timedelta(minutes=11)
        self.run_dispatch()
        self.run_dispatch()
        self.assertEqual(len(self.conversation.activity_ids), 1)

    def test_when_nobody_listens_the_message_waits_and_leaves_later(self):
        url, self.account_a.api_url = self.account_a.api_url, "http://127.0.0.1:9"
        message = self.send("sonra")
        self.assertEqual(message.state, QUEUED)
        self.assertGreater(message.next_attempt_at, fields.Datetime.now())
        self.account_a.api_url = url
        message.next_attempt_at = False
        self.run_dispatch()
        self.assertEqual(message.state, "sent")

    def test_a_refusal_that_may_pass_is_tried_again_later(self):
        self.simulator.set_faults(fail_next={"code": 130429, "count": 1})
        message = self.send("yavaş")
        self.assertEqual((message.state, message.attempts), (QUEUED, 1))
        message.next_attempt_at = False
        self.run_dispatch()
        self.assertEqual(message.state, "sent")

    def test_a_final_refusal_says_why_and_what_to_do(self):
        self.simulator.set_faults(fail_next={"code": 131026, "count": 1})
        message = self.send("olmaz")
        self.assertEqual((message.state, message.error_code), ("failed", 131026))
        self.assertTrue(message.problem and message.advice)
        self.run_dispatch()
        self.assertNotIn("olmaz", self.received())

    def test_a_closed_window_at_meta_closes_ours(self):
        """Also in the very second in which we believed it to open."""
        self.conversation.window_expires_at = fields.Datetime.now().replace(microsecond=1) + timedelta(days=1)
        self.simulator.set_faults(fail_next={"code": 131047, "count": 1})
        self.send("geç")
        self.assertFalse(self.conversation.is_window_open)

    def test_an_invalid_token_stops_the_number_once_and_keeps_the_queue(self):
        self.simulator.change_number(self.account_a.phone_number_id, token_valid=False)
        try:
            messages = [self.send("bir"), self.send("iki")]
            self.assertEqual(self.account_a.state, "needs_attention")
            self.assertEqual(len(self.account_a.activity_ids), 1)
            self.assertEqual({message.state for message in messages}, {QUEUED})
        finally:
            self.simulator.change_number(self.account_a.phone_number_id, token_valid=True)
        self.account_a.action_test_connection()
        self.assertEqual(self.account_a.state, "connected")
        self.run_dispatch()
        self.assertEqual({message.state for message in messages}, {"sent"})

    def test_what_a_dead_worker_left_is_unknown_and_not_sent_again(self):
        message = self.conversation._send_text("yarım")
        message.sudo().write({"state": "sending", "claimed_at": fields.Datetime.now()})
        with mute_logger(UNCONFIRMED):
            self.run_dispatch()
        self.assertEqual(message.state, UNKNOWN)
        self.assertNotIn("yarım", self.received())

    def test_a_stuck_message_does_not_hold_up_the_conversation(self):
        first = self.conversation._send_text("yarım kalan")
        first.sudo().write({"state": "sending", "claimed_at": fields.Datetime.now()})
        second = self.conversation._send_text("sonraki")
        with mute_logger(UNCONFIRMED):
            self.run_dispatch()
        self.assertEqual((first.state, second.state), (UNKNOWN, "sent"))

    def test_what_a_dead_worker_left_is_settled_on_a_paused_number_too(self):
        message = self.conversation._send_text("yarım")
        message.sudo().write({"state": "sending", "claimed_at": fields.Datetime.now()})
        self.account_a.action_pause()
        with mute_logger(UNCONFIRMED):
            self.run_dispatch()
        self.assertEqual(message.state, UNKNOWN)

    def test_a_number_with_impossible_settings_needs_attention_and_does_not_hold_up_the_others(self):
        message = self.conversation._send_text("öbür numaradan")
        for vals in ({"api_url": "graph.facebook.com"}, {"phone_number_id": False}, {"access_token": False}):
            self.account_b.write({**vals, "state": "connected"})
            self.run_dispatch()
            self.assertEqual(self.account_b.state, "needs_attention", vals)
        self.assertIn("https://", self.account_b.state_reason)
        self.assertEqual(message.state, "sent")

    def test_queued_message_is_judged_again_when_it_is_claimed(self):
        message = self.conversation._send_text("durdurulacak")
        self.conversation.contact_id.suppressed_at = fields.Datetime.now()
        self.run_dispatch()
        self.assertEqual((message.state, message.block_reason), ("blocked", "stop_all"))

    def test_a_limit_of_the_whole_account_lets_the_number_rest_and_keeps_the_queue(self):
        self.simulator.set_faults(fail_next={"code": 80007, "count": 1})
        first = self.send("bir")
        self.assertGreater(self.account_a.rests_until, fields.Datetime.now())
        second = self.send("iki")
        self.assertEqual([(first.state, first.attempts), (second.state, second.attempts)], [(QUEUED, 1), (QUEUED, 0)])
        self.assertEqual(self.account_a.state, "connected")
        self.account_a.rests_until = first.next_attempt_at = False
        self.run_dispatch()
        self.assertEqual({first.state, second.state}, {"sent"})

    def test_the_rest_of_a_batch_is_not_burnt_on_a_number_that_meta_refuses(self):
        self.account_a.messages_per_second = 5  # two threads
        self.simulator.change_number(self.account_a.phone_number_id, token_valid=False)
        others = [self.create_patient(f"Hasta {n}", f"+9053000003{n:02d}") for n in range(8)]
        messages = [self.open_conversation(self.account_a, other)._send_text("bekle") for other in others]
        try:
            self.run_dispatch()
        finally:
            self.simulator.change_number(self.account_a.phone_number_id, token_valid=True)
        self.assertEqual({message.state for message in messages}, {QUEUED})
        self.assertLessEqual(sum(message.attempts for message in messages), 2)

    def test_who_is_not_on_whatsapp_and_who_stopped_marketing_is_remembered(self):
        contact = self.conversation.contact_id
        self.simulator.set_faults(fail_next={"code": 131026, "count": 1})
        self.send("olmaz")
        self.simulator.set_faults(fail_next={"code": 131050, "count": 1})
        self.send("istemez")
        self.assertTrue(contact.unreachable_at and contact.marketing_stopped_at)

    def test_too_much_for_one_person_holds_back_this_person_alone(self):
        self.simulator.set_faults(fail_next={"code": 131056, "count": 1})
        held = self.send("yavaş")
        self.assertEqual((held.state, held.attempts), (QUEUED, 1))
        held.sudo().next_attempt_at = fields.Datetime.now() + timedelta(hours=1)  # it would be over in a second
        behind = self.conversation._send_text("arkasında")
        other = self.open_conversation(self.account_b, self.patient)
        self.simulator.phone(self.patient.whatsapp_phone, self.account_b.phone_number_id).send_text("Merhaba")
        message = other._send_text("öbür numaradan")
        self.run_dispatch()
        self.assertEqual((held.state, behind.state, message.state), (QUEUED, QUEUED, "sent"))
        self.assertEqual(behind.attempts, 0)

    def test_a_message_leaves_no_more_when_its_moment_has_passed(self):
        message = self.conversation._send_text("geç kaldı")
        message.sudo().expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.run_dispatch()
        self.assertEqual((message.state, message.block_reason), ("blocked", "expired"))

    def test_without_an_encryption_key_everything_stays_as_it_is(self):
        message = self.conversation._send_text("anahtar")
        self.env.flush_all()
        with self.without_keys(), mute_logger("odoo.addons.clinic_whatsapp.encryption"):
            self.run_dispatch()
            self.assertEqual(message.state, QUEUED)
        self.run_dispatch()
        self.assertEqual(message.state, "sent")
        self.assertIn("anahtar", self.received())

    def without_keys(self):
        return patch.dict(os.environ, {"CLINIC_WHATSAPP_KEYS": " , "})

    def test_paused_number_sends_nothing_until_it_resumes(self):
        self.account_a.action_pause()
        message = self.send("bekle")
        self.assertEqual(message.state, QUEUED)
        self.account_a.action_resume()
        self.run_dispatch()
        self.assertEqual(message.state, "sent")

    def test_run_by_hand_in_a_neutralized_copy_sends_nothing(self):
        message = self.conversation._send_text("kopya")
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        with self.cron_env() as env:
            env.ref("clinic_whatsapp.ir_cron_dispatch").method_direct_trigger()
            env.ref("clinic_whatsapp.ir_cron_dispatch_2").method_direct_trigger()
        self.assertEqual(message.state, QUEUED)
        self.assertNotIn("kopya", self.received())
