"""What a branch says among itself about a conversation, and what happened to it, shown between the messages.

Notes are the conversation's own chatter, so the wall around them is that of ``branch_notes``: only people of the branch
read them, and only they are told. Nothing here touches the queue: a note cannot leave for WhatsApp.
"""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mail import html2plaintext, plaintext2html

from ..messaging.thread import PAGE

MOST_NOTES = 100
LONGEST = 4096  # characters
NOTE, EVENT = "note", "event"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_thread(self, before_id=None, limit=PAGE):
        """Extended: the newest page has ``notes`` as well, the newest ``MOST_NOTES`` of them, oldest first."""
        thread = super().get_thread(before_id=before_id, limit=limit)
        return thread if before_id else {**thread, "notes": self._prepare_notes()}

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

    def _prepare_notes(self):
        notes = self.env["mail.message"].search(
            [("model", "=", self._name), ("res_id", "=", self.id), ("message_type", "!=", "user_notification")],
            order="id desc",
            limit=MOST_NOTES,
        )
        return [self._prepare_note(note) for note in notes[::-1]]

    def _prepare_note(self, note):
        """Return one note or event as plain text; its moment is a naive UTC string."""
        return {
            "id": note.id,
            "kind": NOTE if note.message_type == "comment" else EVENT,
            "at": note.date.strftime("%Y-%m-%d %H:%M:%S"),
            # sudo: res.partner - who wrote a note is told to whoever may read it
            "author": note.sudo().author_id.name or False,
            "body": html2plaintext(note.body or "", include_references=False).strip(),
        }
