"""What stands in the consent ledger, and what does not get into it."""

from datetime import timedelta

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import tagged

from ..models.consent.consent_states import ENDING, EXPLICIT_CONSENT, STATUSES, TRANSITIONS, WITHDRAWN
from .ledger_common import SCAN, SIGNED, LedgerCase

# (after, before): a decision never becomes a draft or a list without proof again, and what has ended does not end anew
DECIDED = ("granted", "refused", "withdrawn", *ENDING)
FORWARD_ONLY = {("unproven", before) for before in DECIDED} | {("draft", "granted")}
FORWARD_ONLY |= {(after, before) for after in ENDING for before in ("refused", "withdrawn", "terminated_death")}


@tagged("post_install", "-at_install")
class TestLedgerRules(LedgerCase):
    def refused(self, words, error=UserError, **how):
        """Expect that a consent is refused with these words, and that nothing stays of it."""
        before = self.ledger.search_count([])
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            self.record(**how)
        self.assertEqual(self.ledger.search_count([]), before)

    def test_lr03_no_explicit_consent_where_the_purpose_does_not_rest_on_it(self):
        self.refused("2026/347", record_kind=EXPLICIT_CONSENT, method="paper", evidence=SCAN)

    def test_lr02_nothing_grants_two_kinds_of_record_at_once(self):
        self.refused("exactly one agreement", code="marketing", method="tablet", **SIGNED)

    def test_service_replies_ask_for_no_consent(self):
        self.refused("exactly one agreement", code="service")

    def test_a_purpose_that_is_not_in_use_is_not_asked_for(self):
        self.purposes["feedback"].is_on = False
        self.refused("not in use", code="feedback")

    def test_lr05_no_grant_before_the_notice_was_delivered(self):
        other = self.create_patient("Ece Örnek", "+905300000002")
        self.refused("had not received the privacy notice", partner=other)
        self.deliver(other, delivered_at=Datetime.now())
        self.refused("had not received", partner=other, given_at=Datetime.now() - timedelta(hours=1))
        entry = self.record(partner=other)
        self.assertEqual((entry.notice_id, entry.notice_hash), (self.notice, self.notice.sha256))
        self.assertEqual(entry.delivery_id.partner_id, other)

    def test_lr05_a_notice_sent_to_the_number_counts_for_the_one_patient_behind_it(self):
        other = self.create_patient("Ece Örnek", "+905300000003")
        contact = self.env["clinic.whatsapp.contact"]._for_patients(other, self.root)[other]
        delivery = self.deliver(None, contact=contact)
        self.assertEqual(self.record(partner=other).delivery_id, delivery)

    def test_lr05_a_notice_sent_to_a_number_of_two_patients_says_nothing_about_either(self):
        one, two = (self.create_patient(name, "+905300000004") for name in ("Ece", "Efe"))
        contact = self.env["clinic.whatsapp.contact"]._for_patients(one | two, self.root)[one]
        self.deliver(None, contact=contact)
        self.refused("had not received", partner=one)

    def test_lr05_refusing_needs_no_notice(self):
        other = self.create_patient("Ece Örnek", "+905300000005")
        self.assertEqual(self.record("refused", partner=other).status, "refused")

    def test_lr05_only_a_published_notice_of_this_clinic_is_delivered(self):
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        draft = self.publish("notice", state="draft")
        for notice in (self.optin_text, draft, self.publish("notice", company=stranger), None):
            with self.assertRaisesRegex(UserError, "not a published notice"), self.env.cr.savepoint():
                self.deliver(self.patient, notice=notice)

    def test_lr09_a_material_new_notice_has_to_be_delivered_again(self):
        self.publish("notice", is_material=True)
        self.refused("handed over to everybody anew")

    def deliver_short_notice(self, days_ago, **vals):
        short = self.publish("short_notice", **vals)
        other = self.create_patient("Ece Örnek", "+905300000006")
        self.deliver(other, notice=short, days_ago=days_ago)
        return other

    def test_lr09_a_material_new_notice_makes_the_short_notices_before_it_worthless(self):
        other = self.deliver_short_notice(days_ago=10)
        self.assertEqual(self.record(partner=other).status, "granted")
        self.publish("notice", is_material=True, valid_from=Datetime.now() - timedelta(days=5))
        self.record("withdrawn", partner=other)
        self.refused("handed over to everybody anew", partner=other)
        self.assertFalse(self.ledger._get_delivered(other, self.env["clinic.whatsapp.contact"], self.root))

    def test_lr09_a_short_notice_that_was_sent_after_the_new_version_leads_to_it(self):
        self.publish("notice", is_material=True, valid_from=Datetime.now() - timedelta(days=5))
        other = self.deliver_short_notice(days_ago=4)
        self.assertEqual(self.record(partner=other).status, "granted")

    def test_lr09_the_short_notice_that_is_published_together_with_the_new_version_is_good(self):
        together = Datetime.now() - timedelta(days=5)
        self.publish("short_notice", is_material=True, valid_from=together)
        self.publish("notice", is_material=True, valid_from=together)
        other = self.deliver_short_notice(days_ago=5)
        self.assertEqual(self.record(partner=other).status, "granted")

    def test_lr09_a_material_new_short_notice_has_to_be_sent_again_and_leaves_the_full_one_alone(self):
        other = self.deliver_short_notice(days_ago=10)
        self.publish("short_notice", is_material=True)
        self.refused("handed over to everybody anew", partner=other)
        self.assertEqual(self.record().status, "granted")

    def test_lr09_a_new_notice_that_is_not_material_leaves_the_short_ones_good(self):
        other = self.deliver_short_notice(days_ago=10)
        self.publish("notice", is_material=False, valid_from=Datetime.now() - timedelta(days=5))
        self.assertEqual(self.record(partner=other).status, "granted")

    def test_lr09_a_new_notice_that_is_not_material_asks_for_nothing(self):
        self.publish("notice", is_material=False)
        self.assertEqual(self.record().status, "granted")

    def test_lr09_what_a_new_text_ends_for_many_stays_with_each_branch(self):
        other = self.create_patient("Ece Örnek", "+905300000009")
        self.deliver(other)
        entries = self.record() | self.record(partner=other, company=self.branch_b)
        ended = entries._end("renewal_required")
        self.assertEqual((self.status(), self.status(partner=other)), ("renewal_required",) * 2)
        self.assertEqual(ended.company_id, self.branch_a | self.branch_b)
        self.assertFalse(ended._end("renewal_required"))
        self.assertFalse(self.ledger._verify_chain(self.root))
        self.record()
        self.assertEqual(self.status(), "granted")

    def test_ending_the_grants_of_many_takes_a_constant_number_of_queries(self):
        counts = []
        for number in (2, 12):
            patients = [self.create_patient(f"P {n}", f"+90530002{number:02}{n:02}") for n in range(number)]
            entries = self.ledger
            for patient in patients:
                self.deliver(patient)
                entries |= self.record(partner=patient)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            entries._end("renewal_required")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 6)

    def test_lr11_an_entry_keeps_the_text_version_and_basis_of_its_moment(self):
        entry = self.record(method="tablet", **SIGNED)
        self.assertEqual(entry.text_id, self.optin_text)
        self.assertEqual((entry.text_hash, entry.text_lang), (self.optin_text.sha256, "tr"))
        self.assertEqual((entry.ip, entry.user_agent, entry.signer_name), ("192.0.2.1", "Firefox", "Deniz Örnek"))
        basis = entry.legal_basis
        self.purposes["appointment"].legal_basis = "legal_obligation"
        self.assertEqual(entry.legal_basis, basis)

    def test_lr11_every_method_demands_its_own_proof(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        message = self.receive(self.account_a, self.text("Evet", wamid="wamid.ledger"))
        proofs = {
            "tablet": SIGNED,
            "link": SIGNED,
            "chat": {"contact": conversation.contact_id, "question": message, "answer": message},
            "paper": {"evidence": SCAN},
        }
        for method, proof in proofs.items():
            for name in proof:
                with self.subTest(method=method, missing=name):
                    rest = {key: value for key, value in proof.items() if key != name}
                    self.refused("", ValidationError, method=method, **rest)
            with self.subTest(method=method):
                self.assertIn(self.record(method=method, **proof).status, ("granted", "pending"))

    def test_lr11_what_was_agreed_to_by_word_of_mouth_is_a_published_text_too(self):
        entry = self.record()
        self.assertEqual((entry.text_id, entry.text_hash), (self.optin_text, self.optin_text.sha256))
        self.optin_text.state = "retired"
        self.record("withdrawn")
        self.refused("Texts for patients")

    def test_lr11_a_text_of_another_purpose_proves_nothing(self):
        self.refused("not a published text", text=self.health_text)
        self.refused("not a published text", text=self.publish("optin", "appointment", state="draft"))

    def test_a_date_in_the_future_is_refused(self):
        self.refused("in the future", ValidationError, given_at=Datetime.now() + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self.deliver(self.patient, delivered_at=Datetime.now() + timedelta(days=1))

    def test_an_unknown_proof_is_a_mistake_of_the_program(self):
        with self.assertRaisesRegex(TypeError, "shoe_size"):
            self.record(shoe_size=42)

    def test_lr12_states_only_move_forward(self):
        for before, allowed in TRANSITIONS.items():
            for after, _label in STATUSES:
                with self.subTest(before=before, after=after):
                    if after in (WITHDRAWN, "refused"):
                        self.assertIn(after, allowed)
                    if (after, before) in FORWARD_ONLY:
                        self.assertNotIn(after, allowed)
        self.record("withdrawn")
        for status in ("expired", "superseded", "renewal_required", "unproven"):
            self.refused("cannot follow", status=status, method="system")

    def test_lr12_people_do_not_set_what_the_program_ends(self):
        self.record()
        self.refused("set by the program", status="expired", method="spoken")

    def test_lr13_a_signed_paper_waits_for_a_second_person(self):
        pending = self.record(method="paper", evidence=SCAN, user=self.user_a)
        self.assertEqual((pending.status, self.status()), ("pending", "pending"))
        with self.assertRaisesRegex(UserError, "second person"), self.env.cr.savepoint():
            pending.with_user(self.user_a)._check_signature()
        entry = pending.with_user(self.manager_a)._check_signature()
        self.assertEqual((entry.status, entry.checked_by_id), ("granted", self.manager_a))
        self.assertEqual(entry.origin_id, pending)
        self.assertEqual(entry.given_at, pending.given_at)
        with self.assertRaisesRegex(UserError, "does not wait"), self.env.cr.savepoint():
            pending.with_user(self.manager_a)._check_signature()
        self.assertFalse(self.ledger._verify_chain(self.root))

    def test_lr13_a_paper_without_a_valid_signature_proves_nothing(self):
        pending = self.record(method="paper", evidence=SCAN, user=self.user_a)
        pending.with_user(self.manager_a)._reject_signature("The signature is missing")
        self.assertEqual(self.status(), "unproven")

    def test_lr13_a_withdrawal_is_not_undone_by_a_paper_that_was_signed_before(self):
        pending = self.record(method="paper", evidence=SCAN, user=self.user_a)
        self.record("withdrawn")
        with self.assertRaisesRegex(UserError, "does not wait"), self.env.cr.savepoint():
            pending.with_user(self.manager_a)._check_signature()

    def test_a_paper_that_waits_does_not_hide_the_grant_before_it(self):
        self.record()
        self.record(method="paper", evidence=SCAN)
        self.assertEqual(self.status(), "granted")

    def test_lr13_only_pictures_and_pdf_files_up_to_10_mb_are_evidence(self):
        for content, words in ((b"MZ\x90\0", "neither"), (b"<html>", "neither"), (b"", "empty"), (b"hello", "neither")):
            self.refused(words, ValidationError, method="paper", evidence=("form.pdf", content))
        large = b"%PDF-1.4" + b"0" * (10 * 1024 * 1024)
        self.refused("larger", ValidationError, method="paper", evidence=("form.pdf", large))

    def test_lr14_explicit_consent_is_never_given_by_word_of_mouth(self):
        self.refused("word of mouth", code="health")
        self.assertEqual(self.record(code="health", method="tablet", **SIGNED).record_kind, EXPLICIT_CONSENT)

    def test_only_the_patient_agrees(self):
        for method in ("staff", "system", "import"):
            self.refused("Only the patient can agree", method=method)

    def test_lr20_consent_for_one_clinic_says_nothing_to_another(self):
        self.record()
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        self.assertFalse(self.ledger._get_standing(self.patient, stranger))
        self.assertFalse(self.ledger._get_delivered(self.patient, self.env["clinic.whatsapp.contact"], stranger))
        with self.assertRaisesRegex(UserError, "had not received"), self.env.cr.savepoint():
            self.record(company=stranger)

    def test_lr23_nobody_agrees_for_the_dead(self):
        self.patient.deceased_on = "2026-01-05"
        self.refused("has died")

    def test_taking_back_concerns_every_kind_of_record(self):
        for kind in ("approval", "explicit_consent"):
            self.publish(kind, "marketing")
            self.record(code="marketing", record_kind=kind, method="tablet", **SIGNED)
        entries = self.record("withdrawn", code="marketing")
        self.assertEqual(entries.mapped("record_kind"), ["approval", "explicit_consent"])
        self.assertEqual(entries.mapped("status"), ["withdrawn"] * 2)
        self.assertTrue(all(entries.mapped("withdrawn_at")))

    def test_lookups_of_many_patients_take_a_constant_number_of_queries(self):
        patients = self.env["res.partner"].union(
            *(self.create_patient(f"P {n}", f"+9053000001{n:02}") for n in range(20))
        )
        for patient in patients:
            self.deliver(patient)
            self.record(partner=patient)
        nobody = self.env["clinic.whatsapp.contact"]
        for lookup in (self.ledger._get_standing, lambda p, c: self.ledger._get_delivered(p, nobody, c)):
            for some in (patients[:1], patients):
                self.env.flush_all()
                self.env.invalidate_all()
                with self.assertQueryCount(3):
                    found = lookup(some, self.root)
                self.assertEqual(len(found), len(some))

    def test_lr43_an_opt_in_lifts_the_stop_before_it_but_not_the_one_after(self):
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.suppressed_at = Datetime.now()
        self.record(given_at=Datetime.now() - timedelta(hours=1))
        self.assertTrue(contact.suppressed_at)
        self.record()
        self.assertFalse(contact.suppressed_at)


@tagged("post_install", "-at_install")
class TestLedgerExpiry(LedgerCase):
    def expire(self):
        with self.cron_env() as env:
            env["clinic.consent"]._cron_expire()
        self.env.invalidate_all()

    def test_lr21_a_grant_ends_after_its_review_period(self):
        self.purposes["health"].review_months = 24
        entry = self.record(code="health", method="tablet", **SIGNED)
        self.assertEqual(entry.effective_until.year, entry.given_at.year + 2)
        self.expire()
        self.assertEqual(self.status("health", EXPLICIT_CONSENT), "granted")
        with freeze_time(entry.effective_until + timedelta(minutes=1)):
            self.expire()
            self.expire()
        self.assertEqual(self.status("health", EXPLICIT_CONSENT), "expired")
        self.assertEqual(self.ledger.search_count([("status", "=", "expired")]), 1)

    def test_lr21_the_patient_is_asked_again_30_days_before(self):
        self.purposes["health"].review_months = 24
        entry = self.record(code="health", method="tablet", **SIGNED)
        for days, asked in ((31, False), (29, True)):
            with freeze_time(entry.effective_until - timedelta(days=days)):
                self.expire()
            self.assertEqual(self.patient.ask_consent, asked)

    def reminders(self, account=None):
        """Return the open reminders of a number, newest last."""
        reminders = self.env["mail.activity"].search(
            [("activity_type_id", "=", self.env.ref("clinic_whatsapp.activity_ending_consents").id)], order="id"
        )
        return reminders.filtered(lambda it: it.res_id == (account or self.account_a).id)

    def grant_for_two_years(self, *names, company=None):
        """Return grants of new patients, given now."""
        self.purposes["health"].review_months = 24
        entries = self.ledger
        for name in names:
            patient = self.create_patient(name, f"+9053000001{len(self.ledger.search([])):02}")
            self.deliver(patient)
            entries |= self.record(
                code="health", method="tablet", partner=patient, company=company or self.branch_a, **SIGNED
            )
        return entries

    def test_lr21_each_branch_gets_one_reminder_however_many_consents_end(self):
        entries = self.grant_for_two_years("Ada", "Ece", "Can")
        self.grant_for_two_years("Naz", company=self.branch_b)
        end = entries[0].effective_until
        with freeze_time(end - timedelta(days=31)):
            self.expire()
            self.assertFalse(self.reminders())
        with freeze_time(end - timedelta(days=29)):
            self.expire()
            self.expire()
        self.assertEqual(self.reminders().mapped("summary"), ["Consents that end within 30 days: 3"])
        self.assertEqual(self.reminders(self.account_b).mapped("summary"), ["Consents that end within 30 days: 1"])
        self.assertEqual(self.reminders().date_deadline, end.date())
        self.assertIn("/odoo/whatsapp-ending-consents", self.reminders().note)
        self.assertEqual(self.reminders().user_id, self.account_a._get_manager())

    def test_lr21_a_reminder_that_was_done_comes_back_only_for_consents_it_did_not_tell_of(self):
        first = self.grant_for_two_years("Ada")
        with freeze_time(first.effective_until - timedelta(days=29)):
            self.expire()
            self.reminders().action_feedback()
        with freeze_time(first.effective_until - timedelta(days=28)):
            self.expire()
            self.assertFalse(self.reminders())
        with freeze_time(first.given_at + timedelta(days=3)):
            self.grant_for_two_years("Ece")
        with freeze_time(first.effective_until - timedelta(days=26)):
            self.expire()
        self.assertEqual(len(self.reminders()), 1)

    def test_lr21_an_open_reminder_follows_what_has_been_renewed(self):
        entries = self.grant_for_two_years("Ada", "Ece")
        with freeze_time(entries[0].effective_until - timedelta(days=29)):
            self.expire()
            self.record("withdrawn", code="health", partner=entries[0].partner_id)
            self.expire()
            self.assertEqual(self.reminders().mapped("summary"), ["Consents that end within 30 days: 1"])
            self.record("withdrawn", code="health", partner=entries[1].partner_id)
            self.expire()
        self.assertFalse(self.reminders())

    def test_lr21_the_list_shows_what_ends_soon_to_its_own_branch(self):
        entries = self.grant_for_two_years("Ada") | self.grant_for_two_years("Naz", company=self.branch_b)
        ending = [("is_ending", "=", True)]
        self.assertFalse(self.ledger.search(ending))
        with freeze_time(entries[0].effective_until - timedelta(days=29)):
            self.assertEqual(self.ledger.search(ending), entries.sorted("id", reverse=True))
            self.assertEqual(self.ledger.with_user(self.user_a).search(ending), entries[0])
            self.assertTrue(entries[0].is_ending)

    def test_lr21_what_was_renewed_does_not_expire(self):
        self.purposes["health"].review_months = 24
        old = self.record(code="health", method="tablet", given_at=Datetime.now() - timedelta(days=200), **SIGNED)
        self.record(code="health", method="tablet", **SIGNED)
        with freeze_time(old.effective_until + timedelta(days=1)):
            self.expire()
        self.assertEqual(self.status("health", EXPLICIT_CONSENT), "granted")

    def test_lr21_no_review_period_no_end(self):
        self.assertFalse(self.record().effective_until)
