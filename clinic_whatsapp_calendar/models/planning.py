"""Events tell the planner what happens to them, as appointments do; so nobody waits for its next sweep.

Any field may stand in the conditions of an automation: so every change is told, and costs two small queries where no
automation is about events.
"""

from odoo import api, models
from odoo.addons.clinic_whatsapp.models.automation.reasons import DELETED
from odoo.addons.clinic_whatsapp.models.automation.scheduled import PLANNED, QUEUED

SCHEDULED = "clinic.whatsapp.scheduled"


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        self.env[SCHEDULED]._plan(events)
        return events

    def write(self, vals):
        result = super().write(vals)
        self.env[SCHEDULED]._plan(self.exists())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_skips_planned(self):
        """What was planned for an event does not leave; what has left stays in the history."""
        # sudo: clinic.whatsapp.scheduled - nobody but the planner writes its rows, in any branch
        rows = (
            self.env[SCHEDULED]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "in", (PLANNED, QUEUED))])
        )
        rows.filtered(lambda row: row.state == PLANNED or row.message_id._withdraw())._skip(DELETED)
