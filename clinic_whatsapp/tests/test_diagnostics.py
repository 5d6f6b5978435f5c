from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClinicCase

FIGURES = ("queued_count", "sending_count", "sent_minute_count", "sent_hour_count", "unknown_count", "dead_count",
           "inbox_count", "media_waiting_count")  # fmt: skip


class DiagnosticsCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.conversation_b = cls.open_conversation(cls.account_b, cls.patient)

    def message(self, state, conversation=None, **vals):
        message = (conversation or self.conversation)._send_text("Merhaba")
        message.sudo().write({"state": state, "claimed_at": fields.Datetime.now(), **vals})
        return message

    def events(self, account, count=1, **vals):
        return self.env["clinic.whatsapp.event"].create(
            [
                {
                    "account_id": account.id,
                    "company_id": account.company_id.id,
                    "external_ref": f"message:{account.id}.{number}",
                    "ordering_key": "x",
                    "kind": "message",
                    "payload": '{"message": {"text": "çok ağrıyor"}}',
                    "state": "dead",
                    "error": "The patient's number cannot be read",
                    "attempts": 5,
                    **vals,
                }
                for number in range(count)
            ]
        )


@tagged("post_install", "-at_install")
class TestFigures(DiagnosticsCase):
    def setUp(self):
        super().setUp()
        now = fields.Datetime.now()
        for state in ("queued", "queued", "sending", "unknown", "failed"):
            self.message(state)
        self.message("unknown", settled_by_id=self.manager_a.id)
        self.message("sent", sent_at=now - timedelta(seconds=20))
        self.message("read", sent_at=now - timedelta(minutes=20))
        self.message("sent", sent_at=now - timedelta(minutes=90))
        self.message("queued", self.conversation_b)
        self.events(self.account_a, 2)
        self.env["clinic.whatsapp.event"].create(
            {
                "account_id": self.account_b.id,
                "company_id": self.branch_b.id,
                "external_ref": "message:y",
                "kind": "message",
            }
        )
        self.env.flush_all()

    def figures(self, account, user=None):
        account = account.with_user(user or self.clinic_manager)
        account.invalidate_recordset()
        return {name: account[name] for name in FIGURES if account[name]}

    def test_each_number_counts_its_own(self):
        everything = (self.account_a | self.account_b).with_user(self.clinic_manager)
        everything.invalidate_recordset()
        self.assertEqual(
            self.figures(everything[0]),
            {
                "queued_count": 2,
                "sending_count": 1,
                "unknown_count": 1,
                "sent_minute_count": 1,
                "sent_hour_count": 2,
                "dead_count": 2,
            },
        )
        self.assertEqual(self.figures(everything[1]), {"queued_count": 1, "inbox_count": 1})

    def test_a_manager_of_one_branch_sees_no_figure_of_another(self):
        manager = self.create_user("manager.of.b", self.branch_b, "clinic_whatsapp.group_manager")
        self.assertEqual(self.figures(self.account_b, manager), {"queued_count": 1, "inbox_count": 1})
        self.assertEqual(self.figures(self.account_a, manager), {})
        with self.assertRaises(AccessError):
            self.account_a.with_user(manager).read(["queued_count"])

    def test_reception_and_branch_managers_get_no_figures(self):
        for user in (self.user_a, self.manager_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.account_a.with_user(user).read(["queued_count"])

    def test_every_figure_opens_the_list_that_it_counts(self):
        account = self.account_a.with_user(self.clinic_manager)
        for name in FIGURES:
            with self.subTest(figure=name):
                action = account.with_context(figure=name).action_open_figure()
                found = self.env[action["res_model"]].with_user(self.clinic_manager).search_count(action["domain"])
                self.assertEqual(found, account[name])

    def test_the_oldest_of_the_queue_tells_how_long_it_waits(self):
        oldest = self.env["clinic.whatsapp.message"].search([("state", "=", "queued")], order="id", limit=1)
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_message SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=12), oldest.id],
        )
        account = self.account_a.with_user(self.clinic_manager)
        account.invalidate_recordset()
        self.assertEqual(account.queue_age, "12 minutes")
        self.assertIn("dakika", account.with_context(lang="tr_TR").queue_age)
        self.assertFalse(self.create_account(self.branch_a, "100000000000009").queue_age)

    def test_more_numbers_cost_no_more_queries(self):
        more = self.env["clinic.whatsapp.account"].union(
            *(self.create_account(self.branch_a, f"10000000000002{digit}") for digit in range(6))
        )
        names = [*FIGURES, "queue_age"]

        def count_queries(accounts):
            accounts = accounts.with_user(self.clinic_manager)
            accounts.read(names)  # what rules and rights cost is paid once
            accounts.invalidate_recordset()
            before = self.env.cr.sql_log_count
            accounts.read(names)
            return self.env.cr.sql_log_count - before

        self.assertEqual(count_queries(self.account_a | self.account_b), count_queries(more | self.account_b))


