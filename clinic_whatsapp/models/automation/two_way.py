"""What the answers of patients need to know of automations: what is told already, and about which visits."""

from odoo import models

from ..appointment.appointment import CANCELLED, CONFIRMED
from ..appointment.appointment_answer import MOVED, STILL_CONFIRMED
from .planner import MODEL
from .reasons import ANSWERED
from .scheduled import DONE, PLANNED, QUEUED
from .trigger import KEYWORD, ON_CANCELLED, ON_CONFIRMED, ON_MOVED

NEWS = {  # outcome of an answer: the trigger that tells it, and the moment its messages hang on
    CONFIRMED: (ON_CONFIRMED, "confirmed_at"),
    STILL_CONFIRMED: (ON_CONFIRMED, "confirmed_at"),
    CANCELLED: (ON_CANCELLED, "cancelled_at"),
    MOVED: (ON_MOVED, "moved_at"),
}


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _is_told_by_automation(self, outcome) -> bool:
        if super()._is_told_by_automation(outcome):
            return True
        trigger, anchor = NEWS.get(outcome, (None, None))
        if not trigger:
            return False
        # sudo: clinic.whatsapp.scheduled - the patient's answer is acted upon for whatever branch it is
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        told = rows.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("anchor", "=", self[anchor]),
                ("automation_id.trigger", "=", trigger),
                ("state", "in", (PLANNED, QUEUED, DONE)),
            ]
        )
        return bool(told) and not self._tell_despite_pause(told)

    def _tell_despite_pause(self, rows) -> bool:
        """Tell whether the patient has to be told now, because automations rest; what is said now is not said again."""
        # sudo: res.company - whether automations rest is a setting of companies above the branch, too
        if not any(company.whatsapp_automations_paused for company in self.sudo().company_id.parent_ids):
            return False
        waiting = rows.filtered(lambda row: row.state == PLANNED)
        waiting._skip(ANSWERED)
        return waiting == rows


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
