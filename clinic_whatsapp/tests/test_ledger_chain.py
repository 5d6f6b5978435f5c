"""How a forgery in the consent ledger shows, and how a person is forgotten without one."""

import contextlib
import email
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from ..models.consent.consent_proof import hash_entry, hash_formula_1
from .ledger_common import SCAN, SIGNED, LedgerCase
from .privacy_common import put_in_order

LOG = "odoo.addons.clinic_whatsapp.models.consent.consent_verify"


@tagged("post_install", "-at_install")
class TestLedgerChain(MockSmtplibCase, LedgerCase):
    def verify(self):
        self.env.invalidate_all()
        return self.ledger._verify_chain(self.root)

    @property
    def head(self):
        return self.env["clinic.consent.chain"].search([("company_id", "=", self.root.id)])

    def test_lr59_a_ledger_that_nobody_touched_verifies(self):
        self.record()
        self.record(method="paper", evidence=SCAN, note="Çağrı merkezi")
        self.record("withdrawn")
        self.assertFalse(self.verify())

    def test_lr59_every_changed_value_is_found(self):
        entry = self.record(method="tablet", **SIGNED)
        changes = {
            "status = 'withdrawn'": (), "method = 'paper'": (), "partner_id = %s": (self.user_a.partner_id.id,),
            "phone = '+905300000099'": (), "ip = '192.0.2.2'": (), "user_agent = 'x'": (), "signer_name = 'x'": (),
            "note = 'x'": (), "text_hash = 'x'": (), "notice_hash = NULL": (), "purpose_code = 'marketing'": (),
            "record_kind = 'approval'": (), "given_at = given_at - interval '1 second'": (), "legal_basis = 'law'": (),
            "effective_until = now()": (), "acting = 'guardian'": (), "company_id = %s": (self.branch_b.id,),
            "recorded_by_id = %s": (self.user_a.id,), "formula = 1": (), "subject_id = NULL": (),
            "personal_digest = 'x'": (), "entry_hash = 'x'": (), "previous_hash = 'x'": (), "sequence = 99": (),
            "delivery_id = NULL": (), "origin_id = id": (), "checked_by_id = %s": (self.user_a.id,),
            "guardian_text_hash = 'x'": (),
        }  # fmt: skip
        for assignment, values in changes.items():
            with self.subTest(assignment), self.env.cr.savepoint() as savepoint:
                self.tamper(entry, assignment, *values)
                self.assertTrue(self.verify())
                savepoint.rollback()
        self.assertFalse(self.verify())

    def test_lr59_missing_entries_are_found_the_last_one_too(self):
        first, last = self.record(), self.record("withdrawn")
        for entry, number in ((first, first.sequence), (last, last.sequence)):
            with self.env.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute("DELETE FROM clinic_consent WHERE id = %s", [entry.id])
                self.assertEqual(self.verify().sequence, number)
                savepoint.rollback()

    def test_lr59_evidence_that_was_exchanged_or_removed_is_found(self):
        entry = self.record(method="paper", evidence=SCAN)
        evidence = entry.evidence_ids
        for statement in (
            "UPDATE clinic_consent_evidence SET sha256 = 'x' WHERE id = %s",
            "DELETE FROM clinic_consent_evidence WHERE id = %s",
            "DELETE FROM ir_attachment WHERE res_model = 'clinic.consent.evidence' AND res_id = %s",
        ):
            with self.subTest(statement), self.env.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute(statement, [evidence.id])
                self.assertEqual(self.verify().sequence, entry.sequence)
                savepoint.rollback()

    def cron(self, *, breaks=False):
        log = self.assertLogs(LOG, "CRITICAL") if breaks else contextlib.nullcontext()
        with log, self.cron_env() as env:
            env["clinic.consent.chain"]._cron_verify()
        self.env.invalidate_all()

    def test_lr59_a_broken_chain_raises_one_alarm_and_stops_new_grants_only(self):
        self.env["clinic.privacy.controller"]._get_for(self.root).privacy_email = "kvkk@example.com"
        entry = self.record()
        self.tamper(entry, "note = 'forged'")
        self.cron(breaks=True)
        self.cron(breaks=True)
        self.assertEqual(self.head.broken_sequence, entry.sequence)
        alarms = self.head.activity_ids
        self.assertEqual(alarms.user_id & self.clinic_manager, self.clinic_manager)
        self.assertEqual(len(alarms), len(alarms.user_id))
        mails = self.env["mail.mail"].search([("email_to", "=", "kvkk@example.com")])
        self.assertEqual(len(mails), 1, "one alarm, and no anchor of a broken ledger")
        with self.assertRaisesRegex(UserError, "was changed from outside"), self.env.cr.savepoint():
            self.record(code="feedback")
        self.assertEqual(self.record("withdrawn").status, "withdrawn")

    def test_lr59_grants_go_on_once_the_chain_is_whole_again(self):
        entry = self.record()
        self.tamper(entry, "note = 'forged'")
        self.cron(breaks=True)
        self.tamper(entry, "note = NULL")
        self.cron()
        self.assertFalse(self.head.broken_at)
        self.assertEqual(self.record(code="feedback").status, "granted")

    def create_mail_server(self):
        self.env["ir.mail_server"].search([]).unlink()
        self.env["ir.mail_server"].create({"name": "Local", "smtp_host": "mail.example.com"})

    def send_anchors(self, times=1):
        """Run the night's cron with a mail server; return what that server took."""
        file = self.env["clinic.privacy.controller"]._get_for(self.root)
        file.privacy_email = "kvkk@example.com"
        self.create_mail_server()
        with self.mock_smtplib_connection():
            for _time in range(times):
                self.cron()
        return [mail for mail in self.emails if mail["smtp_to_list"] == ["kvkk@example.com"]]

    def test_lr59_the_head_is_sent_out_of_the_house_once_a_day(self):
        self.record()
        with freeze_time("2026-11-17 03:00:00"):
            mails = self.send_anchors(times=2)
        self.assertEqual(len(mails), 1)
        words = email.message_from_string(mails[0]["message"]).get_payload(0).get_payload(decode=True).decode()
        self.assertIn(self.head.head_hash, words)
        self.assertNotIn(self.patient.name, words)
        self.assertEqual((str(self.head.anchored_on), self.head.anchor_error), ("2026-11-17", False))

    def test_lr59_an_anchor_that_the_mail_server_did_not_take_is_shown_and_sent_the_next_night(self):
        self.env["clinic.privacy.controller"]._get_for(self.root).privacy_email = "kvkk@example.com"
        self.create_mail_server()
        self.record()
        refusing = patch("smtplib.SMTP", side_effect=ConnectionRefusedError("refused"))
        with freeze_time("2026-11-17 03:00:00"), self.mock_smtplib_connection(), refusing:
            self.cron()
        self.assertFalse(self.head.anchored_on)
        self.assertIn("refused", self.head.anchor_error)
        self.assertFalse(self.env["mail.mail"].search([("email_to", "=", "kvkk@example.com")]), "nobody sends it twice")
        with freeze_time("2026-11-18 03:00:00"):
            self.assertEqual(len(self.send_anchors()), 1)
        self.assertEqual((str(self.head.anchored_on), self.head.anchor_error), ("2026-11-18", False))

    def test_lr59_without_an_address_the_ledger_says_that_no_anchor_leaves(self):
        self.env["clinic.privacy.controller"]._get_for(self.root).privacy_email = False
        self.record()
        self.cron()
        self.assertFalse(self.head.anchored_on)
        self.assertTrue(self.head.anchor_error)

    def test_lr59_an_anchor_shows_that_the_ledger_was_written_anew(self):
        entry = self.record()
        number, anchor = self.head.entry_count, self.head.head_hash
        self.record("withdrawn")
        wizard = self.env["clinic.consent.anchor"].with_user(self.clinic_manager)
        check = wizard.create({"chain_id": self.head.id, "number": number, "entry_hash": f" {anchor.upper()} "})
        self.assertEqual(check.action_check()["params"]["type"], "success")
        forged = wizard.create({"chain_id": self.head.id, "number": number, "entry_hash": entry.previous_hash})
        with self.assertRaisesRegex(UserError, "does not have this hash"):
            forged.action_check()

    def test_erasure_keeps_the_chain_valid(self):
        self.record(method="paper", evidence=SCAN, note="Called in the morning")
        other = self.create_patient("Ece Örnek", "+905300000006")
        self.deliver(other)
        kept = self.record(partner=other)
        entries = self.ledger.search([("partner_id", "=", self.patient.id)])
        self.ledger._forget_person(self.patient, self.root)
        self.assertFalse(self.verify())
        for entry in self.ledger.search([("controller_id", "=", self.root.id)]) - kept:
            if entry.partner_id == other:
                continue
            for name in ("partner_id", "contact_id", "phone", "note", "ip", "signer_name", "acting_partner_id"):
                self.assertFalse(entry[name], name)
        self.assertFalse(entries.evidence_ids.filtered("name"))
        self.assertFalse(entries.evidence_ids._fields["file"].find(entries.evidence_ids))
        self.assertFalse(entries.subject_id._get_secret())
        self.assertEqual((kept.partner_id, kept.phone), (other, "+905300000006"))
        self.record(partner=other, status="withdrawn")
        self.assertFalse(self.verify())

    def test_erasure_deletes_the_requests_and_dialogs_about_the_person_and_keeps_the_chain_valid(self):
        other = self.create_patient("Ece Örnek", "+905300000006")
        requests = self.env["clinic.consent.request"]
        for branch in (self.branch_a, self.branch_b):
            requests |= requests._create_for(self.patient, self.purposes["appointment"], "paper", branch)
            requests |= requests._create_for(self.patient, kind="preferences", company=branch)
        kept = requests._create_for(other, kind="preferences", company=self.branch_a)
        pending = self.record(method="paper", evidence=SCAN, request=requests[0])
        dialogs = [
            self.env["clinic.consent.wizard"].create({"partner_id": self.patient.id, "note": "Called"}),
            self.env["clinic.consent.paper.wizard"].create({"request_id": requests[0].id, "signer_name": "Deniz"}),
            self.env["clinic.consent.check.wizard"].create({"entry_id": pending.id, "reason": "Not Deniz's hand"}),
        ]
        self.patient.ask_consent = True
        self.ledger._forget_person(self.patient, self.root)
        self.assertFalse(self.verify())
        self.assertFalse(requests.exists())
        self.assertFalse([dialog for dialog in dialogs if dialog.exists()])
        self.assertTrue(kept.exists())
        self.assertFalse(self.patient.ask_consent or pending.request_ref)

    def test_erasure_closes_what_stands_and_lets_nobody_write_names_back(self):
        entry = self.record()
        self.ledger._forget_person(self.patient, self.root)
        self.assertEqual(self.ledger.search([("subject_id", "=", entry.subject_id.id)], limit=1).status, "withdrawn")
        self.tamper(entry, "partner_id = %s", self.patient.id)
        self.assertEqual(self.verify().sequence, entry.sequence)

    def test_personal_values_are_not_in_the_hash_without_the_persons_key(self):
        one, two = (self.create_patient(name, "+905300000007") for name in ("Ece", "Efe"))
        entries = [self.deliver(patient, delivered_at=Datetime.now()) for patient in (one, two)]
        self.assertNotEqual(entries[0].personal_digest, entries[1].personal_digest)
        self.env.cr.execute("SELECT secret FROM clinic_consent_subject WHERE partner_id = %s", [one.id])
        self.assertTrue(self.env.cr.fetchone()[0].startswith("gAAAA"))

    def test_lr19_merging_contacts_ends_the_opt_in(self):
        self.record()
        double = self.create_patient("Deniz O.", "+905300000008")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.patient | double).ids, self.patient, extra_checks=False)
        self.assertEqual(self.status(), "superseded")
        self.assertFalse(self.verify())


