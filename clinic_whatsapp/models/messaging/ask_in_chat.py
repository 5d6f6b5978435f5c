"""Asking in the chat from the form of the patient: one of the ways beside the badges (``consent_badges``)."""

from odoo import models
from odoo.exceptions import UserError

from ..consent.consent_purpose import APPOINTMENT


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_ask_in_chat(self):
        """Ask for the purpose that the context names, in the conversation of this branch whose window is open.

        :raise UserError: when it may not be asked there; names the next lawful step
        """
        self.ensure_one()
        self.check_access("read")
        conversation = self._find_conversation_to_ask_in()
        if not conversation:
            raise UserError(
                self.env._(
                    "The patient has not written to this branch within 24 hours, so WhatsApp must not be used to ask. "
                    "Ask at the desk, or send a link by another way."
                )
            )
        conversation.action_send_consent_question(self.env.context.get("clinic_purpose") or APPOINTMENT)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The question was sent. The answer is recorded by itself."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _find_conversation_to_ask_in(self):
        """Return the conversation about one patient in which this branch may write freely longest; may be empty."""
        conversations = self.env["clinic.whatsapp.conversation"].search(
            [("partner_id", "=", self.id), ("company_id", "=", self.env.company.id)]
        )
        return conversations.filtered("is_window_open").sorted("window_expires_at", reverse=True)[:1]

    def _get_ways_to_ask(self, purpose):
        """Extended: by a question in the chat, offered only while it may be asked."""
        ways = super()._get_ways_to_ask(purpose)
        conversation = self._find_conversation_to_ask_in()
        if not conversation or not conversation._can_ask(purpose.code):
            return ways
        return [*ways, self._prepare_action("action_ask_in_chat", self.env._("Ask in the chat"), purpose)]


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _can_ask(self, purpose_code) -> bool:
        """Tell whether one purpose may be asked for in one conversation now (LR-32)."""
        # sudo: clinic.whatsapp.conversation - what was asked before, in all branches, decides whether one may ask
        return not self.sudo().with_company(self.company_id)._get_question_obstacle(purpose_code)
