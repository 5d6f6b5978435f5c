"""Another owner of the number, another guardian, a merged contact: what nothing may outlive (legal.md LR-19, LR-22)."""

from dateutil.relativedelta import relativedelta
from odoo.fields import Date, Datetime
from odoo.tests import freeze_time, tagged

from .pages_common import PagesMixin
from .test_people import COURT_ORDER, MOTHER_PHONE, PeopleCase

VERIFIED = "2026-01-01 00:00:00"


@tagged("post_install", "-at_install")
class TestNumberOwner(PeopleCase):
    def test_lr19_a_number_that_turns_out_to_be_a_relatives_has_agreed_to_nothing(self):
        self.agree(self.patient)
        message = self.send(self.patient)
        self.patient.number_owner = "relative"
        self.env.cr.precommit.run()  # as at the end of the request
        self.assertEqual(self.status(self.patient), "renewal_required")
        self.assertTrue(self.patient.ask_consent)
        self.assertEqual((message.state, message.block_reason), ("blocked", "renewal_required"))

    def test_lr19_the_patients_own_number_again_revives_nothing(self):
        self.agree(self.patient)
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.verified_at = VERIFIED
        self.patient.number_owner = "relative"
        self.patient.number_owner = "self"
        self.assertEqual(self.status(self.patient), "renewal_required")
        self.assertEqual(self.send(self.patient).block_reason, "renewal_required")
        self.assertFalse(contact.verified_at)

    def test_lr19_a_written_permission_for_the_relatives_number_keeps_the_opt_in(self):
        self.agree(self.patient, authority=COURT_ORDER)
        self.patient.number_owner = "relative"
        self.assertEqual(self.status(self.patient), "granted")
        self.assertEqual(self.send(self.patient).state, "queued")

    def test_lr19_a_permission_for_one_relatives_number_is_none_for_the_next(self):
        self.patient.number_owner = "relative"
        self.agree(self.patient, authority=COURT_ORDER)
        self.patient.write({"phone": "+905300000045", "number_owner": "self"})
        self.agree(self.patient)
        self.patient.number_owner = "relative"
        self.assertEqual(self.status(self.patient), "renewal_required")

    def test_lr35_who_cannot_write_to_a_relatives_number_reads_what_to_do(self):
        self.agree(self.patient)
        self.patient.number_owner = "relative"
        obstacle = self.patient.with_user(self.user_a).with_context(lang="en_US")._get_write_obstacle()
        self.assertEqual((obstacle["state"], obstacle["reason"]), ("closed", "renewal_required"))
        self.assertIn("written permission", obstacle["next"])

    def test_lr22_the_guardians_number_on_a_childs_file_is_not_a_relatives(self):
        self.mother.phone = False
        self.child.write({"phone": MOTHER_PHONE, "number_owner": "guardian"})
        self.agree(self.child, authority=COURT_ORDER)
        self.child.number_owner = "relative"
        self.assertEqual(self.status(self.child), "renewal_required")


    def test_lr19_the_old_number_again_is_verified_again(self):
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.verified_at = VERIFIED
        former = self.patient.phone
        self.patient.phone = "+905300000077"
        self.patient.phone = former
        self.assertEqual(self.patient.whatsapp_contact_ids, contact)
        self.assertFalse(contact.verified_at)


