"""What a branch says among itself about a conversation, and what happened to it, shown between the messages.

Notes are the conversation's own chatter, so the wall around them is that of ``branch_notes``: only people of the branch
read them, and only they are told. Nothing here touches the queue: a note cannot leave for WhatsApp.

Every page of the thread has what belongs between its messages: from the moment of its first one on, or from the
beginning, up to the first message of the page below, or until now. So each note is on one page, and costs a page
nothing that depends on how many there are elsewhere.
"""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import html2plaintext, plaintext2html

from ..messaging.thread import PAGE

MOST_NOTES = 500  # between the messages of one page
LONGEST = 4096  # characters
NOTE, EVENT = "note", "event"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_thread(self, before_id=None, limit=PAGE):
        """Extended: each page has its ``notes`` as well, oldest first; at most the newest ``MOST_NOTES`` of them."""
        thread = super().get_thread(before_id=before_id, limit=limit)
        messages = self.env["clinic.whatsapp.message"]
        first = messages.browse(thread["messages"][0]["id"] if thread["has_more"] else False)
        below = messages.browse(before_id or False).exists()
        return {**thread, "notes": self._prepare_notes(first._get_moment(), below._get_moment())}

    def action_add_note(self, body, user_ids=()):
        """Write an internal note; the patient never sees it.

        :param str body: plain text
        :param user_ids: colleagues who are told about it; who does not work in the branch is left out
        :raise UserError: when there is nothing to write down, or too much
        """
        self.ensure_one()
        self.check_access("read")
        text = (body or "").strip()
        if not text:
            raise UserError(self.env._("Write something first."))
        if len(text) > LONGEST:
            raise UserError(self.env._("A note has at most %(limit)s characters.", limit=LONGEST))
        colleagues = self.company_id._get_inbox_staff().filtered(lambda user: user.id in user_ids)
        self.message_post(
            body=plaintext2html(text),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=colleagues.partner_id.ids,
        )
        return True

    def message_post(self, **kwargs):
        """Extended: whoever has the conversation open sees the note at once."""
        message = super().message_post(**kwargs)
        self._notify()
        return message

    def _prepare_notes(self, since=None, until=None):
        """Return what happened from one moment on and before another one, oldest first, both naive UTC."""
        return sorted(self._find_notes(since, until), key=lambda note: note["at"])

    def _find_notes(self, since, until):
        """Hook: return the notes and events between two moments; each of them may be empty."""
        mine = Domain("model", "=", self._name) & Domain("res_id", "=", self.id)
        notes = self.env["mail.message"].search(
            mine & Domain("message_type", "!=", "user_notification") & self._get_between("date", since, until),
            order="id desc",
            limit=MOST_NOTES,
        )
        return [self._prepare_note(note) for note in notes[::-1]]

    def _get_between(self, name, since, until) -> Domain:
        after = Domain(name, ">=", since) if since else Domain.TRUE
        return after & (Domain(name, "<", until) if until else Domain.TRUE)

    def _prepare_note(self, note):
        """Return one note or event as plain text; its moment is a naive UTC string."""
        return {
            "id": note.id,
            "kind": NOTE if note.message_type == "comment" else EVENT,
            "at": fields.Datetime.to_string(note.date),
            # sudo: res.partner - who wrote a note is told to whoever may read it
            "author": note.sudo().author_id.name or False,
            "body": html2plaintext(note.body or "", include_references=False).strip(),
        }