@tagged("post_install", "-at_install")
class TestParkedEvents(DiagnosticsCase):
    def test_one_is_processed_again(self):
        one, other = self.events(self.account_a, 2)
        one.with_user(self.clinic_manager).action_replay()
        self.assertEqual((one.state, one.attempts, one.error, other.state), ("new", 0, False, "dead"))

    def test_all_of_a_number_are_processed_again_and_those_of_others_stay(self):
        mine, others = self.events(self.account_a, 2500), self.events(self.account_b, 2)
        done = self.events(self.account_a, state="done", external_ref="message:done")
        self.account_a.with_user(self.clinic_manager).action_replay_parked()
        self.assertEqual(set(mine.mapped("state")), {"new"})
        self.assertEqual(set(others.mapped("state")), {"dead"})
        self.assertEqual(done.state, "done")

    def test_what_has_lost_its_payload_is_neither_counted_nor_processed(self):
        old = self.events(self.account_a, payload=False)
        account = self.account_a.with_user(self.clinic_manager)
        self.assertEqual((account.dead_count, old.with_user(self.clinic_manager).can_replay), (0, False))
        account.action_replay_parked()
        self.assertEqual(old.state, "dead")

    def test_what_is_done_is_not_processed_again(self):
        done = self.events(self.account_a, state="done")
        done.with_user(self.clinic_manager).action_replay()
        self.assertEqual(done.state, "done")

    def test_nothing_parked_is_no_error(self):
        answer = self.account_a.with_user(self.clinic_manager).action_replay_parked()
        self.assertIn("Nothing is parked", answer["params"]["message"])

    def test_a_clinic_manager_reads_the_payload_and_nobody_below(self):
        event = self.events(self.account_a)
        self.assertIn("çok ağrıyor", event.with_user(self.clinic_manager).payload_text)
        with self.assertRaises(AccessError):
            event.with_user(self.manager_a).read(["payload_text"])

    def test_what_it_is_about_is_said_in_words(self):
        self.assertEqual(self.events(self.account_a).kind_label, "Message of a patient")


@tagged("post_install", "-at_install")
class TestPause(DiagnosticsCase):
    def test_a_paused_number_keeps_its_queue_and_goes_on_when_resumed(self):
        account = self.account_a.with_user(self.clinic_manager)
        message = self.message("queued")
        account.action_pause()
        self.assertEqual((account.state, message.state), ("paused", "queued"))
        self.assertIn(self.clinic_manager.name, account.state_reason)
        account.action_resume()
        self.assertEqual((account.state, account.state_reason), ("connected", False))

    def test_what_is_not_connected_is_neither_paused_nor_resumed(self):
        account = self.account_a.with_user(self.clinic_manager)
        for state in ("draft", "disabled"):
            account.sudo().state = state
            account.action_pause()
            account.action_resume()
            self.assertEqual(account.state, state)

    def test_a_branch_manager_pauses_nothing(self):
        with self.assertRaises(AccessError):
            self.account_a.with_user(self.manager_a).action_pause()
        self.assertEqual(self.account_a.state, "connected")


