from odoo import models

from .event import VISIT
from .planning import SCHEDULED


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    def _apply_recurrence(self, *args, **kwargs):
        """Let the events that a series gets be about the patient of the series."""
        known = self.calendar_event_ids
        detached = super()._apply_recurrence(*args, **kwargs)
        self._share_patient(self.calendar_event_ids - known - detached)
        return detached

    def _share_patient(self, events):
        # sudo: clinic.calendar.visit - whoever changes a series need not be of its branch, and learns nothing
        visits = self.env[VISIT].sudo()
        by_event = visits._get_by_event(self.base_event_id | events)
        first = {recurrence: by_event.get(recurrence.base_event_id) for recurrence in self}
        visits.create(
            [
                {"event_id": event.id, "patient_id": visit.patient_id.id, "company_id": visit.company_id.id}
                for event in events
                if event not in by_event and (visit := first.get(event.recurrence_id))
            ]
        )
        events._forget_visits()
        self.env[SCHEDULED]._plan(events)
