"""A birthday, a death, another number: what ends with them, and who decides before (legal.md §5.1)."""

from dateutil.relativedelta import relativedelta
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date
from odoo.tests import freeze_time, tagged

from ..models.consent.consent_states import CHANNEL_OPTIN
from .common import ClinicCase

MOTHER_PHONE = "+905300000040"
COURT_ORDER = (b"%PDF-1.4 court order", "order.pdf", "application/pdf")


class PeopleCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mother = cls.env["res.partner"].create(
            {"name": "Selin Örnek", "phone": MOTHER_PHONE, "company_id": cls.root.id}
        )
        cls.child = cls.create_patient(
            "Ada Örnek",
            False,
            birth_date=Date.today() - relativedelta(years=10),
            guardian_id=cls.mother.id,
            guardian_relation="mother",
        )

    @classmethod
    def agree(cls, patient, method="spoken", **proof):
        cls.deliver_notice(patient)
        return cls.env["clinic.consent"]._record(
            patient, cls.appointment_purpose, "granted", method=method, company=cls.branch_a, **proof
        )

    def status(self, patient):
        self.env.flush_all()
        standing = self.env["clinic.consent"]._get_standing(patient, self.root)
        entry = standing.get((patient, "appointment", CHANNEL_OPTIN))
        return entry and entry.status

    def send(self, patient, **how):
        self.template = getattr(self, "template", None) or self.create_template()
        return patient._whatsapp_send_template(self.template, purpose="appointment", account=self.account_a, **how)


