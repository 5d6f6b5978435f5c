"""Every kind of message the business can send: what arrives on the phone, and each limit with Meta's code."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.inbound_content import sample
from simulator.testing import Simulator

from .contents import CARD, LINK, REPLY, ROWS, flow, interactive, shown
from .world import AYSE, Meta, Receiver, error, uploaded, wamid


class TestMedia:
    @pytest.mark.parametrize(
        ("kind", "mime", "rest"),
        [
            ("image", "image/jpeg", {"caption": "Röntgen"}),
            ("document", "application/pdf", {"caption": "Rapor", "filename": "rapor.pdf"}),
            ("audio", "audio/ogg", {"voice": True}),
            ("audio", "audio/ogg", {}),
            ("video", "video/mp4", {"caption": "Egzersiz"}),
            ("sticker", "image/webp", {}),
        ],
    )
    def test_uploaded_file_arrives(
        self, sim: Simulator, chat: Meta, kind: str, mime: str, rest: dict[str, Any]
    ) -> None:
        media_id = uploaded(chat, sample(kind), mime)
        bubble = shown(sim, wamid(chat.send(type=kind, **{kind: {"id": media_id, **rest}})))
        assert (bubble["type"], bubble["media"], bubble["mime_type"]) == (kind, kind, mime)
        assert bubble["text"] == rest.get("caption", "") and bubble["filename"] == rest.get("filename", "")
        assert bubble["voice"] is rest.get("voice", False)
        assert bubble["media_url"] == f"/_sim/media/{media_id}"
        assert sim.media_bytes(media_id) == sample(kind)

    def test_picture_may_go_as_a_document(self, chat: Meta) -> None:
        assert chat.send(type="document", document={"id": uploaded(chat), "filename": "a.jpg"}).status_code == 200

    def test_link_is_shown_and_not_fetched(self, sim: Simulator, chat: Meta) -> None:
        bubble = shown(sim, wamid(chat.send(type="image", image={"link": LINK})))
        assert (bubble["media_url"], bubble["link"]) == ("", LINK)

    @pytest.mark.parametrize(
        ("kind", "data", "code"),
        [
            ("image", {}, 100),
            ("image", {"id": "1", "link": LINK}, 100),
            ("image", {"id": "999"}, 100),
            ("image", {"link": "http://example.org/a.png"}, 100),
            ("image", {"link": LINK, "caption": "x" * 1025}, 100),
            ("video", {"link": LINK, "caption": "x" * 1025}, 100),
            ("document", {"link": LINK, "caption": "x" * 1025}, 100),
            ("document", {"link": LINK, "filename": "x" * 241}, 100),
            ("image", {"link": LINK, "filename": "a.png"}, 100),
            ("audio", {"link": LINK, "caption": "Dinleyin"}, 100),
            ("audio", {"link": LINK, "voice": "yes"}, 100),
            ("sticker", {"link": LINK, "caption": "Merhaba"}, 100),
        ],
    )
    def test_limits(self, chat: Meta, kind: str, data: dict[str, Any], code: int) -> None:
        assert error(chat.send(type=kind, **{kind: data}))["code"] == code

    @pytest.mark.parametrize(("kind", "mime"), [("image", "application/pdf"), ("audio", "video/mp4")])
    def test_file_must_fit_its_kind(self, chat: Meta, kind: str, mime: str) -> None:
        media_id = uploaded(chat, sample("document" if "pdf" in mime else "video"), mime)
        assert error(chat.send(type=kind, **{kind: {"id": media_id}}))["code"] == 131053

    def test_voice_must_be_opus(self, chat: Meta) -> None:
        media_id = uploaded(chat, b"ID3" + bytes(100), "audio/mpeg")
        assert chat.send(type="audio", audio={"id": media_id}).status_code == 200
        assert error(chat.send(type="audio", audio={"id": media_id, "voice": True}))["code"] == 131053

    def test_played_voice_message_has_its_status(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        voice = {"id": uploaded(chat, sample("audio"), "audio/ogg"), "voice": True}
        sent = wamid(chat.send(type="audio", audio=voice))
        sim.phone(AYSE).wait_for_tick(sent, "delivered")
        sim.phone(AYSE).play(sent)
        sim.phone(AYSE).wait_for_tick(sent, "played")
        sim.settle()
        assert receiver.statuses(sent)[-1]["status"] == "played"


class TestContacts:
    def test_card_arrives(self, sim: Simulator, chat: Meta) -> None:
        bubble = shown(sim, wamid(chat.send(type="contacts", contacts=[CARD])))
        assert bubble["contacts"] == [
            {
                "name": "Dr. Deniz Örnek",
                "phones": ["+90 555 000 00 99"],
                "emails": ["deniz@example.org"],
                "organization": "Papatya Klinik",
            }
        ]

    @pytest.mark.parametrize(
        ("cards", "code"),
        [
            ([], 131009),
            (CARD, 100),
            ([CARD] * 258, 131009),
            ([{**CARD, "name": None}], 100),
            ([{**CARD, "name": {"first_name": "Deniz"}}], 100),
            ([{**CARD, "name": {"formatted_name": "Deniz"}}], 131009),
            ([{**CARD, "phones": [{"number": "1"}]}], 100),
            ([{**CARD, "phone": "1"}], 100),
        ],
    )
    def test_limits(self, chat: Meta, cards: Any, code: int) -> None:
        assert error(chat.send(type="contacts", contacts=cards))["code"] == code

    def test_as_many_as_allowed(self, chat: Meta) -> None:
        assert chat.send(type="contacts", contacts=[CARD] * 257).status_code == 200


class TestLocation:
    def test_place_arrives(self, sim: Simulator, chat: Meta) -> None:
        place = {"latitude": "41.01", "longitude": 28.97, "name": "Klinik", "address": "Papatya Sok. 1"}
        bubble = shown(sim, wamid(chat.send(type="location", location=place)))
        assert bubble["location"] == {**place, "latitude": 41.01}

    @pytest.mark.parametrize(
        ("place", "code"),
        [
            ({"latitude": 41}, 131008),
            ({"latitude": 91, "longitude": 0}, 131009),
            ({"latitude": 0, "longitude": 181}, 131009),
            ({"latitude": "north", "longitude": 0}, 131009),
            ({"latitude": 0, "longitude": 0, "city": "x"}, 100),
        ],
    )
    def test_limits(self, chat: Meta, place: dict[str, Any], code: int) -> None:
        assert error(chat.send(type="location", location=place))["code"] == code


class TestInteractive:
    @pytest.mark.parametrize(("kind", "mime"), [("image", "image/jpeg"), ("video", "video/mp4")])
    def test_media_header_arrives(self, sim: Simulator, chat: Meta, kind: str, mime: str) -> None:
        media_id = uploaded(chat, sample(kind), mime)
        header = {"type": kind, kind: {"id": media_id}}
        bubble = shown(sim, wamid(chat.send(**interactive("button", REPLY, header=header))))
        assert (bubble["media"], bubble["media_url"]) == (kind, f"/_sim/media/{media_id}")
        assert bubble["buttons"][0]["text"] == "Evet"

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            (interactive("button", REPLY, header={"type": "image", "image": {"id": "9"}}), 100),
            (interactive("button", REPLY, header={"type": "image", "image": {"link": LINK, "caption": "x"}}), 100),
            (interactive("button", REPLY, header={"type": "sticker", "sticker": {"link": LINK}}), 131009),
            (interactive("list", ROWS, header={"type": "image", "image": {"link": LINK}}), 131009),
            (interactive("list", {**ROWS, "button": "x" * 21}), 100),
            (interactive("list", {**ROWS, "sections": [{"title": "x" * 25, **ROWS["sections"][0]}]}), 100),
            (interactive("list", {**ROWS, "sections": ROWS["sections"] * 2}), 100),
            (interactive("list", {**ROWS, "sections": [{"rows": [{"id": "x" * 201, "title": "a"}]}]}), 100),
            (interactive("list", {**ROWS, "sections": [{"rows": [{"id": "1", "title": "x" * 25}]}]}), 100),
            (
                interactive(
                    "list", {**ROWS, "sections": [{"rows": [{"id": "1", "title": "a", "description": "x" * 73}]}]}
                ),
                100,
            ),
            (interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "x" * 257, "title": "a"}}]}), 100),
            (interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "x" * 21, "url": LINK}}), 100),
            (interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "a", "url": "a.b"}}), 131009),
            (interactive("request_contact_info", {"name": "send_location"}), 131009),
            (interactive("contact_request", {"name": "contact_request"}), 131009),
            (interactive("request_contact_info", {"name": "request_contact_info"}, header={"type": "text"}), 131009),
            (flow(flow_message_version="2"), 131009),
            (flow(flow_id=None), 131008),
            (flow(flow_name="consent"), 131008),
            (flow(flow_cta=None), 100),
            (flow(flow_cta="x" * 31), 100),
            (flow(mode="test"), 131009),
            (flow(flow_action="jump"), 131009),
            (flow(flow_action="data_exchange"), 131009),
            (flow(flow_action_payload={"screen": "A", "data": {}}), 131009),
            (flow(flow_action_payload={"data": {"a": 1}}), 100),
            (flow(colour="red"), 100),
        ],
    )
    def test_limits(self, chat: Meta, message: dict[str, Any], code: int) -> None:
        assert error(chat.send(**message))["code"] == code

    @pytest.mark.parametrize(
        "message",
        [
            flow(flow_action_payload=None),
            flow(mode="draft"),
            flow(flow_action="data_exchange", flow_action_payload=None),
        ],
    )
    def test_forms_that_are_right(self, chat: Meta, message: dict[str, Any]) -> None:
        assert chat.send(**message).status_code == 200

    def test_request_for_the_number_is_answered_with_the_own_card(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sent = wamid(chat.send(**interactive("request_contact_info", {"name": "request_contact_info"})))
        shown(sim, sent)
        sim.phone(AYSE).share_number(sent)
        receiver.wait_for(1, "messages")
        (message,) = receiver.messages()
        assert message["context"]["id"] == sent
        assert message["contacts"][0]["origin"] == "contact_request"
        assert message["contacts"][0]["phones"][0]["wa_id"] == AYSE


class TestReaction:
    def test_set_and_taken_back(self, sim: Simulator, chat: Meta) -> None:
        inbound = sim.phone(AYSE).messages()[0]["id"]
        for emoji in ("🙏", ""):
            wamid(chat.send(type="reaction", reaction={"message_id": inbound, "emoji": emoji}))
            sim.settle()
            assert sim.phone(AYSE).messages()[0]["reactions"] == {"business": emoji, "patient": ""}

    @pytest.mark.parametrize(
        ("change", "code"),
        [({"message_id": "wamid.none"}, 131009), ({"emoji": None}, 100), ({"message_id": ""}, 100)],
    )
    def test_needs_a_message_and_an_emoji(
        self, sim: Simulator, chat: Meta, change: dict[str, Any], code: int
    ) -> None:
        reaction = {"message_id": sim.phone(AYSE).messages()[0]["id"], "emoji": "🙏", **change}
        wanted = {key: value for key, value in reaction.items() if value is not None}
        assert error(chat.send(type="reaction", reaction=wanted))["code"] == code

    def test_does_not_quote_and_not_reach_a_deleted_message(self, sim: Simulator, chat: Meta) -> None:
        inbound = sim.phone(AYSE).messages()[0]["id"]
        reaction = {"message_id": inbound, "emoji": "🙏"}
        assert error(chat.send(type="reaction", reaction=reaction, context={"message_id": inbound}))["code"] == 131009
        sim.phone(AYSE).revoke(inbound)
        assert error(chat.send(type="reaction", reaction=reaction))["code"] == 131009
