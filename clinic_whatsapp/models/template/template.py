import re
from collections.abc import Sequence

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .template_language import get_languages

NAME_PATTERN = re.compile(r"^[a-z0-9_]{1,512}$")  # cloud_api.md §4.2
PLACEHOLDER = re.compile(r"\{\{(\d+)\}\}")
DRAFT, PENDING, APPROVED, REJECTED, PAUSED, DISABLED = "draft", "pending", "approved", "rejected", "paused", "disabled"
SERVICE_TEXT = "service"
FOR_BRANCH = "clinic_template_for_branch"
CONTENT = {
    "account_id",
    "name",
    "language",
    "category",
    "body",
    "header_type",
    "header_text",
    "footer",
    "ttl_minutes",
    "button_ids",
}  # what Meta reviews; the file of a header comes with each message, and may change


def find_placeholders(text) -> list[int]:
    """Return the numbers of the variables in a text, in order."""
    return sorted({int(number) for number in PLACEHOLDER.findall(text or "")})


def fill_in(text, values) -> str:
    """Return a text with its variables replaced.

    :param dict[int, str] values: by number; a missing one stays as it is
    """
    return PLACEHOLDER.sub(lambda match: values.get(int(match[1]), match[0]), text or "")


class ClinicWhatsappTemplate(models.Model):
    """A message text in one language. Outside the 24-hour window WhatsApp takes nothing but templates it approved.

    Templates belong to a WhatsApp Business Account. One without a number is a starter text: it is copied to a number
    before it is submitted. The same name in several languages is one message; the patient's language decides.
    """

    _name = "clinic.whatsapp.template"
    _inherit = ["clinic.shared.mixin"]
    _description = "WhatsApp template"
    _order = "name, language"
    _rec_names_search = ["title", "name"]
    _check_company_auto = True

    company_id = fields.Many2one(
        compute="_compute_company_id", store=True, readonly=False, precompute=True, default=None
    )
    account_id = fields.Many2one(
        "clinic.whatsapp.account",
        "Number",
        ondelete="cascade",
        index=True,
        check_company=True,
        help="Empty: a starter text.",
    )
    waba_id = fields.Char("WhatsApp Business Account", related="account_id.waba_id", store=True, index=True)
    name = fields.Char(required=True, help="Small letters, digits and underscores, as Meta wants it.")
    title = fields.Char(translate=True, help="What your staff call this message.")
    active = fields.Boolean(default=True)
    language = fields.Selection(lambda self: get_languages(self.env.lang), required=True, default="tr")
    category = fields.Selection(
        [
            ("utility", "Utility"),
            ("marketing", "Marketing"),
            ("authentication", "Authentication"),
            (SERVICE_TEXT, "Free text (within 24 hours)"),
        ],
        required=True,
        default="utility",
        help="Utility: about an appointment or a request of the patient. Free text is never submitted to Meta and can "
        "only be sent within 24 hours of the patient's own message.",
    )
    status = fields.Selection(
        [
            (DRAFT, "Draft"),
            (PENDING, "In review"),
            (APPROVED, "Approved"),
            (REJECTED, "Rejected"),
            (PAUSED, "Paused"),
            (DISABLED, "Disabled"),
        ],
        required=True,
        default=DRAFT,
        readonly=True,
        copy=False,
    )
    status_reason = fields.Char("Meta says", readonly=True, copy=False)
    remote_id = fields.Char("Template ID", readonly=True, copy=False)
    model_id = fields.Many2one(
        "ir.model",
        "About",
        ondelete="cascade",
        default=lambda self: self.env.ref("clinic_whatsapp.model_clinic_appointment", raise_if_not_found=False),
        help="The record that the variables are read from, for example an appointment.",
    )
    body = fields.Text(required=True, help="{{1}}, {{2}} … are the variables below.")
    variable_ids = fields.One2many("clinic.whatsapp.template.variable", "template_id", "Variables", copy=True)
    button_ids = fields.One2many("clinic.whatsapp.template.button", "template_id", "Buttons", copy=True)

    _name_unique = models.UniqueIndex(
        "(waba_id, name, language) WHERE waba_id IS NOT NULL", "This template exists already in this language."
    )

    @api.model
    def default_get(self, fields):
        """Extended: whoever opens the form to write one writes it for the number of the branch."""
        values = super().default_get(fields)
        if self.env.context.get(FOR_BRANCH) and "account_id" in fields and not values.get("account_id"):
            account = self.env["clinic.whatsapp.account"]._for_companies(self.env.company)[self.env.company]
            values["account_id"] = account.sudo(False)._filtered_access("read").id
        return values

    @api.depends("account_id.company_id")
    def _compute_company_id(self):
        for template in self:
            template.company_id = template.account_id.company_id or template.company_id or self.env.company

    @api.depends("name", "title", "language")
    @api.depends_context("lang")
    def _compute_display_name(self):
        languages = dict(self._fields["language"]._description_selection(self.env))
        for template in self:
            name = template.title or template.name or self.env._("New template")
            template.display_name = f"{name} ({languages.get(template.language)})"

    @api.constrains("name")
    def _check_name(self):
        for template in self:
            if not NAME_PATTERN.match(template.name):
                raise ValidationError(
                    self.env._("“%(name)s”: use small letters, digits and underscores only.", name=template.name)
                )

    @api.constrains("model_id")
    def _check_field_paths(self):
        self.variable_ids._check_field_path()

    def write(self, vals):
        if CONTENT & vals.keys() and "status" not in vals:
            vals = {**vals, "status": DRAFT, "status_reason": False}  # Meta approved another text
        return super().write(vals)

    def _get_placeholders(self):
        return find_placeholders(self.body)

    def _fill(self, values) -> str:
        """Return the body with its variables replaced.

        :param dict values: by key of the variable; a missing one stays as it is
        """
        return fill_in(self.body, values)

    def _get_variants(self, account):
        """Return this message in all languages that a number may use, the approved ones first."""
        known = self.search([("name", "=", self.name), ("waba_id", "=", account.waba_id), ("waba_id", "!=", False)])
        if not known and self.category == SERVICE_TEXT:
            known = self.search([("name", "=", self.name), ("account_id", "=", False)])
        return known.sorted(lambda variant: (variant.status != APPROVED, variant.id))

    def _render_values(self, record, partner, account):
        """Return {key of the variable: text} of one message; a value that is missing is an empty text.

        Dates are told in the branch's zone (design.md §5.9) and in the language of this text.
        """
        context = {"lang": self._get_lang(partner.lang), "tz": account.company_id._get_tz()}
        source = record.with_context(**context) if record is not None else None
        return {variable._get_key(): variable._get_text(source, partner, account) for variable in self.variable_ids}

    def _queue_messages(
        self,
        purpose,
        targets: Sequence[tuple],
        *,
        kind="automatic",
        expires_at=None,
        values=None,
        occasions=None,
        urgent_reason=None,
    ):
        """Queue this message to several patients, each in the language he reads.

        :param clinic.consent.purpose purpose:
        :param targets: (patient, record or None, account) triples
        :param str kind: ``automatic``, or ``reply`` when a person sends it
        :param list[datetime] | None expires_at: naive UTC, one a target: not sent after this moment
        :param dict | None values: by key of the variable (``_get_key``), instead of what the record says
        :param list[str] | None occasions: what a limit counts by (LR-34), one a target
        :param str | None urgent_reason: why it leaves outside the hours or above a limit
        :return: the messages in the order of the targets, each ``queued`` or ``blocked`` with its reason
        """
        self.ensure_one()
        # sudo: clinic.whatsapp.template - values may come from fields the sender cannot read; they go to the patient
        # himself, through the account of his branch
        this = self.sudo()
        targets = [(partner.sudo(), record and record.sudo(), account.sudo()) for partner, record, account in targets]
        conversations = this._find_conversations(targets)
        variants = {account: this._get_variants(account) for _partner, _record, account in targets}
        vals_list = []
        nothing = [False] * len(targets)
        facts = zip(targets, expires_at or nothing, occasions or nothing, strict=True)
        for (partner, record, account), moment, occasion in facts:
            template = this._choose_variant(variants[account], account, partner.lang)
            rendered = {**template._render_values(record, partner, account), **(values or {})}
            vals_list.append(
                {
                    "conversation_id": conversations[partner, account].id,
                    "partner_id": partner.id,
                    "purpose_id": purpose.id,
                    "kind": kind,
                    "expires_at": moment,
                    "occasion": occasion,
                    "urgent_reason": urgent_reason or False,
                    "res_model": record._name if record else False,
                    "res_id": record.id if record else False,
                    **template._prepare_content_vals(rendered, account),
                }
            )
        return self.env["clinic.whatsapp.message"]._queue(vals_list)

    @api.model
    def _find_conversations(self, targets):
        """Return {(patient, account): conversation}, a constant number of queries for each account."""
        contacts, conversations = self.env["clinic.whatsapp.contact"], self.env["clinic.whatsapp.conversation"]
        found = {}
        for account in {account for _partner, _record, account in targets}:
            partners = self.env["res.partner"].union(
                *(partner for partner, _record, target in targets if target == account)
            )
            by_partner = contacts._for_patients(partners, account.company_id._get_controller())
            by_contact = conversations._find_or_create(account, contacts.union(*by_partner.values()))
            found.update({(partner, account): by_contact[contact] for partner, contact in by_partner.items()})
        return found
