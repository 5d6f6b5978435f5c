"""What an automation of conversations must say before it is switched on.

A greeting and the opening hours are among the few things that the clinic may say by itself to whoever has just written
(legal.md LR-26). They need no opt-in, so they are for no purpose that needs one. Everything else is an automatic
message like any other, for which the gate wants the patient's opt-in.
"""

from odoo import api, models
from odoo.exceptions import ValidationError

from ...consent import opt_out
from ...consent.consent_purpose import APPOINTMENT, SERVICE
from ..trigger import BUTTON, GREETING, KEYWORD, OUT_OF_HOURS
from .keywords import read_keywords

WITHOUT_OPT_IN = (GREETING, OUT_OF_HOURS)
ANSWERING = (SERVICE, APPOINTMENT)


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    @api.constrains("trigger", "purpose_id")
    def _check_answers_only(self):
        """What needs no opt-in is for no other purpose than to answer."""
        for automation in self:
            # sudo: clinic.consent.purpose - a setting of the app
            if automation.trigger in WITHOUT_OPT_IN and automation.purpose_id.sudo().code not in ANSWERING:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: who has just written is answered for the purpose of service or of appointments, "
                        "and for nothing else.",
                        name=automation.name,
                    )
                )

    @api.constrains("trigger", "keywords", "button_ids", "active")
    def _check_chat_condition(self):
        """Refuse what would never be set off, and words that patients use for something else."""
        for automation in self:
            if automation.trigger == KEYWORD:
                automation._check_keywords()
            elif automation.trigger == BUTTON and automation.active and not automation.button_ids:
                raise ValidationError(
                    self.env._("“%(name)s”: choose the buttons that set it off.", name=automation.name)
                )

    def _find_breakage(self):
        """Extended: a template that was written anew may have lost the buttons that an automation waits for."""
        lost = self.trigger == BUTTON and self.active and not self.button_ids
        return super()._find_breakage() or (lost and self.env._("the buttons that set it off do not exist any more."))

    def _check_keywords(self):
        phrases = [" ".join(words) for words in read_keywords(self.keywords)]
        if self.active and not phrases:
            raise ValidationError(
                self.env._("“%(name)s”: enter at least one keyword, each on a line of its own.", name=self.name)
            )
        if taken := [phrase for phrase in phrases if opt_out.read_wish(phrase)]:
            raise ValidationError(
                self.env._(
                    "“%(name)s”: patients write “%(word)s” to say what they want to receive, or to cancel. The clinic "
                    "acts upon it already: choose another word.",
                    name=self.name,
                    word=taken[0],
                )
            )
