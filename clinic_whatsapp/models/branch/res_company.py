from odoo import api, models

DEFAULT_TZ = "Europe/Istanbul"


class ResCompany(models.Model):
    """A branch is a company below the legal entity; the legal entity is the controller of the patients' data."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.filtered(lambda company: not company.parent_id)._create_privacy_registers()
        self.env["clinic.privacy.notice"]._compare_with_registers(companies)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"name", "active", "parent_id"} & vals.keys():
            self.env["clinic.privacy.notice"]._compare_with_registers(self)
        return result

    @api.model
    def _ensure_privacy_registers(self):
        """Give every legal entity what it lacks; called on install and on every update."""
        # sudo: res.company - legal entities of everybody
        self.sudo().with_context(active_test=False).search([("parent_id", "=", False)])._create_privacy_registers()

    def _create_privacy_registers(self):
        """Give these legal entities their own purposes, their file and drafts of their texts (legal.md §1.2, §8)."""
        self.env["clinic.consent.purpose"]._ensure_for(self)
        self.env["clinic.privacy.controller"]._ensure_for(self)
        self.env["clinic.privacy.processor"]._ensure_for(self)
        self.env["clinic.privacy.notice"]._ensure_for(self)

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
