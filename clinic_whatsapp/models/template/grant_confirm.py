from odoo import models

from ..consent.consent_purpose import COMMERCIAL, SERVICE
from ..messaging.message import GRANT_CONFIRM

CONFIRMATION = "optin_confirmation"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _confirm_grant_by_template(self, entry):
        """Confirm a grant to somebody who has not written within 24 hours, by the clinic's utility template (LR-14).

        A number without that template keeps a blocked message, which names the template that is missing.
        """
        super()._confirm_grant_by_template(entry)
        template = self._get_confirmation_template()
        if not template:
            return self.env["clinic.whatsapp.message"]
        targets = [(entry.partner_id, entry, self.account_id)]
        # That an approval was recorded is no commercial message
        purpose = self._get_purpose(SERVICE) if entry.purpose_id.gate == COMMERCIAL else entry.purpose_id
        return template._queue_messages(purpose, targets, kind=GRANT_CONFIRM)

    def _get_confirmation_template(self):
        """Return the number's own confirmation, in any language, else the starter text."""
        # sudo: clinic.whatsapp.template - templates of the number's WhatsApp Business Account, whoever copied them
        templates = self.env["clinic.whatsapp.template"].sudo()
        named = [("name", "=", CONFIRMATION)]
        own = templates.search([*named, ("waba_id", "=", self.account_id.waba_id), ("waba_id", "!=", False)], limit=1)
        return own or templates.search([*named, ("account_id", "=", False)], limit=1)
