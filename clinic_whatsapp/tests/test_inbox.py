from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.messaging.inbox_messages import ClinicWhatsappAccount
from .common import WABA, ClinicCase

BAD_EVENT = "odoo.addons.clinic_whatsapp.models.messaging.inbox"


@tagged("post_install", "-at_install")
class TestInbox(ClinicCase):
    def status(self, status, *, wamid="wamid.out", client_ref=None, **values):
        entry = {"id": wamid, "status": status, "timestamp": "1750030073", "recipient_id": "905300000001", **values}
        if client_ref:
            entry["biz_opaque_callback_data"] = client_ref
        return entry

    def enqueue_for(self, phone_number_id, message):
        """Let a message for any number arrive at the address of account A."""
        value = {"metadata": {"phone_number_id": phone_number_id}, "messages": [message]}
        entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
        self.enqueue(self.account_a, {"object": "whatsapp_business_account", "entry": [entry]})

    def receive_statuses(self, *statuses):
        value = {"messaging_product": "whatsapp", "statuses": list(statuses),
                 "metadata": {"phone_number_id": self.account_a.phone_number_id}}  # fmt: skip
        change = {"field": "messages", "value": value}
        self.enqueue(
            self.account_a, {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}
        )
        self.run_inbox()

    def outbound(self, **vals):
        conversation = self.open_conversation(self.account_a, self.patient)
        message = conversation._send_text("Merhaba")
        message.sudo().write({"state": "sent", "wamid": "wamid.out", **vals})
        return message

    def test_a_patients_text_is_stored_once_in_his_conversation(self):
        for _delivery in range(3):
            message = self.receive(self.account_a, self.text("Merhaba 👋", wamid="wamid.in"))
        self.assertEqual(
            (message.body, message.partner_id, message.company_id), ("Merhaba 👋", self.patient, self.branch_a)
        )
        conversation = message.conversation_id
        self.assertEqual((conversation.unread_count, conversation.state), (1, "open"))
        self.assertTrue(conversation.is_window_open)

    def test_a_burst_wakes_the_inbox_once(self):
        now = fields.Datetime.now()
        triggers = self.env["ir.cron.trigger"]
        mine = [("cron_id", "=", self.env.ref("clinic_whatsapp.ir_cron_inbox").id)]
        triggers.search(mine).unlink()
        for seconds, expected in ((0, 1), (0, 1), (1, 1), (2, 2)):
            with freeze_time(now + timedelta(seconds=seconds)):
                self.enqueue_text(f"wamid.{len(self.stored())}")
            self.env.cr.execute("UPDATE ir_cron_trigger SET create_date = call_at")  # a transaction each, in real life
            self.assertEqual(triggers.search_count(mine), expected, f"after {seconds} s")

    def test_a_repeated_webhook_wakes_nobody(self):
        self.enqueue_text("wamid.once")
        self.env["ir.cron.trigger"].search([]).unlink()
        self.enqueue_text("wamid.once")
        self.assertFalse(self.env["ir.cron.trigger"].search([]))

    def test_a_wake_up_that_was_planned_earlier_is_not_relied_upon(self):
        """Nobody is told when its moment comes: the scheduler would see it within a minute."""
        triggers, now = self.env["ir.cron.trigger"], fields.Datetime.now()
        triggers.search([]).unlink()
        self.env["clinic.whatsapp.event"]._schedule_inbox(now + timedelta(seconds=5))
        with freeze_time(now + timedelta(seconds=5)):
            self.enqueue_text("wamid.now")
        self.assertEqual(triggers.search_count([]), 2)

    def enqueue_text(self, wamid):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": self.account_a.phone_number_id},
            "messages": [self.text("Merhaba", wamid=wamid)],
        }
        change = {"field": "messages", "value": value}
        self.enqueue(
            self.account_a, {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}
        )

    def stored(self):
        return self.env["clinic.whatsapp.event"].search([])

    def test_patients_do_not_wait_behind_statuses(self):
        value = {"metadata": {"phone_number_id": self.account_a.phone_number_id}, "messaging_product": "whatsapp"}
        for content in (
            {"statuses": [self.status("sent"), self.status("delivered")]},
            {"messages": [self.text("Merhaba", wamid="wamid.urgent")]},
        ):
            change = {"field": "messages", "value": {**value, **content}}
            self.enqueue(
                self.account_a, {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}
            )
        claimed = self.env["clinic.whatsapp.event"]._claim(self.account_a)
        self.assertEqual(claimed.mapped("kind"), ["message"])

    def test_the_window_counts_from_the_patients_own_time(self):
        late = fields.Datetime.now() - timedelta(hours=30)
        message = self.receive(self.account_a, self.text("Merhaba", wamid="wamid.late", moment=late.timestamp()))
        self.assertFalse(message.conversation_id.is_window_open)

    def test_an_older_message_never_shortens_the_window(self):
        new = self.receive(self.account_a, self.text("yeni", wamid="wamid.new"))
        expires = new.conversation_id.window_expires_at
        hours_ago = (fields.Datetime.now() - timedelta(hours=5)).timestamp()
        self.receive(self.account_a, self.text("eski", wamid="wamid.old", moment=hours_ago))
        self.assertEqual(new.conversation_id.window_expires_at, expires)

    def test_a_type_of_the_future_is_stored_too(self):
        future = {"from": "905300000001", "id": "wamid.future", "timestamp": "1750030073", "type": "hologram"}
        self.assertEqual(self.receive(self.account_a, future).wire_type, "hologram")

    def test_one_bad_event_never_costs_the_others(self):
        real = ClinicWhatsappAccount._receive

        def fail_once(account, inbound):
            if inbound.wamid == "wamid.bad":
                raise ValueError("broken")
            return real(account, inbound)

        with patch.object(ClinicWhatsappAccount, "_receive", fail_once), mute_logger(BAD_EVENT):
            self.receive(self.account_a, self.text("bad", wamid="wamid.bad"))
            good = self.receive(self.account_a, self.text("good", wamid="wamid.good", phone="+905300000002"))
        self.assertEqual(good.body, "good")
        bad = self.env["clinic.whatsapp.event"].search([("external_ref", "=", "message:wamid.bad")])
        self.assertEqual((bad.state, bad.attempts), ("new", 1))

    def test_a_senders_later_message_waits_for_his_postponed_one(self):
        with patch.object(ClinicWhatsappAccount, "_receive", side_effect=ValueError), mute_logger(BAD_EVENT):
            self.receive(self.account_a, self.text("first", wamid="wamid.1"))
        self.assertFalse(self.receive(self.account_a, self.text("second", wamid="wamid.2")))
        self.env["clinic.whatsapp.event"].search([]).next_attempt_at = False
        self.run_inbox()
        messages = self.env["clinic.whatsapp.message"].search([("direction", "=", "in")], order="id")
        self.assertEqual(messages.mapped("body"), ["first", "second"])

    def test_an_event_that_never_works_is_parked_and_can_be_replayed(self):
        with patch.object(ClinicWhatsappAccount, "_receive", side_effect=ValueError("broken")), mute_logger(BAD_EVENT):
            self.receive(self.account_a, self.text("hello", wamid="wamid.dead"))
            event = self.env["clinic.whatsapp.event"].search([("external_ref", "=", "message:wamid.dead")])
            for _attempt in range(4):
                event.next_attempt_at = False
                self.run_inbox()
        self.assertEqual(event.state, "dead")
        self.assertIn("ValueError", event.error)
        self.assertNotIn("broken", event.error, "the text of an exception may quote a patient")
        event.with_user(self.clinic_manager).action_replay()
        self.run_inbox()
        self.assertEqual(event.state, "done")
        self.assertEqual(self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.dead")]).body, "hello")

    def test_unknown_phone_number_id_leaves_a_diagnostics_row(self):
        self.account_a.flush_recordset()
        self.enqueue_for("404", self.text("x", wamid="wamid.404"))
        event = self.env["clinic.whatsapp.event"].search([("external_ref", "=", "message:wamid.404")])
        self.assertEqual((event.state, event.account_id), ("dead", self.account_a))
        self.assertIn("404", event.error)

    def test_numbers_of_one_app_share_an_address(self):
        self.enqueue_for(self.account_b.phone_number_id, self.text("x", wamid="wamid.b"))
        self.run_inbox()
        message = self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.b")])
        self.assertEqual(message.company_id, self.branch_b)

    def test_another_app_cannot_bring_messages_for_this_number(self):
        self.account_b.write({"app_id": "666", "app_secret": "other"})
        self.enqueue(self.account_b, {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [{
            "field": "messages", "value": {"metadata": {"phone_number_id": self.account_a.phone_number_id},
            "messages": [self.text("x", wamid="wamid.forged")]}}]}]})  # fmt: skip
        self.run_inbox()
        self.assertFalse(self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.forged")]))

    def test_a_family_number_is_never_guessed(self):
        sibling = self.create_patient("Kardeş Örnek", "0530 000 00 01")
        message = self.receive(self.account_a, self.text("Merhaba", wamid="wamid.family"))
        self.assertFalse(message.partner_id)
        self.assertEqual(message.conversation_id.contact_id.partner_ids, self.patient | sibling)

    def test_a_sender_without_a_phone_is_known_by_his_business_scoped_id(self):
        bare = {"id": "wamid.bsuid", "from_user_id": "TR.1", "timestamp": "1750030073", "type": "text",
                "text": {"body": "Merhaba"}}  # fmt: skip
        message = self.receive(self.account_a, bare, contact={"user_id": "TR.1", "profile": {"name": "Gizli"}})
        contact = message.conversation_id.contact_id
        self.assertEqual((contact.user_ref, contact.wa_id), ("TR.1", False))
        self.assertEqual(contact.display_name, "Gizli")

    def test_a_known_phone_under_a_new_identity_is_not_linked_silently(self):
        first = {**self.text("ben", wamid="wamid.o1"), "from_user_id": "TR.old"}
        self.receive(self.account_a, first, contact={"wa_id": "905300000001", "user_id": "TR.old"})
        second = {**self.text("başkası", wamid="wamid.o2"), "from_user_id": "TR.new"}
        message = self.receive(self.account_a, second, contact={"wa_id": "905300000001", "user_id": "TR.new"})
        self.assertEqual(message.conversation_id.contact_id.user_ref, "TR.new")
        self.assertFalse(message.partner_id, "somebody must look who this is")

    def test_statuses_only_move_forward(self):
        message = self.outbound()
        self.receive_statuses(self.status("read"), self.status("delivered"), self.status("sent"))
        self.assertEqual(message.state, "read")
        self.assertTrue(message.delivered_at)
        self.receive_statuses(self.status("failed", errors=[{"code": 131026, "title": "Message undeliverable"}]))
        self.assertEqual(message.state, "read")

    def test_a_failure_shows_its_reason_and_what_to_do(self):
        message = self.outbound()
        self.receive_statuses(self.status("failed", errors=[{"code": 131026, "title": "Message undeliverable"}]))
        self.assertEqual((message.state, message.error_code), ("failed", 131026))
        self.assertTrue(message.problem and message.advice)

    def test_an_unknown_message_is_settled_by_our_reference(self):
        message = self.outbound(state="unknown", wamid=False)
        self.receive_statuses(self.status("delivered", wamid="wamid.found", client_ref=message.client_ref))
        self.assertEqual((message.state, message.wamid), ("delivered", "wamid.found"))

    def test_a_status_before_our_own_commit_is_kept_and_tried_again(self):
        self.receive_statuses(self.status("sent", wamid="wamid.early"))
        event = self.env["clinic.whatsapp.event"].search([("external_ref", "=", "status:wamid.early:sent")])
        self.assertEqual(event.state, "new")
        message = self.outbound(wamid="wamid.early")
        event.next_attempt_at = False
        self.run_inbox()
        self.assertEqual((event.state, message.state), ("done", "sent"))

    def test_prices_are_stored_once(self):
        message = self.outbound()
        self.receive_statuses(
            self.status("sent", pricing={"type": "regular", "category": "utility"}),
            self.status("delivered", pricing={"type": "regular", "category": "service"}),
        )
        self.assertEqual((message.pricing_type, message.pricing_category), ("regular", "utility"))

    def test_news_go_to_the_branch_with_ids_only(self):
        message = self.receive(self.account_a, self.text("gizli", wamid="wamid.bus"))
        self.env.cr.precommit.run()
        news = self.env["bus.bus"].search([("message", "like", "clinic_whatsapp/update")])
        self.assertTrue(news)
        self.assertNotIn("gizli", "".join(news.mapped("message")))
        self.assertIn(str(message.conversation_id.id), "".join(news.mapped("message")))

    def test_closed_conversations_reopen(self):
        message = self.receive(self.account_a, self.text("1", wamid="wamid.c1"))
        message.conversation_id.action_close()
        self.receive(self.account_a, self.text("2", wamid="wamid.c2"))
        self.assertEqual(message.conversation_id.state, "open")
