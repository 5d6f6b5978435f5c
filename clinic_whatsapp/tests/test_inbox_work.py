"""What one does with a conversation besides answering: states, putting aside, unread, tags, patients, presence."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.messaging.conversation import BUS_UPDATE
from .inbound_common import STRANGER, InboundCase


class WorkCase(InboundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.mine = cls.conversation.with_user(cls.user_a)
        cls.theirs = cls.conversation.with_user(cls.user_b)

    def arrive_text(self, wamid, **values):
        return self.take("text", wamid, text={"body": "Merhaba"}, **values)

    def later(self, **delta):
        return fields.Datetime.now() + timedelta(**delta)

    def clear_bus(self):
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()

    def news(self, kind):
        """Return the payloads that wait on the bus."""
        self.env.cr.precommit.run()
        messages = [json.loads(row.message) for row in self.env["bus.bus"].search([], order="id")]
        return [message["payload"] for message in messages if message["type"] == kind]


@tagged("post_install", "-at_install")
class TestStates(WorkCase):
    def test_a_conversation_waits_for_the_patient_is_closed_and_reopened(self):
        for act, state in (("action_set_pending", "pending"), ("action_close", "closed"), ("action_reopen", "open")):
            getattr(self.mine, act)()
            self.assertEqual(self.conversation.state, state)

    def test_a_message_of_the_patient_reopens_it(self):
        for state in ("pending", "closed"):
            self.conversation.state = state
            self.arrive_text(f"wamid.{state}")
            self.assertEqual(self.conversation.state, "open")

    def test_unread_can_be_said_again_and_never_loses_count(self):
        self.mine.action_mark_unread()
        self.assertEqual(self.conversation.unread_count, 1)
        self.conversation.unread_count = 3
        self.mine.action_mark_unread()
        self.assertEqual(self.conversation.unread_count, 3)

    def test_nobody_of_another_branch_moves_it(self):
        for act in (
            "action_set_pending",
            "action_close",
            "action_reopen",
            "action_mark_unread",
            "action_wake",
            "action_block",
            "action_unblock",
        ):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(self.theirs, act)()

    def test_what_one_changes_the_branch_hears_once_and_in_ids(self):
        self.env["clinic.whatsapp.tag"].create({"name": "Invoice", "company_id": self.branch_a.id})
        for act, *arguments in (
            ("action_assign_to_me",),
            ("action_set_pending",),
            ("action_mark_unread",),
            ("action_mark_read",),
            ("action_snooze", self.later(hours=2)),
            ("action_wake",),
            ("action_set_tags", []),
        ):
            self.clear_bus()
            getattr(self.mine, act)(*arguments)
            with self.subTest(act=act):
                [payload] = self.news(BUS_UPDATE)
                self.assertEqual(payload["conversation_ids"], self.conversation.ids)
                self.assertEqual(payload["company_id"], self.branch_a.id)

    def test_a_consent_that_is_recorded_elsewhere_is_news_of_the_patients_conversations(self):
        other = self.open_conversation(self.account_a, self.create_patient("Can Örnek", "+905300000056"))
        self.clear_bus()
        self.opt_in(self.patient)
        [payload] = self.news(BUS_UPDATE)
        self.assertEqual(payload["conversation_ids"], self.conversation.ids)
        self.assertNotIn(other.id, payload["conversation_ids"])

    def test_all_that_happens_in_one_transaction_costs_a_branch_one_message_on_the_bus(self):
        other = self.open_conversation(self.account_b, self.create_patient("Ela Örnek", "+905300000055"))
        second = self.open_conversation(self.account_a, self.create_patient("Can Örnek", "+905300000056"))
        self.clear_bus()
        self.mine.action_assign_to_me()
        self.mine.action_block()
        second.with_user(self.user_a).action_close()
        other.with_user(self.user_b).action_close()
        heard = {payload["company_id"]: payload["conversation_ids"] for payload in self.news(BUS_UPDATE)}
        self.assertEqual(len(self.news(BUS_UPDATE)), 2)
        self.assertEqual(set(heard[self.branch_a.id]), set((self.conversation | second).ids))
        self.assertEqual(heard[self.branch_b.id], other.ids)


@tagged("post_install", "-at_install")
class TestSnooze(WorkCase):
    def test_what_is_put_aside_comes_back_at_its_moment(self):
        self.mine.action_snooze(fields.Datetime.to_string(self.later(hours=1)))
        self.assertFalse(self.env["clinic.whatsapp.conversation"]._wake_due())
        self.conversation.snoozed_until = self.later(seconds=-1)
        self.clear_bus()
        self.assertEqual(self.env["clinic.whatsapp.conversation"]._wake_due(), self.conversation)
        self.assertFalse(self.conversation.snoozed_until)
        self.assertEqual(len(self.news(BUS_UPDATE)), 1)

    def test_what_is_put_aside_comes_back_with_the_patients_next_message(self):
        self.mine.action_snooze(self.later(days=1))
        self.arrive_text("wamid.1")
        self.assertFalse(self.conversation.snoozed_until)

    def test_a_thumb_up_wakes_nothing(self):
        self.arrive_text("wamid.1")
        self.mine.action_snooze(self.later(days=1))
        self.take("reaction", "wamid.2", message_id="wamid.1", emoji="👍")
        self.assertTrue(self.conversation.snoozed_until)

    def test_it_can_be_woken_before_its_time(self):
        self.mine.action_snooze(self.later(days=1))
        self.mine.action_wake()
        self.assertFalse(self.conversation.snoozed_until)

    def test_what_is_closed_is_not_put_aside(self):
        self.mine.action_snooze(self.later(days=1))
        self.mine.action_close()
        self.assertFalse(self.conversation.snoozed_until)
        with self.assertRaises(UserError):
            self.mine.action_snooze(self.later(days=1))

    def test_only_a_moment_in_the_next_year_is_taken(self):
        for until in (self.later(seconds=-5), self.later(days=400), "tomorrow", "", False, None, 7, []):
            with self.subTest(until=until), self.assertRaises(UserError):
                self.mine.action_snooze(until)

    def test_the_moment_is_set_by_the_action_only(self):
        with self.assertRaises(AccessError):
            self.mine.write({"snoozed_until": self.later(days=1)})
        with self.assertRaises(AccessError):
            self.theirs.action_snooze(self.later(days=1))


@tagged("post_install", "-at_install")
class TestTags(WorkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own, cls.shared, cls.sister = cls.env["clinic.whatsapp.tag"].create(
            [
                {"name": "Invoice", "company_id": cls.branch_a.id},
                {"name": "Call back", "company_id": cls.root.id},
                {"name": "Secret of Çankaya", "company_id": cls.branch_b.id},
            ]
        )

    def test_tags_of_the_branch_and_of_the_clinic_are_put_on(self):
        self.mine.action_set_tags((self.own | self.shared).ids)
        self.assertEqual(self.conversation.tag_ids, self.own | self.shared)
        self.mine.action_set_tags([])
        self.assertFalse(self.conversation.tag_ids)

    def test_a_tag_of_another_branch_is_neither_seen_nor_put_on(self):
        self.assertNotIn(self.sister, self.env["clinic.whatsapp.tag"].with_user(self.user_a).search([]))
        with self.assertRaises(AccessError):
            self.mine.action_set_tags(self.sister.ids)
        with self.assertRaises(AccessError):
            self.theirs.action_set_tags(self.shared.ids)

    def test_who_works_in_two_branches_keeps_their_tags_apart(self):
        both = self.create_user("both", self.branch_a | self.branch_b)
        env = self.env(user=both.id, context={"allowed_company_ids": both.company_ids.ids})
        with self.assertRaises(ValidationError):
            self.conversation.with_env(env).action_set_tags(self.sister.ids)

    def test_reception_neither_makes_nor_renames_a_tag_over_a_conversation(self):
        for command in (Command.create({"name": "New"}), Command.update(self.own.id, {"name": "Renamed"})):
            self.conversation.tag_ids = self.own
            with self.subTest(command=command[0]), self.assertRaises(AccessError):
                self.mine.write({"tag_ids": [command]})

    def test_managers_make_tags_reception_uses_them(self):
        tags = self.env["clinic.whatsapp.tag"]
        tags.with_user(self.manager_a).create({"name": "New", "company_id": self.branch_a.id})
        with self.assertRaises(AccessError):
            tags.with_user(self.user_a).create({"name": "Newer", "company_id": self.branch_a.id})


@tagged("post_install", "-at_install")
class TestPatientOfAConversation(WorkCase):
    def setUp(self):
        super().setUp()
        self.message = self.arrive_text("wamid.stranger", sender=STRANGER)
        self.unknown = self.message.conversation_id.with_user(self.user_a)

    def test_an_unknown_sender_is_linked_to_a_patient_on_file(self):
        self.unknown.action_link_patient(self.patient.id)
        self.assertEqual((self.unknown.partner_id, self.message.partner_id), (self.patient, self.patient))
        self.assertIn(self.patient, self.message.conversation_id.contact_id.partner_ids)

    def test_an_unknown_sender_becomes_a_new_patient_with_the_number_that_writes(self):
        patient_id = self.unknown.action_create_patient({"name": " Ela Örnek ", "birth_date": "1990-05-01"})
        patient = self.env["res.partner"].browse(patient_id)
        self.assertEqual((patient.name, patient.whatsapp_phone), ("Ela Örnek", f"+{STRANGER}"))
        self.assertTrue(patient.is_patient)
        self.assertEqual((patient.company_id, patient.home_branch_id), (self.root, self.branch_a))
        self.assertEqual((self.unknown.partner_id, self.message.partner_id), (patient, patient))

    def test_a_child_gets_the_guardian_who_writes(self):
        patient_id = self.unknown.action_create_patient(
            {
                "name": "Bebek Örnek",
                "birth_date": "2024-05-01",
                "phone": False,
                "guardian_id": self.patient.id,
                "guardian_relation": "mother",
            }
        )
        patient = self.env["res.partner"].browse(patient_id)
        self.assertEqual(patient.guardian_id, self.patient)
        self.assertFalse(patient.phone)

    def test_nothing_but_what_reception_is_asked_can_be_set(self):
        for vals in (
            {"name": "Ela", "company_id": self.branch_b.id},
            {"name": "Ela", "is_patient": False},
            {"name": "Ela", "user_ids": [(0, 0, {"login": "ela"})]},
            {"name": " "},
            {},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.unknown.action_create_patient(vals)

    def test_nobody_of_another_branch_says_who_it_is(self):
        before = self.env["res.partner"].search_count([])
        with self.assertRaises(AccessError):
            self.unknown.with_user(self.user_b).action_create_patient({"name": "Ela"})
        with self.assertRaises(AccessError):
            self.unknown.with_user(self.user_b).action_link_patient(self.patient.id)
        self.assertEqual(self.env["res.partner"].search_count([]), before)


@tagged("post_install", "-at_install")
class TestPresence(WorkCase):
    KIND = "clinic_whatsapp/presence"

    def test_the_branch_hears_in_ids_who_looks_and_writes(self):
        self.clear_bus()
        for kind in ("looking", "typing", "left"):
            self.mine.action_show_presence(kind)
        expected = {
            "conversation_id": self.conversation.id,
            "user_id": self.user_a.id,
            "company_id": self.branch_a.id,
        }
        self.assertEqual(self.news(self.KIND), [{**expected, "kind": kind} for kind in ("looking", "typing", "left")])
        channels = {row.channel for row in self.env["bus.bus"].search([("message", "like", self.KIND)])}
        self.assertEqual(len(channels), 1)
        self.assertIn(self.branch_a.id, json.loads(channels.pop()))

    def test_presence_carries_no_words(self):
        self.clear_bus()
        with self.assertRaises(UserError):
            self.mine.action_show_presence("Patient is HIV positive")
        self.assertFalse(self.news(self.KIND))

    def test_nobody_shows_himself_in_another_branch(self):
        self.clear_bus()
        with self.assertRaises(AccessError):
            self.theirs.action_show_presence("looking")
        self.assertFalse(self.news(self.KIND))

    def test_looking_costs_no_row_but_on_the_bus(self):
        tables = ("mail.message", "clinic.whatsapp.message", "mail.presence", "ir.cron.trigger")
        before = [self.env[table].search_count([]) for table in tables]
        self.mine.action_show_presence("looking")
        self.env.cr.precommit.run()
        self.assertEqual([self.env[table].search_count([]) for table in tables], before)
