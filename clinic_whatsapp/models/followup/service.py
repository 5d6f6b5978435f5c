from odoo import fields, models

from ..automation.trigger import FOLLOWUP


class ClinicService(models.Model):
    _inherit = "clinic.service"

    followup_plan_ids = fields.Many2many(
        "clinic.whatsapp.automation",
        string="Treatment plans",
        compute="_compute_followup_plan_ids",
        help="They begin by themselves when a visit for this service is finished. Choose the service in the plan.",
    )

    def _compute_followup_plan_ids(self):
        plans = self.env["clinic.whatsapp.automation"].search(
            [("active", "=", True), ("trigger", "=", FOLLOWUP), ("service_ids", "in", self._origin.ids)]
        )
        for service in self:
            mine = service._origin
            service.followup_plan_ids = plans.filtered(lambda plan, mine=mine: mine in plan.service_ids)
