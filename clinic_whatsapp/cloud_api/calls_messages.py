"""The client's calls about messages (cloud_api.md §2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .answers import Accepted, read_accepted
from .exceptions import NotPermitted
from .messages import OutboundMessage
from .part import Part, read_success
from .permit import Permit


class MessageCalls(Part):
    """Sending, and telling the patient that a message was read."""

    def send(
        self,
        message: OutboundMessage,
        permit: Permit,
        *,
        before_write: Callable[[], object] | None = None,
        after_write: Callable[[], object] | None = None,
    ) -> Accepted:
        """POST /{phone_number_id}/messages (cloud_api.md §2).

        Raises Rejected (Meta said no; ``.policy`` says whether and when to retry), Unreachable
        (nothing left this host) or Unanswered (it may have been sent: never retry, wait for the
        status webhook). Raises NotPermitted without the gate's permit for this very message.

        :param before_write: called once in this thread, when the connection is open and the message
            is about to be written. It may wait, and may raise to withdraw the message: then nothing
            left, and its exception is raised as it is
        :param after_write: called in this thread when the head of the request has been written
        """
        if not isinstance(permit, Permit) or permit.client_ref != message.client_ref:
            raise NotPermitted("The gate did not permit this message.")
        return self._graph.call(
            "POST",
            self._messages(),
            read_accepted,
            body=message.to_payload(),
            before_write=before_write,
            after_write=after_write,
        )

    def mark_read(self, wamid: str, typing: bool = False) -> None:
        """Show the patient blue ticks on ``wamid`` and on earlier messages (cloud_api.md §2.5).

        :param typing: show also that somebody writes, until the answer or for 25 seconds
        """
        body: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
        }
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._graph.call("POST", self._messages(), read_success, body=body)

    def _messages(self) -> str:
        return f"{self._node('phone_number_id')}/messages"
