"""Finding a conversation by a part of a name, a number or a tag.

All that it can be found by stands in one column, folded, with an index of its three-letter pieces: one look, however
many conversations there are. The text of messages is encrypted and never searched here (``text_search``).
"""

from odoo import api, fields, models
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import SQL

from .folding import digits_of, words_of

MOST_WORDS = 6
LONGEST = 100  # characters that anybody would type
PIECE = 3  # letters; fewer are looked for at the beginning of words only


def _get_pieces_index(registry):
    """Without PostgreSQL's pg_trgm, searching reads all rows."""
    return "USING gin (search_key gin_trgm_ops)" if registry.has_trigram else ""


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    search_key = fields.Char(compute="_compute_search_key", store=True, groups=NO_ACCESS)

    _pieces_idx = models.Index(_get_pieces_index)

    @api.depends(
        "partner_id.name",
        "contact_id.partner_ids.name",
        "contact_id.profile_name",
        "contact_id.phone",
        "tag_ids.name",
    )
    def _compute_search_key(self):
        for conversation in self:
            contact = conversation.contact_id
            named = [*(conversation.partner_id | contact.partner_ids).mapped("name"), contact.profile_name]
            named += conversation.tag_ids.mapped("name")
            words = dict.fromkeys(word for text in named for word in words_of(text or ""))
            # A space before each word: its beginning can be looked for.
            conversation.search_key = "".join(f" {word}" for word in [*words, digits_of(contact.phone or "")])

    @api.model
    def _get_search_domain(self, search) -> Domain:
        """Return the domain of the conversations that have all words of a search, in any order."""
        search = search[:LONGEST]
        number = digits_of(search)
        words = [number] if len(number) >= PIECE else words_of(search)[:MOST_WORDS]
        return Domain.AND(map(self._get_word_domain, words)) if words else Domain.FALSE

    @api.model
    def _get_word_domain(self, word) -> Domain:
        """Raw SQL: a pattern of what is folded already, for which no further function stands between it and the index.
        Words have no signs, so nothing in them is a wildcard."""
        pattern = f"%{word}%" if len(word) >= PIECE else f"% {word}%"
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL("%s LIKE %s", SQL.identifier(alias, "search_key"), pattern)
        )
