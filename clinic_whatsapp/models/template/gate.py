from odoo import models

from ..consent.consent_purpose import COMMERCIAL
from ..messaging import reasons
from .template import SERVICE_TEXT

CATEGORIES = {"utility": False, "marketing": True}  # whether it is commercial; all others are for other things


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _get_content_rules(self):
        return [self._deny_template, self._deny_category, self._deny_missing_values, *super()._get_content_rules()]

    def _deny_template(self, messages):
        return self._denied(messages.filtered(self._has_unusable_template), reasons.TEMPLATE_NOT_APPROVED)

    def _has_unusable_template(self, message) -> bool:
        template = message.template_id
        if message.message_type != "template":
            return bool(template) and template.category != SERVICE_TEXT
        other_account = template.waba_id != message.account_id.waba_id
        return other_account or not template._is_sendable() or message._is_outdated()

    def _deny_category(self, messages):
        """LR-29: what Meta counts as marketing leaves for marketing only, and nothing else does."""
        return self._denied(
            messages.filtered(
                lambda message: (
                    message.message_type == "template"
                    and CATEGORIES.get(message.template_id.category) != (message.purpose_id.gate == COMMERCIAL)
                )
            ),
            reasons.CATEGORY_MISMATCH,
        )

    def _deny_missing_values(self, messages):
        return self._denied(
            messages.filtered(lambda message: message.template_id and message._lacks_values()),
            reasons.MISSING_VALUE,
        )
