"""What the patient is told about his answer, and what becomes of an answer in words.

Every answer is acknowledged once: by the automation for it, where one is going to write about what has happened, else
by a short text of the clinic. An answer that changes nothing is explained, and not explained again.

Words cannot be acted upon. When they answer our question about an appointment, somebody is asked to read them.
"""

from datetime import timedelta

from odoo import fields, models

from ..messaging.inbox_messages import OPENS_WINDOW
from ..messaging.message import (
    ANSWER,
    BLOCKED,
    EMERGENCY,
    FAILED,
    GREETING,
    MOVE_OFFER,
    OUT,
    OUT_OF_HOURS,
    SHORT_NOTICE,
)
from ..messaging.message import (
    CANCELLED as MESSAGE_CANCELLED,
)
from .appointment import CANCELLED
from .appointment_answer import ANSWERS, MOVED, NOTHING, OFFERED, STILL_CONFIRMED, TAKEN, USELESS, WITH_PERSON
from .appointment_events import UPCOMING

ASK_NOTHING = (SHORT_NOTICE, GREETING, OUT_OF_HOURS, EMERGENCY)  # what may stand between our question and the answer
NEVER_LEFT = (BLOCKED, MESSAGE_CANCELLED, FAILED)
ANSWERED_WITHIN = timedelta(days=14)
SAID_LATELY = timedelta(hours=24)


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _tell_outcome(self, outcome, chat):
        """Tell the patient what came of his answer about these appointments, unless an automation does.

        :param str | None outcome: see ``appointment_answer``
        :param clinic.whatsapp.conversation chat: in which he answered
        """
        if outcome in (NOTHING, OFFERED):
            return
        this = chat._in_patients_language()
        untold = self.filtered(lambda a: not a._is_told_by_automation(outcome)).with_context(lang=this.env.lang)
        for appointments in untold if outcome == USELESS else [untold] * bool(untold):
            text = appointments._get_outcome_text(outcome)
            if outcome not in (USELESS, STILL_CONFIRMED) or not appointments._was_told(text, chat):
                this._send_service(ANSWER, text, **appointments[0]._prepare_about_vals())

    def _is_told_by_automation(self, _outcome) -> bool:
        """Hook: tell whether an automation is going to tell the patient of one appointment what came of his answer."""
        return False

    def _prepare_about_vals(self):
        return {"res_model": self._name, "res_id": self.id, "partner_id": self.patient_id.id}

    def _was_told(self, text, chat) -> bool:
        """Tell whether the same was said about one appointment in a conversation lately."""
        said = self.env["clinic.whatsapp.message"].search(
            [
                ("conversation_id", "=", chat.id),
                ("kind", "=", ANSWER),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "not in", NEVER_LEFT),
                ("create_date", ">", fields.Datetime.now() - SAID_LATELY),
            ]
        )
        return text in said.mapped("body")

    def _get_outcome_text(self, outcome) -> str:
        """Return what to tell the patient about these appointments, in the language of the context."""
        when = self._get_when_text()
        if outcome == USELESS:
            return self._get_useless_text(when)
        if outcome == CANCELLED:
            return self.env._("As you wished, it has been cancelled: %(when)s.", when=when)
        if outcome == MOVED:
            return self.env._("Done. Your new time: %(when)s. We look forward to seeing you.", when=when)
        if outcome == WITH_PERSON:
            return self.env._(
                "Thank you. A colleague will contact you about another time. Until then it stays as it is: %(when)s.",
                when=when,
            )
        if outcome == TAKEN:
            return self.env._(
                "We are sorry, this time has been taken, too. A colleague will contact you about another one. Until "
                "then it stays as it is: %(when)s.",
                when=when,
            )
        return self.env._("Thank you, it is confirmed: %(when)s. We look forward to seeing you.", when=when)

    def _get_useless_text(self, when) -> str:
        if self.state == CANCELLED:
            return self.env._(
                "Nothing was changed, because this appointment has been cancelled: %(when)s. Write to us here if you "
                "need another one.",
                when=when,
            )
        if self.state not in UPCOMING or self.start <= fields.Datetime.now():
            return self.env._(
                "Nothing was changed, because the appointment has begun or is over: %(when)s. Write to us here if you "
                "need anything.",
                when=when,
            )
        return self.env._(
            "Nothing was changed, because you answered an earlier message and the appointment has been moved since. "
            "It is now: %(when)s. Write to us here if that does not suit you.",
            when=when,
        )

    def _get_when_text(self) -> str:
        """Return date and time of these appointments, in the branch's zone and the language of the context."""
        texts = [
            self.env._("%(date)s at %(time)s", date=a.start_date_text, time=a.start_time_text)
            for a in self.sorted("start")
        ]
        return "; ".join(texts)

    def _ask_to_read_answer(self, user):
        """Ask somebody to read what the patient wrote about one appointment."""
        user = self._get_person(user)
        env = self.with_context(lang=user.lang).env
        self._ask_person(
            user,
            env._("Patient answered in words"),
            env._("The patient answered our question about this appointment in words. Read them in the inbox."),
        )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self.filtered(lambda m: m.message_type in OPENS_WINDOW and not m.button_payload):
            if (asked := message._find_open_question()) and not message._is_claimed():
                message._hand_over_words(asked)
        return result

    def _hand_over_words(self, asked):
        now = fields.Datetime.now()
        for visit in self._get_asked_appointments(asked):
            if visit.state in UPCOMING and visit.start > now:
                visit._ask_to_read_answer(self.conversation_id._get_responsible_user())

    def _is_claimed(self) -> bool:
        """Hook: tell whether something else acts upon the words of one message."""
        return bool(self._read_wish() or self._names_emergency())

    def _find_open_question(self):
        """Return our question about an appointment that one message quotes or directly follows; may be empty."""
        asked = self.reply_to_id
        if not asked:
            asked = self.search(
                [
                    ("conversation_id", "=", self.conversation_id.id),
                    ("direction", "=", OUT),
                    ("id", "<", self.id),
                    ("kind", "not in", ASK_NOTHING),
                    ("state", "not in", NEVER_LEFT),
                ],
                order="id desc",
                limit=1,
            )
            if asked._was_answered_by_button():
                return self.browse()
        is_fresh = asked.create_date and asked.create_date > fields.Datetime.now() - ANSWERED_WITHIN
        return asked if is_fresh and asked._asks_about_appointment() else self.browse()

    def _was_answered_by_button(self) -> bool:
        pressed = [("reply_to_id", "in", self.ids), ("button_payload", "!=", False)]
        return bool(self.search_count(pressed, limit=1))

    def _asks_about_appointment(self) -> bool:
        """Tell whether one message of ours asks the patient to answer about an appointment."""
        actions = self.template_id._get_buttons().mapped("action") if self.template_id else ()
        return bool(self._get_told_visit_ids()) and (self.kind == MOVE_OFFER or not set(ANSWERS).isdisjoint(actions))
