"""A number's registration, its public profile, and whom it has blocked (cloud_api.md §10)."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from .auth import MANAGEMENT, MESSAGING, Caller
from .context import Context
from .errors import GraphError, bad_parameter
from .fields import pick
from .params import Json, limited, objects, only_keys
from .state import Number, Phone, now

PIN = re.compile(r"\d{6}")
REGISTRATIONS = 10
REGISTRATION_SECONDS = 72 * 3600
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64}
MAX_WEBSITE = 256
ENVELOPE = ("messaging_product", "appsecret_proof", "access_token")
TOO_OFTEN = "There were too many registration attempts for this phone number in a short period of time"
VERTICALS = (
    *("ALCOHOL", "APPAREL", "AUTO", "BEAUTY", "EDU"),
    *("ENTERTAIN", "EVENT_PLAN", "FINANCE", "GOVT", "GROCERY"),
    *("HEALTH", "HOTEL", "NONPROFIT", "ONLINE_GAMBLING", "OTC_DRUGS"),
    *("OTHER", "PHYSICAL_GAMBLING", "PROF_SERVICES", "RESTAURANT", "RETAIL"),
    *("TRAVEL", "UNDEFINED"),
)


class Account:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def register(self, _request: web.Request, caller: Caller, number: Number, data: Json) -> Json:
        """A wrong PIN is 133005; without two-step verification the PIN that comes is the one that is set."""
        caller.require(MANAGEMENT)
        _check_product(data)
        pin = str(data.get("pin") or "")
        if not PIN.fullmatch(pin):
            raise bad_parameter("Param pin must be a 6-digit number.")
        _count_registration(number)
        if number.pin and number.pin != pin:
            raise GraphError(133005, "Two-step verification PIN does not match")
        number.pin, number.status = pin, "CONNECTED"
        self._context.touch()
        return {"success": True}

    async def deregister(self, _request: web.Request, caller: Caller, number: Number, _data: Json) -> Json:
        caller.require(MANAGEMENT)
        _count_registration(number)
        number.status = "DISCONNECTED"
        self._context.touch()
        return {"success": True}

    async def get_profile(self, request: web.Request, _caller: Caller, number: Number, _data: Json) -> Json:
        facts = {key: number.profile.get(key, "") for key in (*PROFILE_LIMITS, "profile_picture_url")}
        facts |= {"websites": number.profile.get("websites", []), "messaging_product": "whatsapp"}
        fields = request.query.get("fields") or "messaging_product"
        shown = pick({**facts, "id": ""}, f"{fields},messaging_product", "WhatsAppBusinessProfile")
        return {"data": [{key: value for key, value in shown.items() if value}]}

    async def set_profile(self, _request: web.Request, caller: Caller, number: Number, data: Json) -> Json:
        """Changes what is given; an empty text takes it away."""
        caller.require(MANAGEMENT)
        _check_product(data)
        given = {key: value for key, value in data.items() if key not in ENVELOPE}
        only_keys("whatsapp_business_profile", given, (*PROFILE_LIMITS, "websites", "profile_picture_handle"))
        for key, most in PROFILE_LIMITS.items():
            limited(key, given.get(key), most, False)
        if "about" in given and not given["about"]:
            raise bad_parameter("Param about has 1 to 139 characters.")
        if given.get("vertical", "OTHER") not in (*VERTICALS, ""):
            raise bad_parameter(f"Param vertical must be one of {', '.join(VERTICALS)}.")
        _check_websites(given.get("websites", []))
        if given.pop("profile_picture_handle", None):
            given["profile_picture_url"] = "https://pps.whatsapp.net/v/picture.jpg"
        number.profile = {**number.profile, **given}
        self._context.touch()
        return {"success": True}

    async def blocked(self, _request: web.Request, caller: Caller, number: Number, _data: Json) -> Json:
        caller.require(MESSAGING)
        phones = (self._context.world.by_user_id.get(user_id) for user_id in number.blocked)
        rows = [{"messaging_product": "whatsapp", "wa_id": p.wire_id, "user_id": p.user_id} for p in phones if p]
        return {"data": rows, "paging": {"cursors": {"before": "QVFI", "after": "QVFJ"}}}

    async def block(self, _request: web.Request, caller: Caller, number: Number, data: Json) -> Json:
        """Only users who wrote within the last day can be blocked; some may fail while others succeed."""
        return self._change_blocked(caller, number, data, "added_users")

    async def unblock(self, _request: web.Request, caller: Caller, number: Number, data: Json) -> Json:
        return self._change_blocked(caller, number, data, "removed_users")

    def _change_blocked(self, caller: Caller, number: Number, data: Json, outcome: str) -> Json:
        caller.require(MESSAGING)
        _check_product(data)
        done: list[Json] = []
        failed: list[Json] = []
        for wanted in objects("block_users", data.get("block_users"), 1, 1000):
            phone = self._user(wanted)
            if phone and (outcome == "removed_users" or self._wrote_lately(number, phone)):
                _set_blocked(number, phone, outcome == "added_users")
                done.append({"input": _input(wanted), "wa_id": phone.wire_id, "user_id": phone.user_id})
            else:
                failed.append(_failure(wanted))
        self._context.touch()
        blocked: Json = {outcome: done}
        if failed:
            blocked["failed_users"] = failed
        answer: Json = {"messaging_product": "whatsapp", "block_users": blocked}
        if failed:
            answer["error"] = GraphError(139100, "Failed to block/unblock some users").body()["error"]
        return answer

    def _user(self, wanted: Json) -> Phone | None:
        if wanted.get("user_id"):
            return self._context.world.by_user_id.get(str(wanted["user_id"]))
        return self._context.world.find_phone("".join(c for c in str(wanted.get("user", "")) if c.isdigit()))

    def _wrote_lately(self, number: Number, phone: Phone) -> bool:
        chat = self._context.world.chats.get((number.phone_number_id, phone.wa_id))
        return bool(chat and chat.window_open(now()))


def _check_product(data: Json) -> None:
    if data.get("messaging_product") != "whatsapp":
        raise bad_parameter("The parameter messaging_product is required.")


def _count_registration(number: Number) -> None:
    recent = [at for at in number.registered_at if now() - at < REGISTRATION_SECONDS]
    if len(recent) >= REGISTRATIONS:
        raise GraphError(133016, TOO_OFTEN)
    number.registered_at = [*recent, now()]


def _check_websites(websites: Any) -> None:
    right = isinstance(websites, list) and len(websites) <= 2
    if not right or not all(map(_is_website, websites)):
        raise bad_parameter("Param websites has up to 2 addresses of up to 256 characters that start with https://.")


def _is_website(address: Any) -> bool:
    text = address if isinstance(address, str) else ""
    return text.startswith(("http://", "https://")) and len(text) <= MAX_WEBSITE


def _set_blocked(number: Number, phone: Phone, on: bool) -> None:
    number.blocked = [user_id for user_id in number.blocked if user_id != phone.user_id] + [phone.user_id] * on


def _input(wanted: Json) -> str:
    return str(wanted.get("user") or wanted.get("user_id") or "")


def _failure(wanted: Json) -> Json:
    why = "Re-engagement required: the user has not written in the last 24 hours"
    error = {"code": 139100, "message": "Failed to block", "error_data": {"details": why}}
    return {"input": _input(wanted), "errors": [error]}
