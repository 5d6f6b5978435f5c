"""What stands on the right of the inbox: who writes, what he agreed to, when he comes, and who belongs to him.

Everything is read under the rights of the reader, as the branch of the conversation: appointments and conversations of
other branches are not there for those who do not work in them.
"""

import re

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import html2plaintext

from ...cloud_api.phone import to_international
from ..appointment.appointment import BOOKED, CONFIRMED

MOST_APPOINTMENTS, MOST_PEOPLE, MOST_SIMILAR = 5, 10, 5
LOCAL_DIGITS = 7  # a number without country and area, however these were written
NAME_WORD = re.compile(r"[^\W\d_]{3,}")
RELATIONS = GUARDIAN, WARD, SAME_NUMBER = "guardian", "ward", "number"
APPOINTMENT = ["start", "stop", "state", "service_id", "practitioner_id", "company_id", "move_requested"]


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_patient_pane(self):
        """Return what the reader may know of the patient of one conversation; moments are naive UTC strings.

        :return: ``{"patient", "badges", "obstacle", "next_appointments", "past_appointments", "family", "tags",
            "other_conversations", "similar"}``. Without a patient ``patient`` and ``obstacle`` are False, and
            ``similar`` names patients who may be meant. ``relation`` in ``family`` is ``guardian``, ``ward`` or
            ``number``.
        """
        self.ensure_one()
        self.check_access("read")
        this = self.with_company(self.company_id)
        patient = this.partner_id._filtered_access("read")
        return {
            "patient": patient._prepare_pane() if patient else False,
            "badges": patient.consent_badges or [],
            "obstacle": patient.write_obstacle or False,
            "next_appointments": this._get_pane_appointments(patient, is_ahead=True),
            "past_appointments": this._get_pane_appointments(patient, is_ahead=False),
            "family": this._get_family(patient),
            "tags": [{"id": tag.id, "name": tag.name, "color": tag.color} for tag in this.tag_ids],
            "other_conversations": this._get_other_conversations(patient),
            "similar": [] if patient else this._get_similar_patients(),
        }

    @api.model
    def _get_pane_appointments(self, patient, *, is_ahead):
        """Return the next visits, the nearest first; or all others, the latest first."""
        if not patient:
            return []
        ahead = Domain("start", ">=", fields.Datetime.now()) & Domain("state", "in", (BOOKED, CONFIRMED))
        rows = self.env["clinic.appointment"].search_read(
            Domain("patient_id", "=", patient.id) & (ahead if is_ahead else ~ahead),
            APPOINTMENT,
            order="start" if is_ahead else "start desc",
            limit=MOST_APPOINTMENTS,
        )
        labels = dict(self.env["clinic.appointment"]._fields["state"]._description_selection(self.env))
        return [self._prepare_pane_appointment(row, labels) for row in rows]

    @api.model
    def _prepare_pane_appointment(self, row, labels):
        return {
            "id": row["id"],
            "start": fields.Datetime.to_string(row["start"]),
            "stop": fields.Datetime.to_string(row["stop"]),
            "state": row["state"],
            "state_label": labels[row["state"]],
            "service": row["service_id"] and row["service_id"][1],
            "practitioner": row["practitioner_id"] and row["practitioner_id"][1],
            "branch": row["company_id"][1],
            "move_requested": row["move_requested"],
        }

    def _get_family(self, patient):
        """Return who decides for the patient, for whom he decides, and who else has the number; in this order."""
        people = {person: SAME_NUMBER for person in self.contact_id.partner_ids}
        if patient:
            wards = self.env["res.partner"].search([("guardian_id", "=", patient.id)], limit=MOST_PEOPLE)
            people |= {ward: WARD for ward in wards} | {person: GUARDIAN for person in patient.guardian_id}
        readable = self.env["res.partner"].union(*people)._filtered_access("read") - patient
        readable = readable.sorted(lambda person: RELATIONS.index(people[person]))
        return [
            {"id": person.id, "name": person.name, "relation": people[person], "is_patient": person.is_patient}
            for person in readable[:MOST_PEOPLE]
        ]

    def _get_other_conversations(self, patient):
        """Return the other conversations of the patient and of who writes here, the newest first."""
        same = Domain("contact_id", "=", self.contact_id.id)
        if patient:
            same |= Domain("partner_id", "=", patient.id)
        others = self.search(same & Domain("id", "!=", self.id), limit=MOST_PEOPLE)
        return [
            {
                "id": other.id,
                "name": f"{other.account_id.name} · {other.company_id.name}",
                "state": other.state,
                "last_at": fields.Datetime.to_string(other.last_message_at),
            }
            for other in others
        ]

    def _get_similar_patients(self):
        """Return patients who may be the one who writes: nearly the same number first, then the same name."""
        number = (self.contact_id.phone or "")[-LOCAL_DIGITS:]
        names = NAME_WORD.findall(self.contact_id.profile_name or "")
        by_number = Domain("whatsapp_phone", "=like", f"%{number}") if number else Domain.FALSE
        by_name = Domain.AND(Domain("name", "ilike", name) for name in names) if names else Domain.FALSE
        ours = Domain("is_patient", "=", True)
        ours &= Domain("company_id", "in", [self.company_id._get_controller().id, False])
        partners = self.env["res.partner"]
        found = partners.search(ours & by_number, limit=MOST_SIMILAR)
        found |= partners.search(ours & by_name, limit=MOST_SIMILAR)
        return [
            {"id": patient.id, "name": patient.name, "phone": patient._say_phone(), "birth_date": patient._say_birth()}
            for patient in found[:MOST_SIMILAR]
        ]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _prepare_pane(self):
        return {
            "id": self.id,
            "name": self.name,
            "phone": self._say_phone(),
            "birth_date": self._say_birth(),
            "age": self._get_age(),
            "language": self._get_language_name(),
            # sudo: res.company - at which branch a patient is at home is told on his form to staff of every branch
            "home_branch": self.sudo().home_branch_id.name or False,
            "is_minor": self.is_minor,
            "needs_guardian": self.needs_guardian,
            "deceased_on": fields.Date.to_string(self.deceased_on) or False,
            "notes": html2plaintext(self.comment or "", include_references=False).strip(),
        }

    def _say_phone(self):
        """Return the number for reading: the one that WhatsApp is given, else what was typed."""
        return to_international(self.whatsapp_phone or self.phone or "")

    def _say_birth(self):
        return fields.Date.to_string(self.birth_date) or False

    def _get_age(self):
        """Return the age of one patient in years; False when it is not known."""
        if not self.birth_date:
            return False
        return relativedelta(self.deceased_on or fields.Date.context_today(self), self.birth_date).years

    def _get_language_name(self):
        return dict(self.env["res.lang"].get_installed()).get(self.lang, False)
