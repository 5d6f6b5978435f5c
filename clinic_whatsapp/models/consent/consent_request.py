"""Asking a patient: a link, the tablet at the desk, a printed form.

A request lets whoever holds it do one thing for one patient: sign one purpose, or look after his preferences. Of its
token, 256 random bits, only the SHA-256 is stored, so the database opens no page (design.md §5.5). A request to sign
ends with the answer and, whatever happens, with its time; a link that is wrong, too old or used up is answered like
one that never was (:meth:`ClinicConsentRequest._find_open`).

What the pages do with a request is in :mod:`.consent_request_answer`.
"""

import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import SQL

from .consent_states import LINK, TABLET
from .consent_states import PAPER as ON_PAPER
from .privacy_notice import DOCUMENT_OF_KIND, GUARDIAN
from .privacy_notice import NOTICE as FULL_NOTICE

SIGN, PREFERENCES, PAPER = "sign", "preferences", "paper"
LIFETIMES = {
    (SIGN, TABLET): timedelta(minutes=30),
    (SIGN, LINK): timedelta(days=7),
    (PREFERENCES, LINK): timedelta(days=90),
    (PAPER, ON_PAPER): timedelta(days=180),  # signed forms come back late
}
KEPT_AFTERWARDS = timedelta(days=30)
PATHS = {SIGN: "/clinic_whatsapp/consent/", PREFERENCES: "/clinic_whatsapp/preferences/"}
TOKEN_BYTES = 32
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that reads like something else
CODE_LENGTH = 8


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ClinicConsentRequest(models.Model):
    _name = "clinic.consent.request"
    _inherit = ["clinic.branch.mixin"]
    _description = "Request for consent"
    _order = "id desc"
    _rec_name = "code"

    company_id = fields.Many2one(readonly=True)
    partner_id = fields.Many2one("res.partner", "Patient", required=True, readonly=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [(SIGN, "To sign"), (PREFERENCES, "Preferences"), (PAPER, "Printed form")], required=True, readonly=True
    )
    method = fields.Selection(
        [(LINK, "Link"), (TABLET, "Tablet at the desk"), (ON_PAPER, "Signed paper")], required=True, readonly=True
    )
    purpose_id = fields.Many2one(
        "clinic.consent.purpose", readonly=True, ondelete="restrict", help="Empty: all purposes, to take them back."
    )
    notice_id = fields.Many2one("clinic.privacy.notice", readonly=True, ondelete="restrict")
    text_ids = fields.Many2many(
        "clinic.privacy.notice",
        string="Texts to agree to",
        readonly=True,
        help="What was to be agreed to when this was made.",
    )
    addendum_id = fields.Many2one(
        "clinic.privacy.notice",
        "Guardian's addendum",
        readonly=True,
        ondelete="restrict",
        help="What a guardian was to declare beside it.",
    )
    code = fields.Char(required=True, readonly=True, help="By which a printed form is found again.")
    token_hash = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    token = fields.Char(compute="_compute_token", groups=NO_ACCESS, help="Known to whoever made it, then gone.")
    url = fields.Char("Link", compute="_compute_token", groups=NO_ACCESS)
    expires_at = fields.Datetime("Valid until", required=True, readonly=True, index=True)
    answered_count = fields.Integer("Texts answered", readonly=True)
    used_at = fields.Datetime("Answered on", readonly=True)

    _token_unique = models.UniqueIndex("(token_hash)")
    _code_unique = models.UniqueIndex("(code)")

    @api.depends_context("clinic_request_token")
    def _compute_token(self):
        request_id, token = self.env.context.get("clinic_request_token") or (None, None)
        for request in self:
            request.token = request.id == request_id and token
            path = PATHS.get(request.kind)
            request.url = path and request.token and f"{request.get_base_url()}{path}{request.token}"

    @api.model
    def _create_for(self, partner, purpose=None, kind=SIGN, company=None, method=LINK):
        """Return a new request, with its ``token`` and ``url`` as long as the recordset is in memory.

        :param res.partner partner: the patient
        :param clinic.consent.purpose | None purpose: the only one this is about; none for preferences
        :param str kind: ``sign``, ``preferences`` or ``paper``
        :param res.company | None company: the branch that asks; the current one by default
        :param str method: for ``sign``: ``link`` or ``tablet``
        :raise UserError: when nobody may be asked for this; the text says what to do first
        """
        partner.ensure_one()
        company = company or self.env.company
        # sudo: clinic.consent.request - made by this method only; nobody has the right to create requests
        requests = self.sudo().with_company(company)
        patient = partner.with_env(requests.env)
        requests._check_patient(patient)
        vals = {"company_id": company.id, "partner_id": partner.id, "kind": kind}
        if kind != PREFERENCES:
            vals.update(requests._prepare_text_vals(patient, purpose, company._get_controller()))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        request = requests.create({**vals, **requests._prepare_token_vals(kind, method, token)})
        return request.with_env(self.env).with_context(clinic_request_token=(request.id, token))

    @api.model
    def _prepare_token_vals(self, kind, method, token):
        method = {PAPER: ON_PAPER, PREFERENCES: LINK}.get(kind, method)
        return {
            "method": method,
            "token_hash": hash_token(token),
            "code": "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH)),
            "expires_at": fields.Datetime.now() + LIFETIMES[kind, method],
        }

    @api.model
    def _prepare_text_vals(self, partner, purpose, controller):
        """Return what there is to read and to agree to today.

        :raise UserError: when nobody may be asked for this purpose, or a text is not published
        """
        purpose = (purpose or self.env["clinic.consent.purpose"]).with_env(self.env)._of(controller)
        self._check_purpose(purpose)
        self._check_decider(partner)
        texts = self.env["clinic.privacy.notice"]
        notice = texts._get_published(controller, FULL_NOTICE, None, partner.lang)
        found = [
            texts._get_published(controller, DOCUMENT_OF_KIND[kind], purpose.code, partner.lang)
            for kind in purpose._get_required_kinds()
        ]
        if not notice or not all(found):
            raise UserError(
                self.env._(
                    "“%(purpose)s” cannot be asked for before its text and the privacy notice are published. Publish "
                    "them under Data protection › Texts for patients.",
                    purpose=purpose.name,
                )
            )
        (notice | texts.union(*found))._check_open()
        ids = [text.id for text in found]
        addendum = self._find_addendum(controller, partner, found[0].lang)
        return {
            "purpose_id": purpose.id,
            "notice_id": notice.id,
            "text_ids": [fields.Command.set(ids)],
            "addendum_id": addendum.id,
        }

    @api.model
    def _find_addendum(self, controller, partner, lang):
        """Return what the guardian of a patient declares beside a text; empty where the patient decides.

        :raise UserError: when it is not published
        """
        texts = self.env["clinic.privacy.notice"]
        if not partner.needs_guardian:
            return texts
        if addendum := texts._get_published(controller, GUARDIAN, None, lang):
            return addendum
        raise UserError(
            self.env._(
                "A guardian decides for %(name)s, and the guardian's addendum is not published. Publish it under "
                "Data protection › Texts for patients.",
                name=partner.name,
            )
        )

    @api.model
    def _check_patient(self, partner):
        if not partner.is_patient:
            raise UserError(self.env._("Only patients have consents. Tick “Patient” on the contact first."))
        if partner.deceased_on:
            raise UserError(self.env._("%(name)s has died. No consent can be recorded.", name=partner.name))

    @api.model
    def _check_purpose(self, purpose):
        if not purpose.is_on:
            raise UserError(
                self.env._(
                    "“%(purpose)s” is not in use, so nobody is asked for it. "
                    "Switch it on under Data protection › Purposes.",
                    purpose=purpose.name or "",
                )
            )
        if not purpose._get_required_kinds():
            raise UserError(
                self.env._(
                    "“%(purpose)s” does not rest on an agreement of the patient, so none may be asked for.",
                    purpose=purpose.name,
                )
            )

    @api.model
    def _check_decider(self, partner):
        """Find out now, at the desk, what would keep the answer from being recorded later."""
        if problem := partner._get_decider_problem(**partner._get_decider()):
            raise UserError(problem)

    @api.model
    def _find_open(self, token, kind):
        """Return the request behind a token; empty when it is wrong, for something else, too old or used up."""
        # sudo: clinic.consent.request - the token authenticates whoever opens the page, without a login
        request = self.sudo().search(self._get_open_domain() & Domain("token_hash", "=", hash_token(token)), limit=1)
        if request.kind != kind or request.partner_id.deceased_on or not request.partner_id.active:
            return request.browse()
        return request.with_company(request.company_id)

    def _lock(self):
        """Make of two answers that arrive together a first and a second one.

        The second waits here, is repeated by Odoo, and finds the request as the first has left it.

        Raw SQL: the method of the ORM gives up instead of waiting.
        """
        self.env.execute_query(SQL("SELECT id FROM clinic_consent_request WHERE id = %s FOR UPDATE", self.id))

    @api.model
    def _get_open_domain(self):
        return Domain("used_at", "=", False) & Domain("expires_at", ">", fields.Datetime.now())

    @api.autovacuum
    def _gc_requests(self):
        """Forget requests that nobody answered; an answered one is part of the proof."""
        limit = fields.Datetime.now() - KEPT_AFTERWARDS
        # sudo: clinic.consent.request - of all branches
        unused = self.sudo().search([("used_at", "=", False), ("answered_count", "=", 0), ("expires_at", "<", limit)])
        unused.unlink()
