"""Finding a word within one conversation. Texts are encrypted in the database, so they are read one by one."""

from odoo import models

from ..messaging.bubble import EDIT
from .folding import fold

PAGE = 200
MOST_HITS = 100
SHORTEST = 2  # characters


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _find_saying(self, words):
        """Return those of these messages whose bubbles show all of some words.

        :param list[str] words: folded
        """
        about = self._get_about()
        return self.filtered(lambda message: message._says(words, about[message]))

    def _says(self, words, about) -> bool:
        """
        :param clinic.whatsapp.message about: reactions, edits and revokes of this message, oldest first
        """
        if self.is_revoked:
            return False
        edits = about.filtered(lambda row: row.message_type == EDIT and row.direction == self.direction)
        shown = edits[-1:].body or self.body or ""
        text = fold(f"{shown}\n{self.media_name or ''}")
        return all(word in text for word in words)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def search_texts(self, query):
        """Return the ids of the messages of one conversation that say something, the newest first.

        :param str query: words that all occur, in any case, with or without dots and accents; two letters at least
        :return: at most ``MOST_HITS`` ids of messages that are shown as such: of a corrected one, its own
        """
        self.ensure_one()
        self.check_access("read")
        words = fold(query or "").split()
        if len("".join(words)) < SHORTEST:
            return []
        messages, found, before_id = self.env["clinic.whatsapp.message"], [], None
        while len(found) < MOST_HITS:
            page = messages._search_bubbles(self, before_id, PAGE)
            found += page._find_saying(words).ids
            if len(page) < PAGE:
                break
            before_id = page[-1:].id
            page.invalidate_recordset()  # what was decrypted need not stay
        return found[:MOST_HITS]
