"""Handing due rows to the outbox: by template in sets, or as an answer in their conversation."""

import logging
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ..messaging.message import AUTO_REPLY, AUTOMATIC, GREETING, OUT_OF_HOURS
from ..messaging.message import BLOCKED as MESSAGE_BLOCKED
from ..template.offer import HERE
from . import trigger as triggers
from .reasons import BLOCKED, BROKEN, NO_ACCOUNT, NOT_PREPARED
from .scheduled import QUEUED

_logger = logging.getLogger(__name__)
OWN_KINDS = {
    triggers.GREETING: GREETING,
    triggers.OUT_OF_HOURS: OUT_OF_HOURS,
    **dict.fromkeys((triggers.KEYWORD, triggers.BUTTON, triggers.NO_REPLY), AUTO_REPLY),
}


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    def _send(self, wishes):
        """Hand rows that may leave now to the outbox.

        :param dict wishes: {row: Wish}
        """
        chats = self.filtered("conversation_id")
        for row in chats:
            row._send_in_chat(wishes[row])
        others = self - chats
        by_company = self.env["clinic.whatsapp.account"]._for_companies(others.company_id)
        homeless = others.filtered(lambda row: not by_company[row.company_id])
        homeless._skip(NO_ACCOUNT)
        known = {}
        batches = (others - homeless).grouped(lambda row: (row.automation_id, row._get_batch_key(known)))
        for (automation, (template, purpose)), rows in batches.items():
            rows._queue_batch(automation, template, purpose, by_company, wishes)

    def _get_batch_key(self, known):
        code, company = self.automation_id.purpose_id.code, self.company_id
        if (code, company) not in known:
            purposes = self.env["clinic.consent.purpose"].with_context(active_test=False)  # the gate denies archived
            known[code, company] = purposes._get(code, company)
        return self.step_id.template_id, known[code, company]

    def _queue_batch(self, automation, template, purpose, by_company, wishes):
        """Hand rows with the same template and purpose to the outbox; a batch that fails costs no other batch."""
        messages = automation._attempt(
            lambda: self._prepare_batch(template, purpose, by_company, wishes), place=template.display_name
        )
        if messages is None:
            self._skip(BROKEN)
        for row, message in zip(self, messages, strict=True) if messages else ():
            row._keep(message)

    def _prepare_batch(self, template, purpose, by_company, wishes):
        """Return the messages of these rows in their order; none, and skip them, when they cannot be prepared."""
        try:
            with self.env.cr.savepoint():
                targets = [(row.partner_id, row._get_about(template), by_company[row.company_id]) for row in self]
                return template._queue_messages(
                    purpose,
                    targets,
                    expires_at=[row._get_expiry(wishes[row]) for row in self],
                    occasions=[row._get_occasion() for row in self],
                )
        except UserError:
            _logger.exception("Template %s could not be prepared for %s rows", template.id, len(self))
            self._skip(NOT_PREPARED)
            return self.env["clinic.whatsapp.message"]

    def _send_in_chat(self, wish):
        """Answer in the conversation that one row is about; a text leaves only while its window is open."""
        message = self.automation_id._attempt(lambda: self._prepare_in_chat(wish), place=self.step_id.name_text)
        if message is None:
            self._skip(BROKEN)
        elif message:
            message.write({"expires_at": self._get_expiry(wish), "occasion": self._get_occasion()})
            self._keep(message)

    def _prepare_in_chat(self, wish):
        """Return the message of one row; none, and skip it, when it cannot be prepared."""
        conversation = self.conversation_id._in_patients_language()
        step = self.step_id.with_context(lang=conversation.env.context.get("lang"))
        code = self.automation_id.purpose_id.code
        kind = OWN_KINDS.get(self.automation_id.trigger, AUTOMATIC)
        try:
            with self.env.cr.savepoint():
                if step.text:
                    return conversation._queue_text(step._get_text(conversation), code, kind=kind)
                return self._queue_template_in_chat(conversation, code, kind, wish)
        except UserError:
            _logger.exception("Step %s could not be prepared for row %s", step.id, self.id)
            self._skip(NOT_PREPARED)
            return self.env["clinic.whatsapp.message"]

    def _queue_template_in_chat(self, conversation, code, kind, wish):
        purpose = self.env["clinic.consent.purpose"].with_context(active_test=False)._get(code, conversation.company_id)
        template = self.step_id.template_id
        about = self._get_about(template)
        return template.with_context(**{HERE: conversation})._queue_messages(
            purpose, [(conversation.partner_id, about, conversation.account_id)], kind=kind
        )

    def _get_about(self, template):
        """Return the record from which a template reads its values; None when it reads none."""
        record = self.env[self.res_model].browse(self.res_id)
        return self.automation_id._get_template_record(template, record) or None

    def _get_expiry(self, wish):
        """Return after which moment the message is not sent any more, naive UTC."""
        end, hours = wish.get_end(self.due_at), self.automation_id.expires_hours
        return min(end, self.due_at + timedelta(hours=hours)) if hours else end

    def _get_occasion(self) -> str:
        return triggers.get_occasion(self.automation_id.trigger, self.res_model, self.res_id, self.anchor)

    def _keep(self, message):
        """Remember the message of a row, and whether the gate lets it leave."""
        self.write({"message_id": message.id, "state": QUEUED})
        if message.state == MESSAGE_BLOCKED:
            self._skip(BLOCKED)


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _get_text(self, conversation) -> str:
        """Hook: return the free text of one step for a conversation, in the language of the context."""
        return self.text
