"""Moving an appointment in the chat: the patient is offered free times, and what he chooses is booked.

The offer is a list message; each of its rows carries the time it stands for. What counts is what is free when he
chooses: the practitioner's turn is taken first (``appointment_slot``), so of two who choose the same time at the same
moment one gets it. The other one is offered what is left, once; after that a person helps. A person helps, too, when
nothing is free, when none of the times suits, and when the patient does not choose for some hours.

An offer holds for the appointment as it was: once that has been moved or cancelled, its rows change nothing.
"""

import uuid
from datetime import datetime, timedelta

import pytz
from babel.dates import format_skeleton
from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ...cloud_api.messages import ListMessage, Row, Section
from ..consent.consent_purpose import SERVICE
from ..messaging.message import BLOCKED, MOVE_OFFER
from ..messaging.send_window import to_local
from .appointment_answer import MOVED, NOTHING, OFFERED, TAKEN
from .appointment_events import UPCOMING

SLOT, SLOT_AGAIN, OTHER_TIME = "slot", "slot_again", "other_time"
CHOICES = (SLOT, SLOT_AGAIN, OTHER_TIME)
STAMP = "%Y%m%d%H%M"  # of a chosen time, in UTC
JUST_OFFERED = timedelta(hours=1)  # who asks again so soon has the list in front of him
PATIENCE = timedelta(hours=4)  # after so long without a choice a person helps
TITLE_LENGTH, DESCRIPTION_LENGTH, LABEL_LENGTH = 24, 72, 20  # cloud_api.md §2.3


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    times_offered_at = fields.Datetime(
        "Other times offered",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the patient was last offered other times over WhatsApp, as long as he has not chosen one.",
    )

    def _prepare_move_vals(self, vals, now):
        return {**super()._prepare_move_vals(vals, now), "times_offered_at": False}

    def _prepare_state_vals(self, new_state, vals, now):
        return {**super()._prepare_state_vals(new_state, vals, now), "times_offered_at": False}

    def _follow(self, answer, user, is_only):
        if answer.action == OTHER_TIME:
            return self._take_other_wish(user)
        if answer.action in CHOICES:
            return self._take_choice(answer, user)
        return super()._follow(answer, user, is_only)

    # Offering

    def _take_wish_to_move(self, chat, user, is_only):
        """Offer times to choose from; where that is not possible, a person is asked."""
        if self.move_requested:
            return NOTHING
        now = fields.Datetime.now()
        if self.times_offered_at and self.times_offered_at > now - JUST_OFFERED:
            return NOTHING
        if is_only and self._offer_times(chat, SLOT):
            self._log_answer(
                self.env._("The patient asked over WhatsApp for another time and was offered some to choose from.")
            )
            return OFFERED
        return super()._take_wish_to_move(chat, user, is_only)

    def _offer_times(self, chat, action) -> bool:
        """Send the patient the times that are free; tell whether there were any, and whether it may leave.

        :param str action: what choosing one of them means, ``SLOT`` or ``SLOT_AGAIN``
        """
        starts = self._get_offered_starts() if chat.is_window_open else []
        if not starts:
            return False
        this = chat._in_patients_language()
        reference = uuid.uuid4().hex
        content = self.with_context(lang=this.env.lang)._prepare_offer(starts, action, reference)
        message = self.env["clinic.whatsapp.message"]._queue(
            [
                {
                    **this._prepare_content_vals(content, SERVICE, kind=MOVE_OFFER),
                    **self._prepare_about_vals(),
                    "client_ref": reference,
                }
            ]
        )
        if message.state == BLOCKED:
            return False
        self.times_offered_at = fields.Datetime.now()
        return True

    def _prepare_offer(self, starts, action, reference) -> ListMessage:
        """Return the list of some times (naive UTC), in the language of the context."""
        when = self._get_when_text()
        if action == SLOT_AGAIN:
            text = self.env._(
                "We are sorry, this time has just been taken. Which of these suits you? Until you choose one, your "
                "appointment stands: %(when)s.",
                when=when,
            )
        else:
            text = self.env._(
                "Which of these times suits you? Until you choose one, your appointment stands: %(when)s.", when=when
            )
        rows = [
            Row(f"{action}:{reference}:{start:{STAMP}}", self._get_short_text(start)[:TITLE_LENGTH]) for start in starts
        ]
        other = Row(
            f"{OTHER_TIME}:{reference}:0",
            self.env._("Another time")[:TITLE_LENGTH],
            self.env._("None of these: a colleague will contact you")[:DESCRIPTION_LENGTH],
        )
        return ListMessage(
            text, self.env._("Choose a time")[:LABEL_LENGTH], (Section("", (*rows, other)),)
        )

    def _get_short_text(self, moment):
        """Return a moment (naive UTC) as it fits into a row: “Tue, Mar 3, 10:00”."""
        local = to_local(moment, pytz.timezone(self.company_id._get_tz()))
        day = format_skeleton("MMMEd", local, locale=babel_locale_parse(self._get_text_lang()))
        return f"{day}, {local:%H:%M}"

    # Choosing

    def _take_choice(self, answer, user):
        """Book the time that the patient chose; when it is gone, offer others once."""
        self._take_turn()
        if self._is_free_start(answer.chosen) and answer.chosen > fields.Datetime.now():
            self.start = answer.chosen
            self._log_answer(self.env._("Moved by the patient over WhatsApp."))
            return MOVED
        if answer.action == SLOT and self._offer_times(answer.chat, SLOT_AGAIN):
            self._log_answer(self.env._("The time that the patient chose was taken. Others were offered."))
            return OFFERED
        self._hand_over_move(user, self.env._("The times that the patient chose were taken. Agree on a new one."))
        return TAKEN

    def _take_turn(self):
        """Let whoever books the same time at this moment wait for us, and then see what we have done."""
        if self.practitioner_id:
            self._take_turns()
            return
        # sudo: resource.calendar - visits without a practitioner share the calendar of the branch; nothing is changed
        calendar = self.sudo().company_id.resource_calendar_id
        query = SQL("UPDATE resource_calendar SET active = active WHERE id = %s", calendar.id or 0)
        self.env.cr.execute(query, log_exceptions=False)  # a collision is repeated, no error

    def _take_other_wish(self, user):
        if self.move_requested:
            return NOTHING
        self.times_offered_at = False
        return self._hand_over_move(
            user, self.env._("None of the times that were offered suits the patient. Agree on a new one.")
        )

    # Waiting

    @api.model
    def _hand_over_unanswered_offers(self):
        """Ask a person about patients who wanted another time and have not chosen one; for the cron."""
        # sudo: clinic.appointment - the cron works for all branches; each activity stays in the branch of its visit
        waiting = self.sudo().search(
            [
                ("times_offered_at", "<", fields.Datetime.now() - PATIENCE),
                ("state", "in", UPCOMING),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        for appointment in waiting:
            appointment = appointment.with_company(appointment.company_id)
            user = appointment._get_person(self.env["res.users"])
            appointment = appointment.with_context(lang=user.lang)
            appointment.times_offered_at = False
            appointment._hand_over_move(
                user,
                self.env._("The patient was offered other times and has not chosen one. Agree on a new one."),
            )



class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _cron_chat_consent(self):
        self.env["clinic.appointment"]._hand_over_unanswered_offers()
        return super()._cron_chat_consent()

    def _get_chosen_start(self, asked) -> datetime | None:
        """Return the time (naive UTC) of the row that was chosen of our list; None when the list has no such row."""
        sections = getattr(asked._load_readable(), "sections", ())
        if self.button_payload not in [row.id for section in sections for row in section.rows]:
            return None
        return datetime.strptime(self.button_payload.rsplit(":", 1)[1], STAMP)

    def _was_chosen_before(self) -> bool:
        """Tell whether the same row of the same list was chosen by an earlier message."""
        same = [
            ("conversation_id", "=", self.conversation_id.id),
            ("button_payload", "=", self.button_payload),
            ("id", "<", self.id),
        ]
        return bool(self.search_count(same, limit=1))
