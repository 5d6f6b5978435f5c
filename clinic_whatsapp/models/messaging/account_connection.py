"""From an empty form to a working number: asks Meta and says in plain words what is wrong."""

from markupsafe import Markup
from odoo import fields, models

from ...cloud_api.client import CloudApiError, InvalidCredentials, Rejected, Unreachable
from .account import CONNECTED, DRAFT, NEEDS_ATTENTION

SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    connection_report = fields.Html("Connection test", readonly=True, copy=False)

    def action_test_connection(self):
        """Ask Meta about token, permissions, number and webhook; connect the account when nothing is wrong."""
        self.ensure_one()
        findings = self._missing_settings() or self._ask_meta()
        problems = [text for good, text in findings if not good]
        self.connection_report = self._render_findings(findings)
        if not problems:
            self.write({"state": CONNECTED, "state_reason": False})
            self._schedule_dispatch()
        elif self.state in (CONNECTED, NEEDS_ATTENTION):
            self.write({"state": NEEDS_ATTENTION, "state_reason": problems[0]})
        else:
            self.write({"state": DRAFT, "state_reason": problems[0]})
        return True

    def _missing_settings(self):
        needed = ("phone_number_id", "waba_id", "app_id", "access_token", "app_secret")
        return [
            (
                False,
                self.env._(
                    "“%(field)s” is empty. Fill it in first.", field=self._fields[name]._description_string(self.env)
                ),
            )
            for name in needed
            if not self[name]
        ]

    def _ask_meta(self):
        """Return [(is it good, sentence)] for token, permissions, number and webhook."""
        try:
            api = self._cloud_api()
        except InvalidCredentials:
            return [(False, self._get_bad_settings_text())]
        with api:
            checks = (self._check_token, self._check_number, self._check_webhook)
            return [finding for check in checks for finding in self._explained(check, api)]

    def _get_bad_settings_text(self):
        return self.env._("One of the values is not what Meta gives: IDs are digits, the address begins with https://.")

    def _explained(self, check, api):
        try:
            return check(api)
        except Rejected as error:
            meaning = error.error.meaning
            return [(False, f"{self.env._(meaning.title)} {self.env._(meaning.advice)}")]
        except Unreachable as error:
            what = self.env._("%(url)s cannot be reached.", url=self.api_url)
            return [(False, f"{what} {self.env._(error.advice)}")]
        except CloudApiError:
            return [(False, self.env._("Meta did not answer at %(url)s. Try again in a moment.", url=self.api_url))]

    def _check_token(self, api):
        token = api.inspect_token()
        if not token.is_valid:
            return [
                (False, self.env._("The access token is not valid or has expired. Create a new system user token."))
            ]
        missing = [scope for scope in SCOPES if scope not in token.scopes]
        if missing:
            return [(False, self.env._("The token lacks the permission %(scopes)s.", scopes=", ".join(missing)))]
        if token.expires_at:
            until = fields.Date.to_string(token.expires_at.date())
            return [
                (True, self.env._("The token works until %(date)s; a system user token never expires.", date=until))
            ]
        return [(True, self.env._("The token is valid and has the permissions it needs."))]

    def _check_number(self, api):
        number = api.phone_number()
        self.phone_number = self.phone_number or number.display_phone_number
        return [
            (
                True,
                self.env._(
                    "The number is %(number)s, shown as “%(name)s”.",
                    number=number.display_phone_number,
                    name=number.verified_name,
                ),
            )
        ]

    def _check_webhook(self, api):
        if self.app_id not in api.subscribed_app_ids():
            api.subscribe()
        if not self.last_webhook_at:
            advice = self.env._(
                "Subscribed, but no webhook has arrived yet. Enter the webhook address and the verify token in your "
                "app, then write a message to the number."
            )
            return [(True, advice)]
        return [
            (
                True,
                self.env._(
                    "Webhooks arrive; the last one came on %(date)s (UTC).",
                    date=fields.Datetime.to_string(self.last_webhook_at),
                ),
            )
        ]

    def _render_findings(self, findings):
        line = Markup('<li><i class="fa %s"></i> %s</li>')
        icons = {True: "fa-check-circle text-success", False: "fa-exclamation-triangle text-danger"}
        return Markup('<ul class="list-unstyled mb-0">%s</ul>') % Markup("").join(
            line % (icons[good], text) for good, text in findings
        )
