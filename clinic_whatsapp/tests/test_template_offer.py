"""Templates sent by hand: what is offered for one patient, what it would say, and that this is what leaves."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .inbound_common import STRANGER, InboundCase

SEEN = "clinic_whatsapp_seen_id"


class OfferCase(InboundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("tr_TR")
        cls.patient.lang = "tr_TR"
        cls.branch_a.resource_calendar_id.tz = "Europe/Istanbul"
        cls.appointment_purpose.write({"quiet_from": 0.0, "quiet_to": 24.0})
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient, window=False)
        cls.hello = cls.create_template(title="Greeting")
        cls.visit_model = cls.env["ir.model"]._get_id("clinic.appointment")

    @classmethod
    def create_reminder(cls, **vals):
        """Return a template about an appointment, whose button acts upon it."""
        lines = ("patient_id.name", "start_time_text", "company_id.name")
        return cls.create_template(
            **{
                "name": "reminder",
                "title": "Reminder",
                "model_id": cls.visit_model,
                "body": "Sayın {{1}}, sizi saat {{2}} için {{3}} şubemizde bekliyoruz.",
                "variable_ids": [
                    Command.create({"index": number, "field_path": path, "sample": "x"})
                    for number, path in enumerate(lines, 1)
                ],
                "button_ids": [Command.create({"text": "Geliyorum", "action": "confirm"})],
                **vals,
            }
        )

    def book(self, days, branch=None, patient=None, **vals):
        start = fields.Datetime.now().replace(hour=9, minute=30, second=0) + timedelta(days=days)
        return self.env["clinic.appointment"].create(
            {
                "patient_id": (patient or self.patient).id,
                "company_id": (branch or self.branch_a).id,
                "start": start,
                **vals,
            }
        )

    def this(self, user=None, **context):
        return self.conversation.with_user(user or self.user_a).with_context(**context)

    def offered(self, user=None):
        return [row["title"] for row in self.this(user).get_templates()]

    def draft(self, template, res_id=False, user=None):
        return self.this(user).get_template_draft(template.id, res_id)

    def values(self, draft):
        return {variable["index"]: variable["value"] for variable in draft["variables"]}

    def send(self, template, values=None, res_id=False, user=None, **kwargs):
        """Let a receptionist send; return (answer, message)."""
        answer = self.this(user).action_send_template(template.id, values or {}, res_id, **kwargs)
        return answer, self.env["clinic.whatsapp.message"].browse(answer["id"])


@tagged("post_install", "-at_install")
class TestTemplateList(OfferCase):
    def test_what_can_be_sent_is_offered_by_title(self):
        self.create_reminder(title="A reminder")
        self.create_template(name="nothing", title="Zebra", model_id=False, body="Bizi arayın.", variable_ids=[])
        rows = self.this().get_templates()
        self.assertEqual([row["title"] for row in rows], ["A reminder", "Greeting", "Zebra"])
        self.assertEqual([row["about"] for row in rows], ["appointment", "patient", False])
        self.assertEqual(rows[1]["text"], "Sayın [Name], kliniğimizden size merhaba diyoruz!")
        self.assertEqual((rows[1]["language"], rows[1]["category"]), ("tr", "utility"))
        self.assertIn("Sayın [Name], sizi saat [Time]", rows[0]["text"])

    def test_values_are_called_what_they_are_to_the_clinic(self):
        def name(*paths):
            lines = [
                Command.create({"index": number, "field_path": path, "sample": "x"})
                for number, path in enumerate(paths, 1)
            ]
            body = " – ".join(f"{{{{{number}}}}}" for number in range(1, len(paths) + 1))
            self.create_reminder(name="named", title="A", body=body, variable_ids=lines)
            text = self.this().get_templates()[0]["text"]
            self.env["clinic.whatsapp.template"].search([("name", "=", "named")]).unlink()
            return text.split(" – ")

        self.assertEqual(name("patient_id.name", "company_id.name"), ["[Name]", "[Branch]"])
        self.assertEqual(name("company_id.phone"), ["[Branch › Phone]"], "not the patient's")
        self.assertEqual(
            name("patient_id.guardian_id.name", "patient_id.guardian_id.display_name"),
            ["[Guardian › Name]", "[Guardian › Display Name]"],
        )

    def test_what_cannot_be_sent_is_not_offered(self):
        other = {"model_id": self.env["ir.model"]._get_id("clinic.service")}
        field = [Command.create({"index": 1, "field_path": "name", "sample": "x"})]
        self.create_template(name="draft", title="Draft", status="pending")
        self.create_template(name="code", title="Code", category="authentication")
        self.create_template(name="free", title="Free text", category="service")
        self.create_template(name="changed", title="Changed", is_changed_at_meta=True)
        self.create_template(name="gone", title="Archived", active=False)
        self.create_template(name="service", title="Service", variable_ids=field, **other)
        self.account_b.waba_id = "another"
        self.create_template(self.account_b, name="theirs", title="Theirs")
        self.assertEqual(self.offered(), ["Greeting"])

    def test_the_variant_that_the_patient_would_get_is_offered(self):
        english = self.create_template(title="Greeting", language="en", body="Dear {{1}}, hello from the clinic!")
        self.assertEqual([row["id"] for row in self.this().get_templates()], self.hello.ids)
        self.patient.lang = "en_US"
        self.assertEqual([row["id"] for row in self.this().get_templates()], english.ids)
        english.status = "rejected"
        self.assertEqual([row["id"] for row in self.this().get_templates()], self.hello.ids, "any that can be sent")

    def test_a_template_of_the_business_account_is_offered_at_each_of_its_numbers(self):
        other = self.create_template(self.account_b, name="shared", title="Shared")
        self.assertEqual(self.offered(), ["Greeting", "Shared"])
        self.opt_in(self.patient)
        self.assertEqual(self.send(other)[0]["state"], "queued")

    def test_nothing_is_offered_to_an_unknown_sender(self):
        message = self.take("text", "wamid.1", text={"body": "Merhaba"}, sender=STRANGER)
        self.conversation = message.conversation_id
        self.assertEqual(self.offered(), [])
        for call in (self.draft, self.send):
            with self.subTest(call=call), self.assertRaisesRegex(UserError, "Choose the patient first"):
                call(self.hello)

    def test_another_branch_is_told_nothing(self):
        for call in (
            lambda this: this.get_templates(),
            lambda this: this.get_template_draft(self.hello.id),
            lambda this: this.action_send_template(self.hello.id, {}),
        ):
            with self.assertRaises(AccessError):
                call(self.this(self.user_b))

    def test_many_templates_cost_no_more_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.offered()
            return self.env.cr.sql_log_count - before

        self.create_reminder()
        count()
        few = count()
        for number in range(10):
            self.create_reminder(name=f"reminder_{number}")
            self.create_template(name=f"hello_{number}")
        self.assertEqual(count(), few)


@tagged("post_install", "-at_install")
class TestTemplateDraft(OfferCase):
    def test_values_are_those_of_the_patient(self):
        draft = self.draft(self.hello)
        self.assertEqual(draft["title"], "Greeting")
        self.assertEqual(draft["text"], self.hello.body)
        self.assertEqual(draft["buttons"], ["Tamam"])
        self.assertEqual(draft["variables"], [{"index": 1, "label": "Name", "value": "Deniz Örnek", "is_fixed": False}])
        self.assertEqual((draft["records"], draft["res_id"]), ([], False))

    def test_the_next_appointment_is_meant_unless_one_chooses_another(self):
        later, soon, past = self.book(9), self.book(2), self.book(-3)
        self.book(-9)
        self.book(1, state="cancelled")
        reminder = self.create_reminder()
        draft = self.draft(reminder)
        self.assertEqual([row["id"] for row in draft["records"]], [soon.id, later.id, past.id])
        self.assertEqual(draft["res_id"], soon.id)
        self.assertEqual(self.values(draft), {1: "Deniz Örnek", 2: "12:30", 3: "Kadıköy"}, "in the zone of the branch")
        later.start += timedelta(hours=2)
        self.assertEqual(self.values(self.draft(reminder, later.id))[2], "14:30")
        self.assertIn("14:30", self.draft(reminder)["records"][1]["name"])

    def test_an_appointment_of_another_patient_or_branch_is_refused(self):
        self.opt_in(self.patient)
        somebody = self.create_patient("Ece Örnek", "+905300000002")
        reminder, own = self.create_reminder(), self.book(2)
        for visit in (self.book(2, patient=somebody), self.book(3, self.branch_b)):
            for call in (self.draft, lambda template, res_id: self.send(template, {}, res_id)):
                with self.assertRaises(UserError):
                    call(reminder, visit.id)
        with self.assertRaises(UserError):
            self.draft(self.hello, own.id)
        self.assertEqual([row["id"] for row in self.draft(reminder)["records"]], own.ids)

    def test_what_is_missing_is_left_to_be_typed_and_is_no_obstacle(self):
        self.opt_in(self.patient)
        reminder = self.create_reminder(button_ids=[])
        draft = self.draft(reminder)
        self.assertEqual(self.values(draft), {1: "", 2: "", 3: ""})
        self.assertEqual(draft["obstacle"], None)

    def test_buttons_that_would_act_upon_nothing_are_an_obstacle(self):
        self.opt_in(self.patient)
        reminder = self.create_reminder()
        self.assertEqual(self.draft(reminder)["obstacle"]["reason"], "no_appointment")
        with self.assertRaisesRegex(UserError, "no appointment"):
            self.send(reminder, {"1": "Deniz", "2": "10:00", "3": "Kadıköy"})
        self.book(2)
        self.assertEqual(self.draft(reminder)["obstacle"], None)

    def test_without_a_notice_it_is_handed_over_at_the_desk(self):
        obstacle = self.draft(self.hello)["obstacle"]
        self.assertEqual((obstacle["reason"], obstacle["label"]), ("no_notice", "Privacy notice not handed over"))
        self.assertEqual(obstacle["action"]["name"], "action_hand_over_notice")
        self.assertTrue(obstacle["advice"])

    def test_without_an_opt_in_the_way_of_the_patients_form_is_offered(self):
        self.deliver_notice(self.patient)
        obstacle = self.draft(self.hello)["obstacle"]
        self.assertEqual(obstacle["reason"], "no_optin")
        patient = self.patient.with_user(self.user_a).with_company(self.branch_a)
        badge = next(badge for badge in patient.consent_badges if badge["code"] == "appointment")
        self.assertEqual(obstacle["action"]["name"], badge["actions"][0]["name"])
        self.assertEqual(obstacle["action"]["context"], {"clinic_purpose": "appointment"})
        self.opt_in(self.patient)
        self.assertEqual(self.draft(self.hello)["obstacle"], None)

    def test_a_stop_has_no_way_out_at_the_desk(self):
        self.opt_in(self.patient)
        self.account_a.state = "disabled"
        obstacle = self.draft(self.hello)["obstacle"]
        self.assertEqual((obstacle["reason"], obstacle["action"]), ("account_not_connected", False))

    def test_the_purpose_of_the_template_decides(self):
        self.opt_in(self.patient)
        self.hello.purpose_code = "health"
        self.assertNotEqual(self.draft(self.hello)["obstacle"], None)

    def test_asking_stores_nothing(self):
        count = self.env["clinic.whatsapp.message"].search_count([])
        self.draft(self.hello)
        self.assertEqual(self.env["clinic.whatsapp.message"].search_count([]), count)

    def test_a_template_that_is_not_offered_has_no_draft(self):
        self.hello.status = "paused"
        for call in (self.draft, self.send):
            with self.assertRaisesRegex(UserError, "Choose another one"):
                call(self.hello)


@tagged("post_install", "-at_install")
class TestTemplateSending(OfferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opt_in(cls.patient)

    def test_what_was_shown_is_what_leaves(self):
        visit = self.book(2)
        answer, message = self.send(
            self.create_reminder(), {"1": "Deniz Hanım", 2: " 15:00 \n civarı ", "9": "nothing", "x": "y"}
        )
        self.assertEqual((answer["state"], message.state, message.kind), ("queued", "queued", "reply"))
        self.assertEqual(message.body, "Sayın Deniz Hanım, sizi saat 15:00 civarı için Kadıköy şubemizde bekliyoruz.")
        self.assertEqual(message._get_values(), ["Deniz Hanım", "15:00 civarı", "Kadıköy"])
        self.assertEqual((message.res_model, message.res_id), ("clinic.appointment", visit.id))
        self.assertEqual(message.conversation_id, self.conversation)
        self.assertEqual(message.sent_by_id, self.user_a)
        self.assertEqual(message.purpose_id.code, "appointment")
        self.assertTrue(message.occasion)

    def test_the_chosen_appointment_is_what_it_is_about(self):
        self.book(2)
        later = self.book(9)
        _answer, message = self.send(self.create_reminder(), {}, later.id)
        self.assertEqual(message.res_id, later.id)

    def test_it_goes_into_the_conversation_one_looks_at(self):
        """A patient who writes from another number than his own is answered there."""
        message = self.take("text", "wamid.1", text={"body": "Merhaba"}, sender=STRANGER)
        self.conversation = message.conversation_id
        self.conversation.with_user(self.user_a).action_link_patient(self.patient.id)
        self.assertEqual(self.send(self.hello)[1].conversation_id, self.conversation)

    def test_the_conversation_cannot_be_named_from_outside(self):
        theirs = self.open_conversation(self.account_b, self.patient)
        _answer, message = self.send(self.hello)
        for name in (theirs.id, theirs.ids):
            templates = self.hello.with_user(self.user_a).with_context(clinic_template_conversation=name)
            found = templates.sudo()._find_conversations([(self.patient, self.patient, self.account_a)])
            self.assertEqual(found, {(self.patient, self.account_a): message.conversation_id})

    def test_it_answers_who_waits(self):
        self.take("text", "wamid.1", text={"body": "Ne zaman geleyim?"})
        self.assertTrue(self.conversation.waiting_since)
        self.send(self.hello)
        self.assertFalse(self.conversation.waiting_since)

    def test_what_came_after_one_looked_keeps_waiting(self):
        seen = self.take("text", "wamid.1", text={"body": "Ne zaman geleyim?"})
        self.take("text", "wamid.2", text={"body": "Çok ağrım var"})
        self.this(**{SEEN: seen.id}).action_send_template(self.hello.id, {})
        self.assertTrue(self.conversation.waiting_since)

    def test_words_that_had_better_not_leave_are_not_typed_into_it(self):
        count = self.env["clinic.whatsapp.message"].search_count([])
        answer, message = self.send(self.hello, {"1": "Deniz, %50 indirim var"})
        self.assertEqual((answer["id"], answer["state"]), (False, "blocked"))
        self.assertIn("indirim", answer["problem"])
        self.assertFalse(message)
        self.assertEqual(self.env["clinic.whatsapp.message"].search_count([]), count)

    def test_a_patient_may_be_called_as_a_word_of_the_list(self):
        self.patient.name = "Lider İndirim"
        self.assertEqual(self.send(self.hello, {"1": "Lider İndirim"})[0]["state"], "queued")

    def test_a_gap_does_not_leave(self):
        answer, message = self.send(self.hello, {"1": "  "})
        self.assertEqual((answer["state"], message.block_reason), ("blocked", "missing_value"))
        self.assertTrue(answer["problem"])

    def test_markup_in_a_value_is_text(self):
        _answer, message = self.send(self.hello, {"1": "{{1}} <b>x</b> %(y)s"})
        self.assertIn("Sayın {{1}} <b>x</b> %(y)s,", message.body)

    @freeze_time("2026-03-04 22:00:00")
    def test_what_cannot_wait_leaves_with_a_reason(self):
        self.appointment_purpose.write({"quiet_from": 9.0, "quiet_to": 20.0})
        self.assertEqual(self.draft(self.hello)["obstacle"]["reason"], "quiet_hours")
        answer, message = self.send(self.hello, {"1": "Deniz"}, urgent_reason=" The doctor is ill ")
        self.assertEqual((answer["state"], message.urgent_reason), ("queued", "The doctor is ill"))
        self.assertIn("said why", self.conversation.message_ids[0].body)
        self.assertNotIn("ill", self.conversation.message_ids[0].body.replace("will", ""))

    def test_reception_without_the_branch_cannot_send(self):
        for user in (self.user_b, self.create_user("outside", self.branch_b)):
            with self.assertRaises(AccessError):
                self.send(self.hello, user=user)

    def test_marketing_is_sent_for_marketing_only(self):
        promo = self.create_template(name="promo", category="marketing")
        self.assertEqual(promo.purpose_code, "marketing")
        promo.category = "utility"
        self.assertEqual(promo.purpose_code, "appointment")
        promo.purpose_code = "feedback"
        promo.write({"category": "authentication", "status": "approved"})
        self.assertEqual(promo.purpose_code, "feedback", "what somebody chose stays where it may")
