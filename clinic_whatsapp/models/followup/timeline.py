"""What the timeline of a course shows: each message of the plan with its moment, and what became of it.

Read under the rights of who looks: courses and messages of other branches are not there. A message that has no row yet
is shown at the moment that the plan names.
"""

import pytz
from odoo import api, fields, models

from ..automation.scheduled import DONE, PLANNED, QUEUED, SKIPPED
from ..automation.trigger import LIFETIME
from ..messaging.send_window import shift
from .followup_states import RUNNING

ANSWERED, OPEN = "answered", "open"
GOOD, BAD, DUE, QUIET, AHEAD = "success", "danger", "warning", "secondary", "info"
TONES = {
    "sent": GOOD,
    "delivered": GOOD,
    "read": GOOD,
    ANSWERED: GOOD,
    "failed": BAD,
    "blocked": BAD,
    "unknown": DUE,
    PLANNED: AHEAD,
    QUEUED: AHEAD,
    SKIPPED: QUIET,
    OPEN: QUIET,
}


class ClinicFollowup(models.Model):
    _inherit = "clinic.followup"

    timeline = fields.Json(compute="_compute_timeline")

    @api.depends("state", "started_at", "automation_id.step_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_timeline(self):
        rows = self._find_rows()
        editable = self._origin._filtered_access("write")
        for course in self:
            mine = rows.filtered(lambda row, course=course: row.res_id == course._origin.id)
            course.timeline = course._prepare_timeline(mine, course._origin in editable)

    def _find_rows(self):
        """Return the messages of these courses that were planned from their present day zero, or that left before."""
        found = self.env["clinic.whatsapp.scheduled"].search(
            [("res_model", "=", self._name), ("res_id", "in", self._origin.ids)], order="due_at, id"
        )
        zero = {course._origin.id: course.started_at for course in self}
        return found.filtered(lambda row: row.message_id or row.anchor == zero[row.res_id])

    def _prepare_timeline(self, rows, is_editable):
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in ("state", "stop_reason")}
        return {
            "id": self._origin.id,
            "name": self.automation_id.name,
            "state": self.state,
            "state_label": labels["state"].get(self.state),
            "reason": labels["stop_reason"].get(self.stop_reason, False),
            "started_at": fields.Datetime.to_string(self.started_at),
            "stopped_at": fields.Datetime.to_string(self.stopped_at) or False,
            # sudo: res.users - who of the branch began it is told to whoever may read it
            "started_by": self.sudo().started_by_id.name or False,
            "visit_at": fields.Datetime.to_string(self.appointment_id.start) or False,
            "is_off": not self.automation_id.active,
            "is_editable": is_editable,
            "steps": sorted(
                [*(row._prepare_timeline_step(is_editable) for row in rows), *self._prepare_open_steps(rows)],
                key=lambda step: step["due_at"],
            ),
        }

    def _prepare_open_steps(self, rows):
        """Yield the steps of the plan that have no row, at the moments that it names."""
        if self.state != RUNNING or not self.started_at:
            return
        zone = pytz.timezone(self.company_id._get_tz())
        for step in self.automation_id.step_ids - rows.step_id:
            offset = step._get_offset()
            due_at = shift(self.started_at, offset.value, offset.unit, zone)
            yield {
                "id": False,
                "title": step._get_title(),
                "when": step.when_text,
                "due_at": fields.Datetime.to_string(due_at),
                "state": OPEN,
                "label": self._name_open_state(due_at),
                "tone": TONES[OPEN],
                "reason": False,
                "advice": False,
                "is_moved": False,
                "is_editable": False,
            }


    def _name_open_state(self, due_at):
        has_passed = due_at < fields.Datetime.now() - LIFETIME
        return self.env._("Not sent: its time had passed") if has_passed else self.env._("Not planned yet")


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    def _prepare_timeline_step(self, is_editable):
        """Return one message for the timeline of a course.

        :param bool is_editable: whether the reader may change the course
        """
        state = ANSWERED if self.answered_at else self._get_progress()
        tone = BAD if state == SKIPPED and self.message_id else TONES.get(state, DUE)
        return {
            "id": self.id,
            "title": self.step_id._get_title() or self.message_id.template_id.title or self.automation_id.name,
            "when": self.step_id.when_text or False,
            "due_at": fields.Datetime.to_string(self._get_timeline_moment()),
            "state": state,
            "label": self._name_timeline_state(state),
            "tone": tone,
            "reason": self.explanation or False,
            "advice": self.advice or False,
            "is_moved": self.is_moved,
            "is_editable": is_editable and self.state == PLANNED,
        }

    def _get_timeline_moment(self):
        """Return when one message left, else when it is due, naive UTC."""
        # sudo: clinic.whatsapp.message - a time, not a text; it may have gone over the parent's number
        return (self.state == DONE and self.message_id.sudo().sent_at) or self.due_at

    def _name_timeline_state(self, state):
        if state == ANSWERED:
            return self.env._("Answered")
        states = dict(self._fields["state"]._description_selection(self.env))
        # sudo: clinic.whatsapp.message - the names of its states
        messages = self.env["clinic.whatsapp.message"].sudo()
        return states.get(state) or dict(messages._fields["state"]._description_selection(self.env)).get(state, "")


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _get_title(self):
        """Return what staff call one message: its own title, else that of its template; empty without a step."""
        return self.title or self.template_id.title or self.template_id.name or ""
