"""The steps from an empty form to a working number, each a button that asks or tells Meta one thing.

Nothing that somebody has set is replaced in silence: neither an ID that differs from what Meta says, nor the address to
which an app delivers webhooks for another system. A wizard shows both and asks.
"""

from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import UserError

from ...cloud_api.client import CloudApiError, InvalidValue, Rejected
from .account import DEFAULT_API_URL, MANAGER
from .health import REGISTER_AGAIN

# What we listen to, cloud_api.md §5.4
WEBHOOK_FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "user_preferences",
    "flows",
    "business_username_updates",
)
APP_SCOPE, NUMBER_SCOPE = "app", "number"
IDS = ("waba_id", "app_id")


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    webhook_scope = fields.Selection(
        [(APP_SCOPE, "All numbers of the app"), (NUMBER_SCOPE, "This number alone")],
        "Webhook address is set for",
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="An app has one address for all of its numbers. A number that shares its app with another system can have "
        "an address of its own.",
    )
    webhook_field_names = fields.Char("Fields to subscribe", compute="_compute_webhook_field_names", groups=MANAGER)

    def _compute_webhook_field_names(self):
        self.webhook_field_names = ", ".join(WEBHOOK_FIELDS)

    @contextmanager
    def _ask(self, *needed):
        """Yield a client for this number; what goes wrong at Meta becomes an error in plain words.

        :param str needed: names of the fields that must be filled in
        :raise UserError:
        """
        self.ensure_one()
        self.check_access("write")
        if missing := self._missing_settings(needed):
            raise UserError("\n".join(missing))
        try:
            with self._cloud_api() as api:
                yield api
        except InvalidValue as error:
            raise UserError(self.env._(error.limit)) from error
        except CloudApiError as error:
            raise UserError(self._explain_error(error)) from error

    # IDs

    def action_discover_ids(self):
        """Fill in the WABA and app IDs that Meta knows for this number and token; ask before one is replaced."""
        with self._ask("phone_number_id", "access_token") as api:
            answer = api.health()
        found = {name: getattr(answer, name) for name in IDS if getattr(answer, name)}
        self.write({name: value for name, value in found.items() if not self[name]})
        if any(self[name] != value for name, value in found.items()):
            return self._open_question("ids", found)
        if missing := [name for name in IDS if not self[name]]:
            return self._notify_user(self._get_undiscovered_text(missing), kind="warning", sticky=True)
        return self._notify_user(self.env._("Both IDs are as Meta knows them."))

    def _get_undiscovered_text(self, names):
        labels = ", ".join(self._fields[name]._description_string(self.env) for name in names)
        return self.env._(
            "Meta did not tell: %(names)s. Copy it from the Meta App Dashboard; it stands beside the number or under "
            "App settings › Basic.",
            names=labels,
        )

    def _open_question(self, kind, found):
        """Open the wizard that asks whether to replace what is set."""
        wizard = self.env["clinic.whatsapp.setup.wizard"].create({"account_id": self.id, "kind": kind, **found})
        return self._open_wizard(wizard._name, self.env._("Take over?"), wizard)

    # Webhooks

    def action_connect_webhook(self):
        """Let Meta deliver to this Odoo: subscribe the business account to the app, and set the app's address."""
        with self._ask("waba_id", "app_id", "access_token", "app_secret", "verify_token") as api:
            self._check_webhook_address()
            if self.app_id not in api.subscribed_app_ids():
                api.subscribe()
            try:
                current = self._get_app_address(api)
                if current and current != self.webhook_url:
                    return self._open_question("webhook", {"current_address": current})
                return self._set_app_address(api)
            except Rejected as error:
                return self._notify_user(self._get_by_hand_text(error), kind="warning", sticky=True)

    def _get_app_address(self, api):
        subscription = api.app_subscription()
        return subscription.callback_url if subscription else ""

    def _set_app_address(self, api):
        api.subscribe_app(self.webhook_url, self._secret("verify_token"), WEBHOOK_FIELDS)
        self.webhook_scope = APP_SCOPE
        return self._notify_user(self._get_delivery_text())

    def _get_delivery_text(self):
        return self.env._(
            "Meta delivers here from now on. Write a message to the number from your own phone to see it."
        )

    def _get_by_hand_text(self, error):
        return self.env._(
            "The business account is subscribed, but Meta does not let the app set its address: %(reason)s Do it by "
            "hand: Meta App Dashboard › WhatsApp › Configuration › Webhook › Edit. Enter the webhook address and the "
            "verify token of this form, then subscribe the fields that it lists.",
            reason=self._explain_error(error),
        )

    def action_set_own_webhook(self):
        """Let Meta deliver what concerns this number here, whatever address its app has (cloud_api.md §5.4)."""
        with self._ask("phone_number_id", "waba_id", "app_id", "access_token", "verify_token") as api:
            self._check_webhook_address()
            if self.app_id not in api.subscribed_app_ids():
                api.subscribe()
            api.set_webhook_override(self.webhook_url, self._secret("verify_token"))
        self.webhook_scope = NUMBER_SCOPE
        return self._notify_user(
            self.env._(
                "Messages of this number are delivered here from now on. News about templates and the account still go "
                "to the app's own address: press “Refresh templates” now and then."
            )
        )

    def action_clear_own_webhook(self):
        """Let the address of the app count for this number again."""
        with self._ask("phone_number_id", "access_token") as api:
            api.clear_webhook_override()
        self.webhook_scope = False
        return self._notify_user(self.env._("The address of the app counts for this number again."))

    def _check_webhook_address(self):
        """
        :raise UserError: when Meta would not deliver to the address of this Odoo (cloud_api.md §5.1)
        """
        if self.api_url == DEFAULT_API_URL and not self.webhook_url.startswith("https://"):
            raise UserError(
                self.env._(
                    "Meta delivers to https addresses only, and this Odoo calls itself %(url)s. Open it once as an "
                    "administrator under the address that the internet knows, or set the system parameter "
                    "web.base.url, then try again.",
                    url=self.get_base_url(),
                )
            )

    # Registration and profile

    def action_open_registration(self):
        """Open the wizard that asks for the six-digit PIN."""
        self.ensure_one()
        self.check_access("write")
        return self._open_wizard("clinic.whatsapp.register.wizard", self.env._("Register the number"))

    def action_open_profile(self):
        """Read the business profile from Meta and open it."""
        with self._ask("phone_number_id", "access_token") as api:
            profile = api.profile()
        wizard = self.env["clinic.whatsapp.profile.wizard"]
        opened = wizard.create(wizard._prepare_vals(self, profile))
        return self._open_wizard(wizard._name, self.env._("What patients see about you"), opened)

    def _open_wizard(self, model, name, record=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "res_id": record.id if record else False,
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def _register_number(self, pin):
        """Register the number for the Cloud API. The PIN is handed to Meta and kept nowhere.

        :param str pin: six digits
        """
        with self._ask("phone_number_id", "access_token") as api:
            api.register(pin)
        self.number_status = "CONNECTED"
        self._clear_finding(REGISTER_AGAIN)
        self.message_post(body=self.env._("%(user)s registered the number at WhatsApp.", user=self.env.user.name))
