from odoo import models
from odoo.fields import Domain


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _get_users(self, account):
        # sudo: clinic.whatsapp.automation.step - a webhook, or a manager of one branch, asks for all
        steps = self.env["clinic.whatsapp.automation.step"].sudo()
        same = Domain("name", "=", self.name) & Domain("waba_id", "in", (self.waba_id, False))
        # sudo: clinic.whatsapp.template - as above
        variants = self.env["clinic.whatsapp.template"].sudo().with_context(active_test=False).search(same).ids
        told = Domain("template_id", "in", variants)
        family = Domain("family_template_id", "in", variants) & Domain("automation_id.one_for_family", "=", True)
        automations = steps.search((told | family) & Domain("automation_id.active", "=", True)).automation_id
        # sudo: res.company - whether an automation covers a branch is asked for branches the manager may not see
        branches = self.env["res.company"].sudo().search([("id", "child_of", account.company_id.id)])
        needing = automations.filtered(lambda automation: any(automation._covers(branch) for branch in branches))
        return [*super()._get_users(account), *needing.with_context(lang=self.env.lang).mapped("name")]
