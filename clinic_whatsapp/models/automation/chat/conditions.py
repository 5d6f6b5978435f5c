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
    def _check_is_set_off(self):
        """Refuse to switch on what nothing would ever set off."""
        for automation in self.filtered("active"):
            if automation.trigger == KEYWORD and not automation._get_phrases():
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: enter at least one keyword, each on a line of its own.", name=automation.name
                    )
                )
            if automation.trigger == BUTTON and not automation.button_ids:
                raise ValidationError(
                    self.env._("“%(name)s”: choose the buttons that set it off.", name=automation.name)
                )

    def _find_problem(self):
        """Extended: a word by which patients say something else is none of an automation."""
        return super()._find_problem() or self._find_taken_keyword()

    def _find_breakage(self):
        """Extended: a template that was written anew may have lost the buttons that an automation waits for."""
        lost = self.trigger == BUTTON and self.active and not self.button_ids
        return super()._find_breakage() or (lost and self.env._("the buttons that set it off do not exist any more."))

    def _get_phrases(self):
        return [" ".join(words) for words in read_keywords(self.keywords)]

    def _find_taken_keyword(self):
        phrases = self._get_phrases() if self.trigger == KEYWORD else ()
        taken = next((phrase for phrase in phrases if opt_out.read_wish(phrase)), None)
        return bool(taken) and self.env._(
            "patients write “%(word)s” to say what they want to receive, or to cancel. The clinic acts upon it "
            "already: choose another word.",
            word=taken,
        )
