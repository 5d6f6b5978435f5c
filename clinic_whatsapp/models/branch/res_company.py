from odoo import models

DEFAULT_TZ = "Europe/Istanbul"


class ResCompany(models.Model):
    """A branch is a company below the legal entity; the legal entity is the controller of the patients' data."""

    _inherit = "res.company"

    def _get_controller(self):
        """Return the legal entity a branch belongs to: the root of the company tree (legal.md §0.12)."""
        # sudo: res.company - staff of a branch need not be members of the parent company
        return self.sudo().root_id.with_env(self.env)

    def _get_tz(self) -> str:
        """Return the time zone in which this branch lives, as a zone name (``Europe/Istanbul``)."""
        self.ensure_one()
        # sudo: res.company - calendar and partner of a branch are not readable by everybody who writes to its patients
        company = self.sudo()
        return company.resource_calendar_id.tz or company.partner_id.tz or DEFAULT_TZ
