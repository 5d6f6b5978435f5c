"""The gate: no message reaches Meta without passing it (design.md §5.2, legal.md LR-24, LR-35).

It judges sets of messages, when they are queued and again when they are claimed for sending. Rules run in a fixed
order, the one of legal.md after LR-37, and the first one that objects names the reason. A rule that fails denies:
nothing leaves on a doubt. What the gate allows gets a permit, and the client sends nothing without the permit of
exactly that message.

Rules are asked about sets and share what they know (``gate_facts``): whatever the number of messages, the number of
queries is the same. What the law asks is in ``gate_consent``, hours and caps are in ``gate_hours``.
"""

import logging

import psycopg2
from odoo import api, fields, models

from ...cloud_api.messages import InvalidMessage
from ...cloud_api.permit import Permit
from ...encryption import remembering
from ..consent.consent_purpose import TRANSFER
from . import reasons
from .account import CONNECTED, NEEDS_ATTENTION, PAUSED
from .failure import trace
from .gate_facts import Facts
from .message import AUTOMATIC

_logger = logging.getLogger(__name__)

MAX_TEXT = 4096  # characters, cloud_api.md §2.2
WRITTEN = ("text", "template")  # nothing without words; a picture or a place speaks for itself
USABLE = (CONNECTED, NEEDS_ATTENTION, PAUSED)  # the last two wait in the queue


class ClinicWhatsappGate(models.AbstractModel):
    _name = "clinic.whatsapp.gate"
    _description = "WhatsApp gate"

    @api.model
    def _judge(self, messages):
        """Return {message: reason code, or None when it may leave}, in a constant number of queries.

        :param clinic.whatsapp.message messages: outbound messages
        """
        # sudo: clinic.whatsapp.message - the law asks for the whole truth, not for what the sender may see
        messages = messages.sudo()
        try:
            with remembering():
                return self._apply_rules(messages)
        except psycopg2.Error:
            raise  # the transaction is over: the caller's is repeated or rolled back, nothing leaves either way
        except Exception as error:  # pylint: disable=broad-except
            _logger.error("The gate failed; %s messages are denied: %s", len(messages), trace(error))
            return dict.fromkeys(messages, reasons.GATE_ERROR)

    def _apply_rules(self, messages):
        verdicts = dict.fromkeys(messages)
        this = self.with_context(clinic_gate_facts=Facts(messages))
        undecided = messages
        for rule in this._get_rules():
            if not undecided:
                break
            if denied := rule(undecided):
                verdicts.update(denied)
                undecided = undecided.filtered(lambda message: verdicts[message] is None)
        return verdicts

    def _get_facts(self, messages) -> Facts:
        """Return what is known about these messages, and about those that are judged with them."""
        return self.env.context.get("clinic_gate_facts") or Facts(messages)

    def _get_rules(self):
        """Return the rules in the order in which they are asked; each returns {message: reason} of what it denies."""
        return [
            self._deny_in_copies,
            self._deny_without_account,
            self._deny_without_purpose,
            self._deny_expired,
            self._deny_unreadable,
            self._deny_deceased,
            self._deny_suspended,
            self._deny_minor,
            self._deny_unreachable,
            self._deny_stopped,
            self._deny_marketing,
            self._deny_transfer,
            self._deny_closed_window,
            self._deny_without_notice,
            self._deny_without_opt_in,
            self._deny_unsigned,
            self._deny_health,
            self._deny_commercial,
            *self._get_content_rules(),
            self._deny_quiet,
            self._deny_too_many,
        ]

    def _get_content_rules(self):
        """Hook: return the rules about what a message says."""
        return [self._deny_words, self._deny_content]

    @api.model
    def _permit(self, message):
        """Return the permit of a message that was just allowed."""
        return Permit(message.client_ref)

    @staticmethod
    def _denied(messages, reason):
        return dict.fromkeys(messages, reason)

    @staticmethod
    def _denied_cases(cases, reason):
        return {case.message: reason for case in cases}

    def _deny_in_copies(self, messages):
        return self._denied(messages if messages.account_id[:1]._is_neutralized() else (), reasons.NEUTRALIZED)

    def _deny_without_account(self, messages):
        refused = messages.account_id.filtered(lambda account: account.state not in USABLE)
        if not refused and all(message.account_id for message in messages):
            return {}
        return self._denied(
            messages.filtered(lambda message: message.account_id.state not in USABLE), reasons.ACCOUNT_NOT_CONNECTED
        )

    def _deny_without_purpose(self, messages):
        """LR-01: exactly one purpose, which the legal entity uses; those with a sign-off are asked for it later.

        The consent to the transfer abroad is asked for, but no message is written for it (§1.2).
        """
        cases = self._get_facts(messages).of(messages)
        return self._denied_cases([case for case in cases if not self._has_purpose(case)], reasons.NO_PURPOSE)

    def _has_purpose(self, case) -> bool:
        purpose = case.purpose
        if not (case.message.purpose_id.active and purpose.active) or purpose.code == TRANSFER:
            return False
        return purpose.is_on or purpose.needs_sign_off

    def _deny_expired(self, messages):
        now = fields.Datetime.now()
        return self._denied(
            messages.filtered(lambda message: message.expires_at and message.expires_at <= now), reasons.EXPIRED
        )

    def _deny_unreadable(self, messages):
        """What cannot be decrypted reads as a placeholder, which no patient must get."""
        return self._denied(messages.filtered(lambda message: not message._is_readable()), reasons.UNREADABLE)

    def _deny_unreachable(self, messages):
        cases = self._get_facts(messages).of(messages)
        return {case.message: reason for case in cases if (reason := self._judge_reach(case))}

    def _judge_reach(self, case):
        contact = case.contact
        if not (contact.phone or contact.user_ref):
            return reasons.INVALID_PHONE if case.partner.phone else reasons.NO_PHONE
        if contact.unreachable_at and case.message.kind == AUTOMATIC:  # a person may try again on purpose
            return reasons.NOT_ON_WHATSAPP
        return None

    def _deny_content(self, messages):
        return {message: reason for message in messages if (reason := self._judge_content(message))}

    def _judge_content(self, message):
        if message.message_type in WRITTEN and not (message.body or "").strip():
            return reasons.EMPTY_TEXT
        if message.message_type == "text" and len(message.body) > MAX_TEXT:
            return reasons.TEXT_TOO_LONG
        try:
            message._to_outbound()  # contents check their limits when they are made
        except InvalidMessage:
            return reasons.INVALID_CONTENT
        return None
