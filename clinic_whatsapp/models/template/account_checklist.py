from odoo import api, models

from ..messaging.account_checklist import DONE, TODO, WAITING
from .template import APPROVED, PENDING, SERVICE_TEXT


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    @api.depends("template_ids.status")
    def _compute_setup_steps(self):
        return super()._compute_setup_steps()

    def _get_setup_steps(self):
        *steps, first_message = super()._get_setup_steps()
        return [*steps, self._get_template_step(), first_message]

    def _get_template_step(self):
        title, statuses = self.env._("Get templates approved"), self._get_template_statuses()
        if APPROVED in statuses:
            return self._step(DONE, title, self.env._("At least one template can be sent."))
        if PENDING in statuses:
            text = self.env._("Meta is looking at them. That takes minutes, at times a day.")
            return self._step(WAITING, title, text, "action_refresh_templates", self.env._("Refresh"))
        text = self.env._("Later than 24 hours after a patient's message, only approved templates can be sent.")
        return self._step(TODO, title, text, "action_choose_starter_templates", self.env._("Add starter templates"))

    def _get_template_statuses(self):
        """Return the statuses of what Meta knows of this number's business account; numbers of one account share it."""
        # sudo: clinic.whatsapp.template - those of another branch on the same business account count too
        templates = self.env["clinic.whatsapp.template"].sudo()
        known = [("waba_id", "=", self.waba_id), ("category", "!=", SERVICE_TEXT)]
        return set(templates.search(known).mapped("status")) if self.waba_id else set()
