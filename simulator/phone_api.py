"""``/_sim/phones/...``: the phone for tests and for the page, which use the same requests.

``GET /_sim/phones/<wa_id>/events`` is the page's live feed (Server-Sent Events). With
``open=<phone_number_id>`` the chat counts as open, and what arrives in it as read, for as long as
the feed is connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from .context import Context
from .control import read_json
from .delivery import Delivery
from .identity import Identity
from .options import BadOption
from .phones import Phones
from .render import bubbles, chat_entry, contact
from .setup import put_profile
from .state import Chat, Number, Phone
from .storage import plain

KEEP_ALIVE_SECONDS = 15
MOST_LISTED = 200

Json = dict[str, Any]


class PhoneApi:
    def __init__(self, context: Context, phones: Phones, delivery: Delivery, identity: Identity) -> None:
        self._context = context
        self._phones = phones
        self._delivery = delivery
        self._identity = identity
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        phone = r"/_sim/phones/{wa_id:\d{5,15}}"
        return [
            web.get("/_sim/phones", self.list_phones),
            web.get(phone, self.get_phone),
            web.put(phone, self.put_phone),
            web.put(phone + "/profile", self.put_phone),
            web.get(phone + "/messages", self.get_messages),
            web.post(phone + "/send", self.send),
            web.post(phone + "/raw", self.send_raw),
            web.post(phone + "/play", self.play),
            web.post(phone + "/identity", self.change_identity),
            web.post(phone + "/open", self.open_chat),
            web.post(phone + "/close", self.close_chat),
            web.post(phone + "/expire_window", self.expire_window),
            web.get(phone + "/events", self.events),
            web.get("/_sim/events", self.events),
        ]

    def stop(self) -> None:
        """Ends the live feeds, which would otherwise keep the server from stopping."""
        self._stopping.set()
        self._context.hub.publish_to_all({"event": "closing"})

    async def list_phones(self, request: web.Request) -> web.Response:
        """Known phones, those with the newest message first; ``q`` searches names and digits."""
        query = request.query.get("q", "").casefold()
        phones = [
            phone
            for phone in self._context.world.phones.values()
            if query in phone.wa_id or query in phone.name.casefold()
        ]
        phones.sort(key=self._last_moment, reverse=True)
        rows = [{**plain(phone), "unread": self._unread(phone)} for phone in phones[:MOST_LISTED]]
        return web.json_response({"phones": rows, "total": len(phones)})

    def _last_moment(self, phone: Phone) -> float:
        chats = self._context.world.chats_of.get(phone.wa_id, [])
        return max((c.messages[-1].timestamp for c in chats if c.messages), default=0.0)

    def _unread(self, phone: Phone) -> int:
        return sum(len(c.unread) for c in self._context.world.chats_of.get(phone.wa_id, []))

    async def get_phone(self, request: web.Request) -> web.Response:
        """The profile and the chat list: every number this phone has talked to, and the others."""
        phone = self._phone(request)
        world = self._context.world
        chats = [
            c for c in world.chats_of.get(phone.wa_id, []) if c.phone_number_id in world.numbers
        ]
        known = {chat.phone_number_id for chat in chats}
        return web.json_response(
            {
                "phone": plain(phone),
                "chats": [chat_entry(c, world.numbers[c.phone_number_id]) for c in chats],
                "contacts": [contact(n) for i, n in world.numbers.items() if i not in known],
            }
        )

    async def put_phone(self, request: web.Request) -> web.Response:
        phone = self._phone(request)
        was_online = phone.online and not phone.blocks
        put_profile(self._context.world, phone, await read_json(request))
        if phone.online and not phone.blocks and not was_online:
            self._delivery.phone_came_back(phone)
        self._context.touch()
        self._context.hub.publish_to_all({"event": "phone", "phone": plain(phone)})
        return web.json_response(plain(phone))

    async def get_messages(self, request: web.Request) -> web.Response:
        phone = self._phone(request)
        number = self._number(request.query.get("phone_number_id"))
        chat = self._context.world.chats.get((number.phone_number_id, phone.wa_id))
        shown = bubbles(self._context.world, chat) if chat else []
        return web.json_response({"messages": shown})

    async def send(self, request: web.Request) -> web.Response:
        action = await read_json(request)
        number = self._number(action.get("phone_number_id"))
        message = self._phones.send(number, self._phone(request), action)
        return web.json_response({"message_id": message.id})

    async def send_raw(self, request: web.Request) -> web.Response:
        """``{"item": {…}, "contacts": true}``: any item of ``messages[]``, also one the phone could not make."""
        action = await read_json(request)
        item = action.get("item")
        if not isinstance(item, dict):
            raise BadOption("item is an object.")
        sent = self._phones.send_raw(
            self._number(action.get("phone_number_id")), self._phone(request), item, action.get("contacts", True)
        )
        return web.json_response({"message_id": sent})

    async def play(self, request: web.Request) -> web.Response:
        action = await read_json(request)
        number = self._number(action.get("phone_number_id"))
        self._phones.play(number, self._phone(request), str(action.get("message_id")))
        return web.json_response({"success": True})

    async def change_identity(self, request: web.Request) -> web.Response:
        return web.json_response(self._identity.change(self._phone(request), await read_json(request)))

    async def open_chat(self, request: web.Request) -> web.Response:
        self._delivery.open_chat(await self._chat(request))
        return web.json_response({"success": True})

    async def close_chat(self, request: web.Request) -> web.Response:
        self._delivery.close_chat(await self._chat(request))
        return web.json_response({"success": True})

    async def expire_window(self, request: web.Request) -> web.Response:
        """As if the user's last message were more than a day old: Meta refuses free text."""
        chat = await self._chat(request)
        chat.window_from = 0.0
        self._context.touch()
        return web.json_response({"success": True})

    async def events(self, request: web.Request) -> web.StreamResponse:
        wa_id, open_id = request.match_info.get("wa_id", ""), request.query.get("open", "")
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await stream.prepare(request)
        with (
            contextlib.suppress(ConnectionError),
            self._context.hub.listen(wa_id) as queue,
            self._opened(wa_id, open_id),  # after listening: the page hears that the chat is read now
        ):
            await self._feed(stream, queue)
        return stream

    @contextlib.contextmanager
    def _opened(self, wa_id: str, phone_number_id: str) -> Iterator[None]:
        world = self._context.world
        if phone_number_id not in world.numbers or wa_id not in world.phones:
            yield
            return
        chat = world.chat(phone_number_id, wa_id)
        self._delivery.open_chat(chat)
        try:
            yield
        finally:
            self._delivery.close_chat(chat)

    async def _feed(self, stream: web.StreamResponse, queue: asyncio.Queue[Json]) -> None:
        await stream.write(b"retry: 1000\nevent: ready\ndata: {}\n\n")
        while not self._stopping.is_set():
            try:
                event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
            except asyncio.TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            name = event["event"]
            await stream.write(f"event: {name}\ndata: {json.dumps(event)}\n\n".encode())

    def _phone(self, request: web.Request) -> Phone:
        return self._context.world.phone(request.match_info["wa_id"])

    def _number(self, phone_number_id: Any) -> Number:
        """The number that is named; the only one when none is named."""
        numbers = self._context.world.numbers
        if not phone_number_id and len(numbers) == 1:
            return next(iter(numbers.values()))
        if str(phone_number_id) not in numbers:
            raise BadOption(f"There is no business number {phone_number_id!r} (phone_number_id).")
        return numbers[str(phone_number_id)]

    async def _chat(self, request: web.Request) -> Chat:
        number = self._number((await read_json(request)).get("phone_number_id"))
        phone = self._phone(request)
        return self._context.world.chat(number.phone_number_id, phone.wa_id)
