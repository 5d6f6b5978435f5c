"""What staff see and do on the form of a patient, and at the desk when he comes."""

import base64

from dateutil.relativedelta import relativedelta
from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from ..models.messaging.reasons import BLOCK_REASONS
from ..models.template.write_obstacle import ABOUT_CONTENT, LAW
from .common import ClinicCase
from .privacy_common import publish_shipped

# What no law is about: a matter of telephones, numbers and templates.
TECHNICAL = {
    "neutralized", "account_not_connected", "no_phone", "invalid_phone", "not_on_whatsapp", "gate_error",
    "template_not_approved", "category_mismatch", "cancel_unexplained",
}  # fmt: skip


class ConsentFormCase(ClinicCase):
    def setUp(self):
        super().setUp()
        self.seen = self.patient.with_user(self.user_a)

    def open_wizard(self, action):
        opened = action()
        return Form(self.env[opened["res_model"]].with_user(self.user_a).with_context(**opened["context"]))

    def record(self, status, **how):
        return self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, status, method="staff", company=self.branch_a, **how
        )

    def badge(self, partner=None, code="appointment"):
        partner = partner or self.seen
        partner.invalidate_recordset()
        return next(badge for badge in partner.consent_badges if badge["code"] == code)

    def get_actions(self, **how):
        return [action["name"] for action in self.badge(**how)["actions"]]


@tagged("post_install", "-at_install")
class TestConsentWizard(ConsentFormCase):
    def test_lr16_staff_take_a_consent_back_in_two_clicks(self):
        self.opt_in(self.patient)
        wizard = self.open_wizard(self.seen.action_withdraw_consent).save()
        wizard.action_record()
        self.assertEqual(self.badge()["state"], "withdrawn")

    def test_lr05_the_notice_is_handed_over_first_and_nobody_ticks_it_beforehand(self):
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertTrue(form.needs_notice)
        self.assertFalse(form.notice_given)
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "notice first"):
            wizard.action_record()
        wizard.notice_given = True
        wizard.action_record()
        self.assertEqual(self.badge()["state"], "granted")
        kinds = self.patient.consent_ids.sorted("id").mapped("record_kind")
        self.assertEqual(kinds, ["notice", "channel_optin"])

    def test_who_has_the_notice_is_not_given_it_again(self):
        self.deliver_notice(self.patient)
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertFalse(form.needs_notice)
        form.save().action_record()
        self.assertEqual(len(self.patient.consent_ids), 2)

    def test_lr14_what_was_said_counts_for_the_channel_only(self):
        self.opt_in(self.patient)
        entry = self.patient.consent_ids[0]
        self.assertEqual((entry.method, entry.record_kind), ("spoken", "channel_optin"))

    def test_the_words_to_be_read_to_the_patient_are_shown_and_kept(self):
        form = self.open_wizard(self.seen.action_give_consent)
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "optin", "appointment", self.patient.lang)
        self.assertEqual(form.question, text._render_for(phone="+905300000001"))
        self.assertNotIn("{{", form.question)
        self.deliver_notice(self.patient)
        form.save().action_record()
        self.assertEqual(self.patient.consent_ids[0].text_id, text)

    def test_a_refusal_is_recorded_without_any_condition(self):
        self.open_wizard(self.seen.action_refuse_consent).save().action_record()
        self.assertEqual(self.badge()["state"], "refused")

    def let_the_mother_decide(self):
        mother = self.env["res.partner"].create({"name": "Selin", "phone": "+905300000040", "company_id": self.root.id})
        self.patient.write(
            {
                "birth_date": Date.today() - relativedelta(years=9),
                "guardian_id": mother.id,
                "guardian_relation": "mother",
            }
        )
        self.deliver_notice(self.patient)
        return mother

    def test_lr08_the_addendum_is_read_to_the_guardian_and_kept_with_what_he_said(self):
        self.let_the_mother_decide()
        publish_shipped(self.root, "guardian")
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertIn("Deniz Örnek", form.declaration)
        self.assertNotIn("{{", form.declaration)
        form.document = base64.b64encode(b"%PDF-1.4 birth certificate").decode()
        form.save().action_record()
        entry = self.patient.consent_ids[0]
        addendum = self.env["clinic.privacy.notice"]._get_published(self.root, "guardian", None, entry.text_lang)
        self.assertEqual((entry.status, entry.guardian_text_id), ("granted", addendum))
        self.assertEqual(entry.guardian_text_hash, addendum.sha256)

    def test_lr08_without_a_published_addendum_no_guardian_agrees_by_word_of_mouth(self):
        self.let_the_mother_decide()
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertFalse(form.declaration)
        form.document = base64.b64encode(b"%PDF-1.4 birth certificate").decode()
        with self.assertRaisesRegex(UserError, "addendum is not published"):
            form.save().action_record()

    def test_who_decides_himself_declares_nothing_more(self):
        publish_shipped(self.root, "guardian")
        self.deliver_notice(self.patient)
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertFalse(form.declaration)
        form.save().action_record()
        self.assertFalse(self.patient.consent_ids[0].guardian_text_id)

    def test_lr22_the_document_of_the_guardian_is_asked_for_and_goes_into_the_ledger(self):
        mother = self.let_the_mother_decide()
        publish_shipped(self.root, "guardian")
        form = self.open_wizard(self.seen.action_give_consent)
        self.assertEqual((form.decider, form.needs_document), ("Selin", True))
        form.document = base64.b64encode(b"%PDF-1.4 birth certificate").decode()
        wizard = form.save()
        self.env.flush_all()
        self.env.cr.execute("SELECT sealed_document FROM clinic_consent_wizard WHERE id = %s", [wizard.id])
        self.assertNotIn(base64.b64encode(b"%PDF-1.4 birth")[:16].decode(), self.env.cr.fetchone()[0])
        wizard.action_record()
        entry = self.patient.consent_ids[0]
        self.assertEqual((entry.acting_partner_id, entry.evidence_ids.kind), (mother, "authority"))

    def test_nothing_is_recorded_about_somebody_who_is_no_patient(self):
        partner = self.env["res.partner"].with_user(self.user_a).create({"name": "A supplier"})
        with self.assertRaises(UserError):
            partner.action_give_consent()


