"""Lists of opt-ins from elsewhere (legal.md LR-15).

A list proves nothing: every row becomes an entry ``unproven``, which counts as no consent, and marks the patient to be
asked at the next visit. Nothing is guessed: a row whose number belongs to nobody, or to several patients with other
names, is reported by its line and left out. What stands already is never touched.
"""

import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import phone as phone_numbers
from ..models.consent.consent_states import IMPORT, UNPROVEN

NAME, PHONE, PURPOSE = COLUMNS = ("name", "phone", "purpose")
ENCODINGS = ("utf-8-sig", "cp1254")
MAX_ROWS = 5000
SHOWN = 100


class BadRow(Exception):
    """A row that cannot be imported, and why."""


class ClinicConsentImport(models.TransientModel):
    _name = "clinic.consent.import"
    _inherit = ["clinic.link.mixin"]
    _description = "Import a list of opt-ins"

    file = fields.Binary(
        "CSV file", attachment=False, help="With the columns name, phone and purpose (appointment, feedback …)."
    )
    file_name = fields.Char()
    result = fields.Text(readonly=True)

    def action_import(self):
        """Record every good row as unproven, report every bad one by its line, and forget the file."""
        self.ensure_one()
        self.env["clinic.consent"].check_access("read")
        done, problems = 0, []
        for line, row in self._read_rows():
            try:
                self._import_row(row)
                done += 1
            except (BadRow, UserError) as error:
                problems.append(self.env._("Line %(line)s: %(problem)s", line=line, problem=str(error)))
        self.write({"file": False, "result": self._describe(done, problems)})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a list"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _describe(self, done, problems):
        lines = [
            self.env._("%(done)s recorded as “without proof”, %(left)s left out.", done=done, left=len(problems)),
            *problems[:SHOWN],
        ]
        if more := problems[SHOWN:]:
            lines.append(self.env._("… and %(count)s more.", count=len(more)))
        return "\n".join(lines)

    def _read_rows(self):
        """Return (number of the line, {column: text}) of every row that is not empty.

        :raise UserError: when this is no list, lacks a column, or is too long
        """
        text = self._decode()
        delimiter = ";" if text.partition("\n")[0].count(";") else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            if missing := [name for name in COLUMNS if name not in header]:
                raise UserError(
                    self.env._("The first line must name these columns: %(columns)s.", columns=", ".join(missing))
                )
            rows = [
                (reader.line_num, dict(zip(header, (cell.strip() for cell in row), strict=False)))
                for row in reader
                if any(cell.strip() for cell in row)
            ]
        except csv.Error as error:
            raise UserError(self.env._("This is not a list that can be read. Save it as CSV.")) from error
        if len(rows) > MAX_ROWS:
            raise UserError(self.env._("The list has more than %(count)s rows. Split it.", count=MAX_ROWS))
        return rows

    def _decode(self) -> str:
        content = base64.b64decode(self.file or b"")
        for encoding in ENCODINGS:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if text.strip() and "\0" not in text:
                return text
            break
        raise UserError(self.env._("This is not a list that can be read. Save it as CSV."))

    def _import_row(self, row):
        """
        :raise BadRow: when it does not say clearly whom and what it is about, or there is nothing to record
        """
        patient = self._find_patient(row)
        purpose = self._find_purpose(row)
        controller = self.env.company._get_controller()
        kind = next(iter(purpose._get_required_kinds()))
        if (patient, purpose.code, kind) in self.env["clinic.consent"]._get_standing(patient, controller):
            raise BadRow(self.env._("this patient has been asked already; what stands is left as it is."))
        with self.env.cr.savepoint():
            self.env["clinic.consent"]._record(
                patient, purpose, UNPROVEN, method=IMPORT, record_kind=kind, phone=patient.whatsapp_phone
            )
        # sudo: res.partner - only the mark for the desk, by whoever may import
        patient.sudo().ask_consent = True

    def _find_patient(self, row):
        country = self.env.company._get_controller().sudo().country_id  # sudo: res.company - the country only
        try:
            phone = phone_numbers.to_e164(row.get(PHONE, ""), country.code or "TR")
        except phone_numbers.InvalidPhone as error:
            raise BadRow(self.env._("this is not a phone number.")) from error
        patients = self._find_by_phone(phone)
        named = patients.filtered(lambda patient: self._is_named(patient, row.get(NAME, "")))
        if not patients:
            raise BadRow(self.env._("no patient has this number."))
        if len(named) != 1:
            raise BadRow(self.env._("the name does not match the patient with this number."))
        return named

    @api.model
    def _find_by_phone(self, phone):
        controller = self.env.company._get_controller()
        return self.env["res.partner"]._find_patients_by_phone(controller, phone)

    @api.model
    def _is_named(self, patient, name) -> bool:
        return bool(name) and _plain(patient.name) == _plain(name)

    def _find_purpose(self, row):
        code = row.get(PURPOSE, "").lower()
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purposes = self.env["clinic.consent.purpose"].sudo()
        known = {purpose.code for purpose in purposes.search([("company_id", "=", False)])}
        if code not in known:
            raise BadRow(self.env._("there is no such purpose. Known are: %(codes)s.", codes=", ".join(sorted(known))))
        purpose = purposes._get(code, self.env.company)
        if not purpose._get_required_kinds():
            raise BadRow(self.env._("nothing is asked for “%(purpose)s”.", purpose=purpose.name))
        return purpose


def _plain(name) -> str:
    """Return a name without case; Turkish İ and I are one letter with i here, so that lists in capitals match."""
    return " ".join(name.translate(str.maketrans("İIı", "iii")).lower().split())
