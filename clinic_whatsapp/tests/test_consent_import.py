"""A list of opt-ins from elsewhere proves nothing, and says so row by row."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PATIENT_PHONE
from .ledger_common import LedgerCase

HEADER = "name,phone,purpose\n"


@tagged("post_install", "-at_install")
class TestConsentImport(LedgerCase):
    def wizard(self, content, user=None):
        content = content if isinstance(content, bytes) else content.encode()
        wizard = self.env["clinic.consent.import"].with_user(user or self.clinic_manager).with_company(self.branch_a)
        return wizard.create({"file": base64.b64encode(content), "file_name": "list.csv"})

    def load(self, content):
        wizard = self.wizard(content)
        wizard.action_import()
        return wizard

    def test_lr15_imported_opt_ins_are_unproven_and_count_as_no_consent(self):
        wizard = self.load(f"{HEADER}Deniz Örnek,{PATIENT_PHONE},appointment\n")
        self.assertEqual(self.status(), "unproven")
        entry = self.ledger.search([("status", "=", "unproven")])
        self.assertEqual((entry.method, entry.company_id, entry.phone), ("import", self.branch_a, PATIENT_PHONE))
        self.assertTrue(self.patient.ask_consent)
        self.assertIn("1 recorded", wizard.result)
        template = self.create_template()
        message = self.patient._whatsapp_send_template(template, purpose="appointment", account=self.account_a)
        self.assertEqual(message.state, "blocked")

    def test_lr15_an_import_needs_no_notice_and_grants_nothing_later(self):
        other = self.create_patient("Ece Örnek", "+905300000002")
        self.load(f"{HEADER}Ece Örnek,0530 000 00 02,appointment\n")
        self.assertEqual(self.status(partner=other), "unproven")
        self.assertFalse(self.ledger.search([("partner_id", "=", other.id), ("status", "=", "granted")]))

    def test_lr15_bad_rows_are_reported_by_their_line_and_the_others_go_on(self):
        self.create_patient("Ece Örnek", "+905300000002")
        wizard = self.load(
            f"{HEADER}"
            f"Deniz Örnek,{PATIENT_PHONE},appointment\n"
            "Nobody,+905300000077,appointment\n"
            "\n"
            "Somebody Else,+905300000002,appointment\n"
            "Ece Örnek,12,appointment\n"
            "Ece Örnek,+905300000002,lottery\n"
            "Ece Örnek,+905300000002,service\n"
            "Ece Örnek\n"
            f"Deniz Örnek,{PATIENT_PHONE},appointment\n"
        )
        lines = wizard.result.splitlines()
        self.assertIn("1 recorded", lines[0])
        self.assertIn("7 left out", lines[0])
        words = ["Line 3: no patient", "Line 5: the name", "Line 6: this is not a phone", "Line 7: there is no such",
                 "Line 8: nothing is asked", "Line 9: this is not a phone", "Line 10: this patient"]  # fmt: skip
        for line, beginning in zip(lines[1:], words, strict=True):
            self.assertTrue(line.startswith(beginning), line)

    def test_lr15_what_stands_is_not_touched_by_a_list(self):
        self.record("withdrawn")
        self.load(f"{HEADER}Deniz Örnek,{PATIENT_PHONE},appointment\n")
        self.assertEqual(self.status(), "withdrawn")
        self.record()
        self.load(f"{HEADER}Deniz Örnek,{PATIENT_PHONE},appointment\n")
        self.assertEqual(self.status(), "granted")

    def test_of_two_patients_with_one_number_the_name_decides(self):
        one, two = (self.create_patient(name, "+905300000003") for name in ("Işıl İnce", "Can İnce"))
        self.load(f"{HEADER}IŞIL  İNCE,+905300000003,appointment\n")
        self.assertEqual((self.status(partner=one), self.status(partner=two)), ("unproven", None))

    def test_lists_of_turkish_spreadsheets_are_read(self):
        self.create_patient("Şule Çağ", "+905300000004")
        wizard = self.load("Purpose;Name;Phone\r\nappointment;Şule Çağ;0530 000 00 04\r\n".encode("cp1254"))
        self.assertIn("1 recorded", wizard.result)

    def test_what_is_no_list_is_refused_and_nothing_recorded(self):
        before = self.ledger.search_count([])
        for content in (b"", b"\0\1\2", b"PK\x03\x04\0", b"name,phone\nDeniz,1\n", b"hello", b"   \n"):
            with self.subTest(content), self.assertRaises(UserError), self.env.cr.savepoint():
                self.wizard(content).action_import()
        rows = "".join(f"P {n},+90530{n:07},appointment\n" for n in range(5001))
        with self.assertRaisesRegex(UserError, "Split it"):
            self.wizard(HEADER + rows).action_import()
        self.assertEqual(self.ledger.search_count([]), before)

    def test_the_list_is_forgotten_once_it_was_read(self):
        self.assertFalse(self.load(f"{HEADER}Deniz Örnek,{PATIENT_PHONE},appointment\n").file)

    def test_reception_imports_no_lists(self):
        with self.assertRaises(AccessError):
            self.wizard(HEADER, self.user_a)
