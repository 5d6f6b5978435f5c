"""Templates that were made at Meta with something that cannot be written here without taking it away.

They are shown, and sent as they are where nothing has to be filled in; they are edited in WhatsApp Manager.
"""

from odoo import api, fields, models

from ...cloud_api.answers import RemoteTemplate
from ...cloud_api.template_buttons import CopyCodeButton, FlowFormButton, OtpButton, UrlButton, variables
from ...cloud_api.template_definition import (
    AUTHENTICATION,
    MARKETING,
    NAMED,
    UTILITY,
    LocationHeader,
    MediaHeader,
    TemplateDefinition,
    TextHeader,
    read_definition,
)
from ..messaging.wire_values import mapping, words
from .template_button import MAX_BUTTONS

NAMED_VARIABLES, CODE, FORM, PART = "named", "code", "form", "part"
NO_TEXT = "–"


def judge_remote(remote: RemoteTemplate) -> tuple[TemplateDefinition | None, str, str]:
    """Return (definition, why it cannot be edited here, Meta's word for the part); the reason is empty when it can."""
    reading = read_definition(remote)
    definition = reading.definition
    if definition is None:
        return None, PART, reading.part
    if definition.category == AUTHENTICATION:
        return definition, CODE, ""
    if definition.category not in (UTILITY, MARKETING):
        return definition, PART, definition.category
    if definition.parameter_format == NAMED and needs_values(definition):
        return definition, NAMED_VARIABLES, ""
    if any(isinstance(button, FlowFormButton) for button in definition.buttons):
        return definition, FORM, ""
    labels = [button.text for button in definition.buttons if getattr(button, "text", "")]
    if len(definition.buttons) > MAX_BUTTONS or len(set(labels)) != len(labels):
        return definition, PART, "BUTTONS"
    return definition, "", ""


def needs_values(definition: TemplateDefinition) -> bool:
    """Tell whether a message needs anything beside the name of the template (cloud_api.md §2.4)."""
    header = definition.header
    asking = (MediaHeader, LocationHeader)
    return (
        definition.category == AUTHENTICATION
        or bool(definition.body_variables)
        or isinstance(header, asking)
        or (isinstance(header, TextHeader) and bool(variables(header.text)))
        or any(
            isinstance(button, (CopyCodeButton, OtpButton))
            or (isinstance(button, UrlButton) and bool(variables(button.url)))
            for button in definition.buttons
        )
    )


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    foreign_reason = fields.Selection(
        [
            (NAMED_VARIABLES, "Its variables have names instead of numbers"),
            (CODE, "It sends one-time codes"),
            (FORM, "It opens a form"),
            (PART, "It has a part that can only be edited at Meta"),
        ],
        readonly=True,
        copy=False,
    )
    foreign_part = fields.Char(readonly=True, copy=False)
    needs_unknown_values = fields.Boolean(
        readonly=True, copy=False, help="It cannot be sent from here: nobody here knows what to fill in."
    )
    remote_components = fields.Json(readonly=True, copy=False, help="Of a template that is edited at Meta: all of it.")

    def _explain_foreign(self) -> str:
        labels = dict(self._fields["foreign_reason"]._description_selection(self.env))
        named = f" ({self.foreign_part})" if self.foreign_part else ""
        return self.env._(
            "%(reason)s. It is edited in WhatsApp Manager.", reason=f"{labels.get(self.foreign_reason, '')}{named}"
        )

    @api.model
    def _prepare_foreign_vals(self, remote, definition, reason, part):
        """Return the values of a template that is only shown here."""
        parts = {words(component.get("type")).upper(): component for component in remote.components}
        header = words(mapping(parts.get("HEADER")).get("text"))
        body = mapping(parts.get("BODY")).get("text")
        return {
            "is_foreign": True,
            "foreign_reason": reason,
            "foreign_part": part or False,
            "needs_unknown_values": definition is None or needs_values(definition),
            "remote_components": list(remote.components),
            "body": body if isinstance(body, str) and body.strip() else NO_TEXT,
            "header_type": "text" if header else "none",
            "header_text": header or False,
            "footer": words(mapping(parts.get("FOOTER")).get("text")) or False,
        }

    def _get_foreign_buttons(self):
        """Return [[kind, text]] of the buttons of a template that is only shown here."""
        found = [part for part in self.remote_components or [] if words(mapping(part).get("type")).upper() == "BUTTONS"]
        buttons = mapping(found[0] if found else None).get("buttons")
        rows = [mapping(button) for button in (buttons if isinstance(buttons, list) else [])]
        return [[words(row.get("type")).lower(), words(row.get("text"))] for row in rows]
