"""How long a branch has been open: time that is counted in its opening hours, without the days off (``days_off``)."""

from datetime import timedelta

from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _add_opening_minutes(self, since, minutes):
        """Return when a number of minutes of this branch's opening hours have passed.

        :param datetime since: naive UTC
        :return: naive UTC; without opening hours the clock runs day and night
        """
        # sudo: res.company, resource.calendar - the calendar is not readable by everybody who makes a patient wait
        calendar = self.sudo().resource_calendar_id
        domain = self._get_days_off_domain()
        reached = calendar and calendar.plan_hours(minutes / 60, since, compute_leaves=True, domain=domain)
        return reached or since + timedelta(minutes=minutes)
