import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...cloud_api.client import CloudApi, Credentials, InvalidCredentials
from ...encryption import MASK, SecretChar
from .health import SENDING_STOPPED

DEFAULT_API_URL = "https://graph.facebook.com"
DEFAULT_API_VERSION = "v26.0"  # cloud_api.md §1.1
DEFAULT_RATE = 80  # messages per second and number, cloud_api.md §6.1

DRAFT, CONNECTED, NEEDS_ATTENTION, PAUSED, DISABLED = "draft", "connected", "needs_attention", "paused", "disabled"
MANAGER = "clinic_whatsapp.group_manager"
SENT_SECRETS = ("access_token", "app_secret")  # what the API address gets to see


class ClinicWhatsappAccount(models.Model):
    """A WhatsApp business number of one branch, and how to reach Meta for it."""

    _name = "clinic.whatsapp.account"
    _inherit = ["clinic.branch.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "WhatsApp account"
    _order = "company_id, name"

    name = fields.Char(required=True, help="How your staff call this number, for example “Reception Kadıköy”.")
    active = fields.Boolean(default=True)
    phone_number = fields.Char(help="The number patients see, for example +90 216 000 00 00.")
    phone_number_id = fields.Char(
        "Phone number ID", help="Digits. Meta App Dashboard › WhatsApp › API Setup, below the number."
    )
    waba_id = fields.Char(
        "WhatsApp Business Account ID", help="Digits. Shown beside the phone number ID. Templates belong to it."
    )
    app_id = fields.Char("App ID", help="Digits. Meta App Dashboard › App settings › Basic.")
    access_token = SecretChar(
        groups=MANAGER,
        help="A system user's token with the permissions whatsapp_business_messaging and "
        "whatsapp_business_management. It is stored encrypted and never shown again.",
    )
    app_secret = SecretChar(
        groups=MANAGER,
        help="Meta App Dashboard › App settings › Basic › App secret. Proves that webhooks come from Meta.",
    )
    verify_token = SecretChar(
        groups=MANAGER,
        default=lambda self: secrets.token_urlsafe(24),
        help="A word of your choice. Meta repeats it when you enter the webhook address.",
    )
    webhook_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups=MANAGER,
        default=lambda self: secrets.token_urlsafe(24),
        help="The secret part of the webhook address.",
    )
    webhook_url = fields.Char("Webhook address", compute="_compute_webhook_url", groups=MANAGER)
    api_url = fields.Char(
        "API address",
        required=True,
        default=DEFAULT_API_URL,
        help="When it changes, access token and app secret have to be entered again.",
    )
    api_version = fields.Char("API version", required=True, default=DEFAULT_API_VERSION)
    messages_per_second = fields.Integer(
        default=DEFAULT_RATE,
        help="How many messages per second Meta accepts for this number: 80 unless Meta raised it.",
    )
    responsible_user_id = fields.Many2one(
        "res.users", "First to ask", help="Gets the activity when a patient needs a person and nobody is assigned."
    )
    state = fields.Selection(
        [
            (DRAFT, "Not connected"),
            (CONNECTED, "Connected"),
            (NEEDS_ATTENTION, "Needs attention"),
            (PAUSED, "Paused"),
            (DISABLED, "Disabled"),
        ],
        required=True,
        default=DRAFT,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_reason = fields.Char("What is wrong", readonly=True, copy=False)
    last_webhook_at = fields.Datetime("Last webhook", readonly=True, copy=False)

    _phone_number_id_unique = models.UniqueIndex(
        "(phone_number_id) WHERE phone_number_id IS NOT NULL", "Another account uses this phone number ID already."
    )
    _webhook_key_unique = models.UniqueIndex("(webhook_key)", "The webhook key must be unique.")
    _rate_positive = models.Constraint("CHECK (messages_per_second > 0)", "At least one message per second.")

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for account in self:
            account.webhook_url = f"{account.get_base_url()}/clinic_whatsapp/webhook/{account.webhook_key}"

    def write(self, vals):
        """Forget the credentials when the address changes: they must not be sent wherever somebody points to."""
        if not self.env.su and any(account.api_url != vals.get("api_url", account.api_url) for account in self):
            given = {name: vals[name] for name in SENT_SECRETS if vals.get(name) not in (None, MASK)}
            vals = {**vals, **dict.fromkeys(SENT_SECRETS, False), **given}
        return super().write(vals)

    @api.constrains("responsible_user_id")
    def _check_responsible_user(self):
        for account in self:
            account._check_works_here(account.responsible_user_id)

    def action_pause(self):
        """Keep the queue: nothing leaves over these numbers until somebody resumes; what patients write arrives."""
        self.check_access("write")
        in_use = self.filtered(lambda account: account.state in (CONNECTED, NEEDS_ATTENTION))
        in_use.write({"state": PAUSED, "state_reason": self.env._("Paused by %(user)s.", user=self.env.user.name)})
        return True

    def action_resume(self):
        """Let numbers that were paused send again."""
        self.check_access("write")
        paused = self.filtered(lambda account: account.state == PAUSED)
        paused.write({"state": CONNECTED, "state_reason": False})
        paused._schedule_dispatch()
        return True

    def action_open_conversations(self):
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_conversation")
        return {**action, "domain": [("account_id", "in", self.ids)]}

    @api.model
    def _for_companies(self, companies):
        """Return {branch: account that writes for it}: its own connected one, else that of the nearest parent company.

        :param res.company companies: branches; one without any usable account gets an empty recordset
        """
        # sudo: clinic.whatsapp.account - a branch may write through the number of its parent company
        usable = self.sudo().search(
            [("company_id", "parent_of", companies.ids), ("state", "in", (CONNECTED, NEEDS_ATTENTION, PAUSED))],
            order="id desc",
        )
        by_company = {account.company_id: account for account in usable}
        # sudo: res.company - the parents of a branch, for its staff
        return {company: self._nearest(company.sudo(), by_company) for company in companies}

    def _nearest(self, company, by_company):
        while company and company not in by_company:
            company = company.parent_id
        # sudo: clinic.whatsapp.account - nothing, in the environment of what is found
        return by_company.get(company, self.sudo().browse())

    def _ensure_usable(self, company):
        """Raise a clear error when a branch has no number to write from.

        :raise UserError:
        """
        if not self:
            raise UserError(
                self.env._(
                    "%(branch)s has no connected WhatsApp number. A manager connects one under WhatsApp › "
                    "Configuration › Numbers.",
                    branch=company.name,
                )
            )

    def _secret(self, name) -> str:
        """Return a credential in clear, for the protocol only.

        :param str name: ``access_token``, ``app_secret`` or ``verify_token``
        """
        # sudo: clinic.whatsapp.account - credentials are hidden from staff; the connector needs them to work for staff
        record = self.sudo()
        return record._fields[name].reveal(record)

    def _is_neutralized(self) -> bool:
        """Tell whether this database is a neutralised copy, which must never reach a patient (design.md §5.6)."""
        # sudo: ir.config_parameter - a technical flag without personal data
        return bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"))

    def _credentials(self) -> Credentials:
        self.ensure_one()
        return Credentials(
            phone_number_id=self.phone_number_id or "",
            waba_id=self.waba_id or "",
            app_id=self.app_id or "",
            access_token=self._secret("access_token"),
            app_secret=self._secret("app_secret"),
            api_url=self.api_url,
            api_version=self.api_version,
        )

    def _cloud_api(self, **options) -> CloudApi:
        """Return a client for this number.

        :param options: see :class:`CloudApi`
        :raise UserError: in a neutralised copy of the database
        """
        if self._is_neutralized():
            raise UserError(self.env._("This is a copy of the database: it cannot reach WhatsApp."))
        return CloudApi(self._credentials(), **options)

    def _open_api(self, **options) -> CloudApi | None:
        """Return a client to send and fetch over one number; None when its settings do not allow it.

        Such a number needs attention; who serves many goes on with the others.

        :param options: see :class:`CloudApi`
        """
        try:
            self._credentials().need("phone_number_id", "access_token")
            return self._cloud_api(**options)
        except InvalidCredentials:
            reason = self._get_bad_settings_text()
        except UserError as error:  # a secret that the keys of this server cannot read
            reason = str(error)
        self._needs_attention(reason)
        return None

    def _needs_attention(self, reason):
        """Stop sending over these numbers until somebody has looked, and say so once.

        :param str reason: plain words for the manager
        """
        for account in self.filtered(lambda account: account.state == CONNECTED):
            account.write({"state": NEEDS_ATTENTION, "state_reason": reason})
            account._report_finding(SENDING_STOPPED, reason)

    def _for_manager(self):
        """Return this number in the language of who looks after it: crons and webhooks speak none."""
        return self.with_context(lang=self._get_manager().lang)

    def _get_manager(self):
        """Return who looks after this number: the responsible, else a manager of the branch, else the administrator."""
        self.ensure_one()
        group = self.env.ref("clinic_whatsapp.group_branch_manager")
        # sudo: res.groups - the members of a group are not readable by staff
        managers = group.sudo().all_user_ids.filtered(lambda user: self.company_id in user.company_ids)
        return self.responsible_user_id or managers[:1] or self.env.ref("base.user_admin")
