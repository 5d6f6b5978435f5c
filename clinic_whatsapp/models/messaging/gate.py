"""The gate: no message reaches Meta without passing it (design.md §5.2, legal.md LR-24, LR-35).

It judges sets of messages, when they are queued and again when they are claimed for sending. Rules run in a fixed
order and the first one that objects names the reason. A rule that fails denies: nothing leaves on a doubt. What the
gate allows gets a permit, and the client sends nothing without the permit of exactly that message.
"""

import logging

import psycopg2
from odoo import api, fields, models

from ...cloud_api.messages import InvalidMessage
from ...cloud_api.permit import Permit
from ..consent.consent import GRANTED
from . import reasons
from .account import CONNECTED, NEEDS_ATTENTION, PAUSED
from .failure import trace

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
            return self._apply_rules(messages)
        except psycopg2.Error:
            raise  # the transaction is over: the caller's is repeated or rolled back, nothing leaves either way
        except Exception as error:  # pylint: disable=broad-except
            _logger.error("The gate failed; %s messages are denied: %s", len(messages), trace(error))
            return dict.fromkeys(messages, reasons.GATE_ERROR)

    def _apply_rules(self, messages):
        verdicts = dict.fromkeys(messages)
        for rule in self._get_rules():
            undecided = messages.filtered(lambda message: verdicts[message] is None)
            if not undecided:
                break
            verdicts.update(rule(undecided))
        return verdicts

    def _get_rules(self):
        """Return the rules in the order in which they are asked; each returns {message: reason} of what it denies."""
        return [
            self._deny_in_copies,
            self._deny_without_account,
            self._deny_without_purpose,
            self._deny_expired,
            self._deny_unreadable,
            self._deny_unreachable,
            self._deny_stopped,
            self._deny_marketing,
            self._deny_closed_window,
            self._deny_without_opt_in,
            self._deny_content,
        ]

    @api.model
    def _permit(self, message):
        """Return the permit of a message that was just allowed."""
        return Permit(message.client_ref)

    @staticmethod
    def _denied(messages, reason):
        return dict.fromkeys(messages, reason)

    def _deny_in_copies(self, messages):
        return self._denied(messages if messages.account_id[:1]._is_neutralized() else (), reasons.NEUTRALIZED)

    def _deny_without_account(self, messages):
        return self._denied(
            messages.filtered(lambda message: message.account_id.state not in USABLE), reasons.ACCOUNT_NOT_CONNECTED
        )

    def _deny_without_purpose(self, messages):
        return self._denied(messages.filtered(lambda message: not message.purpose_id.active), reasons.NO_PURPOSE)

    def _deny_expired(self, messages):
        now = fields.Datetime.now()
        return self._denied(
            messages.filtered(lambda message: message.expires_at and message.expires_at <= now), reasons.EXPIRED
        )

    def _deny_unreadable(self, messages):
        """What cannot be decrypted reads as a placeholder, which no patient must get."""
        return self._denied(messages.filtered(lambda message: not message._is_readable()), reasons.UNREADABLE)

    def _deny_unreachable(self, messages):
        unreachable = messages.filtered(
            lambda message: (
                not (message.conversation_id.contact_id.phone or message.conversation_id.contact_id.user_ref)
            )
        )
        refused = (messages - unreachable).filtered(
            lambda message: message.kind == "automatic" and message.conversation_id.contact_id.unreachable_at
        )  # a person may try again on purpose
        return self._denied(refused, reasons.NOT_ON_WHATSAPP) | {
            message: reasons.INVALID_PHONE if message.partner_id.phone else reasons.NO_PHONE for message in unreachable
        }

    def _deny_stopped(self, messages):
        stopped = messages.filtered(
            lambda message: message.conversation_id.contact_id.suppressed_at and message.kind != "optout_confirm"
        )
        return self._denied(stopped, reasons.STOP_ALL)

    def _deny_marketing(self, messages):
        return self._denied(
            messages.filtered(
                lambda message: message.conversation_id.contact_id.marketing_stopped_at and message._is_marketing()
            ),
            reasons.STOP_MARKETING,
        )

    def _deny_closed_window(self, messages):
        return self._denied(
            messages.filtered(lambda message: message._needs_window() and not message.conversation_id.is_window_open),
            reasons.WINDOW_CLOSED,
        )

    def _deny_without_opt_in(self, messages):
        judged = messages.filtered(lambda message: message.purpose_id.requires_opt_in or not message._needs_window())
        denied = {}
        for controller, group in judged.grouped(lambda message: message.company_id._get_controller()).items():
            current = self.env["clinic.consent"]._get_current(group.partner_id, group.purpose_id, controller)
            for message in group:
                entry = current.get((message.partner_id, message.purpose_id))
                if not entry or entry.status != GRANTED:
                    denied[message] = reasons.NO_OPTIN
        return denied

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
