"""What the thread component shows, fetched under the rights of the one who looks."""

import uuid

from odoo import fields, models

from ..consent.consent_purpose import SERVICE
from .message import OUT
from .reasons import BLOCK_ADVICE

PAGE = 50


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _format_for_thread(self):
        """Return what a bubble needs, one dict a message; moments are naive UTC strings."""
        return [message._prepare_bubble() for message in self]

    def _prepare_bubble(self):
        quoted = self.reply_to_id
        return {
            "id": self.id,
            "direction": self.direction,
            "type": self.message_type,
            "wire_type": self.wire_type,
            "kind": self.kind,
            "body": self.body or "",
            "buttons": self.template_button_texts or [],
            "state": self.state,
            "problem": self.problem,
            "advice": self.advice,
            "at": fields.Datetime.to_string(self.sent_at or self.create_date),
            "author": self.sent_by_id.name if self.kind == "reply" else False,
            "template": self.template_id.title or self.template_id.name,
            "quoted": {"id": quoted.id, "preview": quoted._get_preview()} if quoted else False,
        }


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_thread(self, before_id=None, limit=PAGE):
        """Return one page of a conversation, oldest message first, and whether one may write.

        :param int | None before_id: only messages older than this one
        :param int limit: how many messages at the most; a page never holds more than ``PAGE``
        :return: ``{"conversation", "messages", "has_more", "lock"}``; ``lock`` is None when free text may be sent,
            else ``{"reason", "label", "advice"}``
        """
        self.ensure_one()
        self.check_access("read")
        limit = max(1, min(limit, PAGE))
        older = [("id", "<", before_id)] if before_id else []
        messages = self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", self.id), *older], order="id desc", limit=limit + 1
        )
        page = messages[:limit].sorted("id")
        return {
            "conversation": self._prepare_thread_header(),
            "messages": page._format_for_thread(),
            "has_more": len(messages) > limit,
            "lock": self._get_composer_lock(),
        }

    def _prepare_thread_header(self):
        return {
            "id": self.id,
            "name": self.display_name,
            "account": self.account_id.name,
            "branch": self.company_id.name,
            "state": self.state,
            "unread_count": self.unread_count,
            "window_expires_at": fields.Datetime.to_string(self.window_expires_at) if self.window_expires_at else False,
        }

    def _get_composer_lock(self):
        """Ask the gate about a text that nobody has written yet, so that the composer and the outbox never disagree."""
        # sudo: clinic.whatsapp.message - the draft is never stored; the gate sees the whole truth
        draft = (
            self.env["clinic.whatsapp.message"]
            .sudo()
            .new(
                {
                    "conversation_id": self.id,
                    "partner_id": self.partner_id.id,
                    "purpose_id": self.env["clinic.consent.purpose"].sudo()._get(SERVICE, self.company_id).id,
                    "direction": OUT,
                    "kind": "reply",
                    "message_type": "text",
                    "body": "…",
                    "client_ref": uuid.uuid4().hex,
                }
            )
        )
        reason = self.env["clinic.whatsapp.gate"]._judge(draft)[draft]
        if not reason:
            return None
        labels = dict(draft._fields["block_reason"]._description_selection(self.env))
        return {"reason": reason, "label": labels[reason], "advice": str(BLOCK_ADVICE[reason])}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def get_whatsapp_conversations(self):
        """Return the conversations of one patient in the active branches, newest first: ``[{"id", "name"}]``."""
        self.ensure_one()
        conversations = self.env["clinic.whatsapp.conversation"].search([("partner_id", "=", self.id)])
        return [
            {"id": conversation.id, "name": f"{conversation.account_id.name} · {conversation.company_id.name}"}
            for conversation in conversations
        ]
