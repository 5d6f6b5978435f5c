"""Who writes to us for the first time is told once what happens to his message (legal.md LR-10, §7.4, KVKK m.10).

The short notice leaves once for each number, controller and version, if the controller has published one, and once more
when a material version of the full notice has come since; right after it a patient whom we know and never asked is
offered the opt-in (:mod:`.consent_question`). That the notice was handed over is recorded in the ledger when WhatsApp
has delivered it: at once when the patient answers our question, which stands below the notice, else by a cron.

Two messages of one person may arrive in two branches at the same moment. Both write to the contact, so the second one
is repeated and sees what the first has sent.
"""

from odoo import api, fields, models

from ..consent.consent_states import CHAT
from ..consent.privacy_notice import NOTICE, PUBLISHED
from ..consent.privacy_notice import SHORT_NOTICE as SHORT_NOTICE_TEXT
from .inbox_messages import OPENS_WINDOW
from .message import DELIVERED, READ, SENT, SHORT_NOTICE

BATCH = 200


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    short_notice_at = fields.Datetime("Short notice sent", readonly=True, help="When the last one was sent.")

    def _is_cut_off(self) -> bool:
        """Tell whether nothing may be sent to this person but an answer to the stop itself."""
        return bool(self.suppressed_at or self.suspended_at)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    is_delivery_recorded = fields.Boolean(readonly=True, help="That this notice was delivered stands in the ledger.")

    _unrecorded_idx = models.Index("(id) WHERE kind = 'short_notice' AND is_delivery_recorded IS NOT TRUE")
    _shown_idx = models.Index("(conversation_id, kind) WHERE privacy_text_id IS NOT NULL")

    def _react(self):
        result = super()._react()
        for message in self.filtered(lambda message: message.message_type in OPENS_WINDOW):
            message.conversation_id._welcome(wants_more=not (message._read_wish() or message._names_emergency()))
        return result

    @api.model
    def _cron_chat_consent(self):
        """Record the notices that were delivered, and settle questions that nobody answered."""
        done = self._get_unrecorded([("state", "in", (DELIVERED, READ))])._record_delivered_notices()
        self.env["clinic.whatsapp.conversation"]._close_cancel_questions()
        self.env["ir.cron"]._commit_progress(done, remaining=BATCH if done == BATCH else 0)

    @api.model
    def _get_unrecorded(self, domain):
        return self.search(
            [("kind", "=", SHORT_NOTICE), ("is_delivery_recorded", "!=", True), *domain], order="id", limit=BATCH
        )

    def _record_delivered_notices(self, moment=None) -> int:
        """Append to the ledger that these notices were delivered; tell how many.

        :param datetime | None moment: naive UTC; when the person had them for certain, whatever receipts say
        """
        for message in self:
            known = [at for at in (message.delivered_at, message.read_at, moment) if at]
            self.env["clinic.consent"]._record_delivery(
                message.partner_id,
                message.conversation_id.contact_id,
                message.privacy_text_id,
                method=CHAT,
                company=message.company_id,
                delivered_at=min(known),
            )
        self.is_delivery_recorded = True
        return len(self)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _welcome(self, *, wants_more):
        """Tell somebody who has just written what he must know, and offer a patient the opt-in.

        :param bool wants_more: not while he wants something else from us: an opt-out, help
        """
        if self.contact_id._is_cut_off():
            return
        self._send_short_notice()
        if wants_more:
            self._offer_opt_in()

    def _send_short_notice(self):
        """Send the published short notice, once (LR-10); return the message, empty when there is nothing to send."""
        this = self._in_patients_language()
        text = self.env["clinic.privacy.notice"]._get_published(
            self.company_id._get_controller(), SHORT_NOTICE_TEXT, lang=this.env.lang
        )
        if not text or not self.is_window_open or self._has_had(text):
            return self.env["clinic.whatsapp.message"]
        self.contact_id.short_notice_at = fields.Datetime.now()
        body = text._render_for(link=self._get_notice_address(text))
        return self._send_service(SHORT_NOTICE, body, privacy_text_id=text.id)

    def _has_had(self, text) -> bool:
        """Tell whether this person was sent this version of the short notice, in whichever language.

        Not when a material version of the full notice came afterwards: what it led to is no longer true (LR-09).
        """
        for message in self._find_shown(SHORT_NOTICE):
            had = message.privacy_text_id
            is_same = had == text or (had.lang != text.lang and had.state == PUBLISHED)
            if is_same and not self._get_notice(had.lang)._is_outdated_since(message.create_date, had.lang):
                return True
        return False

    def _get_notice_address(self, fallback):
        """Return the address of the full notice in the language of a text, of that text itself when there is none."""
        return self._get_text_address(self._get_notice(fallback.lang) or fallback)

    def _get_notice(self, lang):
        """Return the published full notice in the best language there is; may be empty."""
        return self.env["clinic.privacy.notice"]._get_published(self.company_id._get_controller(), NOTICE, lang=lang)

    def _record_seen_notices(self, moment):
        """Record the notices of this person that were sent, now that he has answered what stands below them.

        :param datetime moment: naive UTC, when he answered
        """
        notices = self.env["clinic.whatsapp.message"]._get_unrecorded(
            [
                ("conversation_id", "=", self.id),
                ("state", "in", (SENT, DELIVERED, READ)),
                ("create_date", "<=", moment),
            ]
        )
        notices._record_delivered_notices(moment)
