"""What became of our messages, from Meta's status webhooks (cloud_api.md §5.7).

Statuses come in any order, late and more than once. A state only moves forward along ``RANK``; each moment and the
price are stored once. Arrival on the phone proves more than a failure, so it beats one in whatever order the two come.
"""

import json
from collections import defaultdict

from odoo import models

from ...cloud_api import errors as cloud_errors
from ...cloud_api.webhook import StatusUpdate
from .inbox import NotYet
from .message import DELIVERED, FAILED, OUT, QUEUED, READ, SENDING, SENT, UNKNOWN
from .moments import naive

RANK = {QUEUED: 0, SENDING: 1, UNKNOWN: 2, SENT: 3, FAILED: 4, DELIVERED: 5, READ: 6}
STATES = {"sent": SENT, "delivered": DELIVERED, "read": READ, "played": READ, "failed": FAILED}
MOMENTS = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "played": "played_at"}
UNSETTLED = (QUEUED, SENDING, UNKNOWN)
MAX_INTEGER = 2**31 - 1


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _apply_status(self, update: StatusUpdate):
        """Move one of our messages forward; a status that comes late or twice changes nothing.

        :raise NotYet: when the message is not known, perhaps because its own transaction is not finished
        """
        if self._apply_statuses([update]) != [True]:
            raise NotYet(self._get_unknown_message_text())

    def _get_unknown_message_text(self):
        return self._for_manager().env._("No message of ours has this id.")

    def _apply_statuses(self, updates: list[StatusUpdate]) -> list[bool]:
        """Move our messages forward, in a constant number of queries; tell of which statuses the message is known."""
        found = self._find_messages(updates)
        pairs = [(update, message) for update, message in zip(updates, found, strict=True) if message]
        messages = self.env["clinic.whatsapp.message"].union(*(message for _update, message in pairs))
        before = {message: message.state for message in messages}
        changes = defaultdict(dict)
        for update, message in pairs:
            message._add_status(update, changes[message])
        for message, vals in changes.items():
            if vals:
                message.write(vals)
        messages._attach_waiting()
        self._react_to_statuses(pairs)
        moved = messages.filtered(lambda message: message.state != before[message])
        moved.conversation_id._notify()
        overturned = moved.filtered(lambda message: FAILED in (before[message], message.state))
        (moved.filtered(lambda message: before[message] in UNSETTLED) | overturned)._on_settled()
        return [bool(message) for message in found]

    def _stop_for(self, error):
        """Let this number rest until somebody has mended what Meta complains about.

        :param ApiError error:
        """
        env = self._for_manager().env
        self._needs_attention(f"{env._(error.meaning.title)} {env._(error.meaning.advice)}")

    def _find_messages(self, updates):
        """Return the message of each status: by Meta's id, or by our reference before we know that id."""
        messages = self.env["clinic.whatsapp.message"]
        mine = [("account_id", "=", self.id), ("direction", "=", OUT)]
        wamids = list({update.wamid for update in updates})
        by_wamid = {message.wamid: message for message in messages.search([*mine, ("wamid", "in", wamids)])}
        refs = list({update.client_ref for update in updates if update.client_ref and update.wamid not in by_wamid})
        by_ref = {message.client_ref: message for message in messages.search([*mine, ("client_ref", "in", refs)])}
        return [by_wamid.get(update.wamid) or by_ref.get(update.client_ref) or messages for update in updates]

    def _react_to_statuses(self, pairs):
        """Learn from failures and about recipients; without news this asks nothing."""
        for update, message in pairs:
            for error in update.errors if update.status == "failed" else ():
                message._learn_from_error(error, naive(update.at))
            if update.user_id or update.wa_id:
                message.conversation_id._learn_recipient(update.wa_id, update.user_id)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _add_status(self, update: StatusUpdate, vals):
        """Add to ``vals`` what a status changes on one message, on top of what is in there already."""
        moment = MOMENTS.get(update.status)
        if moment and not (vals.get(moment) or self[moment]):
            vals[moment] = naive(update.at)
        if not (vals.get("wamid") or self.wamid):
            vals["wamid"] = update.wamid
        if update.pricing_type and not (vals.get("pricing_type") or self.pricing_type):
            vals.update(pricing_type=update.pricing_type, pricing_category=update.pricing_category)
        if update.status == FAILED and update.errors and not (vals.get("error_log") or self.error_log):
            vals["error_log"] = json.dumps([self._describe_error(error) for error in update.errors])
        self._add_state(update, vals)

    def _add_state(self, update: StatusUpdate, vals):
        state, current = STATES.get(update.status), vals.get("state") or self.state
        if state not in RANK or RANK[state] <= RANK.get(current, len(RANK)):
            return
        vals["state"] = state
        if state == FAILED:
            error = self._describe_error(update.errors[0]) if update.errors else {"code": 0}
            vals.update(error_code=error["code"], error_detail=error.get("details") or error.get("title") or False)
        elif RANK[state] > RANK[FAILED] and (vals.get("error_code") or self.error_code):
            vals.update(error_code=0, error_detail=False)  # it arrived after all

    def _describe_error(self, error):
        """Return an error for the log of a message; Meta's texts may hold what no database stores."""
        clean = {name: getattr(error, name).replace("\x00", "") for name in ("title", "details")}
        return {"code": error.code if 0 <= error.code <= MAX_INTEGER else cloud_errors.UNREADABLE, **clean}


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _learn_recipient(self, wa_id, user_ref):
        """Complete the identity of whom a message reached, as far as nobody else is meant (cloud_api.md §8.2)."""
        contact = self.contact_id
        if contact._knows(wa_id, user_ref) or not contact._is_reached_at(wa_id):
            return
        if not contact._learn_identity(wa_id, user_ref) and contact._doubt(user_ref):
            self._ask_who_this_is()


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _has_written_since(self, moment) -> bool:
        """Tell whether this person has written, over any number of the clinic, after a moment (naive UTC)."""
        return self.env["clinic.whatsapp.conversation"].search([("contact_id", "=", self.id)])._has_heard_since(moment)
