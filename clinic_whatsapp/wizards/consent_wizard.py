import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..encryption import EncryptedText
from ..models.consent.consent_purpose import APPOINTMENT
from ..models.consent.consent_states import (
    CHANNEL_OPTIN,
    DELIVERED,
    GRANTED,
    REFUSED,
    SPOKEN,
    STAFF_ACT,
    WITHDRAWN,
)
from ..models.consent.privacy_notice import DOCUMENT_OF_KIND, GUARDIAN, NOTICE


class ClinicConsentWizard(models.TransientModel):
    """Two clicks at the desk: what the patient said, that he takes it back, or that he got the notice (LR-14, LR-16c).

    Spoken words are enough for the preference of the channel, never for an explicit consent. Whoever has not had the
    notice yet gets it first; that is a tick of its own, which nobody has made before (LR-02, LR-05).
    """

    _name = "clinic.consent.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Record consent"

    partner_id = fields.Many2one("res.partner", "Patient", required=True, readonly=True)
    purpose_id = fields.Many2one(
        "clinic.consent.purpose",
        required=True,
        readonly=True,
        default=lambda self: self.env["clinic.consent.purpose"]._get(APPOINTMENT, self.env.company),
    )
    status = fields.Selection(
        [(GRANTED, "Given"), (REFUSED, "Refused"), (WITHDRAWN, "Withdrawn"), (DELIVERED, "Notice handed over")],
        required=True,
        readonly=True,
        default=GRANTED,
    )
    note = fields.Char(help="Anything worth knowing later. No health data.")

    notice_id = fields.Many2one("clinic.privacy.notice", "Privacy notice", compute="_compute_texts")
    text_id = fields.Many2one("clinic.privacy.notice", "What to ask", compute="_compute_texts")
    question = fields.Text("Read this to the patient", compute="_compute_texts")
    addendum_id = fields.Many2one("clinic.privacy.notice", "Guardian's addendum", compute="_compute_texts")
    declaration = fields.Text("Read this to the guardian", compute="_compute_texts")
    needs_notice = fields.Boolean(compute="_compute_needs_notice")
    notice_given = fields.Boolean("I have handed over the privacy notice now")
    handed_over_as = fields.Selection([("paper", "Paper copy"), ("screen", "Shown on a screen")], "How")
    handed_over_at = fields.Datetime("When", default=fields.Datetime.now)

    needs_document = fields.Boolean(compute="_compute_decider")
    decider = fields.Char("Who decides", compute="_compute_decider")
    document = fields.Binary(
        compute="_compute_document",
        inverse="_inverse_document",
        help="What shows that this person may decide: a scan, a photograph or a PDF.",
    )
    document_name = fields.Char()
    sealed_document = EncryptedText(help="The document until it is in the ledger: not in the clear even for a moment.")

    @api.depends("partner_id", "purpose_id")
    def _compute_texts(self):
        texts = self.env["clinic.privacy.notice"]
        controller = self.env.company._get_controller()
        for wizard in self:
            lang = wizard.partner_id.lang
            kind = next(iter(wizard.purpose_id._get_required_kinds()), CHANNEL_OPTIN)
            wizard.notice_id = texts._get_published(controller, NOTICE, lang=lang)
            wizard.text_id = texts._get_published(controller, DOCUMENT_OF_KIND[kind], wizard.purpose_id.code, lang)
            # sudo: clinic.privacy.notice - published, for everybody
            wizard.question = wizard.text_id.sudo()._render_for(phone=wizard.partner_id.reached_phone or "…")
            wizard.addendum_id = wizard._find_addendum()
            # sudo: clinic.privacy.notice - published, for everybody
            addendum = wizard.addendum_id.sudo()
            wizard.declaration = wizard.partner_id._render_addendum(addendum) if addendum else False

    def _find_addendum(self):
        """Return what the guardian of the patient declares beside the text (legal.md §8.3); may be empty."""
        texts = self.env["clinic.privacy.notice"]
        if not self.partner_id.needs_guardian:
            return texts
        return texts._get_published(self.env.company._get_controller(), GUARDIAN, None, self._get_text_lang())

    def _get_text_lang(self):
        # sudo: clinic.privacy.notice - published, for everybody
        return self.text_id.sudo().lang or self.partner_id.lang

    @api.depends("partner_id")
    def _compute_needs_notice(self):
        controller = self.env.company._get_controller()
        ledger, nobody = self.env["clinic.consent"], self.env["clinic.whatsapp.contact"]
        for wizard in self:
            wizard.needs_notice = not ledger._get_delivered(wizard.partner_id, nobody, controller)

    @api.depends("partner_id")
    def _compute_decider(self):
        for wizard in self:
            patient = wizard.partner_id
            decider = patient._get_decider()
            wizard.decider = bool(decider) and (decider["acting_partner"].name or self.env._("Nobody is entered"))
            problem = patient._get_decider_problem(**decider)
            wizard.needs_document = bool(problem) and problem == patient._get_missing_document()

    @api.depends("sealed_document")
    def _compute_document(self):
        for wizard in self:
            wizard.document = (wizard.sealed_document or "").encode()

    def _inverse_document(self):
        for wizard in self:
            document = wizard.document or b""
            wizard.sealed_document = document if isinstance(document, str) else document.decode()

    def action_record(self):
        """Append to the ledger what the patient said, or that he got the notice."""
        self.ensure_one()
        self.partner_id.check_access("write")
        if not self.partner_id.is_patient:
            raise UserError(self.env._("Only patients have consents. Tick “Patient” on the contact first."))
        if self.status == DELIVERED:
            self._record_hand_over()
        else:
            self._record_decision()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _record_decision(self):
        """Append what the patient said, after the notice if it is handed over now."""
        if self.status == GRANTED:
            self._hand_over_notice()
        self.env["clinic.consent"]._record(
            self.partner_id,
            self.purpose_id,
            self.status,
            method=STAFF_ACT if self.status == WITHDRAWN else SPOKEN,
            note=self.note,
            **self._prepare_proof(),
        )

    def _record_hand_over(self):
        """Append that the published notice was handed over, and how; a second click finds it there."""
        self._check_notice()
        ways = dict(self._fields["handed_over_as"]._description_selection(self.env))
        if self.handed_over_as not in ways or not self.handed_over_at:
            raise UserError(self.env._("Say how and when the notice was handed over."))
        self._check_hand_over()
        ledger = self.env["clinic.consent"]
        if ledger._has_handed_over(self.partner_id, self.notice_id, self.handed_over_at):
            return
        decider = self.partner_id._get_decider()
        ledger._record_delivery(
            partner=self.partner_id,
            notice=self.notice_id,
            method=STAFF_ACT,
            delivered_at=self.handed_over_at,
            note=ways[self.handed_over_as],
            **(decider if decider.get("acting_partner") else {}),
        )

    def _check_notice(self):
        if not self.notice_id:
            raise UserError(
                self.env._(
                    "There is no published privacy notice yet. The privacy officer or a clinic manager publishes it "
                    "under Data protection › Texts for patients; then it can be handed over."
                )
            )

    def _check_hand_over(self):
        """
        :raise UserError: when nobody can have had this version at that moment; the future is the ledger's matter
        """
        published_at = self.notice_id.sudo().valid_from  # sudo: clinic.privacy.notice - published, for everybody
        if self.handed_over_at < published_at.replace(second=0, microsecond=0):
            raise UserError(
                self.env._(
                    "This version of the privacy notice was published on %(moment)s, so nobody had it before. Correct "
                    "the date, or hand over the notice now.",
                    moment=format_datetime(self.env, published_at, dt_format="short"),
                )
            )

    def _hand_over_notice(self):
        if not self.needs_notice:
            return
        self._check_notice()
        if not self.notice_given:
            raise UserError(
                self.env._("The patient must have the privacy notice first. Hand it over, tick the box, then record.")
            )
        self.env["clinic.consent"]._record_delivery(partner=self.partner_id, notice=self.notice_id, method=STAFF_ACT)

    def _prepare_proof(self):
        """Return who acted and on what his word rests, as keywords of ``clinic.consent._record``."""
        if self.status != GRANTED:
            return {}
        proof = {**self.partner_id._get_decider(), "text": self.text_id, "guardian_text": self._get_addendum()}
        if self.sealed_document:
            proof["authority"] = (base64.b64decode(self.sealed_document), self.document_name, None)
        return proof

    def _get_addendum(self):
        """
        :raise UserError: when a guardian decides and there is nothing for him to declare
        """
        requests, controller = self.env["clinic.consent.request"], self.env.company._get_controller()
        return requests._find_addendum(controller, self.partner_id, self._get_text_lang())