@tagged("post_install", "-at_install")
class TestDecision(DiagnosticsCase):
    def decide(self, message, method, user=None):
        return getattr(message.with_user(user or self.manager_a), method)()

    def sent_again(self, message):
        return self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", message.conversation_id.id), ("id", ">", message.id)]
        )

    def status(self, message, status):
        """Let WhatsApp report about a message by our reference, as after a lost answer."""
        report = {
            "id": f"wamid.{message.id}",
            "status": status,
            "timestamp": "1750030073",
            "recipient_id": "905300000001",
            "biz_opaque_callback_data": message.client_ref,
        }
        value = {"metadata": {"phone_number_id": self.account_a.phone_number_id}, "statuses": [report]}
        change = {"field": "messages", "value": value}
        self.enqueue(
            self.account_a, {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
        )
        self.run_inbox()

    def test_marked_as_sent_it_is_sent_and_tells_who_decided(self):
        message = self.message("unknown")
        self.decide(message, "action_mark_sent")
        self.assertEqual((message.state, message.settled_by_id), ("sent", self.manager_a))
        self.assertFalse(message.problem)
        note = message.conversation_id.message_ids[:1]
        self.assertIn(self.manager_a.name, note.body)
        self.assertNotIn("Merhaba", note.body)
        self.assertTrue(note.subtype_id.internal)

    def test_sent_again_there_is_a_new_message_and_the_old_one_stays_unknown(self):
        message = self.message("unknown")
        self.decide(message, "action_send_again")
        repeat = self.sent_again(message)
        self.assertEqual((repeat.state, repeat.body, repeat.sent_by_id), ("queued", "Merhaba", self.manager_a))
        self.assertNotEqual(repeat.client_ref, message.client_ref)
        self.assertEqual((message.state, message.settled_by_id), ("unknown", self.manager_a))
        self.assertIn("sent again", message.problem)
        self.assertIn(self.manager_a.name, message.conversation_id.message_ids[:1].body)

    def test_a_template_is_sent_again_with_its_values(self):
        self.opt_in(self.patient)
        template = self.create_template()
        message = self.patient._whatsapp_send_template(template, purpose="appointment", account=self.account_a)
        message.sudo().write({"state": "unknown", "claimed_at": fields.Datetime.now()})
        self.decide(message, "action_send_again")
        repeat = self.sent_again(message)
        self.assertEqual(repeat.state, "queued", repeat.problem)
        self.assertEqual(
            (repeat.template_id, repeat.template_values, repeat.purpose_id, repeat.message_type),
            (template, message.template_values, message.purpose_id, "template"),
        )

    def test_a_file_travels_with_the_new_message(self):
        message = self.conversation._send_text(
            "Formunuz", attachments=[(b"%PDF-1.4 form", "form.pdf", "application/pdf")]
        )
        message.sudo().write({"state": "unknown", "media_state": "ready", "media_ref": "123"})
        self.decide(message, "action_send_again")
        repeat = self.sent_again(message)
        self.assertEqual((repeat.state, repeat.media_state, repeat.media_ref), ("queued", "pending", False))
        self.assertEqual(repeat._open_media().read(), b"%PDF-1.4 form")
        self.assertEqual((repeat.media_name, repeat.content), ("form.pdf", message.content))

    def test_what_the_gate_denies_is_not_decided_and_says_why(self):
        message = self.message("unknown")
        message.conversation_id.sudo().window_expires_at = fields.Datetime.now() - timedelta(hours=1)
        answer = self.decide(message, "action_send_again")
        self.assertIn("24 hours", answer["params"]["message"])
        self.assertEqual(self.sent_again(message).state, "blocked")
        self.assertFalse(message.settled_by_id)

    def test_a_second_click_does_nothing_more(self):
        for method in ("action_mark_sent", "action_send_again"):
            for second in ("action_mark_sent", "action_send_again"):
                message = self.message("unknown")
                self.decide(message, method)
                count = len(self.sent_again(message))
                with self.subTest(first=method, second=second), self.assertRaisesRegex(UserError, "has decided"):
                    self.decide(message, second)
                self.assertEqual(len(self.sent_again(message)), count)

    def test_what_whatsapp_has_confirmed_meanwhile_is_refused(self):
        message = self.message("unknown")
        self.status(message, "delivered")
        self.assertEqual(message.state, "delivered")
        for method in ("action_mark_sent", "action_send_again"):
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "Delivered"):
                self.decide(message, method)
        self.assertFalse(self.sent_again(message))

    def test_only_unconfirmed_messages_are_decided(self):
        for state in ("queued", "sending", "sent", "failed", "blocked"):
            with self.subTest(state=state), self.assertRaises(UserError):
                self.decide(self.message(state), "action_send_again")

    def test_a_late_status_still_counts_for_the_old_message(self):
        for method in ("action_mark_sent", "action_send_again"):
            with self.subTest(method=method):
                message = self.message("unknown")
                self.decide(message, method)
                self.status(message, "delivered")
                self.assertEqual((message.state, message.settled_by_id), ("delivered", self.manager_a))
                self.assertTrue(message.wamid)

    def test_nobody_is_asked_about_a_decided_message(self):
        message = self.message("unknown", claimed_at=fields.Datetime.now() - timedelta(minutes=11))
        self.decide(message, "action_send_again")
        self.env["clinic.whatsapp.message"]._ask_about_unknown(self.account_a)
        self.assertFalse(message.conversation_id.activity_ids)

    def ask_about(self, *messages):
        """Let messages be silent for so long that a person is asked about them; returns the questions."""
        for message in messages:
            message.sudo().claimed_at = fields.Datetime.now() - timedelta(minutes=11)
        self.env["clinic.whatsapp.message"]._ask_about_unknown(self.account_a)
        return messages[0].conversation_id.activity_ids

    def test_the_last_decision_takes_the_question_back(self):
        for method in ("action_mark_sent", "action_send_again"):
            with self.subTest(method=method):
                first, second = self.message("unknown"), self.message("unknown")
                todo = first.conversation_id.activity_schedule("mail.mail_activity_data_todo")
                question = self.ask_about(first, second) - todo
                self.assertEqual(len(question), 1)
                self.decide(first, method)
                self.assertTrue(question.exists(), "one message is still open")
                self.decide(second, method)
                self.assertEqual(first.conversation_id.activity_ids, todo, "what else is to be done stays")
                todo.unlink()

    def test_a_late_status_takes_the_question_back(self):
        message = self.message("unknown")
        self.assertEqual(len(self.ask_about(message)), 1)
        self.status(message, "delivered")
        self.assertFalse(message.conversation_id.activity_ids)

    def test_another_silent_message_is_no_second_question(self):
        question = self.ask_about(self.message("unknown"))
        self.assertEqual(self.ask_about(self.message("unknown")), question)

    def test_reception_does_not_decide(self):
        message = self.message("unknown")
        for method in ("action_mark_sent", "action_send_again"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.decide(message, method, self.user_a)

    def test_a_manager_decides_nothing_of_another_branch(self):
        manager_b = self.create_user("manager.b", self.branch_b, "clinic_whatsapp.group_branch_manager")
        message = self.message("unknown")
        for method in ("action_mark_sent", "action_send_again"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.decide(message, method, manager_b)
        self.assertEqual((message.state, message.settled_by_id.id), ("unknown", False))

    def test_the_list_shows_what_waits_for_a_decision(self):
        waiting, decided = self.message("unknown"), self.message("unknown")
        self.decide(decided, "action_send_again")
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_message_unknown")
        self.assertIn("search_default_undecided", action["context"])
        account = self.account_a.with_user(self.clinic_manager).with_context(figure="unknown_count")
        self.assertEqual(self.env["clinic.whatsapp.message"].search(account.action_open_figure()["domain"]), waiting)
