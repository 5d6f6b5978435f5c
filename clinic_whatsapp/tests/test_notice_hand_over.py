"""The privacy notice is handed over at the desk, by itself: nobody has to agree to anything to get it."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date, Datetime
from odoo.tests import Form, tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestNoticeHandOver(ClinicCase):
    def setUp(self):
        super().setUp()
        self.seen = self.patient.with_user(self.user_a)
        self.notice = self.env["clinic.privacy.notice"]._get_published(self.root, "notice")
        self.notice.sudo().flush_recordset()
        self.env.cr.execute(
            "UPDATE clinic_privacy_notice SET valid_from = now() AT TIME ZONE 'UTC' - interval '30 days' WHERE id = %s",
            [self.notice.id],
        )
        self.env.invalidate_all()

    def open_wizard(self, partner=None):
        opened = (partner or self.seen).action_hand_over_notice()
        return Form(self.env[opened["res_model"]].with_user(self.user_a).with_context(**opened["context"]))

    def hand_over(self, how="paper", partner=None, **vals):
        form = self.open_wizard(partner)
        form.handed_over_as = how
        for name, value in vals.items():
            form[name] = value
        wizard = form.save()
        wizard.action_record()
        return wizard

    def entries(self):
        self.env.invalidate_all()
        return self.env["clinic.consent"].search([("partner_id", "=", self.patient.id)], order="id")

    def badge(self):
        self.seen.invalidate_recordset()
        return self.seen.consent_badges[0]

    def test_lr05_the_notice_alone_is_recorded_with_how_it_was_handed_over(self):
        for how, words in (("paper", "Paper copy"), ("screen", "Shown on a screen")):
            with self.subTest(how=how), self.env.cr.savepoint() as savepoint:
                self.hand_over(how)
                entry = self.entries()
                self.assertEqual(
                    (entry.record_kind, entry.status, entry.method, entry.note, entry.notice_id, entry.recorded_by_id),
                    ("notice", "delivered", "staff", words, self.notice, self.user_a),
                )
                self.assertFalse(entry.purpose_id)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_lr05_nobody_has_chosen_how_beforehand(self):
        form = self.open_wizard()
        self.assertFalse(form.handed_over_as)
        with self.assertRaises(AssertionError):
            form.save()
        wizard = self.env["clinic.consent.wizard"].with_user(self.user_a).create(
            {"partner_id": self.patient.id, "status": "delivered"}
        )  # fmt: skip
        with self.assertRaisesRegex(UserError, "how and when"):
            wizard.action_record()

    def test_a_second_click_records_nothing_more(self):
        wizard = self.hand_over()
        wizard.action_record()
        self.hand_over("screen")
        self.assertEqual(len(self.entries()), 1)

    def test_a_consent_from_before_the_notice_is_put_right_by_handing_it_over(self):
        """What the gate misses of an older opt-in is the notice only, and the form says how to make up for it."""
        self.create_template()
        self.opt_in(self.patient)
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_consent SET delivery_id = NULL WHERE partner_id = %s", [self.patient.id])
        self.env.cr.execute(
            "DELETE FROM clinic_consent WHERE partner_id = %s AND record_kind = 'notice'", [self.patient.id]
        )
        self.env.invalidate_all()
        obstacle = self.seen._get_write_obstacle()
        self.assertEqual((obstacle["reason"], obstacle["action"]["name"]), ("no_notice", "action_hand_over_notice"))
        self.hand_over()
        self.assertEqual(self.seen._get_write_obstacle()["state"], "open")

    def test_only_what_the_notice_mends_offers_the_hand_over(self):
        self.create_template()
        self.deliver_notice(self.patient)
        self.assertFalse(self.seen._get_write_obstacle()["action"])

    def test_a_date_in_the_future_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self.hand_over(handed_over_at=Datetime.now() + timedelta(days=1))

    def test_nobody_had_a_version_before_it_was_published(self):
        self.hand_over(handed_over_at=Datetime.now() - timedelta(days=29))
        with self.assertRaisesRegex(UserError, "was published on"):
            self.hand_over(handed_over_at=Datetime.now() - timedelta(days=31))
        self.assertEqual(len(self.entries()), 1)

    def test_without_a_published_notice_it_is_said_where_to_publish_one(self):
        self.notice.sudo().state = "retired"
        wizard = self.env["clinic.consent.wizard"].with_user(self.user_a).create(
            {"partner_id": self.patient.id, "status": "delivered", "handed_over_as": "paper"}
        )  # fmt: skip
        with self.assertRaisesRegex(UserError, "Texts for patients"):
            wizard.action_record()
        self.assertFalse(self.entries())

    def test_lr22_the_notice_of_a_minor_is_handed_to_the_guardian(self):
        mother = self.env["res.partner"].create({"name": "Selin", "phone": "+905300000040", "company_id": self.root.id})
        self.patient.birth_date = Date.today() - relativedelta(years=9)
        self.hand_over()
        self.assertFalse(self.entries().acting_partner_id)
        self.patient.write({"guardian_id": mother.id, "guardian_relation": "mother"})
        self.hand_over(handed_over_at=Datetime.now() - timedelta(days=2))
        self.assertEqual(self.entries()[-1].acting_partner_id, mother)

    def test_the_notice_stands_first_among_the_badges_of_every_branch(self):
        missing = self.badge()
        self.assertEqual((missing["code"], missing["state"], missing["tone"]), ("notice", "none", "warning"))
        self.assertEqual([action["name"] for action in missing["actions"]], ["action_hand_over_notice"])
        self.hand_over()
        self.assertEqual((self.badge()["state"], self.badge()["actions"]), ("delivered", []))
        self.assertTrue(self.badge()["date"])
        self.assertEqual(self.patient.with_user(self.user_b).consent_badges[0]["state"], "delivered")

    def test_a_notice_sent_to_the_patients_own_number_shows_too(self):
        contact = self.env["clinic.whatsapp.contact"]._for_patients(self.patient, self.root)[self.patient]
        self.env["clinic.consent"]._record_delivery(
            contact=contact, notice=self.notice, method="chat", company=self.branch_a
        )
        self.assertEqual(self.badge()["state"], "delivered")
        other = self.create_patient("Ece Örnek", self.patient.phone)
        self.env["clinic.whatsapp.contact"]._for_patients(other, self.root)
        self.assertEqual(self.badge()["state"], "none")

    def test_lr20_the_notice_of_another_clinic_says_nothing(self):
        self.hand_over()
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        self.assertEqual(self.patient.with_company(stranger).consent_badges[0]["state"], "none")

    def test_the_dead_are_handed_nothing(self):
        self.patient.deceased_on = Date.today()
        self.assertEqual(self.badge()["actions"], [])
