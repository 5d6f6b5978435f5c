"""What Meta reports beside messages and statuses, as far as it concerns patients; the rest: ``account_events``."""

from odoo import models

from ...cloud_api import errors as cloud_errors
from ...cloud_api import webhook
from . import health
from .moments import naive

MARKETING = "marketing_messages"
WANTED = {"stop": False, "resume": True, "signup": True}  # cloud_api.md §5.9


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive_change(self, field, payload):
        value = payload["value"]
        if field == "user_preferences":
            self._receive_marketing_choices(webhook.parse_marketing_choices(value))
        elif field == "user_id_update":
            for update in webhook.parse_user_id_updates(value):
                self._receive_user_id_update(update)
        elif field == "messages" and webhook.parse_errors(value):
            self._receive_errors(webhook.parse_errors(value))
        else:
            return super()._receive_change(field, payload)
        return None

    def _receive_marketing_choices(self, choices):
        """Keep who stopped or resumed marketing messages; Meta enforces the stop itself (131050)."""
        contacts = self.env["clinic.whatsapp.contact"]
        controller = self.company_id._get_controller()
        for choice in choices:
            if choice.category != MARKETING or choice.value not in WANTED or not (choice.user_id or choice.wa_id):
                continue
            contact = contacts._resolve(controller, wa_id=choice.wa_id, user_ref=choice.user_id)
            contact._choose_marketing(WANTED[choice.value], naive(choice.at))

    def _receive_errors(self, errors):
        """Meta complains about the number, not about a message."""
        for error in errors:
            if error.meaning.policy is cloud_errors.Policy.STOP_ACCOUNT:
                self._stop_for(error)
            else:
                env = self._for_manager().env
                self._report_finding(health.ALERT, env._(error.meaning.title), subject=str(error.code))
