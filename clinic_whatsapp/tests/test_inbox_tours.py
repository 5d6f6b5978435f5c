"""A receptionist's journeys through the inbox, in a real browser; what they left behind is read in the database."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import PATIENT_PHONE, WABA, ClinicMixin
from .inbound_common import STRANGER

INBOX = "/odoo/whatsapp-inbox"
PATIENCE = 180  # seconds; the first page waits for its asset bundle
QUESTION = "Yarın gelebilir miyim?"
ANSWER = "Tabii, saat 10'da bekliyoruz."


class InboxTourCase(ClinicMixin, HttpCase):
    """A patient and a stranger wait in one branch, somebody else in another one."""

    def setUp(self):
        super().setUp()
        self.colleague = self.create_user("reception.a2", self.branch_a)
        self.colleague.name = "Elif Yılmaz"
        self.user_b.name = "Other Branch"
        self.write_in(self.account_a, PATIENT_PHONE, QUESTION)
        self.write_in(self.account_a, f"+{STRANGER}", "Ben Ayla", name="Ayla W.")
        self.create_patient("Ela Başka", "+905300000088")
        self.write_in(self.account_b, "+905300000088", "Merhaba")
        self.conversation, self.unknown = self.get_conversation(PATIENT_PHONE), self.get_conversation(f"+{STRANGER}")

    def write_in(self, account, phone, *texts, name="Deniz"):
        """Let a sender write some texts, a second after each other and all before now."""
        start = int(fields.Datetime.now().timestamp()) - 60 * len(texts)
        messages = [
            self.text(body, wamid=f"wamid.{phone}.{len(texts)}.{number}", phone=phone, moment=start + number)
            for number, body in enumerate(texts)
        ]
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "905550000001", "phone_number_id": account.phone_number_id},
            "contacts": [{"profile": {"name": name}, "wa_id": phone.lstrip("+")}],
            "messages": messages,
        }
        change = {"field": "messages", "value": value}
        self.enqueue(account, {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]})
        self.run_inbox()

    def get_conversation(self, phone):
        return self.env["clinic.whatsapp.conversation"].search(
            [("contact_id.phone", "=", phone), ("account_id", "=", self.account_a.id)]
        )

    def go(self, tour, user=None):
        """Let a receptionist of branch A make a journey."""
        user = user or self.user_a
        self.start_tour(INBOX, f"clinic_whatsapp_{tour}", login=user.login, timeout=PATIENCE)
        self.env.invalidate_all()

    def get_replies(self):
        """Return what people sent, in whatever conversation."""
        return self.env["clinic.whatsapp.message"].search([("direction", "=", "out"), ("kind", "=", "reply")])

    def check_answered(self):
        reply = self.get_replies()
        self.assertEqual((reply.body, reply.state), (ANSWER, "queued"))
        self.assertEqual((reply.conversation_id, reply.sent_by_id), (self.conversation, self.user_a))
        self.assertFalse(self.conversation.waiting_since)
        self.assertFalse(self.conversation.unread_count)
        self.assertTrue(self.unknown.waiting_since, "nobody has answered the other one")


@tagged("post_install", "-at_install")
class TestInboxTours(InboxTourCase):
    def test_one_answers(self):
        self.go("answer")
        self.check_answered()

    def test_one_gives_a_conversation_to_a_colleague(self):
        self.go("assign")
        self.assertEqual(self.conversation.assigned_user_id, self.colleague)
        self.assertFalse(self.unknown.assigned_user_id)

    def test_one_writes_a_note_and_names_a_colleague(self):
        self.go("note")
        [note] = self.conversation.message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertIn("Lütfen ara @Elif Yılmaz", note.body)
        self.assertEqual(note.author_id, self.user_a.partner_id)
        self.assertEqual(note.notified_partner_ids, self.colleague.partner_id)
        self.assertFalse(self.get_replies(), "the patient hears nothing of it")
        self.assertTrue(self.conversation.waiting_since, "a note is no answer")

    def test_one_closes_and_reopens(self):
        self.go("close_and_reopen")
        self.assertEqual(self.conversation.state, "open")
        self.assertFalse(self.conversation.waiting_since, "closing settles what was asked")
        notes = self.conversation.with_user(self.colleague).get_thread()["notes"]
        events = [note["body"] for note in notes if note["kind"] == "event" and note["author"] == self.user_a.name]
        self.assertEqual(events, ["Closed.", "Reopened."], "a colleague sees who did it")

    def test_one_puts_a_conversation_aside(self):
        before = fields.Datetime.now().replace(microsecond=0)
        self.go("snooze")
        until = self.conversation.snoozed_until - timedelta(hours=3)
        self.assertLessEqual(before, until)
        self.assertLessEqual(until, fields.Datetime.now())

    def test_one_says_that_a_stranger_is_a_patient_on_file(self):
        patients = self.count_patients()
        self.go("link_patient")
        self.assertEqual(self.unknown.partner_id, self.patient)
        self.assertIn(self.patient, self.unknown.contact_id.partner_ids)
        self.assertEqual(self.count_patients(), patients)

    def test_one_makes_a_patient_of_a_stranger(self):
        patients = self.count_patients()
        self.go("create_patient")
        patient = self.unknown.partner_id
        self.assertEqual((patient.name, str(patient.birth_date)), ("Ayla Yeni", "1990-05-17"))
        self.assertEqual((patient.phone, patient.is_patient), (f"+{STRANGER}", True))
        self.assertEqual((patient.company_id, patient.home_branch_id), (self.root, self.branch_a))
        self.assertEqual(self.count_patients(), patients + 1)

    def count_patients(self):
        return self.env["res.partner"].search_count([("is_patient", "=", True)])

    def test_one_finds_people_by_name_and_number_and_nobody_of_another_branch(self):
        other = self.env["clinic.whatsapp.conversation"].search([("account_id", "=", self.account_b.id)])
        self.assertEqual(other.partner_id.name, "Ela Başka", "she is there, behind the wall")
        self.go("search_a_name")

    def test_one_finds_what_was_said_long_ago(self):
        old = ["Penisilin alerjim var", *(f"Mesaj {number}" for number in range(55)), "Penisilin yazdınız", QUESTION]
        self.write_in(self.account_a, PATIENT_PHONE, *old)
        self.conversation.action_mark_read()  # else one begins at the oldest new message, and what is older is fetched
        self.go("search_a_text")


@tagged("post_install", "-at_install")
class TestTemplateTours(InboxTourCase):
    """The patient wrote long ago, so that only a template may leave."""

    def setUp(self):
        super().setUp()
        self.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        self.conversation.window_expires_at = fields.Datetime.now() - timedelta(hours=1)
        self.create_template(title="Greeting")
        self.invitation = self.create_template(
            name="invitation",
            title="Invitation",
            model_id=self.env["ir.model"]._get_id("clinic.appointment"),
            body="Sayın {{1}}, sizi saat {{2}} için bekliyoruz.",
            variable_ids=[
                Command.create({"index": 1, "field_path": "patient_id.name", "sample": "Ayşe"}),
                Command.create({"index": 2, "field_path": "start_time_text", "sample": "10:00"}),
            ],
            button_ids=[],
        )

    def book(self, days, hour):
        start = fields.Datetime.now().replace(hour=hour, minute=0, second=0) + timedelta(days=days)
        vals = {"patient_id": self.patient.id, "company_id": self.branch_a.id, "start": start}
        return self.env["clinic.appointment"].create(vals)

    def test_one_sends_a_template_about_a_chosen_visit_in_ones_own_words(self):
        self.opt_in(self.patient)
        _next, later = self.book(1, 6), self.book(3, 11)
        self.go("template")
        message = self.get_replies()
        self.assertRegex(message.body, "^Sayın Deniz Hanım, sizi saat 14.00 için bekliyoruz.$")
        self.assertEqual((message.template_id, message.state), (self.invitation, "queued"))
        self.assertEqual((message.res_model, message.res_id), (later._name, later.id))
        self.assertEqual((message.conversation_id, message.sent_by_id), (self.conversation, self.user_a))
        self.assertFalse(self.conversation.waiting_since, "a template that a person sends is an answer")

    def test_without_consent_one_is_told_what_to_ask_at_the_desk(self):
        self.go("template_without_consent")
        self.assertFalse(self.get_replies())
        self.assertTrue(self.conversation.waiting_since)


@tagged("post_install", "-at_install")
class TestInboxToursOnAPhone(InboxTourCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_one_answers_on_a_phone(self):
        self.go("answer_on_a_phone")
        self.check_answered()
