"""The list of conversations on the left of the inbox: pages of plain rows, fetched under the rights of the reader.

A page costs a handful of queries whatever it holds: which conversations (``inbox_views``), what they show, the last
message of each, and how many there are in each view.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...cloud_api.phone import to_international
from ..messaging.message import IN
from .inbox_views import LONGEST_WAIT, NEWEST, UNANSWERED

PAGE = 40
LONGEST_PAGE = 200
MOMENTS = ("last_message_at", "waiting_since", "reply_due_at", "window_expires_at", "snoozed_until")


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    @api.model
    def get_inbox(self, view=UNANSWERED, search="", branch_id=False, tag_id=False, offset=0, limit=PAGE):
        """Return one page of a view of the inbox, in the active branches.

        :param str view: one of ``inbox_views.VIEWS``
        :param str search: a part of a patient's name, profile name, phone number or tag. Whoever looks for somebody
            finds him wherever he is: what is found comes from all views, the newest first
        :param int | False branch_id: only this branch
        :param int | False tag_id: only what has this tag
        :return: ``{"rows", "has_more", "counts"}``; ``counts`` {view: how many}, see ``inbox_counts``
        """
        self.check_access("read")
        offset, limit = max(0, offset), max(1, min(limit, LONGEST_PAGE))
        search = (search or "").strip()
        domain = self._get_search_domain(search) if search else self._get_view_domain(view)
        if tag_id:
            domain &= Domain("tag_ids", "in", [tag_id])
        order = LONGEST_WAIT if view == UNANSWERED and not search else NEWEST
        branches = self._get_view_branches(branch_id)
        found = self._search_page(domain, order, branches, offset, limit + 1)
        return {
            "rows": found[:limit]._prepare_inbox_rows(),
            "has_more": len(found) > limit,
            "counts": self._count_views(branches),
        }

    def get_inbox_rows(self):
        """Return the rows of these conversations; those that the user may not read, or no more, are missing."""
        return self._filtered_access("read").exists()._prepare_inbox_rows()

    def _prepare_inbox_rows(self):
        """Return what the list shows of these conversations, in their order."""
        facts = self._read_inbox_facts()
        waiting = self.filtered(lambda conversation: facts[conversation.id]["waiting_since"])
        shown = {message.conversation_id.id: message for message in self._get_newest_messages()}
        shown |= {message.conversation_id.id: message for message in waiting._get_newest_questions()}
        return [
            {**facts[conversation.id], **self._prepare_preview(shown.get(conversation.id))} for conversation in self
        ]

    def _get_newest_questions(self):
        """Return the last message of each of these conversations that a person has to answer.

        What the clinic has said by itself since then is not what one has to know of somebody who waits.
        """
        messages = self.env["clinic.whatsapp.message"]
        if not self:
            return messages
        asked = [("conversation_id", "in", self.ids), ("awaits_answer", "=", True), ("is_revoked", "=", False)]
        newest = messages._read_group(asked, ["conversation_id"], ["id:max"])
        return messages.browse(message_id for _conversation, message_id in newest)

    @api.model
    def _prepare_preview(self, message):
        return {
            "preview": message._get_preview() if message else "",
            "preview_direction": message.direction if message else IN,
        }

    def _read_inbox_facts(self):
        """Return {id: what a row shows of a conversation and of the records that it names}.

        Raw SQL: one query instead of one for each kind of record. The names are those that the ORM shows as labels of
        the same links.
        """
        if not self:
            return {}
        self.env.flush_all()
        columns = ("id", "name", "phone", "unread_count", *MOMENTS, "state", "user_id", "user_name", "branch")
        columns += ("branch_id", "account", "partner_id", "is_blocked", "tags")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT conversation.id,
                       COALESCE(patient.name, the_only_one.name, NULLIF(contact.profile_name, ''), contact.phone),
                       contact.phone, conversation.unread_count, conversation.last_message_at,
                       conversation.waiting_since, conversation.reply_due_at, conversation.window_expires_at,
                       conversation.snoozed_until, conversation.state, conversation.assigned_user_id, person.name,
                       branch.name, branch.id, account.name, conversation.partner_id,
                       contact.blocked_at IS NOT NULL, tagged.tags
                  FROM clinic_whatsapp_conversation conversation
                  JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id
                  JOIN clinic_whatsapp_account account ON account.id = conversation.account_id
                  JOIN res_company branch ON branch.id = conversation.company_id
             LEFT JOIN res_partner patient ON patient.id = conversation.partner_id
             LEFT JOIN res_users assignee ON assignee.id = conversation.assigned_user_id
             LEFT JOIN res_partner person ON person.id = assignee.partner_id
             LEFT JOIN LATERAL (
                       SELECT MIN(partner.name) AS name
                         FROM clinic_whatsapp_contact_partner_rel rel
                         JOIN res_partner partner ON partner.id = rel.partner_id
                        WHERE rel.contact_id = contact.id
                       HAVING COUNT(*) = 1) the_only_one ON TRUE
             LEFT JOIN LATERAL (
                       SELECT json_agg(
                                  json_build_object('id', tag.id, 'name', tag.name, 'color', COALESCE(tag.color, 0))
                                  ORDER BY tag.name, tag.id) AS tags
                         FROM clinic_whatsapp_conversation_tag_rel rel
                         JOIN clinic_whatsapp_tag tag ON tag.id = rel.tag_id
                        WHERE rel.conversation_id = conversation.id) tagged ON TRUE
                 WHERE conversation.id IN %s""",
                tuple(self.ids),
            )
        )
        return {row[0]: self._prepare_facts(dict(zip(columns, row, strict=True))) for row in rows}

    @api.model
    def _prepare_facts(self, row):
        user_id, user_name = row.pop("user_id"), row.pop("user_name")
        moments = {name: fields.Datetime.to_string(row.pop(name)) for name in MOMENTS}
        moments["last_at"] = moments.pop("last_message_at")
        phone = to_international(row["phone"] or "")
        name = phone if row["name"] == row["phone"] else row["name"]
        return {
            **row,
            **moments,
            "name": name or self.env._("Unknown sender"),
            "phone": phone,
            "unread_count": row["unread_count"] or 0,
            "partner_id": row["partner_id"] or False,
            "tags": row["tags"] or [],
            "assignee": {"id": user_id, "name": user_name} if user_id else False,
        }