@tagged("post_install", "-at_install")
class TestConsentBadges(ConsentFormCase):
    def test_what_was_never_asked_says_so_and_offers_the_ways(self):
        badge = self.badge()
        self.assertEqual((badge["state"], badge["tone"], badge["date"]), ("none", "secondary", None))
        self.assertIn("action_give_consent", self.get_actions())
        self.assertIn("action_refuse_consent", self.get_actions())

    def test_a_grant_shows_its_date_and_source_and_can_be_taken_back(self):
        self.opt_in(self.patient)
        badge = self.badge()
        self.assertEqual((badge["state"], badge["tone"], badge["source"]), ("granted", "success", "Spoken to staff"))
        self.assertTrue(badge["date"])
        self.assertEqual(self.get_actions(), ["action_withdraw_consent", "action_preferences_link"])

    def test_a_withdrawal_shows_and_can_be_followed_by_a_new_grant(self):
        self.opt_in(self.patient)
        self.record("withdrawn")
        self.assertEqual((self.badge()["state"], self.badge()["tone"]), ("withdrawn", "danger"))
        self.assertIn("action_give_consent", self.get_actions())

    def test_a_grant_whose_time_is_over_is_shown_as_expired(self):
        self.appointment_purpose._of(self.root).review_months = 1
        self.deliver_notice(self.patient)
        entry = self.opt_in(self.patient)
        self.assertTrue(self.badge()["until"])
        self.env.cr.execute(
            "UPDATE clinic_consent SET effective_until = now() - interval '1 day' WHERE id = %s", [entry.id]
        )
        self.env.invalidate_all()
        self.assertEqual((self.badge()["state"], self.badge()["tone"]), ("expired", "warning"))

    def test_a_purpose_that_is_off_is_not_shown(self):
        self.assertNotIn("marketing", [badge["code"] for badge in self.seen.consent_badges])

    def test_the_dead_are_asked_nothing(self):
        self.patient.deceased_on = Date.today()
        self.assertEqual(self.badge()["actions"], [])

    def test_another_branch_sees_the_badge_but_not_the_history(self):
        self.opt_in(self.patient)
        other = self.patient.with_user(self.user_b)
        self.assertEqual(self.badge(other)["state"], "granted")
        self.assertFalse(other.consent_timeline)

    def test_the_history_tells_who_did_what_newest_first(self):
        self.opt_in(self.patient)
        self.record("withdrawn")
        line = self.seen.consent_timeline
        self.assertEqual([event["status"] for event in line], ["withdrawn", "granted", "delivered"])
        self.assertTrue(all(event["by"] and event["date"] and event["label"] for event in line))

    def test_lr20_what_was_said_to_another_clinic_does_not_show(self):
        self.opt_in(self.patient)
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        partner = self.patient.with_company(stranger)
        partner.invalidate_recordset()
        self.assertEqual(partner.appointment_consent, "none")


