"""A signed form comes back: its code is read, the scan is attached, and a second person looks at the signature (LR-13).

Between the two the ledger says ``pending``: nothing is sent on the word of one person and a piece of paper. The second
person cannot be the first, and decides nothing any more when the patient has decided anew meanwhile.
"""

import base64
import binascii
from datetime import datetime, time

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..encryption import EncryptedText
from ..models.consent.consent_states import GRANTED, PAPER, PENDING, REFUSED

ANSWERS = [(GRANTED, "The first box: yes"), (REFUSED, "The second box: no")]
NOON = time(12)


class ClinicConsentPaperWizard(models.TransientModel):
    _name = "clinic.consent.paper.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Add a signed form"

    code = fields.Char(help="The code on the form. A scanner types it, too.")
    request_id = fields.Many2one("clinic.consent.request", "Form", ondelete="cascade")
    partner_id = fields.Many2one(related="request_id.partner_id")
    purpose_id = fields.Many2one(related="request_id.purpose_id")
    first_text = fields.Char(compute="_compute_texts")
    second_text = fields.Char(compute="_compute_texts")
    first_answer = fields.Selection(ANSWERS, "Ticked", help="What is ticked on the sheet. Both or none: ask again.")
    second_answer = fields.Selection(ANSWERS, "Ticked on the second sheet")
    signed_on = fields.Date(default=fields.Date.context_today, help="The date that is written on the form.")
    signer_name = fields.Char("Signed as", help="The name that is written on the form.")
    scan = fields.Binary(
        compute="_compute_scan",
        inverse="_inverse_scan",
        help="A scan or a photograph of the signed sheets: PDF, JPEG, PNG or WebP, up to 10 MB.",
    )
    scan_name = fields.Char()
    sealed_scan = EncryptedText(help="The scan until it is in the ledger: not in the clear even for a moment.")
    authority = fields.Binary(
        "Proof of authority",
        compute="_compute_authority",
        inverse="_inverse_authority",
        help="Birth certificate, custody or court decision of whoever signed for the patient.",
    )
    authority_name = fields.Char()
    sealed_authority = EncryptedText()
    is_handed_over = fields.Boolean(
        "The privacy notice was handed over before", help="As is ticked on the form by whoever handed it over."
    )
    needs_guardian = fields.Boolean(related="request_id.partner_id.needs_guardian")
    note = fields.Char(help="Where the paper is kept, or what else should be known. No health data.")

    @api.onchange("code")
    def _onchange_code(self):
        if self.code:
            self.request_id = self.env["clinic.consent.request"]._find_paper(self.code)
            self.signer_name = self._get_expected_name()

    @api.depends("request_id")
    def _compute_texts(self):
        for wizard in self:
            # sudo: clinic.privacy.notice - published texts are for everybody
            titles = [*wizard.request_id.sudo().text_ids.mapped("title"), "", ""]
            wizard.first_text, wizard.second_text = titles[:2]

    @api.depends("sealed_scan")
    def _compute_scan(self):
        for wizard in self:
            wizard.scan = (wizard.sealed_scan or "").encode()

    def _inverse_scan(self):
        for wizard in self:
            wizard.sealed_scan = (wizard.scan or b"").decode()

    @api.depends("sealed_authority")
    def _compute_authority(self):
        for wizard in self:
            wizard.authority = (wizard.sealed_authority or "").encode()

    def _inverse_authority(self):
        for wizard in self:
            wizard.sealed_authority = (wizard.authority or b"").decode()

    def _get_expected_name(self):
        patient = self.request_id.partner_id
        return patient.guardian_id.name if patient.needs_guardian else patient.name

    def action_record(self):
        """Record what was ticked; a yes waits for a second person."""
        self.ensure_one()
        request = self.env["clinic.consent.request"]._find_paper(self.request_id.code or self.code)
        self._check_complete(request)
        given_at = self._get_given_at(request)
        if self.is_handed_over:
            self._record_notice(request, given_at)
        # sudo: clinic.privacy.notice - published texts are for everybody
        for text, answer in zip(request.sudo().text_ids, (self.first_answer, self.second_answer), strict=False):
            self._record_answer(request, text, answer, given_at)
        request._use_paper()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_complete(self, request):
        # sudo: clinic.privacy.notice - published texts are for everybody
        answers = (self.first_answer, self.second_answer)[: len(request.sudo().text_ids)]
        if not self.sealed_scan:
            raise ValidationError(self.env._("Attach a scan or a photograph of the signed form."))
        if not all(answers):
            raise ValidationError(
                self.env._("Say which box is ticked on each sheet. If it is both or none, ask the patient again.")
            )
        if not self.signed_on or not (self.signer_name or "").strip():
            raise ValidationError(self.env._("Enter the name and the date that are written on the form."))

    def _get_given_at(self, request) -> datetime:
        """Return the moment (UTC) of the signature: a paper knows the day only.

        :raise ValidationError: for a day that has not come, or before the form was printed
        """
        zone = pytz.timezone(request.company_id._get_tz())
        now, printed = fields.Datetime.now(), request.create_date.replace(microsecond=0)
        today, first = (pytz.utc.localize(moment).astimezone(zone).date() for moment in (now, printed))
        if self.signed_on > today:
            raise ValidationError(self.env._("The form cannot have been signed in the future. Correct the date."))
        if self.signed_on < first:
            raise ValidationError(self.env._("The form was printed after that day. Correct the date."))
        noon = zone.localize(datetime.combine(self.signed_on, NOON)).astimezone(pytz.utc).replace(tzinfo=None)
        return now if self.signed_on == today else max(noon, printed)

    def _record_notice(self, request, given_at):
        self.env["clinic.consent"]._record_delivery(
            partner=request.partner_id,
            notice=request.notice_id,
            method=PAPER,
            company=request.company_id,
            delivered_at=given_at,
        )

    def _record_answer(self, request, text, answer, given_at):
        return self.env["clinic.consent"]._record(
            request.partner_id,
            request.purpose_id,
            PENDING if answer == GRANTED else REFUSED,
            method=PAPER,
            record_kind=text._get_record_kind(),
            evidence=(self.scan_name or "scan", self._decode(self.sealed_scan)),
            authority=self._get_authority(),
            company=request.company_id,
            text=text,
            guardian_text=request.addendum_id,
            signer_name=self.signer_name.strip(),
            given_at=given_at,
            request=request,
            note=self.note,
        )

    def _get_authority(self):
        if not self.sealed_authority:
            return None
        return self._decode(self.sealed_authority), self.authority_name or "authority", None

    def _decode(self, data) -> bytes:
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file did not arrive as a whole. Attach it again.")) from error


