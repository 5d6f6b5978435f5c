"""What the thread component shows, fetched under the rights of the one who looks.

Messages stand in the order in which they were written, by the patient's clock and by ours, not in that in which
webhooks came. One that is about another one (a reaction, an edit, a revoke) is shown with that one: see ``bubble``.
"""

import uuid

from odoo import api, fields, models
from odoo.tools import SQL

from ..consent.consent_purpose import SERVICE
from .inbox_messages import ABOUT_ANOTHER
from .message import OUT
from .reasons import BLOCK_ADVICE

PAGE = 50


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    _moment_idx = models.Index("(conversation_id, COALESCE(sent_at, create_date), id)")

    def _get_moment(self):
        """Return when one message was written: naive UTC, the same as ``_moment_sql``."""
        return self.sent_at or self.create_date

    @api.model
    def _moment_sql(self, alias) -> SQL:
        return SQL(
            "COALESCE(%s, %s)", self._field_to_sql(alias, "sent_at"), self._field_to_sql(alias, "create_date")
        )

    @api.model
    def _search_bubbles(self, conversation, before_id, limit):
        """Return the newest messages of a conversation that are shown as such, newest first.

        Raw SQL for the order: the ORM sorts by columns only, and the index has the expression.
        """
        query = self._search(
            [
                ("conversation_id", "=", conversation.id),
                "|",
                ("message_type", "not in", ABOUT_ANOTHER),
                ("reply_to_id", "=", False),
            ]
        )
        moment, row_id = self._moment_sql(query.table), SQL.identifier(query.table, "id")
        if before_id:
            query.add_where(
                SQL(
                    "(%s, %s) < (SELECT COALESCE(sent_at, create_date), id FROM clinic_whatsapp_message WHERE id = %s)",
                    moment,
                    row_id,
                    before_id,
                )
            )
        query.order = SQL("%s DESC, %s DESC", moment, row_id)
        query.limit = limit
        return self.browse(query.get_result_ids())


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_thread(self, before_id=None, limit=PAGE):
        """Return one page of a conversation, oldest message first, and whether one may write.

        :param int | None before_id: only messages that stand above this one
        :param int limit: how many messages at the most; a page never holds more than ``PAGE``
        :return: ``{"conversation", "messages", "has_more", "lock"}``; ``lock`` is None when free text may be sent,
            else ``{"reason", "label", "advice"}``
        """
        self.ensure_one()
        self.check_access("read")
        limit = max(1, min(limit, PAGE))
        messages = self.env["clinic.whatsapp.message"]._search_bubbles(self, before_id, limit + 1)
        page = messages[:limit][::-1]
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
            "company_id": self.company_id.id,
            "state": self.state,
            "unread_count": self.unread_count,
            "window_expires_at": fields.Datetime.to_string(self.window_expires_at) if self.window_expires_at else False,
            "candidates": self._get_candidates(),
            "patients": self._get_patients(),
            "patient": {"id": self.partner_id.id, "name": self.partner_id.name} if self.partner_id else False,
        }

    @api.depends("last_message_at")
    def _compute_last_message_preview(self):
        newest = {message.conversation_id: message for message in self._get_newest_messages()}
        for conversation in self:
            message = newest.get(conversation)
            conversation.last_message_preview = message and message._get_preview()

    def _get_newest_messages(self):
        """Return the last message of each thread. Raw SQL: one row each, by the index."""
        messages = self.env["clinic.whatsapp.message"]
        if not self.ids:
            return messages
        messages.flush_model(["conversation_id", "sent_at", "message_type", "reply_to_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT newest.id
                  FROM unnest(%s) AS conversation (id),
               LATERAL (
                       SELECT id
                         FROM clinic_whatsapp_message
                        WHERE conversation_id = conversation.id
                          AND (message_type NOT IN %s OR reply_to_id IS NULL)
                     ORDER BY COALESCE(sent_at, create_date) DESC, id DESC
                        LIMIT 1) newest""",
                self.ids,
                ABOUT_ANOTHER,
            )
        )
        return messages.browse(row[0] for row in rows)

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
                    # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
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
