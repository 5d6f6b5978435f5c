"""Texts that patients are shown: notices, opt-ins, consents, approvals – one row a version in one language.

A draft is written with placeholders (:mod:`.notice_text`). Publishing fills them in from the registers
(:mod:`.notice_registers`), refuses what must not be said and what is missing (:mod:`.notice_publish`), and freezes the
result: a published text is never changed again, carries its SHA-256, and what any past record was based on can be shown
word for word (LR-08). Agreements and notices are different documents and never one (LR-04).
"""

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .consent_purpose import APPROVAL, CHANNEL_OPT_IN, CODES, EXPLICIT_CONSENT
from .notice_text import fill_in, normalise

NOTICE, SHORT_NOTICE, OPT_IN_TEXT, GUARDIAN = "notice", "short_notice", "optin", "guardian"
DOCUMENT_TYPES = [
    (NOTICE, "Privacy notice"),
    (SHORT_NOTICE, "Short notice"),
    (OPT_IN_TEXT, "Channel opt-in"),
    (EXPLICIT_CONSENT, "Explicit consent"),
    (APPROVAL, "Commercial approval"),
    (GUARDIAN, "Guardian's addendum"),
]
DOCUMENT_OF_KIND = {CHANNEL_OPT_IN: OPT_IN_TEXT, EXPLICIT_CONSENT: EXPLICIT_CONSENT, APPROVAL: APPROVAL}
KIND_OF_DOCUMENT = {document: kind for kind, document in DOCUMENT_OF_KIND.items()}
DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
LANGUAGES = [("tr", "Turkish"), ("en", "English")]
SAME_TEXT = ("company_id", "document_type", "purpose_code", "lang")  # versions of each other
WRITTEN_BY_PUBLISHING = frozenset(
    {"version", "state", "sha256", "valid_from", "published_by_id", "stale_since", "source", "registers"}
)
AFTER_PUBLISHING = frozenset({"state", "stale_since"})


