"""The consent ledger.

Each entry says that a person gave or took back his agreement to one purpose: who, when, how, on which evidence. Nothing
is ever changed or deleted, by nobody; what holds today is the newest entry of a person and purpose within a controller
(legal.md LR-11, LR-12, LR-20). Every entry carries the hash of the one before it, so a row changed behind our back is
found by :meth:`ClinicConsent._verify_chain`.
"""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

GRANTED = "granted"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
PAPER = "paper"
CHAT = "chat"


class ClinicConsent(models.Model):
    _name = "clinic.consent"
    _inherit = ["clinic.branch.mixin"]
    _description = "Consent entry"
    _order = "id desc"
    _rec_name = "partner_id"

    company_id = fields.Many2one(readonly=True)
    controller_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Patient", required=True, readonly=True, ondelete="restrict")
    purpose_id = fields.Many2one("clinic.consent.purpose", required=True, readonly=True, ondelete="restrict")
    status = fields.Selection(
        [(GRANTED, "Given"), (REFUSED, "Refused"), (WITHDRAWN, "Withdrawn")], required=True, readonly=True
    )
    method = fields.Selection(
        [(PAPER, "Signed paper"), ("spoken", "Spoken to staff"), (CHAT, "WhatsApp message")],
        required=True,
        readonly=True,
    )
    phone = fields.Char("Phone (E.164)", readonly=True, help="The number the entry was made for.")
    evidence_ids = fields.Many2many(
        "ir.attachment", readonly=True, help="The signed paper, scanned."
    )
    note = fields.Char(readonly=True)
    recorded_at = fields.Datetime("When", required=True, readonly=True)
    recorded_by_id = fields.Many2one("res.users", "Recorded by", required=True, readonly=True)
    sequence = fields.Integer("No.", required=True, readonly=True)
    previous_hash = fields.Char(readonly=True)
    entry_hash = fields.Char(required=True, readonly=True)

    _current_idx = models.Index("(controller_id, partner_id, purpose_id, id)")
    _sequence_unique = models.UniqueIndex("(controller_id, sequence)", "The consent ledger cannot fork.")

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Consent entries are never changed. Record a new one instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Consent entries are never deleted."))

    @api.model
    def _record(self, partner, purpose, status, *, method, evidence=None, company=None, note=None):
        """Append one entry.

        :param res.partner partner: the patient
        :param clinic.consent.purpose purpose:
        :param str status: ``granted``, ``refused`` or ``withdrawn``
        :param str method: ``paper`` (needs evidence), ``spoken`` or ``chat``
        :param ir.attachment | None evidence: scan or photograph of what was signed
        :param res.company | None company: the branch where it happened; the current one by default
        :param str | None note: what else should be known, without health data
        :return: the entry
        :raise ValidationError: paper without evidence
        """
        partner.ensure_one()
        if method == PAPER and status == GRANTED and not evidence:
            raise ValidationError(self.env._("Attach a scan or a photograph of the signed form."))
        company = company or self.env.company
        # sudo: clinic.consent - the ledger is written by this method only; nobody has the right to create entries
        ledger = self.sudo().with_company(company)
        head = ledger.env["clinic.consent.chain"]._lock(company._get_controller())
        entry = ledger.create(
            ledger._prepare_entry_vals(head, partner, purpose, status, method, evidence, company, note)
        )
        entry._keep_evidence()
        head.write({"entry_count": entry.sequence, "head_hash": entry.entry_hash})
        entry._apply()
        return entry.with_env(self.env)

    @api.model
    def _prepare_entry_vals(self, head, partner, purpose, status, method, evidence, company, note):
        vals = {
            "company_id": company.id,
            "controller_id": head.company_id.id,
            "partner_id": partner.id,
            "purpose_id": purpose.id,
            "status": status,
            "method": method,
            "phone": partner.whatsapp_phone,
            "evidence_ids": [fields.Command.set(evidence.ids if evidence else [])],
            "note": note,
            "recorded_at": fields.Datetime.now(),
            "recorded_by_id": self.env.uid,
            "sequence": head.entry_count + 1,
            "previous_hash": head.head_hash,
        }
        return {**vals, "entry_hash": self._hash(vals, evidence)}

    def _keep_evidence(self):
        """Bind the evidence to its entry, so that it can be read by those who may read the entry, and only by them."""
        self.evidence_ids.write({"res_model": self._name, "res_id": self.id, "public": False, "access_token": False})

    def _apply(self):
        """Let the entry take effect on the numbers of the patient."""
        if self.status == GRANTED:
            contacts = self.partner_id.whatsapp_contact_ids
            contacts.filtered(lambda contact: contact.company_id == self.controller_id).suppressed_at = False

    @api.model
    def _hash(self, vals, evidence):
        named = (
            "controller_id",
            "company_id",
            "partner_id",
            "purpose_id",
            "status",
            "method",
            "phone",
            "note",
            "recorded_by_id",
            "sequence",
            "previous_hash",
        )
        facts = {name: vals[name] or None for name in named}
        facts["recorded_at"] = fields.Datetime.to_string(vals["recorded_at"])
        facts["evidence"] = sorted(attachment.checksum or "" for attachment in evidence or [])
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @api.model
    def _verify_chain(self, controller):
        """Return the first entry of a controller's ledger that is not as it was written, or an empty recordset."""
        # sudo: clinic.consent - the chain runs through all branches of the controller
        previous = ""
        for entry in self.sudo().search([("controller_id", "=", controller.id)], order="sequence"):
            vals = {name: entry._fields[name].convert_to_write(entry[name], entry) for name in self._fields}
            if (entry.previous_hash or "") != previous or entry.entry_hash != self._hash(vals, entry.evidence_ids):
                return entry
            previous = entry.entry_hash
        return self.browse()

    @api.model
    def _get_current(self, partners, purposes, controller):
        """Return {(patient, purpose): newest entry}; what has no entry is absent. One query for all of them.

        :param res.partner partners:
        :param clinic.consent.purpose purposes:
        :param res.company controller: the legal entity; entries of another one say nothing (LR-20)
        """
        # sudo: clinic.consent - consent is given to the controller, wherever it was recorded
        groups = self.sudo()._read_group(
            [
                ("controller_id", "=", controller.id),
                ("partner_id", "in", partners.ids),
                ("purpose_id", "in", purposes.ids),
            ],
            ["partner_id", "purpose_id"],
            ["id:max"],
        )
        newest = self.sudo().browse([entry_id for *_key, entry_id in groups])
        return {(entry.partner_id, entry.purpose_id): entry for entry in newest}
