"""“Send WhatsApp” among Odoo's server actions: for integrators, their own rules, and the action menu of any list.

Whatever goes wrong with a message must never undo the work of whoever set it off. So his own work is written to the
database first, where its errors are his; what follows runs in a savepoint, and an automation that fails there stops
itself (``broken``).
"""

from odoo import api, fields, models

from .trigger import CALLED

SEND = "clinic_whatsapp"
MANAGER = "clinic_whatsapp.group_branch_manager"


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _note_safely(self, records):
        """Note that it happened to these records (``_note``); a failure stops the automation, and nobody else.

        :param records: of the automation's model, in the environment of whoever did something to them
        """
        if self.active and records:
            self._attempt(lambda: self._note(records), savepoint=True)


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    state = fields.Selection(selection_add=[(SEND, "Send WhatsApp")], ondelete={SEND: "cascade"})
    whatsapp_automation_ref = fields.Integer("Number of the automation", readonly=True, groups=MANAGER)
    whatsapp_automation_id = fields.Many2one(
        "clinic.whatsapp.automation",
        "WhatsApp automation",
        compute="_compute_whatsapp_automation_id",
        inverse="_inverse_whatsapp_automation_id",
        domain="[('trigger', '=', 'called'), ('model', '=', model_name)]",
        groups=MANAGER,
        help="What to send: an automation for records of this model that says “a server action asks for it”.",
    )

    @api.depends("whatsapp_automation_ref")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_whatsapp_automation_id(self):
        """Show the automation to those who may read it: its branch is behind the wall, server actions are not."""
        refs = self.mapped("whatsapp_automation_ref")
        automations = self.env["clinic.whatsapp.automation"].with_context(active_test=False)
        by_id = {automation.id: automation for automation in automations.search([("id", "in", refs)])}
        for action in self:
            action.whatsapp_automation_id = by_id.get(action.whatsapp_automation_ref, False)

    def _inverse_whatsapp_automation_id(self):
        for action in self:
            action.whatsapp_automation_id.check_access("read")
            action.whatsapp_automation_ref = action.whatsapp_automation_id.id

    def _get_whatsapp_automation(self):
        # sudo: ir.actions.server, clinic.whatsapp.automation - whoever may run the action need not see what it does
        automations = self.env["clinic.whatsapp.automation"].sudo()
        return automations.browse(self.sudo().whatsapp_automation_ref or []).exists()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "whatsapp_automation_ref"]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state == SEND and not self.base_automation_id.sudo().whatsapp_automation_ref:
            automation = self._get_whatsapp_automation()
            if automation.trigger != CALLED or automation.model != self.model_id.model:
                warnings.append(
                    self.env._(
                        "Choose what to send: a WhatsApp automation for these records that says “a server action asks "
                        "for it”."
                    )
                )
        return warnings

    def _run(self, records, eval_context):
        """Extended: an action whose automation is gone sends nothing; it does not undo what it was called for."""
        if self.state != SEND:
            return super()._run(records, eval_context)
        return self._run_action_clinic_whatsapp_multi(eval_context)

    def _run_action_clinic_whatsapp_multi(self, eval_context=None):
        """Send to the records that the action runs on; see the top of the file for what happens to errors."""
        records = eval_context.get("records") or eval_context.get("record")
        if records:
            self._get_whatsapp_automation()._note_safely(records)
        return False
