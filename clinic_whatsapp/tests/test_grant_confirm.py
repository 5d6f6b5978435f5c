"""Whoever agreed is told what was recorded, whichever way it was (legal.md LR-14, LR-47, §8.5)."""

from odoo.tests import tagged

from .ledger_common import SCAN, SIGNED, LedgerCase


@tagged("post_install", "-at_install")
class TestGrantConfirmation(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publish("approval", "marketing")
        cls.publish("explicit_consent", "marketing")
        starter = cls.env.ref("clinic_whatsapp.template_optin_confirmation_tr")
        own = starter.copy({"account_id": cls.account_a.id, "company_id": cls.branch_a.id})
        own.status = "approved"

    def told(self, patient=None):
        """Return [(state, message type)] of what the patient was told, oldest first."""
        domain = [("kind", "=", "grant_confirm"), ("partner_id", "=", (patient or self.patient).id)]
        messages = self.env["clinic.whatsapp.message"].search(domain, order="id")
        return [(message.state, message.message_type) for message in messages]

    def last(self):
        return self.env["clinic.whatsapp.message"].search([("kind", "=", "grant_confirm")], limit=1, order="id desc")

    def test_lr14_an_opt_in_is_confirmed_once_by_whichever_way_it_was_given(self):
        for number, (method, proof) in enumerate({"spoken": {}, "tablet": SIGNED, "link": SIGNED}.items()):
            with self.subTest(method=method):
                patient = self.create_patient(f"Patient {number}", f"+90530000030{number}")
                self.deliver(patient)
                self.record(partner=patient, method=method, **proof)
                self.assertEqual(self.told(patient), [("queued", "template")])

    def test_lr14_a_signed_paper_is_confirmed_after_the_check(self):
        pending = self.record(method="paper", evidence=SCAN)
        self.assertFalse(self.told())
        pending.with_user(self.manager_a)._check_signature()
        self.assertEqual(self.told(), [("queued", "template")])
        self.assertIn("DUR", self.last().body)

    def test_lr14_in_the_open_window_it_is_a_plain_text(self):
        self.open_conversation(self.account_a, self.patient)
        self.record(method="tablet", **SIGNED)
        self.assertEqual(self.told(), [("queued", "text")])

    def test_lr14_it_leaves_through_the_branch_where_it_was_recorded(self):
        self.record(company=self.branch_b)
        self.assertEqual(self.last().account_id, self.account_b)

    def test_lr14_nothing_but_a_grant_is_confirmed(self):
        for status, how in (("refused", {}), ("withdrawn", {}), ("granted", {"method": "paper", "evidence": SCAN})):
            self.record(status, **how)
        self.patient.whatsapp_contact_ids.suppressed_at = False
        self.assertFalse(self.told())

    def test_a_consent_to_health_messages_is_not_told_over_whatsapp(self):
        self.record(code="health", method="tablet", **SIGNED)
        self.assertFalse(self.told())

    def test_lr47_an_electronic_approval_is_confirmed_the_same_day_with_the_senders_name_and_the_exit(self):
        self.open_conversation(self.account_a, self.patient)
        self.record(code="marketing", record_kind="explicit_consent", method="link", **SIGNED)
        self.assertFalse(self.told())
        self.record(code="marketing", record_kind="approval", method="link", **SIGNED)
        self.assertEqual(self.told(), [("queued", "text")])
        for words in ("Yasemin Sağlık A.Ş.", "0123456789012345", "RET", "İYS"):
            self.assertIn(words, self.last().body)

    def test_lr47_outside_the_window_it_is_no_commercial_message(self):
        self.record()
        self.record(code="marketing", record_kind="approval", method="link", **SIGNED)
        self.assertEqual((self.last().state, self.last().purpose_id.code), ("queued", "service"))

    def test_lr47_without_an_opt_in_to_the_channel_it_is_not_forced_on_anybody(self):
        self.record(code="marketing", record_kind="approval", method="link", **SIGNED)
        self.assertEqual((self.last().state, self.last().block_reason), ("blocked", "no_optin"))

    def test_an_approval_on_paper_asks_for_no_confirmation(self):
        pending = self.record(code="marketing", record_kind="approval", method="paper", evidence=SCAN)
        pending.with_user(self.manager_a)._check_signature()
        self.assertFalse(self.told())

    def test_a_branch_without_a_number_records_all_the_same(self):
        self.account_a.state = "disabled"
        self.assertEqual(self.record().status, "granted")
