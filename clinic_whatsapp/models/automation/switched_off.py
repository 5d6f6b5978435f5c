"""What waits in the outbox when its automation is switched off, or stops itself, is taken back as in a pause."""

from odoo import api, models
from odoo.tools import SQL


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _get_resting(self):
        """Extended: neither does anything of automations that were switched off, until the planner has seen to it."""
        off = self.env["clinic.whatsapp.automation"].search([("active", "=", False), ("needs_planning", "=", True)])
        return [*super()._get_resting(), *([SQL("row.automation_id = ANY(%s)", off.ids)] if off else [])]


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def action_switch_off(self):
        """Extended: at once, as far as WhatsApp has not been told yet."""
        result = super().action_switch_off()
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner; who may switch off was asked by the write
        self.env["clinic.whatsapp.scheduled"].sudo()._take_back_now()
        return result
