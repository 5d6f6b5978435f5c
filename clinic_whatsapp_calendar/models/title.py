"""Everybody reads the title of an event, and it travels: into invitations, activities, other calendars."""

from odoo import api, models

from .event import VISIT


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.onchange("clinic_patient_id")
    def _onchange_clinic_patient_id(self):
        if self.clinic_patient_id:
            self.name = self._get_opaque_title()

    @api.model_create_multi
    def create(self, vals_list):
        """Let the title be opaque from the first moment on: invitations leave while an event is created."""
        opaque = {"name": self._get_opaque_title()}
        return super().create([{**vals, **opaque} if vals.get("clinic_patient_id") else vals for vals in vals_list])

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            self._hide_titles()
        return result

    def _hide_titles(self):
        """Let the titles of events about a chosen patient say nothing of him, whoever wrote them."""
        title = self._get_opaque_title()
        # sudo: clinic.calendar.visit - an event that another branch has taken stays opaque too
        taken = self.env[VISIT].sudo()._get_by_event(self)
        telling = self.filtered(lambda event: event in taken and event.name != title)
        if telling:
            telling.write({"name": title})

    @api.model
    def _get_opaque_title(self) -> str:
        return self.env._("Appointment")
