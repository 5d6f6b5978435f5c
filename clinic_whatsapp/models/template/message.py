import json

from odoo import fields, models

from ...cloud_api.messages import Buttons, Parameter, QuickReply, ReplyButton, Template
from ...encryption import EncryptedText
from ..messaging.reasons import MISSING_VALUE, TEMPLATE_NOT_APPROVED

MAX_REPLY_BUTTONS = 3  # of a free-form message, cloud_api.md §2.3


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    template_id = fields.Many2one(
        "clinic.whatsapp.template", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    template_values = EncryptedText(readonly=True)
    template_button_texts = fields.Json("Buttons", compute="_compute_template_button_texts")

    def _compute_template_button_texts(self):
        for message in self:
            # sudo: clinic.whatsapp.template.button - whoever may read a message may see its buttons
            message.template_button_texts = message.sudo().template_id.button_ids.mapped("text")

    def _get_values(self) -> list[str]:
        return json.loads(self.template_values or "[]")

    def _get_missing_variables(self):
        """Return the variables of the template that have no value in this message."""
        values = self._get_values()
        return self.template_id.variable_ids.sorted("index").filtered(
            lambda variable: not (variable.index <= len(values) and values[variable.index - 1])
        )

    def _get_block_detail(self, reason):
        if reason == MISSING_VALUE:
            return ", ".join(
                f"{{{{{variable.index}}}}} {variable.field_path or ''}".strip()
                for variable in self._get_missing_variables()
            )
        if reason == TEMPLATE_NOT_APPROVED:
            lang = self.env.lang or self.account_id._get_manager().lang
            return self.template_id.with_context(lang=lang).display_name
        return super()._get_block_detail(reason)

    def _forget_content(self):
        result = super()._forget_content()
        self.template_values = False
        return result

    def _is_marketing(self) -> bool:
        return super()._is_marketing() or self.template_id.category == "marketing"

    def _get_repeated_fields(self):
        return [*super()._get_repeated_fields(), "template_id", "template_values"]

    def _get_content(self):
        if not self.template_id:
            return super()._get_content()
        payloads = [
            f"{button.action}:{self.client_ref}:{index}" for index, button in enumerate(self.template_id.button_ids)
        ]
        if self.message_type == "template":
            return Template(
                name=self.template_id.name,
                language=self.template_id.language,
                header=self._load_content(),
                body=tuple(Parameter(value) for value in self._get_values()),
                buttons=tuple(QuickReply(index, payload) for index, payload in enumerate(payloads)),
            )
        if not payloads:
            return super()._get_content()
        titles = self.template_id.button_ids.mapped("text")
        replies = [ReplyButton(payload, title) for payload, title in zip(payloads, titles, strict=True)]
        return Buttons(self.body, tuple(replies[:MAX_REPLY_BUTTONS]))
