"""The patient's phone as tests and demos use it; see ``client.SimulatorClient.phone``."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .waiting import wait_until

if TYPE_CHECKING:
    from .client import SimulatorClient

Json = dict[str, Any]


class Phone:
    """One patient's phone. Every sending method returns the wamid of the inbound message.

    ``timestamp``: unix seconds, for a message that was written earlier. ``reply_to``: the id of a message to quote.
    """

    def __init__(self, client: SimulatorClient, wa_id: str, phone_number_id: str = "") -> None:
        self.wa_id = wa_id.lstrip("+")
        self.phone_number_id = phone_number_id
        self._client = client
        self._path = f"/_sim/phones/{self.wa_id}"

    def send_text(
        self,
        text: str,
        *,
        reply_to: str = "",
        timestamp: float | None = None,
        forwarded: bool = False,
        frequently_forwarded: bool = False,
        referral: bool | Json = False,
    ) -> str:
        """``referral``: the message comes from an advertisement; ``True`` is a sample."""
        how = {"forwarded": forwarded, "frequently_forwarded": frequently_forwarded, "referral": referral}
        return self._send(text=text, reply_to=reply_to, timestamp=timestamp, **how)

    def send_media(
        self,
        kind: str,
        data: bytes | None = None,
        mime_type: str = "",
        filename: str = "",
        caption: str = "",
        **how: Any,
    ) -> str:
        """image, video, audio, document or sticker; without ``data`` a small real file.

        ``size`` makes a file of so many bytes, ``voice=False`` an audio file that is no voice note, ``animated`` a
        moving sticker, ``with_url`` decides about the download address in the webhook; ``reply_to``, ``timestamp``,
        ``forwarded``, ``frequently_forwarded`` as in ``send_text``.
        """
        if data is not None:
            how["data"] = base64.b64encode(data).decode()
        return self._send(type=kind, mime_type=mime_type, filename=filename, caption=caption, **how)

    def send_location(
        self, latitude: float = 41.0151, longitude: float = 28.9795, name: str = "", address: str = "", **how: Any
    ) -> str:
        place = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
        return self._send(type="location", **place, **how)

    def send_contacts(self, cards: list[Json] | None = None, *, origin: str = "", **how: Any) -> str:
        """``cards`` as on the wire; ``origin``: contact_request or other."""
        return self._send(type="contacts", contacts=cards, origin=origin, **how)

    def share_number(self, message_id: str = "") -> str:
        """Answers a request for the phone number with the phone's own card."""
        return self._send(type="contacts", share_number=True, reply_to=message_id)

    def send_order(self, items: list[Json] | None = None, text: str = "") -> str:
        return self._send(type="order", items=items, text=text)

    def send_unsupported(self, kind: str = "poll_creation", code: int = 131051) -> str:
        """Something that Meta does not hand over; 131060 is a message that is not available."""
        return self._send(type="unsupported", unsupported=kind, code=code)

    def send_unknown(self, type: str = "hologram", value: Any = None) -> str:
        """A message of a type that nobody knows yet."""
        return self._send(type=type, unknown=True, value=value)

    def send_raw(self, item: Json, *, contacts: bool = True) -> str:
        """Any item of ``messages[]``; ``id``, ``timestamp`` and the sender are filled in where they are missing."""
        body = {"phone_number_id": self.phone_number_id, "item": item, "contacts": contacts}
        return self._client.request("POST", self._path + "/raw", json=body)["message_id"]

    def press(self, message_id: str, button: int | str, timestamp: float | None = None) -> str:
        """Presses a quick-reply button, named by its index or its label."""
        key = "index" if isinstance(button, int) else "label"
        return self._send(button={"message_id": message_id, key: button}, timestamp=timestamp)

    def choose(self, message_id: str, row_id: str) -> str:
        """Chooses a row of a list message."""
        return self._send(list={"message_id": message_id, "row_id": row_id})

    def react(self, message_id: str, emoji: str, *, empty_removal: bool = False) -> str:
        """Reacts to a message; an empty emoji takes the reaction back: on the wire it is then absent, or empty."""
        return self._send(reaction={"message_id": message_id, "emoji": emoji, "empty_removal": empty_removal})

    def answer_flow(self, message_id: str, answers: Json, *, with_token: bool = True) -> str:
        """Fills in a form."""
        return self._send(flow={"message_id": message_id, "answers": answers, "with_token": with_token})

    def edit(self, message_id: str, text: str) -> str:
        """Changes the words of an own message."""
        return self._send(edit={"message_id": message_id, "text": text})

    def revoke(self, message_id: str) -> str:
        """Deletes an own message for everyone."""
        return self._send(revoke={"message_id": message_id})

    def play(self, message_id: str) -> None:
        """Listens to a voice message of the business: status ``played``."""
        body = {"phone_number_id": self.phone_number_id, "message_id": message_id}
        self._client.request("POST", self._path + "/play", json=body)

    # Identity

    def change_number(self, new_wa_id: str) -> Phone:
        """The person takes the account to another number: ``user_changed_number``. Returns the new phone."""
        self._change("number", wa_id=new_wa_id)
        return Phone(self._client, new_wa_id, self.phone_number_id)

    def change_user_id(self) -> str:
        """The person gets another business-scoped id: ``user_changed_user_id``. Returns the new one."""
        return self._change("user_id")["user_id"]

    def change_identity(self, kind: str = "customer_identity_changed") -> str:
        """The phone's keys change. Returns the wamid of the last webhook."""
        return self._change(kind)["message_ids"][-1]

    def recycle(self, name: str = "") -> str:
        """The number gets to another person, of which Meta tells nothing. Returns the new business-scoped id."""
        return self._change("recycle", name=name)["user_id"]

    def _change(self, change: str, **values: Any) -> Json:
        return self._client.request("POST", self._path + "/identity", json={"change": change, **values})

    # Anything else

    def send(self, type: str, **values: Any) -> str:
        """An action by its type: image, video, audio, document, sticker, location, contacts, order, unsupported."""
        return self._send(type=type, **values)

    def _send(self, **action: Any) -> str:
        action["phone_number_id"] = self.phone_number_id
        return self._client.request("POST", self._path + "/send", json=action)["message_id"]

    def messages(self) -> list[Json]:
        """The chat as the phone shows it, oldest first."""
        query = {"phone_number_id": self.phone_number_id}
        return self._client.request("GET", self._path + "/messages", params=query)["messages"]

    def wait_for_message(
        self, test: str | Callable[[Json], bool] = "", timeout: float = 10.0
    ) -> Json:
        """The newest message of the business that contains a text, or for which a test is true."""

        def fits(message: Json) -> bool:
            return test in message["text"] if isinstance(test, str) else test(message)

        def look() -> Json | None:
            received = (m for m in reversed(self.messages()) if m["from_business"])
            return next((m for m in received if fits(m)), None)

        return wait_until(look, timeout, lambda: f"messages: {self.messages()[-5:]}")

    def wait_for_tick(self, message_id: str, status: str, timeout: float = 10.0) -> Json:
        """Waits until a message has this status: sent, delivered, read or played."""

        def look() -> Json | None:
            fitting = (m for m in self.messages() if m["id"] == message_id)
            return next((m for m in fitting if m["status"] == status), None)

        return wait_until(look, timeout, lambda: f"messages: {self.messages()[-5:]}")

    def open(self) -> None:
        """Opens the chat: what is there, and what arrives until ``close``, is read."""
        self._chat("open")

    def close(self) -> None:
        self._chat("close")

    def expire_window(self) -> None:
        """Closes the 24-hour window at Meta."""
        self._chat("expire_window")

    def _chat(self, what: str) -> None:
        body = {"phone_number_id": self.phone_number_id}
        self._client.request("POST", f"{self._path}/{what}", json=body)

    def profile(self, **values: Any) -> Json:
        """Changes and returns the profile: name, username, hide_number, not_on_whatsapp, reads, online, blocks,
        blocked, reported_as (the digits under which Meta knows the number, where they differ from the dialled ones).
        """
        return self._client.request("PUT", self._path, json=values)
