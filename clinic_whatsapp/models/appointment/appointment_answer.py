"""What a patient's answer does to his appointment.

An answer changes something only while it can still mean what the patient saw: the appointment is ahead,
not cancelled, and has not been moved since the question was written. Every other answer is handed to a
person and changes nothing. Pressing a button twice does nothing the second time. Texts name neither
health details nor what the patient wrote.

What came of an answer is its *outcome*; the patient is told once what it is (``answer_reply``). Who wants another time
is offered some (``move_in_chat``).
"""

from dataclasses import dataclass
from datetime import datetime

from odoo import fields, models

from .appointment import BY_PATIENT, CANCELLED, CONFIRMED
from .appointment_events import ACTIVITY_TYPE, UPCOMING

CONFIRM = "confirm"
RESCHEDULE = "reschedule"
CANCEL = "cancel"
ANSWERS = (CONFIRM, RESCHEDULE, CANCEL)

# Outcomes. CONFIRMED and CANCELLED are called like the states they lead to.
STILL_CONFIRMED = "still_confirmed"  # he had said so before, or somebody had
OFFERED = "offered"  # a list of times is the answer
MOVED = "moved"
WITH_PERSON = "with_person"  # a person is going to agree on another time with him
TAKEN = "taken"  # the same, because the time he chose was gone
USELESS = "useless"  # it could not be acted upon
NOTHING = None  # he has been told before
FOR_A_PERSON = (WITH_PERSON, TAKEN, USELESS)  # somebody has to go on


@dataclass(frozen=True)
class Answer:
    """What a patient said about appointments.

    :param action: one of ``ANSWERS``, or a choice from a list (``move_in_chat``)
    :param asked_at: when the question he answers was written, naive UTC
    :param user: who helps when a person is needed
    :param chat: the conversation in which he said it
    :param chosen: the time he chose, naive UTC
    """

    action: str
    asked_at: datetime
    user: models.BaseModel
    chat: models.BaseModel
    chosen: datetime | None = None


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _take_answer(self, answer: Answer) -> set:
        """Act upon what a patient said about these appointments, and tell him what came of it.

        :return: the outcomes
        """
        outcomes = {appointment: appointment._act_upon(answer, is_only=len(self) == 1) for appointment in self}
        for outcome, appointments in self.grouped(outcomes.get).items():
            appointments._tell_outcome(outcome, answer.chat)
        return set(outcomes.values())

    def _act_upon(self, answer, *, is_only):
        """Let one appointment follow an answer; return the outcome.

        :param bool is_only: whether the answer is about no other appointment
        """
        user = self._get_person(answer.user)
        appointment = self.with_context(lang=user.lang)
        if answer.action == CANCEL and self.state == CANCELLED:
            return NOTHING if self.cancelled_by == BY_PATIENT else USELESS
        if problem := appointment._get_answer_problem(answer.asked_at):
            appointment._report_useless_answer(answer.action, problem, user)
            return USELESS
        return appointment._follow(answer, user, is_only)

    def _follow(self, answer, user, is_only):
        """Do what an answer says that can be acted upon. Extended by further kinds of answers."""
        if answer.action == CONFIRM:
            return self._take_confirmation()
        if answer.action == CANCEL:
            return self._take_cancellation(user)
        return self._take_wish_to_move(answer.chat, user, is_only)

    def _get_answer_problem(self, asked_at):
        """Return why the answer cannot be acted upon, as a sentence; None when it can."""
        if self.state == CANCELLED:
            return self.env._("The appointment had been cancelled before.")
        if self.start <= fields.Datetime.now():
            return self.env._("The appointment had already begun.")
        if self.state not in UPCOMING:
            labels = dict(self._fields["state"]._description_selection(self.env))
            return self.env._("The appointment is “%(state)s”.", state=labels[self.state])
        if self.moved_at and asked_at < self.moved_at:
            return self.env._("The answer is about an earlier time: the appointment has been moved.")
        return None

    def _take_confirmation(self):
        if self.state == CONFIRMED and not self.move_requested:
            return STILL_CONFIRMED
        self.write({"state": CONFIRMED, "move_requested": False})
        self._log_answer(self.env._("Confirmed by the patient over WhatsApp."))
        return CONFIRMED

    def _take_wish_to_move(self, _chat, user, _is_only):
        """Hand the wish for another time to a person, once. Extended: the patient may choose a time himself."""
        if self.move_requested:
            return NOTHING
        self._log_answer(self.env._("The patient asked over WhatsApp for another time."))
        return self._hand_over_move(user)

    def _hand_over_move(self, user, note=None):
        """Let a person agree on another time with the patient.

        :param str | None note: what that person should know, in his language
        """
        self.move_requested = True
        self._ask_person(
            user,
            self.env._("Patient asks for another time"),
            note or self.env._("Agree on a new time with the patient and move the appointment."),
        )
        return WITH_PERSON

    def _take_cancellation(self, user):
        self.write({"state": CANCELLED, "cancelled_by": BY_PATIENT})
        self._log_answer(self.env._("Cancelled by the patient over WhatsApp."))
        self._ask_person(
            user,
            self.env._("Patient cancelled the appointment"),
            self.env._("The time is free again. Offer the patient a new appointment if it suits."),
        )
        return CANCELLED

    def _report_useless_answer(self, action, problem, user):
        wish = {
            CONFIRM: self.env._("The patient said over WhatsApp that he or she will come."),
            CANCEL: self.env._("The patient cancelled over WhatsApp."),
        }.get(action) or self.env._("The patient asked over WhatsApp for another time.")
        note = self.env._(
            "%(wish)s %(problem)s Nothing was changed: please contact the patient.",
            wish=wish,
            problem=problem,
        )
        self._ask_person(user, self.env._("A patient's answer came too late"), note)

    def _log_answer(self, text):
        self.message_post(body=text, subtype_xmlid="mail.mt_note")

    def _ask_person(self, user, summary, note):
        """Put an activity on somebody, unless the same one still waits.

        No e-mail is sent about it: the name of a patient does not belong into a mailbox.
        """
        kind = self.env.ref(ACTIVITY_TYPE)
        waiting = self.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        if (summary, note) not in [(a.summary, a.note and a.note.striptags()) for a in waiting]:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY_TYPE, summary=summary, note=note, user_id=user.id
            )

    def _get_person(self, user):
        """Return the user if he works in the branch of the appointment, else somebody who does."""
        # sudo: res.users, res.groups - members of a group and their branches are hidden from staff
        group = self.env.ref("clinic_whatsapp.group_user").sudo()
        candidates = user.sudo() | group.all_user_ids.filtered(lambda u: not u.share).sorted("id")
        return candidates.filtered(lambda u: self.company_id in u.company_ids)[:1] or user