class ClinicPrivacyNotice(models.Model):
    _name = "clinic.privacy.notice"
    _inherit = ["clinic.shared.mixin"]
    _description = "Text for patients"
    _order = "company_id, document_type, purpose_code, lang, version desc"
    _rec_name = "title"

    company_id = fields.Many2one(
        "res.company",
        "Controller",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company._get_controller(),
    )
    document_type = fields.Selection(DOCUMENT_TYPES, "Kind", required=True, default=NOTICE)
    purpose_code = fields.Selection(CODES, "Purpose", help="Empty for notices: they cover all purposes.")
    lang = fields.Selection(LANGUAGES, "Language", required=True, default="tr")
    version = fields.Integer(required=True, readonly=True, copy=False, default=0)
    title = fields.Char(required=True)
    body = fields.Text(default="", help="Of a draft: with placeholders. Of a published text: what patients read.")
    source = fields.Text(readonly=True, copy=False, help="How the published text was written, for the next version.")
    source_title = fields.Char(readonly=True, copy=False)
    section_ids = fields.One2many("clinic.privacy.notice.section", "notice_id", "Sections", copy=True)
    accept_label = fields.Char("Yes", help="What the patient presses or ticks to agree.")
    refuse_label = fields.Char("No", help="What the patient presses or ticks to refuse.")
    preview = fields.Text(compute="_compute_preview")
    problems = fields.Text("To be mended before publishing", compute="_compute_preview")
    state = fields.Selection(
        [(DRAFT, "Draft"), (PUBLISHED, "Published"), (RETIRED, "Retired")],
        required=True,
        readonly=True,
        copy=False,
        default=DRAFT,
    )
    sha256 = fields.Char("SHA-256", readonly=True, copy=False, index="btree_not_null")
    valid_from = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", "Published by", readonly=True, copy=False)
    is_material = fields.Boolean(
        "Asks for renewal", copy=False, help="What patients agreed to under the version before must be asked again."
    )
    registers = fields.Json(readonly=True, copy=False, help="What the registers said when the text was published.")
    stale_since = fields.Datetime("Out of date since", readonly=True, copy=False)
    stale_reason = fields.Char(compute="_compute_stale_reason")

    _version_unique = models.UniqueIndex(
        "(company_id, document_type, purpose_code, lang, version) NULLS NOT DISTINCT", "This version exists already."
    )
    _published_unique = models.UniqueIndex(
        "(company_id, document_type, purpose_code, lang) NULLS NOT DISTINCT WHERE state = 'published'",
        "One version of a text is published at a time.",
    )
    _published_is_hashed = models.Constraint(
        "CHECK (state = 'draft' OR (sha256 IS NOT NULL AND valid_from IS NOT NULL))",
        "A published text carries its SHA-256 and its date.",
    )

    @api.constrains("company_id", "document_type", "purpose_code")
    def _check_place(self):
        for text in self:
            if text.company_id != text.company_id._get_controller():
                raise ValidationError(self.env._("Texts belong to the legal entity, not to one of its branches."))
            if bool(text.purpose_code) != (text.document_type in KIND_OF_DOCUMENT):
                raise ValidationError(
                    self.env._("An opt-in, a consent or an approval is for one purpose; notices are for all of them.")
                )

    @api.depends("document_type", "purpose_code", "lang", "version")
    def _compute_display_name(self):
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in SAME_TEXT[1:]}
        for text in self:
            parts = [labels[name].get(text[name]) for name in SAME_TEXT[1:]]
            text.display_name = " · ".join([*filter(None, parts), f"v{text.version}"])

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{k: v for k, v in vals.items() if k not in WRITTEN_BY_PUBLISHING} for vals in vals_list]
        texts = super().create(vals_list)
        texts.filtered(lambda text: not text.version)._number()
        return texts

    def _number(self):
        """Give new texts the number that comes after the newest version of the same text, drafts included."""
        # sudo: clinic.privacy.notice - the number of a version is counted, never chosen
        texts = self.sudo()
        rows = texts._read_group([("company_id", "in", texts.company_id.ids)], SAME_TEXT, ["version:max"])
        newest = {tuple(key): number for *key, number in rows}
        for number, same in texts.grouped(lambda text: newest[tuple(text[name] for name in SAME_TEXT)] + 1).items():
            same.version = number

    def copy_data(self, default=None):
        """Copy a text as it was written, with its placeholders."""
        written = super().copy_data(default)
        for text, vals in zip(self, written, strict=True):
            if text.state != DRAFT:
                vals |= {"title": text.source_title, "body": text.source, **(default or {})}
        return written

    def write(self, vals):
        frozen = self.filtered(lambda text: text.state != DRAFT)
        if (frozen and vals.keys() - AFTER_PUBLISHING) or (vals.get("state") == DRAFT and frozen):
            self.check_access("write")
            raise UserError(
                self.env._("A published text is never changed: patients have agreed to it. Write a new version.")
            )
        if not self.env.su and vals.keys() & WRITTEN_BY_PUBLISHING:
            self.check_access("write")
            raise UserError(self.env._("Publish the text: then it gets its number, its date and its SHA-256."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(text.state != DRAFT for text in self):
            raise UserError(self.env._("A text that was published is kept: records of patients refer to it."))

    def action_new_version(self):
        """Write the next version from how this one was written; return its form."""
        self.ensure_one()
        new = self.copy()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": new.id, "view_mode": "form"}

    def _get_same_text(self):
        return [(name, "=", self[name].id if name == "company_id" else self[name]) for name in SAME_TEXT]

    @api.model
    def _get_published(self, controller, document_type, purpose_code=None, lang=None):
        """Return the published text a person is to be shown, in the best language there is; empty when there is none.

        A language that lags behind a material version of another one is not shown until it has its own (LR-09).

        :param res.company controller: the legal entity
        :param str document_type: ``notice``, ``short_notice``, ``optin``, ``explicit_consent``, ``approval`` or
            ``guardian``
        :param str | None purpose_code: for opt-ins, consents and approvals
        :param str | None lang: ``tr``, ``en`` or an Odoo language code; else the controller's, else any
        """
        # sudo: clinic.privacy.notice - published texts are for everybody
        texts = self.sudo().search_fetch(
            [
                ("company_id", "=", controller.id),
                ("document_type", "=", document_type),
                ("purpose_code", "=", purpose_code or False),
                ("state", "=", PUBLISHED),
            ]
        )
        if len(texts) > 1:
            texts = texts - texts._find_outdated() or texts
        asked = texts.filtered(lambda text: text.lang == (lang or "")[:2])
        if len(texts) > 1 and not asked:
            asked = texts.filtered(lambda text: text.lang == self._get_default_lang(controller))
        return (asked or texts)[:1].with_env(self.env)

    @api.model
    def _get_default_lang(self, controller):
        # sudo: clinic.privacy.controller - the language of the clinic is no secret
        return self.env["clinic.privacy.controller"].sudo()._get_for(controller).lang

    def _render_for(self, **values) -> str:
        """Return one published text as one person reads it: ``phone``, ``relation``, ``minor_name``, ``link``."""
        return fill_in(self.body, values)

    def _get_exact_text(self) -> str:
        """Return the whole of one text, title and choices included; its SHA-256 is taken over this in UTF-8."""
        choices = [f"☐ {label}" for label in (self.accept_label, self.refuse_label) if label]
        return normalise("\n\n".join(filter(None, [self.title, self.body, "\n".join(choices)])))

    def _get_hashed_bytes(self) -> bytes:
        """Return the bytes whose SHA-256 a published text carries (LR-08)."""
        return self._get_exact_text().encode()

    def _is_genuine(self) -> bool:
        """Tell whether one published text is still the one that was published, whoever had access to the database."""
        return self.sha256 == hashlib.sha256(self._get_hashed_bytes()).hexdigest()
