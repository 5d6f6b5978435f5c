"""What an automation is doing, in one word for lists and forms; and which branches are paused, for the banner."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .cost import BRANCH_MANAGER

ON, OFF, PAUSED, STOPPED = "on", "off", "paused", "stopped"


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    status = fields.Selection(
        [(ON, "On"), (PAUSED, "Paused"), (OFF, "Off"), (STOPPED, "Stopped by itself")],
        compute="_compute_status",
    )

    @api.depends("active", "stopped_reason", "company_id.whatsapp_automations_paused")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_status(self):
        """A pause counts where the reader works: an automation of all branches goes on in the others."""
        paused = self._get_paused_branches()
        for automation in self:
            here = self.env.companies.filtered(automation._covers)
            if automation.active:
                automation.status = PAUSED if here and here <= paused else ON
            else:
                automation.status = STOPPED if automation.stopped_reason else OFF

    @api.model
    def _get_paused_branches(self):
        """Return those of the active branches in which automations are paused, themselves or with a company above."""
        # sudo: res.company - a pause of the parent company holds for branches whose staff cannot see it
        return self.env.companies.filtered(
            lambda branch: any(branch.sudo().parent_ids.mapped("whatsapp_automations_paused"))
        )

    @api.model
    def get_pauses(self):
        """Return which of the active branches are paused, for the banner above the automations.

        :return: ``[{"id", "name", "is_paused", "paused_by", "may_change"}]``; ``paused_by`` is the name of the company
            above that is paused, False when it is the branch itself or none
        """
        self.check_access("read")
        is_manager = self.env.user.has_group(BRANCH_MANAGER)
        return [self._describe_pause(branch, is_manager) for branch in self.env.companies]

    @api.model
    def _describe_pause(self, branch, is_manager):
        # sudo: res.company - a pause of the parent company holds for branches whose staff cannot see it
        above = (branch.sudo().parent_ids - branch).filtered("whatsapp_automations_paused")[:1]
        return {
            "id": branch.id,
            "name": branch.name,
            "is_paused": branch.sudo().whatsapp_automations_paused or bool(above),
            "paused_by": above.name,
            "may_change": is_manager and not above,
        }

    @api.model
    def action_pause_branch(self, company_id, is_paused):
        """Pause all automations of one branch and of the branches below it, or let them go on.

        :param int company_id: one of the active branches
        :raise AccessError: when the user is no manager of this branch
        """
        branch = self.env.companies.filtered(lambda company: company.id == company_id)
        if not branch or not self.env.user.has_group(BRANCH_MANAGER):
            raise AccessError(self.env._("Only a manager of the branch can pause its automations."))
        # sudo: res.company - managers of a branch cannot change companies otherwise; checked above
        branch.sudo().whatsapp_automations_paused = bool(is_paused)
        return self.get_pauses()
