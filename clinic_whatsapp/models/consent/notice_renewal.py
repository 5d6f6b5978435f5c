"""Which versions are still good: what a material version makes worthless (legal.md LR-09).

A version that is flagged *material* outdates the versions of the same text before it, in every language: nobody agrees
to those any more, and having read them proves nothing. One thing it does not outdate: a material version of another
language to which it is the next answer. Whoever publishes a change in Turkish and then in English has changed one text,
not two; and the one who publishes both in one go gives them the same moment.

The rule is one SQL condition, :func:`outdated`: the ledger asks it of thousands of deliveries at once.
"""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

ANY_VERSION = SQL("2147483647")


def outdated(company, document_type, code, lang, since, version=ANY_VERSION) -> SQL:
    """Return the condition that a material version came after a text of one language, as it was at one moment.

    Each argument is an SQL expression. ``since`` is when that version came, or when somebody was shown the text of that
    day; ``version`` tells apart versions of one language that came in the same second.
    """
    same = SQL(
        """company_id = %s AND document_type = %s AND purpose_code IS NOT DISTINCT FROM %s AND state != 'draft'""",
        company, document_type, code,
    )  # fmt: skip
    return SQL(
        """EXISTS (
           SELECT FROM (SELECT lang, valid_from, version FROM clinic_privacy_notice
                         WHERE is_material AND %(same)s) newer
            WHERE CASE WHEN newer.lang = %(lang)s
                       THEN (newer.valid_from, newer.version) > (%(since)s, %(version)s)
                       ELSE newer.valid_from > %(since)s
                        AND newer.valid_from IS DISTINCT FROM (
                            SELECT min(answer.valid_from)
                              FROM (SELECT lang, valid_from FROM clinic_privacy_notice WHERE %(same)s) answer
                             WHERE answer.lang = newer.lang
                               AND answer.valid_from >= (
                                   SELECT max(asked.valid_from)
                                     FROM (SELECT lang, valid_from FROM clinic_privacy_notice
                                            WHERE is_material AND %(same)s) asked
                                    WHERE asked.lang = %(lang)s AND asked.valid_from <= %(since)s))
                   END)""",
        same=same,
        lang=lang,
        since=since,
        version=version,
    )


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    def _find_outdated(self):
        """Return those of these texts after which a material version was published, in whichever language."""
        self.flush_model()
        condition = outdated(
            SQL("text.company_id"), SQL("text.document_type"), SQL("text.purpose_code"), SQL("text.lang"),
            SQL("text.valid_from"), SQL("text.version"),
        )  # fmt: skip
        query = "SELECT text.id FROM clinic_privacy_notice text WHERE text.id = ANY(%s) AND %s"
        return self.browse(text_id for (text_id,) in self.env.execute_query(SQL(query, self.ids, condition)))

    def _is_outdated_since(self, moment, lang) -> bool:
        """Tell whether a material version of one text came after somebody was shown it in a language; no text: never.

        :param datetime moment: UTC
        """
        if not self:
            return False
        self.flush_model()
        values = self.company_id.id, self.document_type, self.purpose_code or None, lang, moment
        [(is_so,)] = self.env.execute_query(SQL("SELECT %s", outdated(*(SQL("%s", value) for value in values))))
        return is_so

    def _check_open(self):
        """
        :raise UserError: when one of these published texts is out of date for too long to ask anybody with it (LR-07)
        """
        if closed := self.filtered(lambda text: text._is_closed()):
            raise UserError(closed[0]._explain_closed())

    def _explain_closed(self) -> str:
        return self.env._(
            "“%(text)s” has not matched the registers for more than a week, so nobody can be asked. Publish a new "
            "version under Data protection › Texts for patients.",
            text=self.title,
        )
