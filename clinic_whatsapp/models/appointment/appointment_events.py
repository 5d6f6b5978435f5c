"""What happens to an appointment, in one place.

Whoever changes ``state`` or ``start`` – a button, the calendar, an import, an answer from WhatsApp –
goes through ``create`` and ``write``, and these through this file. It decides what a change means
(booked, confirmed, moved, cancelled, booked again), writes down when it happened, and calls
:meth:`ClinicAppointment._after_events` in the same transaction. The moments are what automations hang
their messages on: a new moment is a new event, the same moment is never told twice.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from .appointment import ARRIVED, BOOKED, BY_CLINIC, CANCELLED, CONFIRMED, DONE, NO_SHOW

UPCOMING = (BOOKED, CONFIRMED)
TRANSITIONS = {
    BOOKED: (CONFIRMED, ARRIVED, CANCELLED, NO_SHOW),
    CONFIRMED: (BOOKED, ARRIVED, CANCELLED, NO_SHOW),
    ARRIVED: (BOOKED, DONE),
    DONE: (ARRIVED,),
    CANCELLED: (BOOKED,),
    NO_SHOW: (BOOKED, ARRIVED),
}
EVENT_FIELDS = frozenset({"state", "start", "patient_id", "service_id", "cancelled_by", "company_id"})
ACTIVITY_TYPE = "clinic_whatsapp.activity_type_patient_answer"


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def action_confirm(self):
        self.write({"state": CONFIRMED})

    def action_arrive(self):
        self.write({"state": ARRIVED})

    def action_done(self):
        self.write({"state": DONE})

    def action_cancel(self):
        """Cancel on behalf of the clinic."""
        self.write({"state": CANCELLED, "cancelled_by": BY_CLINIC})

    def action_no_show(self):
        self.write({"state": NO_SHOW})

    def action_rebook(self):
        """Take a cancelled or missed appointment back into the book."""
        self.write({"state": BOOKED})

    def _after_events(self):
        """Hook: something that others may act upon has happened to these appointments."""

    def _is_event(self, vals) -> bool:
        return not EVENT_FIELDS.isdisjoint(vals)

    def _group_by_event(self, vals):
        """Return [(values that the event adds, appointments)] for a write; usually one group.

        :param dict vals: what is about to be written
        :raise UserError: for a change of state that makes no sense
        """
        if "state" not in vals and "start" not in vals:
            return [({}, self)]
        now = fields.Datetime.now()
        groups = {}
        for appointment in self:
            event_vals = appointment._prepare_event_vals(vals, now)
            groups.setdefault(tuple(event_vals.items()), []).append(appointment.id)
        return [(dict(items), self.browse(ids)) for items, ids in groups.items()] or [({}, self)]

    def _prepare_event_vals(self, vals, now):
        moved = "start" in vals and self._is_move(vals["start"])
        event_vals = self._prepare_move_vals(vals, now) if moved else {}
        new_state = vals.get("state", self.state)
        if new_state != self.state:
            self._check_transition(new_state)
            event_vals.update(self._prepare_state_vals(new_state, vals, now))
        return event_vals

    def _is_move(self, new_start) -> bool:
        """Tell whether a new start is news for the patient; the time of a cancelled visit is not."""
        return self.state in UPCOMING and fields.Datetime.to_datetime(new_start) != self.start

    def _prepare_move_vals(self, vals, now):
        """A confirmation holds for a time: a moved appointment has to be confirmed again."""
        self._close_requests()
        return {
            "previous_start": self._get_told_start(),
            "moved_at": now,
            "move_requested": False,
            "confirmed_at": False,
            "done_at": False,
            "no_show_at": False,
            "state": vals.get("state", BOOKED),
        }

    def _get_told_start(self):
        """Return the start that the patient knows, naive UTC. Hook: he may not know the present one."""
        return self.start

    def _prepare_new_moments(self, vals, now):
        """Return the moments of an appointment that is about to be created."""
        new_state = vals.get("state") or BOOKED
        return {"booked_at": now, **self._prepare_state_vals(new_state, vals, now)}

    def _prepare_state_vals(self, new_state, vals, now):
        """Return what a new state writes down.

        That a visit is over, or was missed, is written down once: whoever mends a slip tells nothing new. Only a visit
        that is booked again, or moved, can be over again.
        """
        if new_state == DONE:
            return {"done_at": self.done_at or now}
        if new_state == NO_SHOW:
            return {"no_show_at": self.no_show_at or now}
        if new_state == CONFIRMED:
            return {"confirmed_at": now, "move_requested": False}
        if new_state == CANCELLED:
            by = vals.get("cancelled_by") or BY_CLINIC
            return {"cancelled_at": now, "cancelled_by": by, "move_requested": False}
        if new_state == BOOKED and self.state in (CANCELLED, NO_SHOW):
            return {
                "booked_at": now,
                "done_at": False,
                "no_show_at": False,
                "confirmed_at": False,
                "cancelled_at": False,
                "cancelled_by": False,
                "cancel_reason": False,
            }
        return {"confirmed_at": False} if new_state == BOOKED else {}

    def _check_transition(self, new_state):
        if new_state not in TRANSITIONS[self.state]:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(appointment)s is “%(old)s” and cannot become “%(new)s” directly.",
                    appointment=self.display_name,
                    old=labels[self.state],
                    new=labels.get(new_state, new_state),
                )
            )

    def _close_requests(self):
        """Tick off what the patient had asked for: it has just been answered."""
        if self.move_requested:
            self.activity_feedback([ACTIVITY_TYPE])
