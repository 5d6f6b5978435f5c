from odoo import fields, models

from ..models.messaging.message import BLOCKED


class ClinicWhatsappUrgentWizard(models.TransientModel):
    """Asks why a message cannot wait for the hours, or has to leave above a limit (legal.md LR-34)."""

    _name = "clinic.whatsapp.urgent.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Send a message without waiting"

    message_id = fields.Many2one("clinic.whatsapp.message", required=True, readonly=True, ondelete="cascade")
    held_text = fields.Char(related="message_id.held_text")
    problem = fields.Char(related="message_id.problem")
    reason = fields.Char("Why it cannot wait", required=True, help="Kept with the message. No health data.")

    def action_send(self):
        """Send it now, or tell which other rule denies it."""
        self.ensure_one()
        message = self.message_id._send_now(self.reason)
        if message.state == BLOCKED:
            return message._tell_about_denied(message)
        return {"type": "ir.actions.act_window_close"}
