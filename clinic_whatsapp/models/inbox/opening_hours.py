"""Hours and holidays that change move what is promised to those who wait already.

Whatever says when a branch is open (a calendar, its hours, a day off for everybody) lets its branches promise anew,
once it has changed; of what moves from one calendar to another, both.
"""

from odoo import api, models


class ClinicOpeningHoursMixin(models.AbstractModel):
    _name = "clinic.opening.hours.mixin"
    _description = "Says when branches are open"

    @api.model_create_multi
    def create(self, vals_list):
        hours = super().create(vals_list)
        hours._get_concerned_branches()._promise_anew()
        return hours

    def write(self, vals):
        before = self._get_concerned_branches()
        result = super().write(vals)
        (before | self._get_concerned_branches())._promise_anew()
        return result

    def unlink(self):
        before = self._get_concerned_branches()
        result = super().unlink()
        before._promise_anew()
        return result

    def _get_concerned_branches(self):
        """Return the branches that open at these hours."""
        # sudo: resource.calendar.attendance - whom they concern is not for their author to be able to read
        return self._get_branches_of(self.sudo().calendar_id)

    @api.model
    def _get_branches_of(self, calendars):
        # sudo: res.company - branches of which who sets the hours need not be able to read anything
        return self.env["res.company"].sudo().search([("resource_calendar_id", "in", calendars.ids)])


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "clinic.opening.hours.mixin"]


class ResourceCalendarLeaves(models.Model):
    _name = "resource.calendar.leaves"
    _inherit = ["resource.calendar.leaves", "clinic.opening.hours.mixin"]

    def _get_concerned_branches(self):
        """Return the branches that do not open during these, as ``_get_reply_due`` counts; somebody's leave: none."""
        # sudo: resource.calendar.leaves - whom they concern is not for their author to be able to read
        days_off = self.sudo().filtered(lambda leave: not leave.resource_id)
        branches = super(ResourceCalendarLeaves, days_off)._get_concerned_branches() | days_off.company_id
        if all(leave.company_id for leave in days_off):
            return branches
        return branches.search([])


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            self.env["clinic.opening.hours.mixin"]._get_branches_of(self)._promise_anew()
        return result
