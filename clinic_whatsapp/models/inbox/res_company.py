from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models

from ..patient.res_partner import STAFF

REPLY_MINUTES = 60
MOST_REPLY_MINUTES = 7 * 24 * 60


class ResCompany(models.Model):
    """How a branch answers: in what time, and who takes what comes in."""

    _inherit = "res.company"

    whatsapp_reply_minutes = fields.Integer(
        "Answer within (minutes)",
        default=REPLY_MINUTES,
        groups=STAFF,
        help="Within how many minutes of opening hours a patient's message is answered.",
    )
    whatsapp_auto_assign = fields.Boolean(
        "Assign by itself",
        groups=STAFF,
        help="What nobody has taken goes to the colleague with the fewest open conversations among those present.",
    )
    whatsapp_day_end_on = fields.Date(
        "End of day told on", readonly=True, groups=STAFF, help="When the managers last got the list of the day."
    )

    _whatsapp_reply_minutes_range = models.Constraint(
        f"CHECK (whatsapp_reply_minutes BETWEEN 1 AND {MOST_REPLY_MINUTES})",
        "A patient is answered within one minute to seven days.",
    )

    def _get_inbox_staff(self):
        """Return the employees who answer the patients of one branch."""
        return self._get_members("clinic_whatsapp.group_user")

    def _get_inbox_managers(self):
        """Return the managers of one branch; those of the whole clinic only where it has none of its own."""
        managers = self._get_members("clinic_whatsapp.group_branch_manager")
        return managers - self._get_members("clinic_whatsapp.group_manager") or managers

    def _get_members(self, group):
        self.ensure_one()
        # sudo: res.groups, res.users - the members of a group and their branches are not readable by staff
        users = self.env.ref(group).sudo().all_user_ids
        return users.filtered(lambda user: user.active and not user.share and self in user.company_ids).sorted("id")

    def _get_closing(self, now):
        """Return when this branch closes on the day of a moment (both naive UTC); None on a day without hours."""
        zone = pytz.timezone(self._get_tz())
        today = pytz.utc.localize(now).astimezone(zone).date()
        begin, end = (zone.localize(datetime.combine(today + timedelta(days=day), time())) for day in (0, 1))
        # sudo: resource.calendar - the opening hours of a branch are not readable by everybody who answers
        calendar = self.sudo().resource_calendar_id
        days_off = self._get_days_off_domain()
        hours = calendar._work_intervals_batch(begin, end, domain=days_off)[False] if calendar else ()
        stops = [stop for _start, stop, _why in hours]
        return max(stops).astimezone(pytz.utc).replace(tzinfo=None) if stops else None

    @api.model
    def _get_inbox_branches(self):
        """Return the branches with a WhatsApp number."""
        # sudo: clinic.whatsapp.account - which branches have a number; called by the cron
        accounts = self.env["clinic.whatsapp.account"].sudo()
        return self.browse(company.id for [company] in accounts._read_group([], ["company_id"]))
