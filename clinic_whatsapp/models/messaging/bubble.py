"""What a bubble of the thread needs (``static/src/thread``): plain values, made of what was stored.

Reactions, edits and revokes are messages of their own; here they become part of the message that they are about. The
newest one of a side counts, by the time at which it was made. What was edited or deleted stays stored.
"""

import json
from collections import defaultdict
from urllib.parse import quote_plus, urlsplit

from odoo import SUPERUSER_ID, fields, models

from ...cloud_api.messages import Buttons, Contacts, Flow, LinkButton, ListMessage, Location, LocationRequest
from .inbox_messages import ABOUT_ANOTHER
from .media_state import MEDIA_FAILED
from .message import AUTOMATIC, BLOCKED, CANCELLED, FAILED, IN, OUT, REPLY
from .outbox import INTERACTIVE

MAP = "https://maps.google.com/?q="
SYSTEM, UNSUPPORTED, UNKNOWN_TYPE, ORDER, EDIT, REACTION, REVOKE = (
    "system",
    "unsupported",
    "unknown",
    "order",
    "edit",
    "reaction",
    "revoke",
)
NEVER_LEFT = (FAILED, BLOCKED, CANCELLED)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _format_for_thread(self):
        """Return what a bubble needs, one dict a message; moments are naive UTC strings."""
        about = self._get_about()
        return [message._prepare_bubble(about[message]) for message in self]

    def _get_about(self):
        """Return {message: what is about it, oldest first}, in one query for all of them."""
        rows = self.search([("reply_to_id", "in", self.ids), ("message_type", "in", ABOUT_ANOTHER)])
        about = defaultdict(self.browse)
        for row in rows.sorted(lambda row: (row._get_moment(), row.id)):
            if row.state not in NEVER_LEFT:
                about[row.reply_to_id] |= row
        return about

    def _prepare_bubble(self, about):
        """
        :param clinic.whatsapp.message about: reactions, edits and revokes of this message, oldest first
        """
        own = about.filtered(lambda row: row.direction == self.direction)
        edit = own.filtered(lambda row: row.message_type == EDIT)[-1:]
        is_revoked = self.message_type == REVOKE or any(row.message_type == REVOKE for row in own)
        bubble = {
            **self._prepare_envelope(),
            **self._prepare_content(),
            "edited": bool(edit) or self.message_type == EDIT,
            "revoked": is_revoked,
            "reactions": self._prepare_reactions(about),
        }
        if edit:
            bubble["body"] = edit.body or bubble["body"]
        if is_revoked:
            bubble.update(self._prepare_nothing())
        return bubble

    def _prepare_envelope(self):
        quoted = self.reply_to_id if self.message_type not in ABOUT_ANOTHER else self.browse()
        # sudo: clinic.whatsapp.template - it may belong to another branch with the same WhatsApp Business Account;
        # whoever may read a message may see what it is called
        template = self.sudo().template_id
        return {
            "id": self.id,
            "direction": self.direction,
            "type": self.message_type,
            "wire_type": self.wire_type,
            "kind": self.kind,
            "state": self.state,
            "played": bool(self.played_at),
            "problem": self.problem,
            "advice": self.advice,
            "held": self.held_text,
            "urgent_reason": self.urgent_reason,
            "can_send_now": self.can_send_now,
            "at": fields.Datetime.to_string(self._get_moment()),
            "author": self._get_author(),
            "template": template.title or template.name,
            "quoted": {"id": quoted.id, "preview": quoted._get_preview()} if quoted else False,
        }

    def _prepare_nothing(self):
        """Return the values of all that a bubble can hold, empty."""
        return {
            "body": "",
            "buttons": [],
            "media": False,
            "location": False,
            "contacts": [],
            "list": False,
            "link": False,
            "answers": [],
            "header": "",
            "footer": "",
            "referral": False,
            "forwarded": False,
            "system": False,
            "description": False,
        }

    def _prepare_content(self):
        held = self._prepare_received() if self.direction == IN else self._prepare_sent()
        return {
            **self._prepare_nothing(),
            "body": self.body or "",
            "buttons": self.template_button_texts or [],
            "media": self._prepare_media(),
            **held,
        }

    def _prepare_media(self):
        if not self.media_state:
            return False
        return {
            "state": self.media_state,
            "kind": self._get_media_kind(),
            "name": self.media_name or "",
            "mime": self.media_type or "",
            "size": self.media_size,
            "url": f"/clinic_whatsapp/media/{self.id}",
            "voice": self._is_voice(),
            "problem": self.media_problem,
            "can_retry": self.media_state == MEDIA_FAILED,
        }

    def _get_author(self):
        """Return who wrote or chose one message; False for what the clinic says by itself."""
        by_person = self.kind == REPLY or (self.kind == AUTOMATIC and self.sent_by_id.id != SUPERUSER_ID)
        return by_person and self.sent_by_id.name

    def _get_media_kind(self):
        """Return what the file is; that of a template stands above its text."""
        if self.message_type != "template":
            return self.message_type
        family = (self.media_type or "").split("/", 1)[0]
        return family if family in ("image", "video") else "document"

    def _is_voice(self) -> bool:
        if self.direction == IN:
            return bool(self._get_details().get("media", {}).get("voice"))
        return bool(getattr(self._load_readable(), "voice", False))

    def _prepare_reactions(self, about):
        """Return the current reaction of each side: its newest one, unless that took the former back."""
        reactions = about.filtered(lambda row: row.message_type == REACTION)
        newest = {row.direction: row for row in reactions}
        return [
            {"emoji": row.body, "direction": row.direction, "author": row._get_reacting_name()}
            for row in newest.values()
            if row.body
        ]

    def _get_reacting_name(self):
        return self.sent_by_id.name if self.direction == OUT else self.conversation_id.display_name

    # Received

    def _get_details(self) -> dict:
        """Return what an inbound message holds beside its text; empty when it cannot be decrypted."""
        try:
            return json.loads(self.content or "{}")
        except ValueError:
            return {}

    def _prepare_received(self):
        details = self._get_details()
        vals = {
            "location": self._prepare_location(details.get("location")),
            "contacts": details.get("contacts") or [],
            "answers": self._prepare_answers(details.get("flow")),
            "referral": self._prepare_referral(details.get("referral")),
            "forwarded": bool(details.get("forwarded")),
            "footer": details.get("description") or "",
            "description": self._describe(details),
        }
        if self.message_type == SYSTEM:
            vals.update(body="", system=self._get_system_line(details.get("system") or {}))
        if vals["answers"]:
            vals["body"] = ""  # WhatsApp's own word for a filled-in form: "Sent"
        return vals

    def _prepare_location(self, place):
        if not place:
            return False
        point = f"{place['latitude']},{place['longitude']}"
        return {
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "name": place.get("name") or "",
            "address": place.get("address") or "",
            "url": self._get_safe_url(place.get("url")) or MAP + quote_plus(point),
        }

    def _prepare_answers(self, flow):
        if not flow:
            return []
        if flow.get("unread"):
            return [{"label": flow.get("name") or "", "value": flow["unread"]}]
        return [{"label": label, "value": value} for label, value in flow.get("answers", {}).items()]

    def _prepare_referral(self, referral):
        if not referral:
            return False
        return {
            "headline": referral.get("headline") or "",
            "body": referral.get("body") or "",
            "url": self._get_safe_url(referral.get("url")),
        }

    def _get_safe_url(self, url):
        """Return an address that may become a link: nothing that a browser would run."""
        try:
            return url if urlsplit(url or "").scheme in ("http", "https") else ""
        except ValueError:
            return ""

    def _describe(self, details):
        """Return in words what cannot be shown as it is; False for all that can."""
        if self.message_type == ORDER:
            return self._describe_order(details.get("order") or {})
        if self.message_type == UNKNOWN_TYPE:
            return self.env._("A kind of message that this version does not know: %(kind)s", kind=self.wire_type)
        if self.message_type != UNSUPPORTED:
            return False
        known = self._get_unsupported_names()
        named = known.get(self.wire_type) or self._get_type_label(self.wire_type)
        if named:
            return self.env._("WhatsApp did not hand this over: %(kind)s. Ask the patient what it was.", kind=named)
        return self.env._("WhatsApp did not hand over a message of this person. Ask what it was.")

    def _get_unsupported_names(self):
        return {
            "poll_creation": self.env._("Poll"),
            "poll_update": self.env._("Answer to a poll"),
            "group": self.env._("Message in a group"),
            "button_reply": self.env._("Pressed button"),
            "list_reply": self.env._("Choice from a list"),
            "nfm_reply": self.env._("Filled-in form"),
            "event": self.env._("Event"),
            "event_creation": self.env._("Event"),
            "group_invite": self.env._("Invitation to a group"),
            "pin_message": self.env._("Pinned message"),
            "view_once": self.env._("Picture or video to be seen once"),
        }

    def _get_type_label(self, name):
        labels = dict(self._fields["message_type"]._description_selection(self.env))
        return labels.get(name) if name not in (UNSUPPORTED, UNKNOWN_TYPE) else None

    def _describe_order(self, order):
        lines = [f"{item.get('quantity', '1')} × {item.get('id', '?')}" for item in order.get("items", ())]
        return self.env._("Order: %(items)s", items=", ".join(lines) or "–")

    # Sent

    def _load_readable(self):
        """Return what an outbound message holds beside its text; None when there is nothing, or it cannot be read."""
        try:
            return self._load_content()
        except ValueError:  # InvalidMessage too
            return None

    def _prepare_sent(self):
        content = self._load_readable()
        header = getattr(content, "header", "")
        vals = {
            "header": header if isinstance(header, str) else "",
            "footer": getattr(content, "footer", ""),
        }
        if isinstance(content, Location):
            vals["location"] = self._prepare_location(vars(content))
        elif isinstance(content, Contacts):
            vals["contacts"] = [self._prepare_card(card) for card in content.cards]
        elif isinstance(content, ListMessage):
            vals["list"] = self._prepare_list(content)
        elif isinstance(content, LinkButton):
            vals["link"] = {"text": content.text, "url": self._get_safe_url(content.url)}
        elif isinstance(content, (Buttons, Flow, LocationRequest)):
            vals["buttons"] = self._prepare_buttons(content)
        return vals

    def _prepare_buttons(self, content):
        if isinstance(content, Buttons):
            return [button.title for button in content.buttons]
        return [content.button] if isinstance(content, Flow) else [self.env._("Send location")]

    def _prepare_card(self, card):
        return {
            "name": card.formatted_name,
            "phones": [phone.number for phone in card.phones],
            "emails": list(card.emails),
            "organization": card.organization,
        }

    def _prepare_list(self, content):
        return {
            "button": content.button,
            "sections": [
                {
                    "title": section.title,
                    "rows": [{"title": row.title, "description": row.description} for row in section.rows],
                }
                for section in content.sections
            ],
        }

    def _get_preview(self) -> str:
        """Name what was deleted instead of quoting it, and a form, for which WhatsApp writes nothing but "Sent"."""
        if self.is_revoked:
            return self.env._("Deleted message")
        if self.direction == IN and self.message_type == INTERACTIVE and self._get_details().get("flow"):
            return self.env._("Filled-in form")
        return super()._get_preview()