@tagged("post_install", "-at_install")
class TestGuardian(PeopleCase):
    def test_lr22_what_is_written_about_a_child_goes_to_the_guardians_number(self):
        self.agree(self.child, authority=COURT_ORDER)
        message = self.send(self.child)
        self.assertEqual(message.conversation_id.contact_id.phone, MOTHER_PHONE)
        self.assertEqual(message.conversation_id.contact_id.partner_ids, self.child)

    def test_lr22_the_childs_own_telephone_is_not_written_to(self):
        self.child.phone = "+905300000041"
        self.assertEqual(self.child.reached_phone, MOTHER_PHONE)

    def test_lr22_an_adult_with_a_guardian_is_reached_through_him(self):
        adult = self.create_patient("Naz Örnek", "+905300000042", guardian_id=self.mother.id)
        self.assertEqual(adult.reached_phone, "+905300000042")
        adult.is_restricted = True
        self.assertEqual(adult.reached_phone, MOTHER_PHONE)

    def test_lr22_two_children_and_their_mother_share_one_contact(self):
        sibling = self.create_patient(
            "Can Örnek", False, birth_date=Date.today(), guardian_id=self.mother.id, guardian_relation="mother"
        )
        found = self.env["clinic.whatsapp.contact"]._for_patients(self.child | sibling, self.root)
        self.assertEqual(found[self.child], found[sibling])
        self.assertEqual(found[sibling].partner_ids, self.child | sibling)

    def test_lr22_a_grant_names_the_guardian_and_keeps_the_document(self):
        entry = self.agree(self.child, authority=COURT_ORDER)
        self.assertEqual((entry.acting, entry.acting_partner_id), ("guardian", self.mother))
        self.assertEqual(entry.evidence_ids.kind, "authority")

    def test_lr22_without_the_document_nothing_is_recorded(self):
        with self.assertRaisesRegex(ValidationError, "document"):
            self.agree(self.child)
        self.assertFalse(self.status(self.child))

    def test_lr22_the_document_is_shown_once(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.env["clinic.consent"]._record(
            self.child, self.appointment_purpose, "withdrawn", method="staff", company=self.branch_a
        )
        self.assertEqual(self.agree(self.child).status, "granted")

    def test_lr22_another_guardian_has_to_show_another_document(self):
        self.agree(self.child, authority=COURT_ORDER)
        father = self.mother.copy({"name": "Eren Örnek", "phone": "+905300000043"})
        self.child.write({"guardian_id": father.id, "guardian_relation": "father"})
        with self.assertRaises(ValidationError):
            self.agree(self.child)

    def test_lr22_without_guardian_or_relation_nothing_is_recorded(self):
        for vals in ({"guardian_relation": False}, {"guardian_id": False, "guardian_relation": "mother"}):
            self.child.write(vals)
            with self.assertRaisesRegex(ValidationError, "guardian"):
                self.agree(self.child, authority=COURT_ORDER)

    def test_lr22_nobody_else_agrees_for_a_child(self):
        aunt = self.mother.copy({"name": "Aunt"})
        for named in ({"acting": "self"}, {"acting": "guardian", "acting_partner": aunt}):
            with self.assertRaisesRegex(ValidationError, "Selin"):
                self.agree(self.child, authority=COURT_ORDER, **named)

    def test_lr22_a_childs_own_telephone_cannot_agree(self):
        self.child.phone = "+905300000041"
        answer = self.receive(self.account_a, self.text("Evet", wamid="wamid.yes", phone="+905300000041"))
        answer.conversation_id.action_choose_patient(self.child.id)
        how = {"contact": answer.conversation_id.contact_id, "question": answer, "answer": answer}
        with self.assertRaisesRegex(ValidationError, "another number"):
            self.agree(self.child, method="chat", authority=COURT_ORDER, **how)

    def test_lr22_refusing_and_taking_back_need_no_document(self):
        for status in ("refused", "withdrawn"):
            self.env["clinic.consent"]._record(
                self.child, self.appointment_purpose, status, method="staff", company=self.branch_a
            )
            self.assertEqual(self.status(self.child), status)

    def test_a_relatives_number_needs_the_patients_written_permission(self):
        self.patient.number_owner = "relative"
        with self.assertRaisesRegex(ValidationError, "permission"):
            self.agree(self.patient)
        self.assertEqual(self.agree(self.patient, authority=COURT_ORDER).status, "granted")

    def test_who_lacks_a_guardian_is_known(self):
        self.assertFalse((self.child | self.patient)._lacks_guardian())
        self.mother.phone = False
        self.assertEqual((self.child | self.patient)._lacks_guardian(), self.child)
        self.child.write({"phone": MOTHER_PHONE, "number_owner": "guardian"})
        self.assertFalse(self.child._lacks_guardian(), "the mother's number stands on the child's file")
        self.child.guardian_id = False
        self.assertEqual(self.child._lacks_guardian(), self.child)

    def test_nobody_is_his_own_guardian(self):
        with self.assertRaises(ValidationError):
            self.patient.guardian_id = self.patient


@tagged("post_install", "-at_install")
class TestMajority(PeopleCase):
    def run_majority(self):
        with self.enter_registry_test_mode():
            self.env.ref("clinic_whatsapp.ir_cron_majority").method_direct_trigger()
        self.env.invalidate_all()

    def test_lr22_a_guardians_word_ends_on_the_eighteenth_birthday(self):
        self.agree(self.child, authority=COURT_ORDER)
        birthday = self.child.birth_date + relativedelta(years=18)
        with freeze_time(birthday - relativedelta(days=1)):
            self.run_majority()
            self.assertEqual(self.status(self.child), "granted")
        with freeze_time(birthday):
            self.run_majority()
            self.assertEqual(self.status(self.child), "expired_majority")
            message = self.child.with_user(self.user_a).action_consent_link("appointment")["params"]["message"]
            self.assertRegex(message, "of age|reşit")
            self.assertTrue(self.child.ask_consent, "he is asked himself at the next visit")

    def test_lr22_a_missed_birthday_is_made_up_for_once(self):
        self.agree(self.child, authority=COURT_ORDER)
        with freeze_time(self.child.birth_date + relativedelta(years=19)):
            self.run_majority()
            entries = self.child.consent_ids
            self.assertEqual((entries[0].status, entries[0].company_id), ("expired_majority", self.branch_a))
            self.run_majority()
            self.assertEqual(self.child.consent_ids, entries)

    def test_lr22_a_restricted_adult_keeps_the_guardian(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.child.is_restricted = True
        with freeze_time(self.child.birth_date + relativedelta(years=18)):
            self.run_majority()
            self.assertEqual(self.status(self.child), "granted")

    def test_lr22_what_the_grown_up_agrees_to_himself_stays(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.child.phone = "+905300000041"
        with freeze_time(self.child.birth_date + relativedelta(years=18)):
            self.env.invalidate_all()
            self.run_majority()
            entry = self.agree(self.child)
            self.assertEqual((entry.acting, self.status(self.child)), ("self", "granted"))
            self.run_majority()
            self.assertEqual(self.status(self.child), "granted")


    def test_lr22_on_the_birthday_itself_the_guardians_word_counts_no_longer(self):
        self.child.write({"phone": MOTHER_PHONE, "number_owner": "guardian"})
        self.agree(self.child, authority=COURT_ORDER)
        self.assertEqual(self.send(self.child).state, "queued")
        with freeze_time(self.child.birth_date + relativedelta(years=18)):
            self.env.invalidate_all()
            self.assertEqual(self.status(self.child), "granted", "the cron has not run yet")
            self.assertEqual(self.send(self.child).block_reason, "no_optin")

    def test_lr22_a_date_of_birth_that_shows_a_minor_ends_what_he_agreed_to_himself(self):
        self.agree(self.patient)
        self.patient.birth_date = Date.today() - relativedelta(years=12)
        self.assertEqual(self.status(self.patient), "renewal_required")
        self.assertTrue(self.patient.ask_consent)

    def test_the_branch_that_writes_to_him_is_asked_to_ask_him(self):
        self.agree(self.child, authority=COURT_ORDER)
        conversation = self.open_conversation(self.account_a, self.child)
        with freeze_time(self.child.birth_date + relativedelta(years=18)):
            self.run_majority()
        self.assertIn("come of age", conversation.activity_ids.summary)


@tagged("post_install", "-at_install")
class TestDeath(PeopleCase):
    def test_lr23_every_consent_ends(self):
        self.agree(self.patient)
        self.patient.deceased_on = Date.today()
        self.assertEqual(self.status(self.patient), "terminated_death")

    def test_lr23_what_waits_does_not_leave(self):
        self.agree(self.patient)
        message = self.send(self.patient)
        self.assertEqual(message.state, "queued")
        self.patient.deceased_on = Date.today()
        self.env.cr.precommit.run()  # as at the end of the request
        self.assertEqual((message.state, message.block_reason), ("blocked", "deceased"))

    def test_lr23_not_even_a_person_writes_any_more(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        self.patient.deceased_on = Date.today()
        self.assertEqual(conversation._send_text("Merhaba").block_reason, "deceased")
        self.assertEqual(self.send(self.patient).block_reason, "deceased")

    def test_lr23_a_relative_with_the_same_number_is_still_written_to(self):
        other = self.create_patient("Ece Örnek", self.patient.phone)
        self.agree(self.patient)
        self.agree(other)
        self.patient.deceased_on = Date.today()
        self.assertEqual((self.status(other), self.send(other).state), ("granted", "queued"))

    def test_lr23_appointments_stay_for_a_person_to_decide(self):
        visit = self.env["clinic.appointment"].create(
            {"patient_id": self.patient.id, "company_id": self.branch_a.id, "start": "2099-01-01 09:00:00"}
        )
        self.patient.deceased_on = Date.today()
        self.assertEqual(visit.state, "booked")

    def test_nobody_dies_in_the_future(self):
        with self.assertRaises(ValidationError):
            self.patient.deceased_on = Date.today() + relativedelta(days=2)


@tagged("post_install", "-at_install")
class TestNumberChange(PeopleCase):
    def test_lr19_a_new_number_has_agreed_to_nothing(self):
        self.agree(self.patient)
        self.patient.phone = "+905300000077"
        self.assertEqual(self.status(self.patient), "superseded")
        self.assertTrue(self.patient.ask_consent)
        self.assertEqual(self.send(self.patient).block_reason, "no_optin")

    def test_lr19_what_waits_for_the_old_number_does_not_leave(self):
        self.agree(self.patient)
        message = self.send(self.patient)
        self.patient.phone = "+905300000077"
        self.env.cr.precommit.run()  # as at the end of the request
        self.assertEqual((message.state, message.block_reason), ("blocked", "no_optin"))

    def test_the_same_number_in_another_spelling_changes_nothing(self):
        self.agree(self.patient)
        self.patient.phone = "0530 000 00 01"
        self.assertEqual(self.status(self.patient), "granted")

    def test_lr19_the_guardians_new_number_ends_what_was_agreed_to_for_the_child(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.mother.phone = "+905300000044"
        self.assertEqual(self.status(self.child), "superseded")

    def test_lr19_a_number_that_passed_to_somebody_else_ends_the_opt_in(self):
        self.agree(self.patient)
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.write({"user_ref": "BSUID.old", "verified_at": "2026-01-01 00:00:00"})
        self.env["clinic.whatsapp.contact"]._resolve(
            self.root, wa_id=self.patient.whatsapp_phone.lstrip("+"), user_ref="BSUID.new"
        )
        self.assertEqual(self.status(self.patient), "superseded")
        self.assertFalse(contact.verified_at)

    def test_lr19_a_verification_ends_with_the_number(self):
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.write({"verified_at": "2026-01-01 00:00:00", "suspended_at": "2026-01-01 00:00:00"})
        contact.phone = "+905300000078"
        self.assertFalse(contact.verified_at or contact.suspended_at)

    def test_lr27_staff_vouch_for_a_number_until_it_changes(self):
        seen = self.patient.with_user(self.user_a)
        self.assertFalse(seen.number_verified_at)
        seen.action_verify_number()
        self.assertTrue(seen.number_verified_at)
        self.patient.phone = "+905300000079"
        self.assertFalse(seen.number_verified_at)

    def test_lr19_a_number_that_was_reported_as_wrong_is_not_simply_confirmed(self):
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.suspended_at = "2026-01-01 00:00:00"
        seen = self.patient.with_user(self.user_a)
        self.assertTrue(seen.is_number_suspended)
        with self.assertRaisesRegex(UserError, "reported as wrong"):
            seen.action_verify_number()

    def test_lr17_no_end_touches_the_appointments(self):
        visit = self.env["clinic.appointment"].create(
            {"patient_id": self.patient.id, "company_id": self.branch_a.id, "start": "2099-01-01 09:00:00"}
        )
        self.agree(self.patient)
        for status in ("withdrawn", "refused"):
            self.env["clinic.consent"]._record(
                self.patient, self.appointment_purpose, status, method="staff", company=self.branch_a
            )
        self.patient.phone = "+905300000077"
        self.assertEqual(visit.state, "booked")
        again = visit.copy()
        self.assertEqual(again.state, "booked", "a new one is booked as ever")


@tagged("post_install", "-at_install")
class TestEndingForMany(PeopleCase):
    def test_ending_for_many_people_takes_a_constant_number_of_queries_and_keeps_the_branches(self):
        counts = []
        for number in (2, 12):
            patients = self.env["res.partner"].union(
                *(self.create_patient(f"P {n}", f"+90530003{number:02}{n:02}") for n in range(number))
            )
            for patient in patients:
                self.agree(patient)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            patients._end_consents("renewal_required", ask=True)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual({self.status(patient) for patient in patients}, {"renewal_required"})
            self.assertEqual(patients.consent_ids.company_id, self.branch_a)
            self.assertTrue(all(patients.mapped("ask_consent")))
        self.assertLess(counts[1], counts[0] + 6)
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))
