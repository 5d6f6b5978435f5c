"""What staff do with a single message of a course: leave it out, or give it another moment.

Both hold for this patient only; the plan stays as it is. Whoever may change the course may do it.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..automation.reasons import BY_HAND
from ..automation.scheduled import PLANNED


class ClinicFollowup(models.Model):
    _inherit = "clinic.followup"

    def action_skip_step(self, row_id):
        """Keep one planned message of this course from leaving.

        :param int row_id: of ``clinic.whatsapp.scheduled``
        :raise UserError: when it is not planned any more
        """
        self._get_planned(row_id)._skip(BY_HAND)

    def action_move_step(self, row_id, due_at):
        """Let one planned message of this course leave at another moment, or with the next opening after it.

        :param int row_id: of ``clinic.whatsapp.scheduled``
        :param str due_at: naive UTC, as RPC has it
        :raise UserError: when it is not planned any more, or the moment has passed
        """
        row, moment = self._get_planned(row_id), fields.Datetime.to_datetime(due_at)
        if not moment or moment <= fields.Datetime.now():
            raise UserError(self.env._("Choose a moment that is still to come."))
        row.write({"due_at": moment, "is_moved": True})
        row._arm()

    def _get_planned(self, row_id):
        """Return one planned message of one course, for its change.

        :raise AccessError: when the user may not change the course
        :raise UserError: when it is not planned any more
        """
        self.ensure_one()
        self.check_access("write")
        row = self.env["clinic.whatsapp.scheduled"].search(
            [
                ("id", "=", row_id),
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("state", "=", PLANNED),
            ]
        )
        if not row:
            raise UserError(self.env._("This message is not planned any more. Look at the timeline again."))
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner only; access to the course was checked above
        return row.sudo()
