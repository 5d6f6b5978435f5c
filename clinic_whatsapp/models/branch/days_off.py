"""Which days off close a branch: those that hold for everybody who works there, not somebody's leave.

They stand on the working calendar of the branch, which may belong to the clinic above it or to any other company, or on
no calendar at all and then belong to the branch or to nobody.
"""

from odoo import models
from odoo.fields import Domain


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_days_off_domain(self):
        """Return the ``resource.calendar.leaves`` on which this branch is closed, apart from whose leave they are."""
        # sudo: res.company - the calendar and the companies above are not readable by everybody who writes to patients
        branch = self.sudo()
        calendar = branch.resource_calendar_id
        theirs = (False, *branch.parent_ids.ids, calendar.company_id.id)
        on_none = Domain("calendar_id", "=", False) & Domain("company_id", "in", (False, branch.id))
        ours = on_none | Domain("calendar_id", "=", calendar.id) & Domain("company_id", "in", theirs)
        return Domain("time_type", "=", "leave") & ours
