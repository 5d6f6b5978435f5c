"""What the answers of patients need to know of automations: what is told already, and about which visits."""

from datetime import timedelta

from odoo import fields, models

from ..appointment.appointment import CANCELLED, CONFIRMED
from ..appointment.appointment_answer import MOVED, STILL_CONFIRMED
from .planner import MODEL
from .reasons import ANSWERED
from .scheduled import DONE, PLANNED, QUEUED
from .trigger import KEYWORD, ON_CANCELLED, ON_CONFIRMED, ON_MOVED

AT_ONCE = timedelta(minutes=15)
NEWS = {  # outcome of an answer: the trigger that tells it, and the moment its messages hang on
    CONFIRMED: (ON_CONFIRMED, "confirmed_at"),
    STILL_CONFIRMED: (ON_CONFIRMED, "confirmed_at"),
    CANCELLED: (ON_CANCELLED, "cancelled_at"),
    MOVED: (ON_MOVED, "moved_at"),
}


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _is_told_by_automation(self, outcome) -> bool:
        """Extended: a message of an automation tells it, if it leaves at once.

        What would wait for the morning, or for the end of a pause, comes too late for somebody who looks at his
        telephone now: he is told by the clinic, and that message is not sent any more.
        """
        if super()._is_told_by_automation(outcome):
            return True
        rows = self._find_news(*NEWS[outcome]) if outcome in NEWS else ()
        if not rows:
            return False
        late = rows.filtered(lambda row: row.state == PLANNED) if self._are_automations_paused() else rows._get_late()
        late._skip(ANSWERED)
        return late != rows

    def _find_news(self, trigger, anchor):
        """Return the rows of messages that tell at once what happened to one appointment at a moment.

        :param str anchor: the field with the moment
        """
        # sudo: clinic.whatsapp.scheduled - the patient's answer is acted upon for whatever branch it is
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        news = rows.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("anchor", "=", self[anchor]),
                ("automation_id.trigger", "=", trigger),
                ("state", "in", (PLANNED, QUEUED, DONE)),
            ]
        )
        return news.filtered(lambda row: row.step_id._get_length() <= AT_ONCE)

    def _are_automations_paused(self) -> bool:
        return self.company_id in self.env["res.company"]._find_paused()


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    def _get_late(self):
        """Return those of some rows that have to wait for an opening."""
        soon = fields.Datetime.now() + AT_ONCE
        return self.filtered(lambda row: row.state == PLANNED and row.due_at > soon)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_told_visit_ids(self) -> list[int]:
        """Extended: one message may be about the visits of several patients of a family."""
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner; the caller keeps to the branch
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        family = rows.search([("message_id", "in", self.ids), ("res_model", "=", MODEL)])
        return list(dict.fromkeys([*super()._get_told_visit_ids(), *family.mapped("res_id")]))

    def _is_claimed(self) -> bool:
        """Extended: an automation answers to the keyword that the patient wrote."""
        if super()._is_claimed():
            return True
        automations = self.env["clinic.whatsapp.automation"]._find_chat([KEYWORD])
        return bool(self._find_keyword(automations.filtered(lambda automation: automation._covers(self.company_id))))
