"""What a patient's answer does to his appointment.

An answer changes something only while it can still mean what the patient saw: the appointment is ahead,
not cancelled, and has not been moved since the question was written. Every other answer is handed to a
person and changes nothing. Pressing a button twice does nothing the second time. Texts name neither
health details nor what the patient wrote.
"""

from odoo import fields, models

from .appointment import BY_PATIENT, CANCELLED, CONFIRMED
from .appointment_events import ACTIVITY_TYPE, UPCOMING

CONFIRM = "confirm"
RESCHEDULE = "reschedule"
CANCEL = "cancel"
ANSWERS = (CONFIRM, RESCHEDULE, CANCEL)


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _take_answer(self, action, asked_at, user):
        """Act upon a button that the patient pressed.

        :param str action: one of ``ANSWERS``
        :param datetime asked_at: when the question he answers was written, naive UTC
        :param res.users user: who helps when a person is needed
        """
        self.ensure_one()
        if action == CANCEL and self.state == CANCELLED:
            return
        user = self._get_person(user)
        appointment = self.with_context(lang=user.lang)
        if problem := appointment._get_answer_problem(asked_at):
            appointment._report_useless_answer(action, problem, user)
        else:
            take = {
                CONFIRM: appointment._take_confirmation,
                RESCHEDULE: appointment._take_wish_to_move,
                CANCEL: appointment._take_cancellation,
            }
            take[action](user)

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

    def _take_confirmation(self, _user):
        if self.state == CONFIRMED and not self.move_requested:
            return
        self.write({"state": CONFIRMED, "move_requested": False})
        self._log_answer(self.env._("Confirmed by the patient over WhatsApp."))

    def _take_wish_to_move(self, user):
        if self.move_requested:
            return
        self.move_requested = True
        self._log_answer(self.env._("The patient asked over WhatsApp for another time."))
        self._ask_person(
            user,
            self.env._("Patient asks for another time"),
            self.env._("Agree on a new time with the patient and move the appointment."),
        )

    def _take_cancellation(self, user):
        self.write({"state": CANCELLED, "cancelled_by": BY_PATIENT})
        self._log_answer(self.env._("Cancelled by the patient over WhatsApp."))
        self._ask_person(
            user,
            self.env._("Patient cancelled the appointment"),
            self.env._("The time is free again. Offer the patient a new appointment if it suits."),
        )

    def _report_useless_answer(self, action, problem, user):
        wish = {
            CONFIRM: self.env._("The patient said over WhatsApp that he or she will come."),
            RESCHEDULE: self.env._("The patient asked over WhatsApp for another time."),
            CANCEL: self.env._("The patient cancelled over WhatsApp."),
        }[action]
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
