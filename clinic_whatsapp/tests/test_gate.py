import ast
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..cloud_api.permit import Permit
from ..models.messaging.gate import ClinicWhatsappGate
from ..models.messaging.reasons import BLOCK_ADVICE, BLOCK_REASONS
from ..models.template.template import SERVICE_TEXT
from .common import ClinicCase

ADDON = Path(__file__).resolve().parents[1]


def read_sources():
    """Yield (path below the addon, syntax tree) of every file that runs on a server."""
    for path in sorted(ADDON.rglob("*.py")):
        name = path.relative_to(ADDON).as_posix()
        if not name.startswith("tests/"):
            yield name, ast.parse(path.read_text())


def makes_permit(node) -> bool:
    """Tell whether a piece of code makes a permit, or a changed copy of one: of that name, or of its module's."""
    if not isinstance(node, ast.Call):
        return False
    called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    return called == "Permit" or (called == "replace" and "permit" in ast.unparse(node).lower())


@tagged("post_install", "-at_install")
class TestGate(ClinicCase):
    def send_template(self, partner=None, template=None, purpose="appointment", **vals):
        template = template or self.create_template(**vals)
        return (partner or self.patient)._whatsapp_send_template(template, purpose=purpose, account=self.account_a)

    def assertBlocked(self, message, reason):
        self.assertEqual((message.state, message.block_reason), ("blocked", reason))
        self.assertFalse(message.body, "a denied message is kept without its text")
        self.assertTrue(message.problem and message.advice)

    def test_every_reason_has_a_label_and_advice(self):
        self.assertEqual(dict(BLOCK_REASONS).keys(), BLOCK_ADVICE.keys())

    def test_appointment_message_without_opt_in_is_blocked(self):
        self.deliver_notice(self.patient)
        self.assertBlocked(self.send_template(), "no_optin")

    def test_appointment_message_after_opt_in_is_queued(self):
        self.opt_in(self.patient)
        message = self.send_template()
        self.assertEqual(
            (message.state, message.body), ("queued", "Sayın Deniz Örnek, kliniğimizden size merhaba diyoruz!")
        )

    def test_content_that_breaks_a_limit_of_whatsapp_is_denied_by_the_name_of_the_limit(self):
        self.open_conversation(self.account_a, self.patient)
        self.opt_in(self.patient)
        greeting = self.create_template(category=SERVICE_TEXT, body="x" * 1025, variable_ids=[])
        [message] = greeting._queue_messages(self.service_purpose, [(self.patient, None, self.account_a)])
        self.assertBlocked(message, "invalid_content")
        self.assertIn("1,024", message.problem)

    def test_withdrawn_opt_in_blocks(self):
        self.opt_in(self.patient)
        self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, "withdrawn", method="spoken", company=self.branch_b
        )
        self.assertBlocked(self.send_template(), "no_optin")

    def test_template_for_a_service_purpose_needs_an_opt_in_too(self):
        self.deliver_notice(self.patient)
        self.assertBlocked(self.send_template(purpose="service"), "no_optin")

    def test_free_text_needs_no_opt_in_inside_the_window(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.assertEqual(conversation._send_text("Merhaba").state, "queued")

    def test_free_text_outside_the_window_is_blocked(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        self.assertBlocked(conversation._send_text("Merhaba"), "window_closed")

    def test_text_over_4096_characters_is_blocked(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.assertEqual(conversation._send_text("a" * 4096).state, "queued")
        self.assertBlocked(conversation._send_text("a" * 4097), "text_too_long")

    def test_empty_text_is_blocked(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.assertBlocked(conversation._send_text("  \n"), "empty_text")

    def test_patient_without_phone_is_blocked(self):
        self.assertBlocked(self.send_template(self.create_patient("No Phone", False)), "no_phone")

    def test_patient_with_unreadable_phone_is_blocked(self):
        self.assertBlocked(self.send_template(self.create_patient("Bad Phone", "ask the mother")), "invalid_phone")

    def test_template_that_is_not_approved_is_blocked(self):
        self.opt_in(self.patient)
        template = self.create_template()
        for status in ("draft", "pending", "rejected", "paused", "disabled"):
            template.status = status
            self.assertBlocked(self.send_template(template=template), "template_not_approved")

    def test_template_of_another_business_account_is_blocked(self):
        self.opt_in(self.patient)
        other = self.create_account(self.branch_b, "100000000000003", waba_id="999")
        self.assertBlocked(self.send_template(template=self.create_template(other)), "template_not_approved")

    def test_missing_value_is_named(self):
        self.opt_in(self.patient)
        variable = Command.create({"index": 1, "field_path": "city"})
        message = self.send_template(body="Şehir {{1}}!", variable_ids=[variable])
        self.assertBlocked(message, "missing_value")
        self.assertIn("city", message.problem)

    def test_fallback_fills_a_missing_value(self):
        self.opt_in(self.patient)
        variable = Command.create({"index": 1, "field_path": "city", "fallback": "İstanbul"})
        self.assertEqual(self.send_template(body="Şehir {{1}}!", variable_ids=[variable]).body, "Şehir İstanbul!")

    def test_account_that_is_not_connected_blocks(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.account_a.state = "disabled"
        self.assertBlocked(conversation._send_text("Merhaba"), "account_not_connected")

    def test_paused_account_lets_messages_wait(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.account_a.state = "paused"
        self.assertEqual(conversation._send_text("Merhaba").state, "queued")

    def test_purpose_that_is_switched_off_blocks(self):
        self.opt_in(self.patient)
        template = self.create_template()
        purpose = self.appointment_purpose
        message = self.patient._whatsapp_send_template(template, purpose=purpose, account=self.account_a)
        purpose.active = False
        message._judge_and_block()
        self.assertBlocked(message, "no_purpose")

    def test_neutralized_copy_sends_nothing(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        conversation = self.open_conversation(self.account_a, self.patient)
        self.assertBlocked(conversation._send_text("Merhaba"), "neutralized")

    def test_a_gate_that_fails_denies(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        with (
            patch.object(ClinicWhatsappGate, "_deny_content", side_effect=ValueError),
            self.assertLogs("odoo.addons.clinic_whatsapp.models.messaging.gate", "ERROR"),
        ):
            self.assertBlocked(conversation._send_text("Merhaba"), "gate_error")

    def test_lr24_the_client_refuses_a_message_without_its_permit(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        outbound = conversation._send_text("Merhaba")._to_outbound()
        with self.account_a._cloud_api() as api:
            for permit in (None, Permit("another")):
                with self.assertRaises(Exception) as caught:
                    api.send(outbound, permit)
                self.assertEqual(type(caught.exception).__name__, "NotPermitted")

    def test_lr24_nothing_but_the_gate_makes_a_permit(self):
        makers = {name for name, tree in read_sources() for node in ast.walk(tree) if makes_permit(node)}
        self.assertEqual(makers, {"models/messaging/gate.py"})

    def test_lr24_nobody_hides_the_permit_behind_another_name(self):
        renamed = [
            name
            for name, tree in read_sources()
            for node in ast.walk(tree)
            if isinstance(node, ast.alias) and node.asname and node.name.endswith(("Permit", "permit"))
        ]
        self.assertFalse(renamed)

    def test_receptionist_of_another_branch_cannot_send(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        with self.assertRaises(AccessError):
            conversation.with_user(self.user_b).action_send_text("Merhaba")

    def test_staff_cannot_open_the_window_themselves(self):
        conversation = self.open_conversation(self.account_a, self.patient, window=False)
        with self.assertRaises(AccessError):
            conversation.with_user(self.user_a).write({"window_expires_at": "2099-01-01 00:00:00"})

    def test_judging_many_messages_takes_no_more_queries_than_judging_one(self):
        patients = self.env["res.partner"].union(
            *(self.create_patient(f"Patient {number}", f"+90530000{number:04}") for number in range(100, 130))
        )
        for patient in patients:
            self.opt_in(patient)
        messages = self.send_template(patients)
        counts = []
        for group in (messages[:1], messages):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(self.env["clinic.whatsapp.gate"]._judge(group).values()), {None})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_the_patients_language_chooses_the_variant(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.opt_in(self.patient)
        turkish = self.create_template()
        english = self.create_template(language="en", body="Dear {{1}}, hello!")
        for lang, expected in (("tr_TR", turkish), ("en_US", english)):
            self.patient.lang = lang
            self.assertEqual(self.send_template(template=turkish).template_id, expected)

    def test_phone_numbers_typed_the_turkish_ways_are_understood(self):
        for typed in ("0532 000 00 01", "532 000 00 01", "0090 532 000 00 01", "+90 0532 000 00 01", "+905320000001"):
            self.patient.phone = typed
            self.assertEqual(self.patient.whatsapp_phone, "+905320000001", typed)

    def test_dates_are_told_in_the_language_of_the_text(self):
        """A German patient of a clinic with Turkish texts gets a Turkish date in his Turkish text."""
        self.env["res.lang"]._activate_lang("tr_TR")
        self.env["res.lang"]._activate_lang("de_DE")
        self.patient.lang = "de_DE"
        self.opt_in(self.patient)
        variable = Command.create({"index": 1, "field_path": "lang"})
        template = self.create_template(body="Diliniz {{1}} olarak kayıtlı.", variable_ids=[variable])
        self.assertEqual(template._get_lang("de_DE"), "tr_TR")
        self.assertEqual(template._get_lang("tr_TR"), "tr_TR")
        self.assertEqual(self.send_template(template=template).state, "queued")
