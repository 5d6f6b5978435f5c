from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...cloud_api.template_buttons import (
    CONTACT_LABEL,
    Button,
    ContactRequestButton,
    CopyCodeButton,
    FlowFormButton,
    PhoneButton,
    QuickReplyButton,
    UrlButton,
    variables,
)
from .template import fill_in

MAX_BUTTONS = 10  # cloud_api.md §4.2
MAX_TEXT = 25
QUICK_REPLY, URL, PHONE, COPY_CODE = "quick_reply", "url", "phone", "copy_code"
CONTACT_REQUEST, FLOW = "contact_request", "flow"
OWN_LABEL = (COPY_CODE, CONTACT_REQUEST)  # WhatsApp writes the text of these, in the language of the phone


class ClinicWhatsappTemplateButton(models.Model):
    """A button below a template, and what happens when the patient presses it."""

    _name = "clinic.whatsapp.template.button"
    _inherit = ["clinic.shared.mixin"]
    _description = "WhatsApp template button"
    _order = "template_id, sequence, id"
    _rec_name = "text"

    template_id = fields.Many2one("clinic.whatsapp.template", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="template_id.company_id", store=True, precompute=True, default=None)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            (QUICK_REPLY, "Quick reply"),
            (URL, "Opens a page"),
            (PHONE, "Calls a number"),
            (COPY_CODE, "Copies a code"),
            (CONTACT_REQUEST, "Asks for the phone number"),
            (FLOW, "Opens a form"),
        ],
        required=True,
        default=QUICK_REPLY,
    )
    text = fields.Char(size=MAX_TEXT, help="What stands on the button, up to 25 characters.")
    url = fields.Char(
        "Address", help="Begins with https://. It may end with {{1}}, which stands for another value in every message."
    )
    phone_number = fields.Char(help="With the country's code: +90 212 …")
    code = fields.Char(help="What the button copies, up to 20 characters. Meta sees it as an example.")
    flow_id = fields.Char("Form ID", help="The number of the form in WhatsApp Manager › Flows.")
    action = fields.Selection(
        [("none", "Only a reply")], required=True, default="none", help="What the patient's answer does in Odoo."
    )

    @api.constrains("text", "kind", "template_id")
    def _check_buttons(self):
        for template in self.template_id:
            buttons = template.button_ids
            texts = [button.text for button in buttons if button.kind not in OWN_LABEL]
            if not all(texts):
                raise ValidationError(self.env._("Write a text on each button of “%(name)s”.", name=template.name))
            if len(buttons) > MAX_BUTTONS or len(set(texts)) != len(texts):
                raise ValidationError(self.env._("A template has at most ten buttons, each with a text of its own."))

    def _get_label(self) -> str:
        """Return what stands on one button."""
        return self._name_label(self.kind, self.text)

    @api.model
    def _name_label(self, kind, text) -> str:
        """Return what stands on a button of a kind: of some, WhatsApp chooses the words."""
        if kind == COPY_CODE:
            return self.env._("Copy code")
        return self.env._("Share phone number") if kind == CONTACT_REQUEST else text or ""

    def _has_variable(self) -> bool:
        return self.kind == URL and bool(variables(self.url or ""))

    def _get_button(self) -> Button:
        """Return one button as the protocol defines it."""
        text = (self.text or "").strip()
        if self.kind == URL:
            return UrlButton(text, self.url or "", self._get_url_example())
        if self.kind == PHONE:
            return PhoneButton(text, self.phone_number or "")
        if self.kind == COPY_CODE:
            return CopyCodeButton(self.code or "")
        if self.kind == FLOW:
            return FlowFormButton(text, self.flow_id or "")
        return ContactRequestButton(CONTACT_LABEL) if self.kind == CONTACT_REQUEST else QuickReplyButton(text)

    def _get_url_example(self) -> str:
        """Return the whole address with a sample at its end; empty without a variable or a sample."""
        sample = self.variable_ids[:1]._get_example() if self._has_variable() else ""
        return fill_in(self.url, {1: sample}) if sample else ""

    def _get_position(self) -> int:
        """Return the place of one button among those of its template, from 1; also while they are being edited."""
        buttons = list(self.template_id._get_buttons())
        return 1 + next(
            number
            for number, button in enumerate(buttons)
            if button == self or (button._origin and button._origin == self._origin)
        )
