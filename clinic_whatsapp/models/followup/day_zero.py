"""Another day zero moves what is planned. What has left is not sent again, unless the course begins anew much later."""

from datetime import timedelta

from odoo import models

from ..automation.reasons import TOLD
from ..automation.scheduled import DONE, PLANNED, QUEUED

CORRECTION = timedelta(days=7)  # less than that is a correction


class ClinicFollowup(models.Model):
    _inherit = "clinic.followup"

    def write(self, vals):
        before = {course: course.started_at for course in self} if "started_at" in vals else {}
        result = super().write(vals)
        self.filtered(
            lambda course: course in before and abs(course.started_at - before[course]) < CORRECTION
        )._skip_told()
        return result

    def _skip_told(self):
        """Skip what is planned of these courses and has left for them, or is leaving, from another day zero."""
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner only; the course has just been written
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        theirs = rows.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        told = {(row.step_id, row.res_id) for row in theirs if row.step_id and row.state in (QUEUED, DONE)}
        theirs.filtered(lambda row: row.state == PLANNED and (row.step_id, row.res_id) in told)._skip(TOLD)
