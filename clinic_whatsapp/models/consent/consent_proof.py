"""What an entry's hash says, and how it can be forgotten whom it is about.

``entry_hash = SHA-256(canonical JSON of OPEN facts, previous hash among them)``. What says something about a person is
not in there in clear: ``personal_digest = HMAC-SHA-256(key of the person, canonical JSON of PERSONAL facts)`` is one of
the open facts. Without the key of the person (:mod:`.consent_subject`) the digest tells nothing and the chain is still
whole (legal.md §6).

Formula 1 is how entries were hashed before texts and evidence were part of the ledger, formula 2 before what a guardian
declares was; those entries stay as they are. What a formula does not cover must be empty in its entries.
"""

import hashlib
import hmac
import json
from datetime import datetime

from odoo import fields, models

from .consent_states import CHANNEL_OPTIN

FORMULA = 3
FORMULA_2 = (
    "formula", "sequence", "previous_hash", "controller_id", "company_id", "record_kind", "status", "method", "acting",
    "purpose_id", "purpose_code", "legal_basis", "health_basis", "notice_id", "notice_version", "notice_hash",
    "delivery_id", "text_id", "text_version", "text_hash", "text_lang", "given_at", "withdrawn_at", "effective_until",
    "recorded_at", "recorded_by_id", "checked_by_id", "origin_id", "subject_id", "personal_digest",
)  # fmt: skip
ADDED_BY_3 = ("guardian_text_id", "guardian_text_version", "guardian_text_hash")
OPEN = FORMULA_2 + ADDED_BY_3
PERSONAL = (
    "partner_id", "contact_id", "acting_partner_id", "phone", "user_ref", "verified_at", "signer_name", "ip",
    "user_agent", "question_wamid", "answer_wamid", "request_ref", "challenge_ref", "iys_ref", "note",
)  # fmt: skip
FORGOTTEN = (*PERSONAL, "question_id", "answer_id")  # what erasure empties
FORMULA_1 = (
    "controller_id", "company_id", "partner_id", "purpose_id", "status", "method", "phone", "note", "recorded_by_id",
    "sequence", "previous_hash",
)  # fmt: skip


def canonical(facts: dict) -> bytes:
    """Return one and the same bytes for the same facts; what is empty is null, moments are UTC."""
    plain = {name: fields.Datetime.to_string(v) if isinstance(v, datetime) else v or None for name, v in facts.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_personal(secret: str, vals: dict, evidence: list[str]) -> str:
    """Return what enters the chain in place of personal values.

    :param secret: the person's key, hex
    :param evidence: SHA-256 of each file that the entry rests on
    """
    facts = {name: vals.get(name) for name in PERSONAL} | {"evidence": sorted(evidence)}
    return hmac.new(bytes.fromhex(secret), canonical(facts), hashlib.sha256).hexdigest()


def hash_entry(vals: dict) -> str:
    names = FORMULA_2 if vals["formula"] == 2 else OPEN
    return hashlib.sha256(canonical({name: vals.get(name) for name in names})).hexdigest()


def hash_formula_1(vals: dict, checksums: list[str]) -> str:
    """Return the hash of an entry as it was made before; ``checksums`` are the SHA-1 of its files."""
    facts = {name: vals[name] or None for name in FORMULA_1}
    facts["recorded_at"] = fields.Datetime.to_string(vals["recorded_at"])
    facts["evidence"] = sorted(checksums)
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def _is_as_written(self, vals) -> bool:
        """Tell whether one entry is what its hash says.

        :param dict vals: its stored values, links as ids
        """
        forgotten = bool(self.subject_id.forgotten_at)
        if forgotten and any(vals[name] for name in FORGOTTEN):
            return False
        if self.formula < FORMULA and any(vals[name] for name in ADDED_BY_3):
            return False
        if self.formula == 1:
            return forgotten or self._is_as_written_by_formula_1(vals)
        if vals["entry_hash"] != hash_entry(vals):
            return False
        evidence = [file.sha256 for file in self._get_evidence()]
        return forgotten or vals["personal_digest"] == digest_personal(self.subject_id._get_secret(), vals, evidence)

    def _is_as_written_by_formula_1(self, vals) -> bool:
        # What came later was filled in by the upgrade, and follows from what the hash covers.
        added = self.record_kind == CHANNEL_OPTIN and self.purpose_code == self.purpose_id.code
        contents = [file._read_content() for file in self.evidence_ids]
        checksums = [hashlib.sha1(content, usedforsecurity=False).hexdigest() for content in contents]
        return added and vals["entry_hash"] == hash_formula_1(vals, checksums)

    def _get_evidence(self):
        """Return the files that one entry rests on: its own, and those of the entry it follows."""
        return self.evidence_ids | self.origin_id.evidence_ids
