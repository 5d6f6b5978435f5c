from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.message import QUEUED, UNKNOWN
from .common import SimulatorCase

DISPATCHER = "odoo.addons.clinic_whatsapp.models.messaging.dispatcher"


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
        [message] = greeting._queue_messages(self.service_purpose, [(self.patient, self.conversation, self.account_a)])
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
        with mute_logger(DISPATCHER):
            self.run_dispatch()
        self.assertEqual(message.state, UNKNOWN)
        self.assertNotIn("yarım", self.received())

    def test_a_stuck_message_does_not_hold_up_the_conversation(self):
        first = self.conversation._send_text("yarım kalan")
        first.sudo().write({"state": "sending", "claimed_at": fields.Datetime.now()})
        second = self.conversation._send_text("sonraki")
        with mute_logger(DISPATCHER):
            self.run_dispatch()
        self.assertEqual((first.state, second.state), (UNKNOWN, "sent"))

    def test_what_a_dead_worker_left_is_settled_on_a_paused_number_too(self):
        message = self.conversation._send_text("yarım")
        message.sudo().write({"state": "sending", "claimed_at": fields.Datetime.now()})
        self.account_a.action_pause()
        with mute_logger(DISPATCHER):
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


@tagged("post_install", "-at_install")
class TestConnection(SimulatorCase):
    def test_a_working_number_connects(self):
        self.account_a.state = "draft"
        self.account_a.action_test_connection()
        self.assertEqual(self.account_a.state, "connected", self.account_a.connection_report)

    def report(self, **values):
        self.simulator.change_number(self.account_a.phone_number_id, **values)
        try:
            self.account_a.action_test_connection()
        finally:
            self.register_number(
                self.account_a.phone_number_id,
                token_valid=True,
                token_scopes=["whatsapp_business_messaging", "whatsapp_business_management"],
            )
        self.assertNotEqual(self.account_a.state, "connected")
        return self.account_a.connection_report

    def test_an_expired_token_is_named(self):
        self.assertIn("token", self.report(token_valid=False))

    def test_a_missing_permission_is_named(self):
        self.assertIn("whatsapp_business_management", self.report(token_scopes=["whatsapp_business_messaging"]))

    def test_an_empty_field_is_named(self):
        self.account_a.app_secret = False
        self.account_a.action_test_connection()
        self.assertIn("App Secret", self.account_a.connection_report)

    def test_a_server_that_does_not_answer_is_named(self):
        self.account_a.api_url = "http://127.0.0.1:9"
        self.account_a.action_test_connection()
        self.assertIn("127.0.0.1:9", self.account_a.connection_report)

    def test_a_wrong_number_is_named(self):
        self.account_a.phone_number_id = "424242"
        self.account_a.action_test_connection()
        self.assertNotEqual(self.account_a.state, "connected")
        self.assertTrue(self.account_a.state_reason)
