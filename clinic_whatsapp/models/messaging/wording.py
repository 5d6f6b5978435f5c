"""Words in a free text that had better not leave: whoever sends it all the same says why (legal.md LR-30, LR-31).

The composer shows what was found before anything is stored. With a reason the text is sent, and the reason is kept with
the message, as is who wrote it. The gate looks again, so there is no way round.
"""

from odoo import models

from ...encryption import EncryptedText
from ..consent.lint import HEALTH, PROMO

WARNED = "warned"  # no state of a message: nothing was stored
SPEECHLESS = ("location", "contacts", "reaction")  # their text is the name of a place or person, or an emoji


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    lint_reason = EncryptedText(
        "Why these words", readonly=True, help="What the sender said when warned of words that had better not leave."
    )

    def _get_wordings(self) -> dict:
        """Hook: return for each message what the clinic itself says in it."""
        return {message: "" if message.message_type in SPEECHLESS else message.body or "" for message in self}


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_send_text(self, body, lint_reason=None, reply_to_id=None):
        """Queue what a receptionist typed, unless its words ask for a reason that is not given.

        :param str | None lint_reason: why it is sent in spite of the words that were found
        :param int | None reply_to_id: the message of this conversation that is quoted
        :return: ``{"id", "state", "problem", "advice"}``; with ``state`` ``warned`` nothing was stored
        """
        found = self._find_words(body)
        if found and not (lint_reason or "").strip():
            return self._prepare_warning(found)
        this = self._with_reason(found and lint_reason)
        return super(ClinicWhatsappConversation, this).action_send_text(body, reply_to_id)

    def action_send_file(self, name, data, caption="", lint_reason=None, reply_to_id=None):
        """Queue one file with an optional text, unless its words ask for a reason that is not given.

        :param str | None lint_reason: see :meth:`action_send_text`
        :param int | None reply_to_id: see :meth:`action_send_text`
        """
        found = self._find_words(caption)
        if found and not (lint_reason or "").strip():
            return self._prepare_warning(found)
        this = self._with_reason(found and lint_reason)
        return super(ClinicWhatsappConversation, this).action_send_file(name, data, caption, reply_to_id)

    def _find_words(self, body) -> dict:
        self.ensure_one()
        self.check_access("write")
        return self.env["clinic.lint.word"]._find(body, (PROMO, HEALTH), self.company_id)

    def _prepare_warning(self, found):
        return {
            "id": False,
            "state": WARNED,
            "problem": "\n".join(self.env["clinic.lint.word"]._explain(found)),
            "advice": self.env._(
                "Leave it out, or say why it has to be written. The reason is kept with the message, with your name."
            ),
        }

    def _with_reason(self, reason):
        return self.with_context(clinic_lint_reason=reason.strip() if reason else False)

    def _prepare_queue_vals(self, purpose_code, *, kind="reply", reply_to=None):
        vals = super()._prepare_queue_vals(purpose_code, kind=kind, reply_to=reply_to)
        reason = self.env.context.get("clinic_lint_reason")
        return {**vals, "lint_reason": reason} if reason else vals
