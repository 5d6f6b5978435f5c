from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..automation.trigger import FOLLOWUP
from ..branch.wall_fields import WalledOne2many
from ..consent.consent_purpose import HEALTH
from .followup_states import RUNNING

VISIT = "clinic.appointment"


class ClinicWhatsappAutomation(models.Model):
    """A treatment plan is an automation that patients are put on, one course each."""

    _inherit = "clinic.whatsapp.automation"

    followup_ids = WalledOne2many("clinic.followup", "automation_id", "Courses", readonly=True)
    purpose_code = fields.Char(related="purpose_id.code", string="Code of the purpose")
    running_count = fields.Integer("Under way", compute="_compute_running_count")

    @api.depends("followup_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_running_count(self):
        running = self.env["clinic.followup"]._read_group(
            [("automation_id", "in", self.ids), ("state", "=", RUNNING)], ["automation_id"], ["__count"]
        )
        counts = dict(running)
        for automation in self:
            automation.running_count = counts.get(automation._origin, 0)

    @api.constrains("trigger", "purpose_id")
    def _check_plan_purpose(self):
        """What follows a treatment is about the patient's health, whatever the text says (legal.md P3)."""
        for automation in self.filtered(lambda it: it.trigger == FOLLOWUP):
            # sudo: clinic.consent.purpose - a setting of the app
            if automation.purpose_id.sudo().code != HEALTH:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: a treatment plan is about the patient's health. Choose the purpose "
                        "“Treatment reminders”, for which the patient's explicit consent is asked.",
                        name=automation.name,
                    )
                )

    def _get_template_record(self, template, record):
        """Extended: a message of a plan is about the course even if its text is about the patient (see ``gate``)."""
        about = super()._get_template_record(template, record)
        is_plans_own = self.trigger == FOLLOWUP and (about is None or about._name != VISIT)
        return record if is_plans_own else about

    def get_formview_id(self, access_uid=None):
        """Open a treatment plan in the form for plans, from wherever somebody clicks on it."""
        if len(self) == 1 and self.trigger == FOLLOWUP:
            return self.env.ref("clinic_whatsapp.followup_plan_view_form").id
        return super().get_formview_id(access_uid=access_uid)

    def action_copy_to_branch(self):
        """Extended: the copy of a plan is opened among the plans."""
        action = super().action_copy_to_branch()
        if self.trigger != FOLLOWUP:
            return action
        plans = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_followup_plan")
        form = self.env.ref("clinic_whatsapp.followup_plan_view_form")
        return {**plans, "res_id": action["res_id"], "views": [(form.id, "form")]}

    def action_open_followups(self):
        """Open the courses of these plans."""
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_followup")
        return {**action, "domain": [("automation_id", "in", self.ids)]}
