from odoo import api, models
from odoo.exceptions import UserError

from .consent_proof import FORMULA, digest_personal, hash_entry
from .consent_states import (
    CHANNEL_OPTIN,
    CLOSING,
    DELIVERED,
    NOTICE,
    OPEN_STATES,
    REFUSED,
    SYSTEM,
    TRANSITIONS,
    WITHDRAWN,
)

PROOF = frozenset(
    {
        "record_kind", "contact", "acting", "acting_partner", "authority", "text", "notice", "phone", "ip",
        "user_agent", "question", "answer", "signature", "signer_name", "checked_by", "request", "given_at",
        "challenge_ref", "iys_ref", "origin", "guardian_text",
    }
)  # fmt: skip


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _record(self, partner, purpose, status, *, method, evidence=None, company=None, note=None, **proof):
        """Append what a patient decided about one purpose.

        Without ``record_kind`` it is about the one kind of record that the purpose asks for. Refusing and taking back
        concern every kind there is; agreeing never does more than one at once (LR-02).

        :param res.partner partner: the patient
        :param clinic.consent.purpose purpose: the controller's, or its pattern
        :param str status: ``granted``, ``refused``, ``withdrawn`` … see ``consent_states``
        :param str method: ``paper``, ``tablet``, ``link``, ``chat``, ``spoken``, ``import``, ``staff`` or ``system``
        :param evidence: what was signed: an ``ir.attachment``, which is taken into the ledger and disappears, or
            (file name, bytes), or a list of those
        :param res.company | None company: the branch where it happened; the current one by default
        :param str | None note: what else should be known, without health data
        :param proof: what proves it, see ``PROOF``; ``given_at`` is UTC and now by default
        :return: the entry, or the entries
        :raise UserError: when the law does not let this be recorded; the text says why and what to do
        """
        partner.ensure_one()
        self._check_proof_names(proof)
        company = company or self.env.company
        purpose = purpose._of(company._get_controller())
        kind = proof.pop("record_kind", None)
        kinds = [kind] if kind else self._get_kinds_concerned(partner, purpose, status, company._get_controller())
        entries = self.browse()
        for kind in kinds:
            entries |= self._append_decision(
                company, partner=partner, purpose=purpose, record_kind=kind, status=status, method=method,
                evidence=evidence, note=note, **proof,
            )  # fmt: skip
        return entries

    @api.model
    def _record_delivery(
        self, partner=None, contact=None, notice=None, *, method, company=None, delivered_at=None, note=None, **proof
    ):
        """Append that a notice was handed to a patient, or sent to a contact (LR-05).

        :param res.partner | None partner: who got it
        :param clinic.whatsapp.contact | None contact: under which number, or who, if no patient is known
        :param clinic.privacy.notice notice: a published notice or short notice of the controller
        :param datetime | None delivered_at: UTC; now by default
        :param str | None note: how it was handed over, where the method does not say
        :return: the entry
        """
        self._check_proof_names(proof)
        company = company or self.env.company
        facts = {**proof, "partner": partner or self.env["res.partner"], "contact": contact, "notice": notice}
        facts |= {"record_kind": NOTICE, "status": DELIVERED, "method": method, "given_at": delivered_at, "note": note}
        self._check_delivery(company._get_controller(), facts)
        return self._append(company, [facts])

    def _end(self, status, *, method=SYSTEM, note=None):
        """Append what ends these standing entries of one controller, each for the branch that it belongs to.

        In sets, for what the calendar or a new text ends for many at once. Those that cannot end in this way are left
        alone.

        :param str status: one of ``ENDING``, or ``withdrawn``
        :return: the new entries
        """
        # sudo: clinic.consent - an end concerns what was agreed to in every branch
        standing = self.sudo().filtered(lambda entry: status in TRANSITIONS[entry.status])
        if not standing:
            return self.browse()
        controller = standing.controller_id
        contacts = standing.partner_id.whatsapp_contact_ids
        contacts.filtered(lambda contact: contact.company_id == controller)._shut()
        facts = {"status": status, "method": method, "note": note}
        ended = self._append(controller, [{**entry._get_facts(), **facts} for entry in standing])
        for entry in ended:
            entry._apply()
        return ended

    def _get_facts(self):
        """Return whom and what one entry is about, for the entry that ends it."""
        return {
            "company": self.company_id,
            "partner": self.partner_id,
            "contact": self.contact_id,
            "phone": self.phone,
            "purpose": self.purpose_id,
            "record_kind": self.record_kind,
            "acting": self.acting,
            "acting_partner": self.acting_partner_id,
            "notice": self.notice_id,
            "text": self.text_id,
            "guardian_text": self.guardian_text_id,
        }

    @api.model
    def _append_decision(self, company, **facts):
        """Append one decision about one kind of record, when what stands and the law allow it."""
        controller = company._get_controller()
        facts = self._complete(controller, facts)
        self._check_decision(controller, facts)
        if facts["status"] in CLOSING:
            # First of all, and before the ledger is locked: everybody takes these locks in the same order.
            self._get_contacts(controller, facts)._shut()
        entry = self._append(company, [facts])
        entry._apply()
        return entry

    @api.model
    def _append(self, company, decisions):
        """Append entries to the ledger of a branch's controller, whatever they say.

        :param list[dict] decisions: facts of each, complete; ``company`` where it is another branch of the controller
        :return: the entries, in this order
        """
        # sudo: clinic.consent - the ledger is written by these methods only; nobody has the right to create entries
        ledger = self.sudo().with_company(company)
        files = [ledger._collect_evidence(facts) for facts in decisions]
        head = ledger.env["clinic.consent.chain"]._lock(company._get_controller())
        for facts in decisions:
            head._check_writable(facts["status"])
        vals_list = [ledger._prepare_entry_vals(facts.get("company") or company, facts) for facts in decisions]
        entries = ledger.create(ledger._chain(head, vals_list, decisions, files))
        for entry, pieces in zip(entries, files, strict=True):
            ledger.env["clinic.consent.evidence"]._keep(entry, pieces)
        head.write({"entry_count": entries[-1].sequence, "head_hash": entries[-1].entry_hash})
        return entries.with_env(self.env)

    @api.model
    def _chain(self, head, vals_list, decisions, files):
        """Return the values of the next entries after the head: each with its place, person and hashes."""
        subjects = self.env["clinic.consent.subject"]._for_all(head.company_id, vals_list)
        previous, chained = head.head_hash, []
        for number, (vals, facts, pieces) in enumerate(zip(vals_list, decisions, files, strict=True), 1):
            subject = subjects[vals["partner_id"], vals["contact_id"]]
            # sudo: clinic.consent.evidence - only its hashes, for the hash of the entry that rests on it
            shared = (facts.get("origin") or self.browse()).sudo().evidence_ids.mapped("sha256")
            place = {"formula": FORMULA, "sequence": head.entry_count + number, "previous_hash": previous}
            vals = {**vals, **place, "subject_id": subject.id}
            evidence = [piece.sha256 for piece in pieces] + shared
            vals["personal_digest"] = digest_personal(subject._get_secret(), vals, evidence)
            vals["entry_hash"] = previous = hash_entry(vals)
            chained.append(vals)
        return chained

    @api.model
    def _check_proof_names(self, proof):
        if unknown := proof.keys() - PROOF:
            raise TypeError(f"Not a proof of a consent: {', '.join(sorted(unknown))}")

    @api.model
    def _get_main_kind(self, purpose) -> str:
        """Return the kind of record by which a purpose is said to be agreed to."""
        return next(iter(purpose._get_required_kinds()), CHANNEL_OPTIN)

    @api.model
    def _get_kinds_concerned(self, partner, purpose, status, controller):
        """Return the kinds of record that a decision is about, when its author did not say."""
        required = purpose._get_required_kinds()
        if status not in (REFUSED, WITHDRAWN):
            if len(required) != 1:
                raise UserError(
                    self.env._(
                        "“%(purpose)s” does not ask for exactly one agreement. Record each one by itself.",
                        purpose=purpose.name,
                    )
                )
            return required
        standing = self._get_standing(partner, controller)
        open_kinds = [
            kind
            for (_partner, code, kind), entry in standing.items()
            if code == purpose.code and entry.status in OPEN_STATES
        ]
        return list(dict.fromkeys([*required, *open_kinds])) or [CHANNEL_OPTIN]
