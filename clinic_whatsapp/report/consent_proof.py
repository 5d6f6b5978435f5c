"""The proof of one entry of the consent ledger, as a document for an authority or the patient (legal.md LR-08, §6)."""

import base64
from hashlib import sha256

from odoo import api, models
from odoo.tools import SQL

from ..models.consent.consent_evidence import SIGNATURE
from ..models.consent.consent_states import GRANTED
from .document import find_readable, list_facts, name_plainly, show_moment
from .pdf_file import File, finish

SUBJECT = ("record_kind", "purpose_id", "status", "legal_basis", "health_basis", "note")
PERSON = (
    "partner_id", "acting", "acting_partner_id", "signer_name", "phone", "user_ref", "contact_id", "verified_at",
)  # fmt: skip
CIRCUMSTANCES = (
    "method", "given_at", "withdrawn_at", "effective_until", "ip", "user_agent", "challenge_ref", "iys_ref",
    "company_id", "recorded_at", "recorded_by_id", "checked_by_id",
)  # fmt: skip
ORIGIN = ("sequence", "status", "recorded_at", "recorded_by_id")
QUESTION = ("question_wamid", "answer_wamid")
TEXT = ("title", "lang", "version", "valid_from", "sha256")
FILE = ("kind", "name", "media_type", "sha256")
CHAIN = ("sequence", "previous_hash", "entry_hash", "personal_digest")


class ConsentProof(models.AbstractModel):
    _name = "report.clinic_whatsapp.consent_proof"
    _description = "Proof of consent"

    @api.model
    def _get_report_values(self, docids, data=None):
        entries = find_readable(self.env["clinic.consent"].browse(docids))
        return {"title": self.env._("Proof of consent"), "proofs": [entry._prepare_proof() for entry in entries]}


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def action_print_proof(self):
        return self.env.ref("clinic_whatsapp.action_report_consent_proof").report_action(self)

    def _prepare_proof(self):
        """Return what the document about one entry says; the caller has checked that its reader may read the entry."""
        # sudo: clinic.consent, and the names that it links to - whoever may read an entry may read all of its proof
        entry = self.sudo()
        return {
            "heading": self._get_heading(),
            "number": entry.sequence,
            "controller": entry._get_trade_name(),
            "subject": list_facts(entry, SUBJECT),
            "person": list_facts(entry, PERSON) + entry._list_erasure(),
            "circumstances": list_facts(entry, CIRCUMSTANCES) + entry._list_request(),
            "question": list_facts(entry, QUESTION) + self._list_words(),
            "text": entry._prepare_text(entry.text_id),
            "addendum": entry._prepare_addendum(),
            "notice": entry._prepare_text(entry.notice_id),
            "delivery": list_facts(entry.delivery_id, ("method", "given_at", "sequence")) if entry.delivery_id else [],
            "origin": list_facts(entry.origin_id, ORIGIN) if entry.origin_id else [],
            "files": [(list_facts(file, FILE), file._get_picture()) for file in entry._get_kept_files()],
            "chain": list_facts(entry, CHAIN),
            "is_whole": entry._is_whole(),
        }

    def _get_heading(self):
        if self.status == GRANTED:
            return self.env._("Proof of consent")
        return self.env._("Extract from the consent ledger")

    def _get_trade_name(self):
        return self.env["clinic.privacy.controller"]._get_for(self.controller_id).trade_name

    def _list_erasure(self):
        forgotten_at = self.subject_id.forgotten_at
        label = self.subject_id._fields["forgotten_at"]._description_string(self.env)
        return [(label, show_moment(self.env, forgotten_at, self.company_id._get_tz()))] if forgotten_at else []

    def _list_request(self):
        """Return the code of the printed form or link by which it was asked for."""
        model, _comma, request_id = (self.request_ref or self.origin_id.request_ref or "").partition(",")
        request = self.env["clinic.consent.request"].browse(int(request_id) if model and request_id else ()).exists()
        return [(self.env._("Code of the request"), request.code)] if request else []

    def _is_whole(self) -> bool:
        """Tell whether one entry, its texts and its evidence are as they were recorded.

        Raw SQL: what the database holds, not what the cache says.
        """
        self.env.flush_all()
        (vals,) = self.env.execute_query_dict(SQL("SELECT * FROM clinic_consent WHERE id = %s", self.id))
        hashes = [
            *((text._get_hashed_bytes(), text_hash) for text, text_hash in self._get_texts()),
            *((file._read_content(), file.sha256) for file in self._get_kept_files()),
        ]
        return self._is_as_written(vals) and all(sha256(content).hexdigest() == known for content, known in hashes)

    def _get_kept_files(self):
        """Return the files that one entry rests on; none when the person was forgotten, and they with him."""
        return self._get_evidence().filtered(lambda file: not self.subject_id.forgotten_at)

    def _get_texts(self):
        """Return (text, SHA-256 when it was recorded) of what the person read."""
        found = [
            (self.text_id, self.text_hash),
            (self.guardian_text_id, self.guardian_text_hash),
            (self.notice_id, self.notice_hash),
        ]
        return [(text, known) for text, known in found if text]

    def _list_words(self):
        """Return what was asked and answered in the chat; these two messages are the decision itself."""
        entry = self.sudo()  # sudo: clinic.whatsapp.message - see _prepare_proof
        words = [(self.env._("Question"), entry.question_id.body), (self.env._("Answer"), entry.answer_id.body)]
        return [(label, body) for label, body in words if body]

    def _prepare_text(self, text):
        """Return a text as the person read it, with what is known about it."""
        return text and {"facts": list_facts(text, TEXT), "body": self._render_text(text)}

    def _prepare_addendum(self):
        """Return what the guardian declared, in the words of that version."""
        text = self.guardian_text_id
        body = text and self.partner_id._render_addendum(text, self.acting_partner_id)
        return text and {"facts": list_facts(text, TEXT), "body": body}

    def _render_text(self, text):
        link = self.notice_id._get_text_url() if self.notice_id else "–"
        return text._render_for(phone=self.phone or "–", minor_name=self.partner_id.name or "–", link=link)

    def _finish_pdf(self, pdf: bytes) -> bytes:
        """Put the texts into the document of one entry, byte by byte as their hashes were taken, and its evidence."""
        # sudo: clinic.consent - see _prepare_proof; nobody gets here without its document
        entry = self.sudo()
        files = entry._get_kept_files()
        drawn = files.filtered(lambda file: file.kind == SIGNATURE)  # these stand in the document already
        return finish(
            pdf,
            f"{entry.entry_hash[:16]} - {entry.sequence}",
            files=[*(text._to_file() for text, _known in entry._get_texts()), *(file._to_file() for file in drawn)],
            evidence=[file._to_file() for file in files - drawn],
        )


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    def _to_file(self):
        """Return one text as a file whose SHA-256 is the one that was stored when it was published (LR-08)."""
        purpose = f"-{self.purpose_code}" if self.purpose_code else ""
        name = f"{self.document_type}{purpose}-{self.lang}-v{self.version}.txt"
        return File(name, self._get_hashed_bytes(), "text/plain")


class ClinicConsentEvidence(models.Model):
    _inherit = "clinic.consent.evidence"

    def _to_file(self):
        name = f"evidence-{self.id}-{name_plainly(self.name)}"
        return File(name, self._read_content(), self.media_type)

    def _get_picture(self):
        """Return a drawn signature as an address that holds the picture itself; other files have pages of their own."""
        if self.kind != SIGNATURE or not self.media_type.startswith("image/"):
            return ""
        return f"data:{self.media_type};base64,{base64.b64encode(self._read_content()).decode()}"
