"""What the answers of patients need to know of automations: what is told already, and about which visits."""

from odoo import models

from ..appointment.appointment import CANCELLED, CONFIRMED
from ..appointment.appointment_answer import MOVED, STILL_CONFIRMED
from .planner import MODEL
from .scheduled import DONE, PLANNED, QUEUED
from .trigger import ON_CANCELLED, ON_CONFIRMED, ON_MOVED

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
        told = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("anchor", "=", self[anchor]),
            ("automation_id.trigger", "=", trigger),
            ("state", "in", (PLANNED, QUEUED, DONE)),
        ]
        return bool(rows.search_count(told, limit=1))


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_told_visit_ids(self) -> list[int]:
        """Extended: one message may be about the visits of several patients of a family."""
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner; the caller keeps to the branch
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        family = rows.search([("message_id", "in", self.ids), ("res_model", "=", MODEL)])
        return list(dict.fromkeys([*super()._get_told_visit_ids(), *family.mapped("res_id")]))
