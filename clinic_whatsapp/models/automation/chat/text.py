"""Free texts of automations: written by a manager, filled in for one conversation as canned replies are.

``{clinic}``, ``{branch}`` and so on are known from there (``inbox/canned``); ``{next_open_day}`` and
``{next_open_time}`` say when the branch opens. What is not known leaves no gap: then the text does not leave.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

from ...inbox.canned import LONGEST, VARIABLE
from ...template.value_facts import find_opening
from ...template.value_helpers import DAY, TIME

OF_A_PERSON = "me"  # nobody writes these


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    text = fields.Text(
        help="{patient}, {appointment}, {clinic}, {branch}, {phone} (of the branch), {ways_to_apply}, {next_open_day} "
        "and {next_open_time} are filled in.",
    )

    @api.constrains("text")
    def _check_text(self):
        known = self._get_text_variables()
        for step in self:
            if len(step.text or "") > LONGEST:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: a text has at most %(limit)s characters.",
                        name=step.automation_id.name,
                        limit=LONGEST,
                    )
                )
            if strange := [name for name in VARIABLE.findall(step.text or "") if name not in known]:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” cannot be filled in. Known are %(known)s.",
                        name=strange[0],
                        known=", ".join(f"{{{name}}}" for name in known),
                    )
                )

    def _get_text(self, conversation) -> str:
        """Extended: filled in for one conversation in the patient's language.

        :raise UserError: when something in it is not known
        """
        text, values = super()._get_text(conversation), self._get_text_values(conversation)
        if unknown := [name for name, value in values.items() if not value]:
            raise UserError(self.env._("Nobody knows what “%(name)s” is here.", name=unknown[0]))
        return VARIABLE.sub(lambda match: str(values[match[1]]), text)

    def _has_gap(self, conversation) -> bool:
        """Tell whether something in this text is not known for one conversation."""
        return not all(self._get_text_values(conversation).values())

    def _get_text_values(self, conversation) -> dict:
        """Return {name: value} of what this text names; an empty value is not known."""
        this, variables = conversation._in_patients_language(), self._get_text_variables()
        text = self.with_context(lang=this.env.context.get("lang")).text
        return {name: variables[name](this) for name in dict.fromkeys(VARIABLE.findall(text or ""))}

    @api.model
    def _get_text_variables(self) -> dict:
        """Return {name: function of a conversation in the patient's language} of all that can be filled in."""
        known = self.env["clinic.whatsapp.canned"]._get_variables()
        known.pop(OF_A_PERSON, None)
        return {
            **known,
            "next_open_day": lambda conversation: self._tell_opening(conversation, DAY),
            "next_open_time": lambda conversation: self._tell_opening(conversation, TIME),
        }

    @api.model
    def _tell_opening(self, conversation, pattern):
        # sudo: res.company - the opening hours of a branch are for its patients to know
        branch = conversation.company_id.sudo()
        opening = find_opening(branch)
        return opening and format_datetime(conversation.env, opening, tz=branch._get_tz(), dt_format=pattern)
