"""Which numbers is a webhook about?

The address at which it arrived says little: all numbers of an app share one, whatever branch they belong to.
"""

import re

from odoo import models
from odoo.exceptions import UserError

from ...cloud_api import phone
from .inbox import NotHandled


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _get_sharing_app(self):
        """Return the numbers for which this one's webhook address may speak: those of the same app and app secret."""
        # sudo: clinic.whatsapp.account - numbers of other branches share the app's only address
        account = self.sudo()
        same_app = account.with_context(active_test=False).search([("app_id", "=", account.app_id or "-")])
        secret = account._secret("app_secret")
        return account | same_app.filtered(lambda other: other._has_secret(secret))

    def _has_secret(self, secret) -> bool:
        try:
            return self._secret("app_secret") == secret
        except UserError:  # the keys of this server cannot read it
            return False

    def _get_numbers_of(self, payload):
        """Return the numbers of the WhatsApp Business Account that a webhook is about.

        :raise NotHandled: when it has none of ours
        """
        waba_id = payload.get("waba_id") or self.waba_id
        numbers = self._get_sharing_app().filtered(lambda account: account.waba_id == waba_id)
        if not numbers:
            env = self._for_manager().env
            raise NotHandled(env._("This WhatsApp Business Account is not one of ours: %(waba)s", waba=waba_id))
        return numbers

    def _get_concerned(self, payload):
        """Return the numbers that an account webhook is about: the one that it names, else all of its account.

        :raise NotHandled: when none of them is ours
        """
        value = payload["value"]
        numbers = self._get_numbers_of(payload)
        named = str(value.get("display_phone_number") or value.get("phone_number") or "")
        if (payload.get("metadata") or {}).get("phone_number_id"):
            return self  # stored for this number already
        if value.get("entity_type") == "PHONE_NUMBER":
            named = str(value.get("entity_id"))
            found = numbers.filtered(lambda account: account.phone_number_id == named)
        elif named:
            found = numbers.filtered(lambda account: account._has_phone(named))
        else:
            return numbers
        if not found:
            env = self._for_manager().env
            raise NotHandled(env._("This number is not one of ours: %(number)s", number=phone.mask(named)))
        return found

    def _has_phone(self, display) -> bool:
        """Tell whether Meta means this number; both sides may write it in any way (cloud_api.md §12)."""
        digits = re.sub("[^0-9]", "", display)
        return bool(digits) and digits in self._get_wa_digits()

    def _get_wa_digits(self):
        typed = self.phone_number or ""
        try:
            forms = phone.variants(phone.to_e164(typed, self.company_id.country_id.code or "TR"))
        except phone.InvalidPhone:
            forms = (typed,)
        return {re.sub("[^0-9]", "", form) for form in forms}