class ClinicConsentCheckWizard(models.TransientModel):
    """The second person compares the scan with what was recorded."""

    _name = "clinic.consent.check.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Check a signed form"

    entry_id = fields.Many2one("clinic.consent", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="entry_id.partner_id")
    purpose_id = fields.Many2one(related="entry_id.purpose_id")
    text_id = fields.Many2one(related="entry_id.text_id")
    signer_name = fields.Char(related="entry_id.signer_name")
    given_at = fields.Datetime(related="entry_id.given_at")
    recorded_by_id = fields.Many2one(related="entry_id.recorded_by_id")
    evidence_ids = fields.One2many(related="entry_id.evidence_ids")
    obstacle = fields.Char(compute="_compute_obstacle", help="Why the form cannot be accepted, whatever its signature.")
    reason = fields.Char("What is wrong", help="For example: not signed, both boxes ticked, another patient's form.")

    @api.depends("entry_id")
    def _compute_obstacle(self):
        for wizard in self:
            wizard.obstacle = wizard.entry_id._get_check_obstacle()

    def action_accept(self):
        """The form is signed by whom it says, and the box for yes is ticked: from now on it counts."""
        self.entry_id._check_signature()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_reject(self):
        """The form proves nothing: it stays in the ledger, nothing is sent on it, and the patient is asked again."""
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say what is wrong with the form, so that it can be signed anew."))
        self.entry_id._reject_signature(self.reason.strip())
        # sudo: res.partner - whoever may check a signature may let the patient be asked again
        self.entry_id.partner_id.sudo().ask_consent = True
        return {"type": "ir.actions.client", "tag": "soft_reload"}
