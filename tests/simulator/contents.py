"""Messages that tests send."""

from __future__ import annotations

from typing import Any

from simulator.testing import Simulator

from .world import AYSE

LINK = "https://example.org/file"
CARD: dict[str, Any] = {
    "name": {"formatted_name": "Dr. Deniz Örnek", "first_name": "Deniz"},
    "phones": [{"phone": "+90 555 000 00 99", "type": "WORK", "wa_id": "905550000099"}],
    "emails": [{"email": "deniz@example.org"}],
    "org": {"company": "Papatya Klinik"},
}


def flow(**changes: Any) -> dict[str, Any]:
    parameters = {
        "flow_message_version": "3",
        "flow_id": "123",
        "flow_cta": "Formu aç",
        "flow_token": "token-1",
        "flow_action": "navigate",
        "flow_action_payload": {"screen": "CONSENT", "data": {"name": "Ayşe"}},
        **changes,
    }
    parameters = {key: value for key, value in parameters.items() if value is not None}
    return interactive("flow", {"name": "flow", "parameters": parameters})


def interactive(kind: str, action: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "?"}, "action": action, **parts}}


REPLY = {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Evet"}}]}
ROWS = {"button": "Saatler", "sections": [{"rows": [{"id": "1", "title": "09:00"}]}]}


def shown(sim: Simulator, sent: str) -> dict[str, Any]:
    return sim.phone(AYSE).wait_for_message(lambda message: message["id"] == sent)
