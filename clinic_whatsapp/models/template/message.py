"""Messages made of templates.

When a message is queued, its values and what stands around its text are kept with it: what was shown is what leaves,
and what the thread shows for good. A template that says something else by the time the message leaves is not used for
it: values that were meant for one text never fill another one.
"""

import json
from urllib.parse import quote

from odoo import fields, models

from ...cloud_api.messages import (
    Buttons,
    CopyCode,
    FlowButton,
    HeaderText,
    Location,
    Parameter,
    QuickReply,
    ReplyButton,
    Template,
    UrlSuffix,
    dump,
)
from ...encryption import EncryptedText
from ..messaging.reasons import MISSING_VALUE, TEMPLATE_NOT_APPROVED
from .template import SERVICE_TEXT, fill_in
from .template_button import COPY_CODE, FLOW, QUICK_REPLY
from .template_definition import HEADER_TEXT, LOCATION, WITH_FILE
from .template_variable import BUTTON, HEADER

MAX_REPLY_BUTTONS = 3  # of a free-form message, cloud_api.md §2.3
IN_ADDRESS = "/?&=#%:@!$'()*+,;~-._"  # what a suffix of an address may hold as it is


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _prepare_content_vals(self, values, account=None):
        """Return what makes a message say one template.

        :param dict values: by key of the variable, see ``_get_key``
        :param clinic.whatsapp.account | None account: the number that sends; its branch is the place in a header
        """
        kept = {"values": {str(key): text for key, text in values.items()}, "shown": self._prepare_shown(values)}
        vals = {
            "message_type": "text" if self.category == SERVICE_TEXT else "template",
            "template_id": self.id,
            "template_values": json.dumps(kept),
            "body": self._fill(values),
        }
        if self.header_type in WITH_FILE and self.file_id:
            vals.update(self._prepare_media_vals())
        elif self.header_type == LOCATION:
            vals["content"] = self._prepare_place_content(account)
        return vals

    def _prepare_shown(self, values):
        """Return what stands around the text of a message, in a form that does not change with anybody's language."""
        header = fill_in(self.header_text, {1: values.get(HEADER, "")}) if self.header_type == HEADER_TEXT else ""
        return {
            "kind": self.header_type,
            "header": header,
            "footer": self.footer or "",
            "buttons": self._get_button_rows(),
        }

    def _prepare_place_content(self, account):
        place = self._prepare_place(account)
        is_known = place["latitude"] or place["longitude"]
        return json.dumps(dump(Location(**place))) if is_known and place["address"] else False


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    template_id = fields.Many2one(
        "clinic.whatsapp.template", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    template_values = EncryptedText(readonly=True)
    template_button_texts = fields.Json("Buttons", compute="_compute_template_button_texts")

    def _compute_template_button_texts(self):
        labels = self.env["clinic.whatsapp.template.button"]
        for message in self:
            # sudo: clinic.whatsapp.template.button - whoever may read a message may see its buttons
            shown = message._get_shown() or {"buttons": message.sudo().template_id._get_button_rows()}
            message.template_button_texts = [labels._name_label(kind, text) for kind, text in shown["buttons"]]

    def _read_template_values(self) -> dict:
        """Return ``{"values": {key: text}, "shown": dict | None}`` of one message."""
        try:
            kept = json.loads(self.template_values or "[]")
        except ValueError:  # it cannot be decrypted
            kept = []
        if isinstance(kept, list):  # kept before headers and buttons had values
            return {"values": {str(number): text for number, text in enumerate(kept, 1)}, "shown": None}
        return kept

    def _get_shown(self):
        return self._read_template_values()["shown"]

    def _get_values(self) -> list[str]:
        """Return the values of the variables of the text, in their order."""
        values = self._read_template_values()["values"]
        return [values.get(str(index), "") for index in self.template_id._get_placeholders()]

    def _get_missing_variables(self):
        """Return the variables of the template that have no value in this message."""
        values = self._read_template_values()["values"]
        variables = self.template_id.variable_ids.sorted(lambda variable: (variable.place, variable.index))
        return variables.filtered(lambda variable: not values.get(str(variable._get_key())))

    def _lacks_values(self) -> bool:
        return bool(self._get_missing_variables() or self._get_missing_header())

    def _get_missing_header(self):
        """Return what the header shows and nobody has entered yet, in words; False when nothing is missing."""
        kind = self.template_id.header_type
        if kind == LOCATION and not self.content:
            return self.env._("Place of the branch")
        return kind in WITH_FILE and not self.template_file_id and self.env._("File of the header")

    def _is_outdated(self) -> bool:
        """Tell whether the template says something else than when this message was queued."""
        kept = self._read_template_values()
        if not kept["shown"]:
            return False
        values = {int(key) if key.isdecimal() else key: text for key, text in kept["values"].items()}
        template = self.template_id
        return template._prepare_shown(values) != kept["shown"] or template._fill(values) != (self.body or "")

    def _get_block_detail(self, reason):
        if reason == MISSING_VALUE:
            missing = [variable._describe() for variable in self._get_missing_variables()]
            return ", ".join(filter(None, [*missing, self._get_missing_header()]))
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

    # What leaves

    def _get_content(self):
        if self.template_id and self.message_type == "template":
            return self._get_template_content()
        replies = self._get_replies()
        return Buttons(self.body, replies) if replies else super()._get_content()

    def _get_replies(self) -> tuple[ReplyButton, ...]:
        """Return the buttons of a free text."""
        buttons = enumerate(self.template_id._get_buttons())
        replies = [ReplyButton(self._get_payload(button, index), button.text) for index, button in buttons]
        return tuple(replies[:MAX_REPLY_BUTTONS])

    def _get_template_content(self) -> Template:
        values = self._read_template_values()["values"]
        return Template(
            name=self.template_id.name,
            language=self.template_id.language,
            header=self._get_header_value(values),
            body=tuple(Parameter(value) for value in self._get_values()),
            buttons=tuple(filter(None, self._get_button_values(values))),
        )

    def _get_header_value(self, values):
        if self.template_id.header_type != HEADER_TEXT:
            return self._load_content()
        return HeaderText(Parameter(values[HEADER])) if HEADER in values else None

    def _get_button_values(self, values):
        """Yield what each button of the template needs; the index counts all of them (cloud_api.md §2.4)."""
        for index, button in enumerate(self.template_id._get_buttons()):
            if button.kind == QUICK_REPLY:
                yield QuickReply(index, self._get_payload(button, index))
            elif button._has_variable():
                yield UrlSuffix(index, quote(values.get(f"{BUTTON}:{index + 1}", ""), safe=IN_ADDRESS))
            elif button.kind == COPY_CODE:
                yield CopyCode(index, button.code or "")
            elif button.kind == FLOW:
                yield FlowButton(index, self._get_payload(button, index))

    def _get_payload(self, button, index) -> str:
        return f"{button.action}:{self.client_ref}:{index}"

    # What the thread shows

    def _prepare_sent(self):
        vals, shown = super()._prepare_sent(), self._get_shown()
        if shown:
            vals.update(header=shown["header"], footer=shown["footer"])
        return vals
