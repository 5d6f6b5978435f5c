"""``POST /{phone_number_id}/messages``: who may send what to whom, now.

The checks run in the order in which Meta's own answers suggest it: the account, the form of the
request, the recipient, the content, the service window, the speed. What passes becomes a
``Message`` that ``delivery`` takes over; the answer is Meta's (cloud_api.md §2.1). With
``late_refusals`` the refusals that Meta often reports by webhook only are accepted first.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import phonenumbers

from . import contents, template_send
from .context import Context
from .delivery import Delivery
from .errors import ErrorPage, GraphError, bad_parameter
from .media_content import Files
from .options import Failure, Share
from .params import Json, limited, only_keys
from .state import FREE_SERVICE_MESSAGES, Chat, Message, Number, Phone, new_wamid, now

ENVELOPE = (
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
    "recipient_identity_key_hash",
    "messaging_account_id",
    "appsecret_proof",
    "access_token",
)
UNUSABLE = {
    "BANNED": (131031, "The business account has been locked."),
    "RESTRICTED": (368, "The account is restricted because of policy violations."),
}
LATE_CODES = frozenset({131026, 131047, 131049, 130403, 130429, 131056})
REACTABLE_SECONDS = 30 * 24 * 3600
FILLER = re.compile(r"[\s\-().]")


@dataclass(frozen=True)
class Answer:
    """What Meta answers; ``message`` is None when the request was no message but a read receipt."""

    body: Json
    message: Message | None


class Sending:
    def __init__(self, context: Context, delivery: Delivery) -> None:
        self._context = context
        self._delivery = delivery

    def handle(self, number: Number, data: Json, arrived: float) -> Answer:
        """``arrived``: monotonic seconds.

        Raises GraphError for everything Meta refuses, ErrorPage when chance wants a broken gateway.
        """
        _check_number(number)
        if data.get("messaging_product") != "whatsapp":
            raise bad_parameter("The parameter messaging_product is required.")
        if "status" in data:
            return Answer(self._delivery.mark_read(number, data), None)
        return self._send(number, data, arrived)

    def _send(self, number: Number, data: Json, arrived: float) -> Answer:
        forced = self._context.faults.take_failure("fail_next")
        if forced:
            self._context.tell_faults()
            raise _as_error(forced)
        self._meet_chance()
        kind = self._check_form(number, data)
        phone, to_phone = self._recipient(number, data)
        content, template_id, category = self._content(number, kind, data)
        message = Message(
            id=new_wamid(phone.wa_id),
            phone_number_id=number.phone_number_id,
            wa_id=phone.wa_id,
            from_business=True,
            type=kind,
            content=content,
            timestamp=now(),
            client_ref=data.get("biz_opaque_callback_data", ""),
            reply_to=(data.get("context") or {}).get("message_id", ""),
            category=category,
            template_id=template_id,
            to_phone=to_phone,
        )
        self._check_now(number, phone, message, arrived)
        body = self._accept(number, message, str(data.get("to") or data.get("recipient")))
        return Answer(body, message)

    def _meet_chance(self) -> None:
        share = self._context.chance.failure()
        if share and not share.code:
            raise ErrorPage(share.http_status or 500)
        if share:
            raise _as_error(share)

    def _check_form(self, number: Number, data: Json) -> str:
        only_keys("messages", data, (*ENVELOPE, *contents.FREE_FORM, "template"))
        if data.get("recipient_type", "individual") != "individual":
            raise GraphError(131051, "The simulator knows no groups")
        limited("biz_opaque_callback_data", data.get("biz_opaque_callback_data"), 512, False)
        context = data.get("context")
        if context is not None:
            if not isinstance(context, dict):
                raise bad_parameter("Param context must be an object.")
            limited("context['message_id']", context.get("message_id"), 1000)
        kind = data.get("type", "text")
        if kind != "template" and kind not in contents.FREE_FORM:
            raise bad_parameter(f"Param type must be one of {{TEXT, TEMPLATE, ...}} - got {kind!r}")
        if kind == "reaction" and context is not None:
            raise GraphError(131009, "A reaction cannot quote a message")
        if not isinstance(data.get(kind), list if kind in contents.LISTS else dict):
            raise bad_parameter(f"The parameter {kind} is required.")
        return kind

    def _recipient(self, number: Number, data: Json) -> tuple[Phone, bool]:
        """The phone that is meant and whether it was named by its number; ``to`` wins."""
        world = self._context.world
        if not data.get("to"):
            if not data.get("recipient"):
                raise bad_parameter("The parameter to is required.")
            phone = world.by_user_id.get(str(data["recipient"]))
            if phone is None:
                raise GraphError(131026, "No user has this business-scoped user ID")
            return phone, False
        digits = _digits(data["to"], number)
        if digits == number.digits:
            raise GraphError(131021, "The recipient is the sender")
        phone = world.find_phone(digits)
        if phone is None:
            _check_possible(digits, typed_with_plus=str(data["to"]).strip().startswith("+"))
            phone = world.phone(digits)
        return phone, True

    def _content(self, number: Number, kind: str, data: Json) -> tuple[Json, str, str]:
        """The content, the template's id and the price category."""
        files = Files(self._context.media, number.phone_number_id)
        if kind != "template":
            category = "" if kind == "reaction" else "service"
            return contents.FREE_FORM[kind](data[kind], files), "", category
        only_keys("template", data["template"], ("name", "language", "components", "namespace"))
        template = template_send.find(self._context.world.waba(number.waba_id), data["template"])
        content = template_send.render(template, data["template"].get("components"), files)
        if template.category == "AUTHENTICATION" and not data.get("to"):
            raise GraphError(131062, "Authentication templates need a phone number")
        return content, template.id, template.category.lower()

    def _check_now(self, number: Number, phone: Phone, message: Message, arrived: float) -> None:
        """The refusals that depend on the moment. Some may come late, as a failed status."""
        try:
            self._check_reachable(number, phone, message)
            self._context.limits.check_number(number.phone_number_id, number.throughput, arrived)
            self._context.limits.check_pair(number.phone_number_id, phone.wa_id)
        except GraphError as error:
            late = self._context.faults.late_refusals and error.code in LATE_CODES
            if not late:
                raise
            message.fails_with = error.status_error()

    def _check_reachable(self, number: Number, phone: Phone, message: Message) -> None:
        if phone.not_on_whatsapp:
            raise GraphError(131026, "Message undeliverable")
        if phone.blocked or phone.user_id in number.blocked:
            raise GraphError(130403, "The business has blocked this user")
        if message.type == "template":
            return
        chat = self._context.world.chats.get((number.phone_number_id, phone.wa_id))
        if chat is None or not chat.window_open(now()):
            raise GraphError(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer "
                "last replied to this number.",
            )
        if message.type == "reaction":
            self._check_target(chat, message.content["message_id"])

    def _check_target(self, chat: Chat, message_id: str) -> None:
        """A reaction needs a message that is there and not too old; a reaction is no message."""
        target = self._context.world.find(chat, message_id)
        if target is None or target.content.get("revoked") or now() - target.timestamp > REACTABLE_SECONDS:
            raise GraphError(131009, "reaction['message_id'] is not a message of this chat that one can react to")

    def _accept(self, number: Number, message: Message, given: str) -> Json:
        failure = self._context.faults.take_failure("fail_later_next")
        if failure:
            message.fails_with = _as_error(failure).status_error()
            self._context.tell_faults()
        if message.category == "service":
            message.billable = _count_service(number)
        self._delivery.accept(message)
        contact = {"input": given}
        if message.to_phone:
            contact["wa_id"] = self._context.world.phones[message.wa_id].wire_id
        else:
            contact["user_id"] = self._context.world.phones[message.wa_id].user_id
        sent = {"id": message.id}
        if message.type == "template":
            sent["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _as_error(failure: Failure | Share) -> GraphError:
    details = failure.details or "The simulator was told to refuse this message."
    minutes = failure.regain_minutes if isinstance(failure, Failure) else 0
    return GraphError(failure.code, details, http_status=failure.http_status, regain_minutes=minutes)


def _check_number(number: Number) -> None:
    if number.status in UNUSABLE:
        raise GraphError(*UNUSABLE[number.status])
    if number.status != "CONNECTED":
        raise GraphError(133010, f"The phone number is {number.status}")


def _digits(to: Any, number: Number) -> str:
    """The digits Meta dials. Without ``+`` it puts the business's own country code in front."""
    typed = FILLER.sub("", to) if isinstance(to, str) else ""
    digits = typed.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal():
        raise GraphError(131009, "Param to is not a phone number")
    if typed.startswith("+"):
        return digits
    return f"{_country_code(number)}{digits}"


def _country_code(number: Number) -> int:
    return phonenumbers.parse("+" + number.digits).country_code


def _check_possible(digits: str, typed_with_plus: bool) -> None:
    """A number in full only needs a possible length; one that Meta completed must really exist."""
    check = phonenumbers.is_possible_number if typed_with_plus else phonenumbers.is_valid_number
    try:
        if check(phonenumbers.parse("+" + digits)):
            return
    except phonenumbers.NumberParseException:
        pass
    if typed_with_plus:
        raise GraphError(131009, f"Param to (+{digits}) is not a valid phone number")
    raise GraphError(131026, f"Message undeliverable: +{digits} (country code added) is not known")


def _count_service(number: Number) -> bool:
    """Counts a free-form message; the first thousand of a month are free (§7.2)."""
    month = _month()
    if number.service_month != month:
        number.service_month, number.service_sent = month, 0
    number.service_sent += 1
    return number.service_sent > FREE_SERVICE_MESSAGES


def _month() -> str:
    return time.strftime("%Y-%m", time.gmtime())
