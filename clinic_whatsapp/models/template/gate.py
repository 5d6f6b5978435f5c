from odoo import models

from ..messaging import reasons
from .template import SERVICE_TEXT


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _get_rules(self):
        *rules, content = super()._get_rules()
        return [*rules, self._deny_template, self._deny_missing_values, content]

    def _deny_template(self, messages):
        return self._denied(messages.filtered(self._has_unusable_template), reasons.TEMPLATE_NOT_APPROVED)

    def _has_unusable_template(self, message) -> bool:
        template = message.template_id
        if message.message_type != "template":
            return bool(template) and template.category != SERVICE_TEXT
        return not template._is_sendable() or template.waba_id != message.account_id.waba_id

    def _deny_missing_values(self, messages):
        return self._denied(
            messages.filtered(lambda message: message.template_id and message._get_missing_variables()),
            reasons.MISSING_VALUE,
        )
