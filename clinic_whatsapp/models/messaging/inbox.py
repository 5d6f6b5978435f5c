"""The inbox: turns stored events into messages, in order, each exactly once.

One worker serves a number at a time, oldest event first, each event in a savepoint of its own: a bad one is undone and
postponed, the rest go on. Events of the same sender wait for a postponed one, so no conversation gets out of order.
"""

import json
import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ...cloud_api import webhook
from .conflicts import CONFLICTS
from .conversation import CLOSED, OPEN, PENDING
from .event import DEAD, DONE, NEW
from .exclusive import INBOX, exclusive
from .message import DELIVERED, FAILED, IN, QUEUED, READ, RECEIVED, SENDING, SENT, UNKNOWN

_logger = logging.getLogger(__name__)

BATCH = 50
STATUS = "status"  # a kind of event, see cloud_api.webhook.Item
NOT_A_MESSAGE = ("reaction", "system", "unsupported", "edit", "revoke")  # open no window, cloud_api.md §5.6
RANK = {QUEUED: 0, SENDING: 1, UNKNOWN: 2, SENT: 3, DELIVERED: 4, READ: 5}
MOMENTS = {SENT: ("sent_at",), DELIVERED: ("delivered_at",), READ: ("read_at",)}


class NotYet(Exception):
    """The event cannot be processed now; its message says why, for the event's error field."""


class NotHandled(Exception):
    """Nothing is done with this kind of event; it is parked with its payload, for a version that knows it."""


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


