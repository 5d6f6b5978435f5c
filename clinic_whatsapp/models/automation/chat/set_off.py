"""What a patient's message sets off by itself: a greeting, the opening hours, an answer to a keyword or a button.

It is noted in the transaction that stores the message, after all that the law and the patient's own wish come first
for: a stop, a question about consent, an emergency, the short notice. Who has said one of these things, is blocked or
wants no messages sets off nothing; neither does a message that arrives long after it was written.

- *Greeting*: for the very first message of a person to this clinic, whichever branch he writes to.
- *Outside the opening hours*: once in each closed period, which begins with the closing; that is what the rows hang on,
  so there is one by construction. Silent while a person of the branch takes care of the patient; who writes again when
  nobody does any more is answered then.
- A greeting and the opening hours never come for one message: the hours say more, and greet as well. Whoever has got
  them is not greeted later: his next message is not his first one.
- *Keyword* and *button*: with each message, beside the above.

What these say answers nobody: the patient waits for a person as before (``inbox/waiting``).
"""

from datetime import timedelta

from odoo import api, fields, models

from ...messaging.inbox_messages import OPENS_WINDOW
from ...messaging.message import IN
from ..reasons import STAFF_ACTIVE, TOO_LATE
from ..scheduled import PLANNED
from ..trigger import BUTTON, GREETING, KEYWORD, OUT_OF_HOURS
from .keywords import has_keyword

FRESH = timedelta(hours=1)  # a message that is older when it arrives sets off nothing that only fits at once
INBOUND = (GREETING, OUT_OF_HOURS, KEYWORD, BUTTON)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        automations = self.env["clinic.whatsapp.automation"]._find_chat(INBOUND)
        for message in self if automations else ():
            message._set_off(automations)
        return result

    def _set_off(self, automations):
        """Note what one message of a patient sets off, of some automations."""
        here = automations.filtered(lambda automation: automation._covers(self.company_id))
        if not here or not self._may_set_off():
            return
        by_trigger = here.grouped("trigger")
        for trigger, choose in ((KEYWORD, self._find_keyword), (BUTTON, self._find_pressed)):
            if self._is_fresh() and (chosen := choose(by_trigger.get(trigger, here.browse()))):
                chosen._note(self.conversation_id, self._get_written_at())
        if self.awaits_answer:
            self._set_off_welcome(by_trigger.get(OUT_OF_HOURS), by_trigger.get(GREETING))

    def _may_set_off(self) -> bool:
        """Tell whether the clinic may answer one message by itself: it asks for nothing that has an answer already."""
        conversation = self.conversation_id
        if self.message_type not in OPENS_WINDOW or conversation.contact_id._is_cut_off() or conversation._is_blocked():
            return False
        return not (self._read_wish() or self._names_emergency())

    def _set_off_welcome(self, out_of_hours, greeting):
        """Note that the branch is closed, or else that the person writes for the first time."""
        now = fields.Datetime.now()
        closed = out_of_hours and self.company_id._find_closed_period(now)
        if closed:
            if not self.conversation_id._get_attended(now):
                out_of_hours._note_closed_period(self.conversation_id, closed.begin)
        elif greeting and self._is_fresh() and self._is_first():
            greeting._note(self.conversation_id, self._get_written_at())

    def _is_fresh(self) -> bool:
        return self.sent_at > fields.Datetime.now() - FRESH

    def _get_written_at(self):
        """Return when a patient wrote, naive UTC; a clock that is ahead of ours is not believed."""
        return min(self.sent_at, fields.Datetime.now())

    def _is_first(self) -> bool:
        """Tell whether the person has never written to this clinic before, over any of its numbers.

        Two messages may arrive in two branches at once: both write to the contact, so that the second one is repeated
        and sees the first.
        """
        earlier = [
            ("conversation_id.contact_id", "=", self.conversation_id.contact_id.id),
            ("direction", "=", IN),
            ("message_type", "in", tuple(OPENS_WINDOW)),
            ("id", "<", self.id),
        ]
        return not self.search_count(earlier, limit=1)

    def _find_keyword(self, automations):
        """Return those of some automations of which a keyword stands in one message."""
        if not automations or self.message_type != "text":
            return automations.browse()
        text = self.body
        return automations.filtered(lambda automation: has_keyword(text, automation.keywords))

    def _find_pressed(self, automations):
        """Return those of some automations that wait for the button that the patient has pressed."""
        pressed = self._get_pressed_button() if automations else None
        if not pressed:
            return automations.browse()
        return automations.filtered(lambda automation: any(b._is_same_as(pressed) for b in automation.button_ids))

    def _get_pressed_button(self):
        """Return the button of our template that one message pressed; empty when it pressed none."""
        _action, asked = self._pressed()
        index = (self.button_payload or "").rpartition(":")[2]
        buttons = asked.template_id._get_buttons()
        return buttons[int(index) : int(index) + 1] if index.isdecimal() else buttons.browse()


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    def _is_same_as(self, other) -> bool:
        """Tell whether two buttons are one for the clinic: the same place of the same message, in any language."""
        mine, theirs = self.template_id, other.template_id
        is_same_message = mine.name == theirs.name and self.action == other.action
        return self == other or (is_same_message and self._get_position() == other._get_position())


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    @api.model
    def _find_chat(self, triggers):
        """Return the automations of some triggers that are switched on, whosever they are."""
        # sudo: clinic.whatsapp.automation - what is set off does not depend on who answers or closes
        return self.sudo().search([("trigger", "in", triggers), ("active", "=", True)])

    def _note_closed_period(self, conversation, begin):
        """Note a message of a closed period; what was left to a colleague, or was too late, is taken up again."""
        self._note(conversation, begin)
        rows = self.env["clinic.whatsapp.scheduled"].search(
            [
                ("automation_id", "in", self.ids),
                ("conversation_id", "=", conversation.id),
                ("anchor", "=", begin),
                ("skip_reason", "in", (STAFF_ACTIVE, TOO_LATE)),
            ]
        )
        rows._take_up_again()


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    def _take_up_again(self):
        """Plan these rows again, as if what they answer had happened now."""
        now = fields.Datetime.now()
        for row in self:
            due_at = now + row.step_id._get_length()
            row.write({"state": PLANNED, "skip_reason": False, "noted_at": now, "due_at": due_at})
        if self:
            self._arm()