@tagged("post_install", "-at_install")
class TestFormerGuardian(PeopleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.father = cls.mother.copy({"name": "Eren Örnek", "phone": MOTHER_PHONE})

    def test_lr22_a_former_guardians_word_ends_with_the_guardian(self):
        self.agree(self.child, authority=COURT_ORDER)
        message = self.send(self.child)
        self.child.write({"guardian_id": self.father.id, "guardian_relation": "father"})
        self.env.cr.precommit.run()
        self.assertEqual(self.status(self.child), "renewal_required")
        self.assertTrue(self.child.ask_consent)
        self.assertEqual((message.state, message.block_reason), ("blocked", "renewal_required"))

    def test_lr22_the_former_guardian_again_is_asked_again(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.child.guardian_id = self.father
        self.child.guardian_id = self.mother
        self.assertEqual(self.status(self.child), "renewal_required")

    def test_lr22_a_guardian_whom_a_court_appointed_speaks_anew(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.child.guardian_relation = "legal_guardian"
        self.assertEqual(self.status(self.child), "renewal_required")

    def test_lr22_only_the_guardian_on_file_binds_a_child(self):
        entry = self.agree(self.child, authority=COURT_ORDER)
        self.assertTrue(self.child._is_bound_by(entry))
        self.env.cr.execute("UPDATE res_partner SET guardian_id = %s WHERE id = %s", [self.father.id, self.child.id])
        self.env.invalidate_all()
        self.assertFalse(self.child._is_bound_by(entry), "whatever way the guardian changed")
        self.assertEqual(self.send(self.child).block_reason, "no_optin")

    def test_lr22_a_guardian_who_has_died_is_neither_written_to_nor_heard(self):
        entry = self.agree(self.child, authority=COURT_ORDER)
        message = self.send(self.child)
        self.mother.deceased_on = Date.today()
        self.env.cr.precommit.run()
        self.assertIn(self.status(self.child), ("renewal_required", "superseded"))
        self.assertTrue(self.child.ask_consent)
        self.assertEqual((message.state, message.block_reason), ("blocked", "minor_rule"))
        self.assertEqual(self.child._lacks_guardian(), self.child)
        self.assertFalse(self.child._is_bound_by(entry))
        self.assertNotEqual(self.child.reached_phone, MOTHER_PHONE)
        self.assertIn("guardian", self.child._get_decider_problem(**self.child._get_decider()))

    def test_lr22_the_telephone_of_a_dead_guardian_on_the_childs_file_is_nobodys(self):
        self.mother.phone = False
        self.child.write({"phone": MOTHER_PHONE, "number_owner": "guardian"})
        self.agree(self.child, authority=COURT_ORDER)
        self.mother.deceased_on = Date.today()
        self.assertEqual(self.status(self.child), "renewal_required")
        self.assertEqual(self.send(self.child).block_reason, "minor_rule")

    def test_lr22_an_account_without_a_number_is_not_taken_for_the_guardians(self):
        self.agree(self.child, authority=COURT_ORDER)
        conversation = self.open_conversation(self.account_a, self.child)
        message = self.send(self.child)
        self.assertEqual(message._judge_and_block(), message)
        nameless = self.env["clinic.whatsapp.contact"].create(
            {"company_id": self.root.id, "user_ref": "TR.child", "partner_ids": [(6, 0, self.child.ids)]}
        )
        conversation.sudo().contact_id = nameless
        self.assertEqual(self.env["clinic.whatsapp.gate"]._judge(message)[message], "minor_rule")


@tagged("post_install", "-at_install")
class TestMergedContacts(PeopleCase):
    def merge(self, patient, double):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((patient | double).ids, patient, extra_checks=False)

    def test_lr19_a_merge_ends_the_verification_and_asks_anew(self):
        self.agree(self.patient)
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact.verified_at = VERIFIED
        self.merge(self.patient, self.create_patient("Deniz O.", "+905300000008"))
        self.assertEqual(self.status(self.patient), "superseded")
        self.assertFalse(contact.verified_at)
        self.assertTrue(self.patient.ask_consent)

    def test_lr19_who_was_verified_only_is_asked_as_well(self):
        double = self.create_patient("Deniz O.", "+905300000008")
        contact = self.open_conversation(self.account_a, double).contact_id
        contact.verified_at = VERIFIED
        self.merge(self.patient, double)
        self.assertFalse(contact.verified_at, "the number of the other one counts as little")
        self.assertTrue(self.patient.ask_consent)

    def test_lr19_a_guardian_who_is_merged_has_agreed_to_nothing_under_the_other_number(self):
        self.agree(self.child, authority=COURT_ORDER)
        self.merge(self.mother, self.env["res.partner"].create({"name": "S. Örnek", "company_id": self.root.id}))
        self.assertEqual(self.status(self.child), "superseded")
        self.assertTrue(self.child.ask_consent)
        self.assertFalse(self.mother.ask_consent, "she is no patient")

    def test_lr19_contacts_that_were_not_merged_keep_what_they_agreed_to(self):
        self.agree(self.patient)
        self.merge(self.patient, self.patient)
        self.assertEqual((self.status(self.patient), self.patient.ask_consent), ("granted", False))


@tagged("post_install", "-at_install")
class TestLinks(PagesMixin, PeopleCase):
    """A link lies on a telephone: it opens nothing once the telephone is, or may be, somebody else's."""

    def ask_all(self, patient):
        return [self.ask(patient=patient), self.ask(patient=patient, kind="preferences")]

    def is_open(self, asked):
        request, path = asked
        self.env.flush_all()
        return bool(self.requests._find_open(path.rsplit("/")[-1], request.kind))

    def assert_closed(self, asked):
        self.assertEqual([self.is_open(one) for one in asked], [False, False])

    def test_lr19_links_end_with_the_number(self):
        asked = self.ask_all(self.patient)
        self.assertEqual([self.is_open(one) for one in asked], [True, True])
        self.patient.phone = "0530 000 00 01"
        self.assertEqual([self.is_open(one) for one in asked], [True, True], "the same number")
        self.patient.phone = "+905300000077"
        self.assert_closed(asked)
        self.assertEqual([self.is_open(one) for one in self.ask_all(self.patient)], [True, True], "a new one opens")

    def test_lr19_links_end_when_the_number_turns_out_to_be_a_relatives(self):
        asked = self.ask_all(self.patient)
        self.patient.number_owner = "relative"
        self.assert_closed(asked)

    def test_lr19_links_end_when_the_number_passes_to_somebody_else(self):
        asked = self.ask_all(self.patient)
        contact = self.open_conversation(self.account_a, self.patient).contact_id
        contact._forget_number()
        self.assert_closed(asked)

    def test_lr19_links_end_when_the_number_is_reported_as_wrong(self):
        other = self.create_patient("Ece Örnek", self.patient.phone)
        asked = [self.ask(), self.ask(patient=other, kind="preferences")]
        self.open_conversation(self.account_a, other)
        self.patient.with_user(self.user_a).action_report_wrong_number()
        self.assert_closed(asked)

    def test_lr19_links_end_with_a_merge(self):
        asked = self.ask_all(self.patient)
        double = self.create_patient("Deniz O.", "+905300000008")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.patient | double).ids, self.patient, extra_checks=False)
        self.assert_closed(asked)

    def test_lr23_links_end_with_a_death_that_is_taken_back_too(self):
        asked = self.ask_all(self.patient)
        self.patient.deceased_on = Date.today()
        self.patient.deceased_on = False
        self.assert_closed(asked)

    def test_lr22_a_former_guardians_links_end(self):
        self.agree(self.child, authority=COURT_ORDER)
        asked = self.ask_all(self.child)
        father = self.mother.copy({"name": "Eren Örnek", "phone": MOTHER_PHONE})
        self.child.write({"guardian_id": father.id, "guardian_relation": "father"})
        self.assert_closed(asked)

    def test_lr22_a_guardians_links_end_on_the_eighteenth_birthday(self):
        self.child.birth_date = Date.today() - relativedelta(years=18) + relativedelta(days=3)
        self.agree(self.child, authority=COURT_ORDER)
        asked = self.ask_all(self.child)
        with freeze_time(Date.today() + relativedelta(days=2)):
            self.env.invalidate_all()
            self.assertEqual([self.is_open(one) for one in asked], [True, True])
        with freeze_time(Datetime.now() + relativedelta(days=3, minutes=1)):
            self.env.invalidate_all()
            self.assert_closed(asked)
            self.env["res.partner"]._find_grown_up()._come_of_age()
            self.assertLessEqual(max(request.expires_at for request, _path in asked), Datetime.now())

    def test_a_printed_form_waits_for_whoever_brings_it_back(self):
        request = self.requests._create_for(self.patient, self.appointment_purpose, "paper", self.branch_a).sudo()
        until = request.expires_at
        self.patient.phone = "+905300000077"
        self.assertEqual(request.expires_at, until)