class ClinicWhatsappEvent(models.Model):
    _inherit = "clinic.whatsapp.event"

    @api.model
    def _cron_inbox(self):
        """Process what Meta sent, for all numbers that no other worker serves."""
        with exclusive(self.env["clinic.whatsapp.account"].with_context(active_test=False).search([]), INBOX) as ours:
            left = True
            while left and (batch := self._claim(ours)):
                left = self._process_batch(batch)
        self._plan_next_inbox(out_of_time=not left)

    def _process_batch(self, batch):
        cron = self.env["ir.cron"]
        try:
            batch._process()
            return cron._commit_progress(len(batch))
        except CONFLICTS:  # somebody changed what we read: take a fresh look
            self.env.cr.rollback()
            return cron._commit_progress()

    @api.model
    def _claim(self, accounts):
        """Return waiting events, locked: what patients wrote first, the oldest of each kind first.

        After a thousand reminders come two thousand statuses, which may wait; a patient does not. None is behind an
        older one of the same sender that is postponed. Those are looked up once, whatever the planner believes about
        a queue that was empty when its statistics were made.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH postponed AS MATERIALIZED (
                     SELECT account_id, ordering_key, id
                       FROM clinic_whatsapp_event
                      WHERE state = %(new)s
                        AND next_attempt_at > %(now)s)
              SELECT due.id
                FROM clinic_whatsapp_event due
               WHERE due.state = %(new)s
                 AND due.account_id IN %(accounts)s
                 AND (due.next_attempt_at IS NULL OR due.next_attempt_at <= %(now)s)
                 AND NOT EXISTS (
                     SELECT 1
                       FROM postponed
                      WHERE postponed.account_id = due.account_id
                        AND postponed.ordering_key = due.ordering_key
                        AND postponed.id < due.id)
            ORDER BY due.kind = %(status)s, due.id
               LIMIT %(limit)s
                 FOR UPDATE OF due SKIP LOCKED""",
                status=STATUS,
                new=NEW,
                accounts=tuple(accounts.ids) or (0,),
                now=fields.Datetime.now(),
                limit=BATCH,
            )
        )
        return self.browse(row[0] for row in rows)

    def _process(self):
        self._note_arrival()
        held = set()
        for event in self:
            key = (event.account_id.id, event.ordering_key)
            if key in held:
                continue
            if not event._process_one():
                held.add(key)

    def _note_arrival(self):
        for account, events in self.grouped("account_id").items():
            newest = max(events.mapped("create_date"))
            if not account.last_webhook_at or newest - account.last_webhook_at > timedelta(minutes=1):
                account.last_webhook_at = newest

    def _process_one(self) -> bool:
        """Process one event in its own savepoint; tell whether it is settled."""
        try:
            with self.env.cr.savepoint():
                self._handle(json.loads(self.payload))
        except NotYet as reason:
            self._postpone(str(reason))
        except NotHandled as reason:
            self.write({"state": DEAD, "error": str(reason)})
        except CONFLICTS:
            raise
        except Exception as error:  # pylint: disable=broad-except
            _logger.exception("WhatsApp event %s could not be processed", self.id)
            self._postpone(f"{type(error).__name__}: {error}")
        else:
            self.write({"state": DONE, "error": False})
        return self.state != NEW

    def _handle(self, payload):
        account = self.account_id.with_company(self.company_id)
        if self.kind == "message":
            account._receive(webhook.parse_message(payload))
        elif self.kind == STATUS:
            account._apply_status(webhook.parse_status(payload))
        else:
            account._receive_change(payload.get("field"), payload)

    @api.model
    def _plan_next_inbox(self, out_of_time):
        if out_of_time:
            self._schedule_inbox()
        postponed = self.search(
            [("state", "=", NEW), ("next_attempt_at", "!=", False)], order="next_attempt_at", limit=1
        )
        if postponed:
            self._schedule_inbox(postponed.next_attempt_at)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive(self, inbound: webhook.InboundMessage):
        """Store what a patient wrote, open the window and let the clinic react."""
        messages = self.env["clinic.whatsapp.message"]
        if messages.search_count([("account_id", "=", self.id), ("wamid", "=", inbound.wamid)], limit=1):
            return
        contact = self.env["clinic.whatsapp.contact"]._resolve(
            self.company_id._get_controller(),
            wa_id=inbound.wa_id,
            user_ref=inbound.user_id,
            profile_name=inbound.profile_name,
        )
        conversation = self.env["clinic.whatsapp.conversation"]._find_or_create(self, contact)[contact]
        message = messages.create(conversation._prepare_inbound_vals(inbound))
        conversation._register_inbound(inbound)
        message._react()
        conversation._notify()

    def _receive_change(self, field, payload):
        """Hook: handle what is neither a message nor a status.

        :param str field: the webhook field, for example ``message_template_status_update``
        :param dict payload: with ``value``, as Meta sent it
        :raise NotHandled: when nobody does
        """
        env = self._for_manager().env
        raise NotHandled(env._("Nothing is done with “%(field)s” yet; kept for later.", field=field))

    def _apply_status(self, update: webhook.StatusUpdate):
        """Move one of our messages forward; a status that comes late or twice changes nothing.

        :raise NotYet: when the message is not known, perhaps because its own transaction is not finished
        """
        message = self._find_message(update)
        if not message:
            raise NotYet(self._for_manager().env._("No message of ours has this id."))
        vals = self._prepare_status_vals(message, update)
        settled = message.state in (QUEUED, SENDING, UNKNOWN)
        message.write(vals)
        if "state" in vals:
            message.conversation_id._notify()
            if settled:
                message._on_settled()

    def _find_message(self, update):
        messages = self.env["clinic.whatsapp.message"]
        mine = [("account_id", "=", self.id), ("direction", "=", "out")]
        return messages.search([*mine, ("wamid", "=", update.wamid)], limit=1) or (
            messages.search([*mine, ("client_ref", "=", update.client_ref)], limit=1) if update.client_ref else messages
        )

    def _prepare_status_vals(self, message, update):
        at = _naive(update.at)
        status = READ if update.status == "played" else update.status
        vals = {name: at for name in MOMENTS.get(status, ()) if not message[name]}
        if not message.wamid:
            vals["wamid"] = update.wamid
        if update.pricing_type and not message.pricing_type:
            vals.update(pricing_type=update.pricing_type, pricing_category=update.pricing_category)
        if status == FAILED and message.state in (QUEUED, SENDING, UNKNOWN, SENT):
            vals.update(self._prepare_failure_vals(update))
        elif status in RANK and RANK[status] > RANK.get(message.state, len(RANK)):
            vals["state"] = status
        return vals

    def _prepare_failure_vals(self, update):
        error = update.errors[0] if update.errors else None
        return {
            "state": FAILED,
            "error_code": error.code if error else 0,
            "error_detail": (error.details or error.title) if error else False,
        }


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _prepare_inbound_vals(self, inbound: webhook.InboundMessage):
        messages = self.env["clinic.whatsapp.message"]
        quoted = inbound.reply_to and messages.search(
            [("conversation_id", "=", self.id), ("wamid", "=", inbound.reply_to)], limit=1
        )
        return {
            "conversation_id": self.id,
            "partner_id": self.partner_id.id,
            "direction": IN,
            "kind": False,
            "state": RECEIVED,
            "message_type": inbound.type,
            "wire_type": inbound.wire_type,
            "body": inbound.body,
            "button_payload": inbound.button_payload,
            "reply_to_id": quoted.id if quoted else False,
            "wamid": inbound.wamid,
            "sent_at": _naive(inbound.sent_at),
        }

    def _register_inbound(self, inbound: webhook.InboundMessage):
        """Count the message as unread, reopen the conversation and move the window."""
        vals = {
            "unread_count": self.unread_count + 1,
            "last_message_at": max(self.last_message_at or _naive(inbound.sent_at), _naive(inbound.sent_at)),
        }
        if self.state in (PENDING, CLOSED):
            vals["state"] = OPEN
        self.write(vals)
        if inbound.wire_type not in NOT_A_MESSAGE:
            self._open_window(min(_naive(inbound.sent_at), fields.Datetime.now() + timedelta(minutes=5)))
