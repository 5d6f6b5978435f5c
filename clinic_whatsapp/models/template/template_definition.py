"""What a template is: its parts, Meta's form of it, and what Meta would refuse about it (cloud_api.md §4.2).

A text that Meta would refuse is refused when it is saved, with the rule and the place. What Meta has taken already is
not asked about our reading of its rules: an approved template is right by definition.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...cloud_api.template_definition import Header, LocationHeader, MediaHeader, TemplateDefinition, TextHeader
from ...cloud_api.template_rules import Problem, check
from .template import DRAFT, SERVICE_TEXT, find_placeholders
from .template_button import QUICK_REPLY
from .template_variable import BODY, BUTTON, HEADER

NONE, HEADER_TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION = "none", "text", "image", "video", "document", "location"
WITH_FILE = (IMAGE, VIDEO, DOCUMENT)
SAMPLE = "sample"  # in place of the handle that an upload gives when it is submitted


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    header_type = fields.Selection(
        [
            (NONE, "None"),
            (HEADER_TEXT, "Text"),
            (IMAGE, "Picture"),
            (VIDEO, "Video"),
            (DOCUMENT, "Document"),
            (LOCATION, "Place of the branch"),
        ],
        "Header",
        required=True,
        default=NONE,
    )
    header_text = fields.Char("Text of the header", help="Up to 60 characters; it may have one variable, {{1}}.")
    header_file = fields.Binary(
        "File of the header", help="Sent with every message, and shown to Meta's reviewer as a sample."
    )
    header_filename = fields.Char("Name of the file")
    footer = fields.Char(help="A small line below the text, up to 60 characters, without variables.")
    ttl_minutes = fields.Integer(
        "Give up after",
        help="Minutes for which WhatsApp tries to deliver a message, for example to a phone that is switched off. "
        "0: as long as Meta does by default.",
    )
    is_foreign = fields.Boolean(
        "Only editable at Meta",
        readonly=True,
        copy=False,
        help="It was made at Meta with something that this form does not know. It is shown, and edited there.",
    )
    problems = fields.Json(compute="_compute_problems", help="What Meta would refuse, each with its place.")

    @api.depends(
        "name",
        "language",
        "category",
        "body",
        "header_type",
        "header_text",
        "header_file",
        "footer",
        "ttl_minutes",
        "variable_ids.place",
        "variable_ids.index",
        "variable_ids.sample",
        "variable_ids.fallback",
        "variable_ids.text",
        "variable_ids.button_id",
        "button_ids.sequence",
        "button_ids.kind",
        "button_ids.text",
        "button_ids.url",
        "button_ids.phone_number",
        "button_ids.code",
        "button_ids.flow_id",
    )
    @api.depends_context("lang")
    def _compute_problems(self):
        for template in self:
            template.problems = [template._describe_problem(problem) for problem in template._get_problems()]

    @api.constrains(
        "name",
        "language",
        "category",
        "body",
        "header_type",
        "header_text",
        "header_file",
        "footer",
        "ttl_minutes",
        "variable_ids",
        "button_ids",
    )
    def _check_rules(self):
        """Refuse what Meta would refuse, as long as Meta has not taken it."""
        if broken := self.filtered(lambda template: template.status == DRAFT and template.problems):
            raise ValidationError("\n\n".join(template._explain_problems() for template in broken))

    @api.constrains("body", "header_type", "header_text", "variable_ids", "button_ids")
    def _check_variables(self):
        for template in self.filtered(lambda template: not template.is_foreign):
            wanted = template._get_wanted_variables()
            numbers = find_placeholders(template.body)
            if numbers != list(range(1, len(numbers) + 1)):
                raise ValidationError(
                    self.env._("Number the variables of “%(name)s” without gaps: {{1}}, {{2}} …", name=template.name)
                )
            if wanted != template._get_bound_variables():
                raise ValidationError(
                    self.env._(
                        "“%(name)s” needs one line per variable: %(wanted)s.",
                        name=template.name,
                        wanted=template._name_variables(wanted),
                    )
                )

    @api.constrains("category", "header_type", "footer", "button_ids")
    def _check_service_text(self):
        for template in self.filtered(lambda template: template.category == SERVICE_TEXT):
            kinds = set(template.button_ids.mapped("kind"))
            if template.header_type != NONE or template.footer or kinds - {QUICK_REPLY}:
                raise ValidationError(
                    self.env._("A free text has no header and no footer, and its buttons are quick replies.")
                )

    def _get_problems(self) -> list[Problem]:
        """Return what Meta would refuse; nothing about a free text, which Meta never sees."""
        return [] if self.category == SERVICE_TEXT or self.is_foreign else check(self._get_definition())

    def _describe_problem(self, problem):
        """Return ``{"place", "label", "text", "code"}``; ``place`` as in :class:`Problem`, the others for people."""
        return {
            "place": problem.place,
            "label": self._name_place(problem.place),
            "text": self.env._(problem.text),
            "code": problem.code or False,
        }

    @api.model
    def _name_place(self, place) -> str:
        kind, _colon, which = place.partition(":")
        if kind == "variable":
            return f"{{{{{which}}}}}"
        if kind == "button":
            return self.env._("Button %(number)s", number=which)
        return {
            "name": self.env._("Name"),
            "language": self.env._("Language"),
            "category": self.env._("Category"),
            "ttl": self.env._("Give up after"),
            "header": self.env._("Header"),
            "body": self.env._("Text"),
            "footer": self.env._("Footer"),
            "buttons": self.env._("Buttons"),
        }[kind]

    def _explain_problems(self) -> str:
        title = self.env._("Meta would refuse “%(name)s”:", name=self.name or "")
        return "\n".join([title, *(f"– {problem['label']}: {problem['text']}" for problem in self.problems)])

    # Variables

    def _get_wanted_variables(self) -> set:
        """Return (place, button, number) of every variable that stands in one template."""
        header = find_placeholders(self.header_text) if self.header_type == HEADER_TEXT else []
        ends = self.button_ids.filtered(lambda button: button._has_variable())
        return {
            *((BODY, self.button_ids.browse(), number) for number in find_placeholders(self.body)),
            *((HEADER, self.button_ids.browse(), number) for number in header),
            *((BUTTON, button, 1) for button in ends),
        }

    def _get_bound_variables(self) -> set:
        bound = self.variable_ids | self.button_ids.variable_ids
        return {(variable.place, variable.button_id, variable.index) for variable in bound}

    @api.model
    def _name_variables(self, variables) -> str:
        places = dict(self.variable_ids._fields["place"]._description_selection(self.env))
        named = sorted((number, place, button.text or "") for place, button, number in variables)
        return ", ".join(
            f"{{{{{number}}}}}" if place == BODY else " ".join(filter(None, (places[place], text, f"{{{{{number}}}}}")))
            for number, place, text in named
        )

    # The definition

    def _get_definition(self, handle=SAMPLE) -> TemplateDefinition:
        """Return one template as the protocol defines it.

        :param str handle: of the uploaded sample of its header
        """
        examples = self._get_examples(BODY)
        return TemplateDefinition(
            name=self.name or "",
            language=self.language or "",
            category=(self.category or "").upper(),
            body=self.body or "",
            header=self._get_header(handle),
            footer=self.footer or "",
            buttons=tuple(button._get_button() for button in self._get_buttons()),
            body_examples=tuple(examples.get(index, "") for index in self._get_placeholders()),
            ttl_seconds=self.ttl_minutes * 60 or None,
        )

    def _get_header(self, handle) -> Header | None:
        if self.header_type == HEADER_TEXT:
            return TextHeader(self.header_text or "", self._get_examples(HEADER).get(1, ""))
        if self.header_type in WITH_FILE:
            return MediaHeader(self.header_type.upper(), handle if self.header_file else "")
        return LocationHeader() if self.header_type == LOCATION else None

    def _get_buttons(self):
        """Return the buttons in their order, also while they are being edited."""
        return self.button_ids.sorted("sequence")

    def _get_components(self, handle=SAMPLE):
        return self._get_definition(handle).components()

    def _get_examples(self, place) -> dict[int, str]:
        """Return {variable number: example} of header or body."""
        found = self.variable_ids.filtered(lambda variable: variable.place == place)
        return {variable.index: variable._get_example() for variable in found}


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    def _get_key(self) -> int | str:
        """Return by what name a value for this variable goes: its number in the text, ``header``, or ``button:2``."""
        if self.place == BODY:
            return self.index
        if self.place == HEADER:
            return HEADER
        return f"{BUTTON}:{self.button_id._get_position()}"

    def _get_example(self) -> str:
        """Return what stands for its value at Meta's reviewer and in the preview."""
        return self.sample or self.fallback or self.text or ""
