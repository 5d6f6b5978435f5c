"""Templates with files, places, codes and forms in them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.inbound_content import sample
from simulator.testing import Simulator

from .contents import LINK, shown
from .world import AYSE, Meta, Receiver, error, uploaded, wamid

BODY = {"type": "BODY", "text": "Randevunuz hazır."}


def template(sim: Simulator, *components: dict[str, Any]) -> None:
    row = {"name": "t", "language": "tr", "category": "UTILITY", "components": [BODY, *components]}
    sim.put_templates([row])


def send_template(meta: Meta, *components: dict[str, Any]) -> Any:
    data = {"name": "t", "language": {"code": "tr"}, "components": list(components)}
    return meta.send(type="template", template=data)


def header(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": kind, kind: value}]}


def button(sub_type: str, index: int, **parameter: Any) -> dict[str, Any]:
    return {"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]}


class TestTemplate:
    @pytest.mark.parametrize(
        ("kind", "mime"), [("image", "image/jpeg"), ("video", "video/mp4"), ("document", "application/pdf")]
    )
    def test_media_header_arrives(self, sim: Simulator, meta: Meta, kind: str, mime: str) -> None:
        template(sim, {"type": "HEADER", "format": kind.upper()})
        media_id = uploaded(meta, sample(kind), mime)
        bubble = shown(sim, wamid(send_template(meta, header(kind, {"id": media_id}))))
        assert (bubble["media"], bubble["media_url"]) == (kind, f"/_sim/media/{media_id}")

    @pytest.mark.parametrize(
        ("components", "code"),
        [
            ([], 132000),
            ([header("image", {"link": LINK})], 132012),
            ([header("document", {})], 131008),
            ([header("document", {"id": "9"})], 100),
            ([header("document", {"link": LINK, "caption": "x"})], 100),
        ],
    )
    def test_document_header_must_fit(
        self, sim: Simulator, meta: Meta, components: list[dict[str, Any]], code: int
    ) -> None:
        template(sim, {"type": "HEADER", "format": "DOCUMENT"})
        assert error(send_template(meta, *components))["code"] == code

    def test_location_header(self, sim: Simulator, meta: Meta) -> None:
        template(sim, {"type": "HEADER", "format": "LOCATION"})
        place = {"latitude": "41.01", "longitude": "28.97", "name": "Klinik", "address": "Papatya Sok. 1"}
        assert error(send_template(meta))["code"] == 132000
        assert error(send_template(meta, header("location", {"name": "Klinik"})))["code"] == 131008
        bubble = shown(sim, wamid(send_template(meta, header("location", place))))
        assert bubble["location"]["name"] == "Klinik"

    def test_buttons_with_parameters(self, sim: Simulator, meta: Meta) -> None:
        buttons = [
            {"type": "URL", "text": "Aç", "url": "https://example.org/a/{{1}}"},
            {"type": "COPY_CODE", "example": "X"},
            {"type": "FLOW", "text": "Form", "flow_id": "77"},
        ]
        template(sim, {"type": "BUTTONS", "buttons": buttons})
        url = button("url", 0, type="text", text="abc")
        code = button("copy_code", 1, type="coupon_code", coupon_code="X25")
        action = {"flow_token": "token-2", "flow_action_data": {"k": "v"}}
        form = button("flow", 2, type="action", action=action)
        bubble = shown(sim, wamid(send_template(meta, url, code, form)))
        assert bubble["buttons"][0]["url"] == "https://example.org/a/abc"
        assert bubble["buttons"][1]["code"] == "X25"
        assert bubble["buttons"][2]["flow_token"] == "token-2"
        assert send_template(meta, url, code).status_code == 200
        assert error(send_template(meta, url))["code"] == 131008
        assert error(send_template(meta, url, button("copy_code", 1, type="text", text="X")))["code"] == 132012
        too_long = button("copy_code", 1, type="coupon_code", coupon_code="x" * 21)
        assert error(send_template(meta, url, too_long))["code"] == 100
        assert error(send_template(meta, url, code, button("url", 2, type="text", text="x")))["code"] == 132018

    def test_named_parameters(self, sim: Simulator, meta: Meta) -> None:
        body = {"type": "BODY", "text": "Sayın {{first_name}}, saat {{time}} için bekliyoruz."}
        row = {"name": "t", "language": "tr", "category": "UTILITY", "components": [body], "parameter_format": "NAMED"}
        sim.put_templates([row])
        values = [{"type": "text", "parameter_name": n, "text": v} for n, v in (("time", "9"), ("first_name", "Ayşe"))]
        bubble = shown(sim, wamid(send_template(meta, {"type": "body", "parameters": values})))
        assert bubble["text"] == "Sayın Ayşe, saat 9 için bekliyoruz."

    def test_one_time_code_is_in_the_text_and_on_the_button(self, sim: Simulator, meta: Meta) -> None:
        components = [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        ]
        sim.put_templates([{"name": "t", "language": "tr", "category": "AUTHENTICATION", "components": components}])
        text = {"type": "body", "parameters": [{"type": "text", "text": "123456"}]}
        code = button("url", 0, type="text", text="123456")
        assert error(send_template(meta, text))["code"] == 131008
        assert error(send_template(meta, code))["code"] == 132000
        assert error(send_template(meta, text, button("url", 0, type="text", text="9" * 16)))["code"] == 131009
        bubble = shown(sim, wamid(send_template(meta, text, code)))
        assert bubble["text"].startswith("*123456* is your verification code.")
        assert bubble["footer"] == "This code expires in 10 minutes."
        assert bubble["buttons"] == [{"index": 0, "kind": "otp", "text": "Copy code", "code": "123456"}]

    def test_header_that_grows_too_long(self, sim: Simulator, meta: Meta) -> None:
        template(sim, {"type": "HEADER", "format": "TEXT", "text": "Randevu {{1}}"})
        fits = {"type": "header", "parameters": [{"type": "text", "text": "x" * 52}]}
        assert send_template(meta, fits).status_code == 200
        fits["parameters"][0]["text"] += "x"
        assert error(send_template(meta, fits))["code"] == 132005

    @pytest.mark.parametrize(
        ("components", "code"),
        [
            ([header("text", "x")], 132000),
            ([{"type": "body", "parameters": [{"type": "text", "text": "x"}]}], 132000),
            ([button("url", 0, type="text", text="x")], 132000),
            ([button("quick_reply", 0, type="payload", payload="x")], 132018),
            ([button("url", 5, type="text", text="x")], 132018),
        ],
    )
    def test_values_for_what_the_template_does_not_have(
        self, sim: Simulator, meta: Meta, components: list[dict[str, Any]], code: int
    ) -> None:
        template(sim, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Aç", "url": LINK}]})
        assert error(send_template(meta, *components))["code"] == code

    def test_pressed_request_for_the_number_sends_the_own_card(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        template(sim, {"type": "BUTTONS", "buttons": [{"type": "REQUEST_CONTACT_INFO", "text": "Share Contact Info"}]})
        sent = wamid(send_template(meta))
        sim.phone(AYSE).wait_for_message()
        sim.phone(AYSE).press(sent, 0)
        receiver.wait_for(1, "messages")
        (message,) = receiver.messages()
        (card,) = message["contacts"]
        assert (message["type"], message["context"]["id"]) == ("contacts", sent)
        assert (card["origin"], card["phones"][0]["wa_id"]) == ("contact_request", AYSE)
