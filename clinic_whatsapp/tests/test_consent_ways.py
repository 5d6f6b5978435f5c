"""Each way of agreeing leaves a document that proves it (legal.md §6, LR-08, LR-11)."""

import hashlib

from odoo.fields import Datetime
from odoo.tests import tagged

from ..models.consent.consent_states import METHODS, STAFF_ACT, SYSTEM
from ..report.ir_actions_report import CONSENT_PROOF
from .paper_common import PaperCase, draw_pdf, draw_picture, read_pdf
from .privacy_common import publish_shipped
from .test_consent_pdf import WITH_PRINTER


@tagged("post_install", "-at_install")
class TestProofOfEveryWay(PaperCase):
    """Whichever way a patient agreed, the document shows the text, its hash and what proves the answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deliver_notice(cls.patient)
        publish_shipped(cls.root, "short_notice")
        cls.scan = draw_pdf("signed")
        cls.picture = draw_picture()

    def record(self, method, status="granted", **proof):
        ledger = self.env["clinic.consent"].with_user(self.user_a).with_company(self.branch_a)
        return ledger._record(self.patient, self.appointment_purpose, status, method=method, **proof)

    def agree_on_paper(self):
        pending = self.record("paper", evidence=("form.pdf", self.scan), signer_name="Deniz Örnek")
        return pending.with_user(self.checker)._check_signature()

    def sign(self, method):
        return self.record(
            method, signature=self.picture, signer_name="Deniz Örnek", ip="192.0.2.7", user_agent="Browser 1.0"
        )

    def agree_in_the_chat(self):
        """Let reception ask in the chat, and the patient answer."""
        conversation = self.open_conversation(self.account_a, self.patient)
        conversation.with_user(self.user_a).action_send_consent_question("appointment")
        self.question = self.env["clinic.whatsapp.message"].search([("kind", "=", "consent_request")])
        self.question.write({"state": "delivered", "wamid": "wamid.question", "sent_at": Datetime.now()})
        self.answer = self.receive(self.account_a, self.text("Evet", wamid="wamid.answer"))
        return self.env["clinic.consent"].search([("answer_id", "=", self.answer.id)])

    WAYS = {
        "paper": agree_on_paper,
        "tablet": lambda case: case.sign("tablet"),
        "link": lambda case: case.sign("link"),
        "chat": agree_in_the_chat,
        "spoken": lambda case: case.record("spoken"),
        "import": lambda case: case.record("import", "unproven", phone="+905300000001"),
    }

    def check(self, method):
        """Return (entry, its document as a page, hashes of the files inside its PDF file)."""
        entry = self.WAYS[method](self).with_user(self.user_a)
        self.assertEqual(entry.method, method)
        page = self.print_page(CONSENT_PROOF, entry)
        words, files = read_pdf(self.print_pdf(CONSENT_PROOF, entry))
        label = dict(entry._fields["method"]._description_selection(self.env))[method]
        for part in (entry.entry_hash, label, "Deniz Örnek", "+905300000001"):
            self.assertIn(part, page)
            self.assertIn(part, " ".join(words))
        self.assertNotIn("not as it was written", page)
        return entry, page, {hashlib.sha256(content).hexdigest() for content in files.values()}

    def check_text(self, method):
        """Check that the document holds the text that was agreed to, and the notice before it, with their hashes."""
        entry, page, hashes = self.check(method)
        self.assertEqual(entry.status, "granted")
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "optin", "appointment", "tr")
        self.assertEqual(entry.text_hash, hashlib.sha256(text._get_exact_text().encode()).hexdigest())
        for part in (text.title, entry.text_hash, entry.notice_hash):
            self.assertIn(part, page)
        self.assertIn(entry.text_id._render_for(phone="+905300000001"), page)
        self.assertLessEqual({entry.text_hash, entry.notice_hash}, hashes)
        return entry, page, hashes

    def test_lr08_no_way_is_without_its_proof(self):
        self.assertEqual(set(self.WAYS), {method for method, _label in METHODS} - {STAFF_ACT, SYSTEM})

    @WITH_PRINTER
    def test_lr08_proof_of_a_form_on_paper(self):
        entry, page, hashes = self.check_text("paper")
        self.assertIn(self.checker.name, page)
        self.assertIn(hashlib.sha256(self.scan).hexdigest(), hashes)
        self.assertIn(entry.origin_id.evidence_ids.sha256, page)

    @WITH_PRINTER
    def test_lr08_proof_of_a_signature_on_the_tablet_and_by_a_link(self):
        for method in ("tablet", "link"):
            with self.subTest(method):
                entry, page, hashes = self.check_text(method)
                for part in ("192.0.2.7", "Browser 1.0", entry.evidence_ids.sha256):
                    self.assertIn(part, page)
                self.assertIn(hashlib.sha256(self.picture).hexdigest(), hashes)

    @WITH_PRINTER
    def test_lr08_proof_of_an_answer_in_the_chat(self):
        entry, page, _hashes = self.check_text("chat")
        self.assertEqual((entry.question_id, entry.answer_id), (self.question, self.answer))
        for part in ("wamid.question", "wamid.answer", "Evet", *self.question.body.splitlines()[:1]):
            self.assertIn(part, page)

    @WITH_PRINTER
    def test_lr08_proof_of_what_was_said_at_the_desk(self):
        entry, page, _hashes = self.check_text("spoken")
        self.assertFalse(entry.evidence_ids)
        self.assertIn(self.user_a.name, page)

    @WITH_PRINTER
    def test_lr08_an_imported_row_is_printed_as_what_it_is_and_proves_nothing(self):
        entry, page, hashes = self.check("import")
        self.assertIn("Extract from the consent ledger", page)
        self.assertIn("Without proof", page)
        self.assertFalse(entry.text_id or hashes)
