"""Wherever staff would write to a patient, they see what is wrong with the registers."""

from datetime import timedelta

from lxml import etree
from odoo.fields import Datetime
from odoo.tests import tagged

from .common import ClinicCase
from .privacy_common import RISK


@tagged("post_install", "-at_install")
class TestPrivacyBanners(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["clinic.privacy.controller"]._get_for(cls.root)
        conversation = cls.open_conversation(cls.account_a, cls.patient)
        visit = cls.env["clinic.appointment"].create(
            {"patient_id": cls.patient.id, "company_id": cls.branch_a.id, "start": "2099-01-01 09:00:00"}
        )
        cls.places = [record.with_user(cls.user_a) for record in (cls.patient, conversation, visit)]

    def banners(self, name):
        """Return what reception of a branch reads on the three forms."""
        self.env.invalidate_all()
        return [record[name] for record in self.places]

    def test_lr33_the_red_banner_stands_on_every_form_while_the_risk_is_accepted(self):
        self.assertEqual(self.banners("transfer_banner"), ["", "", ""])
        self.file.write(RISK)
        for banner in self.banners("transfer_banner"):
            self.assertIn("own risk", banner)
            self.assertLess(len(banner), 160)

    def test_lr33_it_says_so_when_nothing_leaves_at_all(self):
        self.file.transfer_state = "unresolved"
        for banner in self.banners("transfer_banner"):
            self.assertIn("No WhatsApp message leaves", banner)

    def test_lr07_a_notice_that_is_out_of_date_shows_on_every_form(self):
        self.assertEqual(self.banners("notice_banner"), ["", "", ""])
        notice = self.env["clinic.privacy.notice"]._get_published(self.root, "notice").sudo()
        notice.stale_since = Datetime.now()
        for banner in self.banners("notice_banner"):
            self.assertIn("within 7 days", banner)
        notice.stale_since = Datetime.now() - timedelta(days=8)
        for banner in self.banners("notice_banner"):
            self.assertIn("no agreement is recorded", banner)

    def test_lr20_another_legal_entity_has_banners_of_its_own(self):
        self.file.write(RISK)
        other = self.env["res.company"].create({"name": "Menekşe Klinik"})
        self.assertIn("No WhatsApp message leaves", self.patient.with_company(other).transfer_banner)

    def test_the_banners_are_red_and_yellow_and_cannot_be_closed(self):
        views = ("res_partner_view_form_patient", "conversation_view_form", "appointment_view_form")
        for record, view in zip(self.places, views, strict=True):
            arch = etree.fromstring(record.get_view(self.env.ref(f"clinic_whatsapp.{view}").id, "form")["arch"])
            for name, css in (("transfer_banner", "alert-danger"), ("notice_banner", "alert-warning")):
                with self.subTest(view=view, banner=name):
                    [box] = arch.xpath(f"//div[field[@name='{name}']]")
                    self.assertIn(css, box.get("class"))
                    self.assertFalse(box.xpath(".//button"))

    def test_the_registers_are_looked_at_once_whatever_the_number_of_records(self):
        patients = self.env["res.partner"].union(
            *(self.create_patient(f"Patient {number}", f"+9053000001{number:02}") for number in range(20))
        )
        for name in ("transfer_banner", "notice_banner"):
            self.assertEqual(self.count_queries(patients[:1], name), self.count_queries(patients, name))

    def count_queries(self, records, name):
        self.env.flush_all()
        self.env.invalidate_all()
        records = records.with_user(self.user_a)
        records.mapped("name")
        records.mapped("company_id.root_id")
        before = self.env.cr.sql_log_count
        records.mapped(name)
        return self.env.cr.sql_log_count - before
