"""Finding a word within one conversation. Texts are encrypted in the database, so they are read one by one."""

from odoo import models

from ..messaging.bubble import EDIT
from ..messaging.message import BLOCKED
from .folding import fold

PAGE = 200
MOST_HITS = 100
SHORTEST = 2  # characters
# Of what ``_prepare_content`` returns, that which is read.
PARTS = (
    *("header", "footer", "buttons", "list", "link", "location", "contacts", "answers"),
    *("referral", "system", "description"),
)
UNREAD = frozenset({"url"})


def _walk(part):
    """Yield the texts in what a bubble is made of."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from (text for name, value in part.items() if name not in UNREAD for text in _walk(value))
    elif isinstance(part, (list, tuple)):
        yield from (text for value in part for text in _walk(value))


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
        if self.is_revoked or self.state == BLOCKED:  # of these, nothing is shown
            return False
        edits = about.filtered(lambda row: row.message_type == EDIT and row.direction == self.direction)
        text = fold("\n".join(self._get_shown_texts(edits[-1:].body)))
        return all(word in text for word in words)

    def _get_shown_texts(self, edited):
        """Return all that one reads in a bubble: the text, what stands around it, places, cards, choices, answers.

        :param str | None edited: what the text was corrected to
        """
        content = self._prepare_content()
        parts = [edited or content["body"], *(content[name] for name in PARTS), self.media_name]
        return [text for part in parts for text in _walk(part)]


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
