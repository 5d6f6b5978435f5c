"""Hours and holidays that change move what is planned already: see the first rule about time in ``planner``."""

from odoo import api, models

HOURS = frozenset({"quiet_from", "quiet_to"})
BRANCH_HOURS = frozenset({"whatsapp_send_from", "whatsapp_send_to"})


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    @api.model
    def _plan_all_again(self):
        # sudo: clinic.whatsapp.automation - whoever sets hours and holidays need not be able to change automations
        self.sudo().search([("active", "=", True)])._plan_again()


class ClinicConsentPurpose(models.Model):
    _inherit = "clinic.consent.purpose"

    def write(self, vals):
        result = super().write(vals)
        if not HOURS.isdisjoint(vals):
            self.env["clinic.whatsapp.automation"]._plan_all_again()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        # sudo: res.company - whether the hours change; the write below asks whether its author may
        changed = any(company[name] != vals[name] for company in self.sudo() for name in BRANCH_HOURS & vals.keys())
        result = super().write(vals)
        if changed:
            self.env["clinic.whatsapp.automation"]._plan_all_again()
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._plan_around()
        return leaves

    def write(self, vals):
        self._plan_around()
        result = super().write(vals)
        self._plan_around()
        return result

    def unlink(self):
        self._plan_around()
        return super().unlink()

    def _plan_around(self):
        """Plan again when one of these is for everybody: a holiday, not somebody's leave."""
        # sudo: resource.calendar.leaves - whether it concerns us is not for its author to be able to read
        if any(not leave.resource_id for leave in self.sudo()):
            self.env["clinic.whatsapp.automation"]._plan_all_again()