@tagged("post_install", "-at_install")
class TestConsentLists(ConsentFormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("granted", "withdrawn", "refused", "never", "pending")
        cls.patients = {
            name: cls.create_patient(name, f"+9053000000{number}") for number, name in enumerate(names, 50)
        }
        for name in ("granted", "withdrawn"):
            cls.opt_in(cls.patients[name])
        for name in ("withdrawn", "refused"):
            cls.env["clinic.consent"]._record(
                cls.patients[name], cls.appointment_purpose, name, method="staff", company=cls.branch_a
            )
        cls.all = cls.env["res.partner"].union(*cls.patients.values())

    def find(self, *condition, user=None):
        partners = self.env["res.partner"].with_user(user or self.user_a)
        found = partners.search([("id", "in", self.all.ids), condition])
        return set(found.mapped("name"))

    def test_the_filter_finds_patients_without_an_opt_in(self):
        without = {"withdrawn", "refused", "never", "pending"}
        self.assertEqual(self.find("appointment_consent", "!=", "granted"), without)
        self.assertEqual(self.find("appointment_consent", "=", "granted"), {"granted"})
        self.assertEqual(self.find("appointment_consent", "=", "none"), {"never", "pending"})
        either = self.find("appointment_consent", "in", ["withdrawn", "none"])
        self.assertEqual(either, {"withdrawn", "never", "pending"})

    def test_the_filter_says_what_the_form_says(self):
        for state, _label in self.env["res.partner"]._fields["appointment_consent"]._description_selection(self.env):
            with self.subTest(state=state):
                shown = self.all.with_user(self.user_a).filtered(lambda p, s=state: p.appointment_consent == s)
                self.assertEqual(self.find("appointment_consent", "=", state), set(shown.mapped("name")))

    def test_a_signature_that_waits_for_its_check_does_not_hide_the_grant_before(self):
        patient = self.patients["granted"]
        scan = ("form.pdf", b"%PDF-1.4 signed")
        self.env["clinic.consent"]._record(
            patient, self.appointment_purpose, "granted", method="paper", evidence=scan, company=self.branch_a
        )
        patient.invalidate_recordset()
        self.assertEqual(patient.with_user(self.user_a).appointment_consent, "granted")
        self.assertEqual(self.find("appointment_consent", "=", "granted"), {"granted"})

    def test_lr20_the_filter_knows_this_clinic_only(self):
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        partners = self.env["res.partner"].with_company(stranger)
        found = partners.search([("id", "in", self.all.ids), ("appointment_consent", "=", "none")])
        self.assertEqual(found, self.all)

    def test_the_desk_asks_whoever_has_not_agreed(self):
        self.all.with_user(self.user_a).action_ask_consent()
        self.assertEqual(self.find("ask_consent", "=", True), {"withdrawn", "refused", "never", "pending"})

    def test_every_answer_ends_the_question(self):
        self.all.ask_consent = True
        self.deliver_notice(self.patients["never"])
        self.env["clinic.consent"]._record(
            self.patients["never"], self.appointment_purpose, "granted", method="spoken", company=self.branch_a
        )
        self.env["clinic.consent"]._record(
            self.patients["pending"], self.appointment_purpose, "refused", method="staff", company=self.branch_a
        )
        self.assertFalse((self.patients["never"] | self.patients["pending"]).filtered("ask_consent"))
        self.assertTrue(self.patients["withdrawn"].ask_consent)

    def test_the_appointment_shows_the_question(self):
        visit = self.env["clinic.appointment"].create(
            {"patient_id": self.patients["never"].id, "company_id": self.branch_a.id, "start": "2099-01-01 09:00:00"}
        )
        self.assertFalse(visit.ask_consent)
        self.patients["never"].ask_consent = True
        self.assertTrue(visit.with_user(self.user_a).ask_consent)
        self.assertEqual(self.env["clinic.appointment"].search([("ask_consent", "=", True)]), visit)


@tagged("post_install", "-at_install")
class TestWriteObstacle(ConsentFormCase):
    def setUp(self):
        super().setUp()
        self.template = self.create_template()

    def obstacle(self, partner=None):
        return (partner or self.seen)._get_write_obstacle()

    def test_lr35_every_rule_names_its_law(self):
        codes = {code for code, _label in BLOCK_REASONS}
        self.assertEqual(codes - LAW.keys() - TECHNICAL - set(ABOUT_CONTENT), set())

    def test_nothing_is_in_the_way_after_notice_and_opt_in(self):
        self.opt_in(self.patient)
        self.assertEqual(self.obstacle()["state"], "open")

    def test_lr35_without_opt_in_the_rule_the_law_and_the_next_step_are_named(self):
        self.deliver_notice(self.patient)
        obstacle = self.obstacle()
        self.assertEqual((obstacle["state"], obstacle["reason"]), ("closed", "no_optin"))
        self.assertTrue(obstacle["law"] and obstacle["next"] and "No opt-in" in obstacle["title"])

    def test_an_answer_is_possible_while_the_window_is_open(self):
        self.deliver_notice(self.patient)
        self.open_conversation(self.account_a, self.patient)
        self.assertEqual((self.obstacle()["state"], self.obstacle()["reason"]), ("answer", "no_optin"))

    def test_it_says_what_the_gate_says(self):
        """The same rule stops the message that is really sent."""
        cases = {
            "no_phone": lambda: self.patient.write({"phone": False}),
            "stop_all": lambda: self.patient.whatsapp_contact_ids.write({"suppressed_at": "2026-01-01 00:00:00"}),
            "deceased": lambda: self.patient.write({"deceased_on": Date.today()}),
            "account_not_connected": lambda: self.account_a.write({"state": "disabled"}),
            "template_not_approved": lambda: self.template.write({"status": "rejected"}),
        }
        for reason, happen in cases.items():
            with self.subTest(reason=reason), self.env.cr.savepoint(flush=True) as savepoint:
                self.opt_in(self.patient)
                self.open_conversation(self.account_a, self.patient, window=False)
                happen()
                self.assertEqual(self.obstacle()["reason"], reason)
                sent = self.patient._whatsapp_send_template(
                    self.template, purpose="appointment", account=self.account_a
                )
                self.assertEqual(sent.block_reason, reason)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_asking_stores_nothing(self):
        counted = ("clinic.whatsapp.message", "clinic.whatsapp.conversation", "clinic.whatsapp.contact", "bus.bus")
        before = [self.env[model].sudo().search_count([]) for model in counted]
        self.obstacle()
        self.env.flush_all()
        self.assertEqual([self.env[model].sudo().search_count([]) for model in counted], before)

    def test_a_branch_without_a_number_is_told_so(self):
        self.account_a.state = "draft"
        self.assertEqual(self.obstacle()["reason"], "account_not_connected")

    def test_lr22_a_minor_without_a_guardian_is_not_written_to(self):
        self.opt_in(self.patient)
        self.patient.birth_date = Date.today() - relativedelta(years=9)
        self.assertEqual(self.obstacle()["reason"], "minor_rule")


@tagged("post_install", "-at_install")
class TestConfidentialVisit(ConsentFormCase):
    def test_lr22_the_guardian_hears_nothing_of_a_confidential_visit(self):
        mother = self.env["res.partner"].create({"name": "Selin", "phone": "+905300000040", "company_id": self.root.id})
        self.patient.write(
            {
                "birth_date": Date.today() - relativedelta(years=16),
                "guardian_id": mother.id,
                "guardian_relation": "mother",
            }
        )
        self.deliver_notice(self.patient)
        self.env["clinic.consent"]._record(
            self.patient,
            self.appointment_purpose,
            "granted",
            method="spoken",
            company=self.branch_a,
            authority=(b"%PDF-1.4 birth certificate", "birth.pdf", None),
        )
        template = self.create_template(body="Randevunuz var!", variable_ids=[])
        for is_confidential, state in ((False, "queued"), (True, "blocked")):
            visit = self.env["clinic.appointment"].create(
                {
                    "patient_id": self.patient.id,
                    "company_id": self.branch_a.id,
                    "start": "2099-01-01 09:00:00",
                    "is_confidential": is_confidential,
                }
            )
            message = self.patient._whatsapp_send_template(
                template, purpose="appointment", account=self.account_a, record=visit
            )
            self.assertEqual(message.state, state, message.block_reason)
        self.assertEqual(message.block_reason, "minor_rule")