@tagged("post_install", "-at_install")
class TestOlderVersions(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clinic = cls.env["res.company"].create({"name": "Older clinic"})
        put_in_order(cls.clinic)
        notice = cls.env["clinic.privacy.notice"]._get_published(cls.clinic, "notice")
        cls.scan = cls.env["ir.attachment"].create({"name": "old.pdf", "raw": b"%PDF-1.4 signed long ago"})
        cls.entry = cls.write_by_formula_1(cls.scan)
        cls.env.cr.execute(
            "CREATE TABLE clinic_consent_ir_attachment_rel (clinic_consent_id int4, ir_attachment_id int4);"
            "INSERT INTO clinic_consent_ir_attachment_rel VALUES (%s, %s)",
            [cls.entry.id, cls.scan.id],
        )
        cls.ledger._adopt_older_entries()
        cls.deliver(cls.patient, notice=notice, company=cls.clinic)

    @classmethod
    def write_by_formula_1(cls, scan):
        """Write the only entry of a ledger as the version before this one did."""
        vals = {
            "controller_id": cls.clinic.id,
            "company_id": cls.clinic.id,
            "partner_id": cls.patient.id,
            "purpose_id": cls.env.ref("clinic_whatsapp.purpose_appointment").id,
            "status": "granted",
            "method": "paper",
            "phone": "+905300000001",
            "note": None,
            "recorded_by_id": cls.env.uid,
            "sequence": 1,
            "previous_hash": "",
            "recorded_at": Datetime.to_datetime("2026-01-05 10:00:00"),
        }
        vals |= {"entry_hash": hash_formula_1(vals, [scan.checksum]), "formula": 1, "record_kind": "channel_optin"}
        cls.env.flush_all()
        cls.env.cr.execute(
            f"INSERT INTO clinic_consent ({', '.join(vals)}) VALUES ({', '.join(['%s'] * len(vals))}) RETURNING id",
            list(vals.values()),
        )
        head = {"company_id": cls.clinic.id, "entry_count": 1, "head_hash": vals["entry_hash"]}
        entry = cls.ledger.browse(cls.env.cr.fetchone()[0])
        cls.env["clinic.consent.chain"].create(head)
        return entry

    def test_lr59_entries_of_the_older_formula_stay_verifiable(self):
        self.assertFalse(self.ledger._verify_chain(self.clinic))
        self.record("withdrawn", company=self.clinic)
        self.assertFalse(self.ledger._verify_chain(self.clinic))
        changes = ("status = 'refused'", "record_kind = 'approval'", "purpose_code = 'marketing'", "formula = 2")
        for assignment in changes:
            with self.subTest(assignment), self.env.cr.savepoint() as savepoint:
                self.tamper(self.entry, assignment)
                self.assertEqual(self.ledger._verify_chain(self.clinic).sequence, 1)
                savepoint.rollback()

    def test_lr59_entries_of_the_formula_before_guardians_texts_stay_verifiable(self):
        """An entry whose hash does not cover what a guardian declared is whole as long as it says nothing of it."""
        entry = self.record()
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM clinic_consent WHERE id = %s", [entry.id])
        vals = {**self.env.cr.dictfetchone(), "formula": 2}
        self.assertNotEqual(hash_entry(vals), entry.entry_hash)
        self.tamper(entry, "formula = 2, entry_hash = %s", hash_entry(vals))
        self.tamper_head(hash_entry(vals))
        self.record("withdrawn")
        self.assertFalse(self.ledger._verify_chain(self.root))
        addendum = self.publish("guardian")
        for assignment in (f"guardian_text_id = {addendum.id}", "guardian_text_hash = 'x'", "formula = 3"):
            with self.subTest(assignment), self.env.cr.savepoint() as savepoint:
                self.tamper(entry, assignment)
                self.assertEqual(self.ledger._verify_chain(self.root).sequence, entry.sequence)
                savepoint.rollback()

    def tamper_head(self, entry_hash):
        self.env["clinic.consent.chain"].search([("company_id", "=", self.root.id)]).head_hash = entry_hash

    def test_older_entries_stand_and_their_scans_are_encrypted(self):
        standing = self.ledger._get_standing(self.patient, self.clinic)
        self.assertEqual(standing[self.patient, "appointment", "channel_optin"], self.entry)
        self.assertEqual(self.entry.evidence_ids._read_content(), b"%PDF-1.4 signed long ago")
        self.assertFalse(self.scan.exists())
        self.assertFalse(self.entry.given_at)
        self.assertEqual(self.entry.happened_at, self.entry.recorded_at, "a list never shows an empty date")
        self.ledger._adopt_older_entries()
        self.assertEqual(len(self.entry.evidence_ids), 1)

    def test_erasure_forgets_older_entries_too(self):
        self.ledger._forget_person(self.patient, self.clinic)
        self.assertFalse(self.ledger._verify_chain(self.clinic))
        self.assertFalse(self.entry.partner_id or self.entry.phone)
