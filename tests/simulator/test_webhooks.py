"""Webhooks: their bytes, their signature, their order, and how often they come."""

from __future__ import annotations

import base64
import json

import pytest

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID, SimulatorError
from simulator.payloads import encode, signature
from simulator.testing import Simulator

from .world import AYSE, MEHMET, Meta, Receiver, error, sign, wamid


def test_signature_of_the_published_vector() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    expected = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
    assert signature(body, "test_app_secret") == expected
    assert encode({"object": "whatsapp_business_account", "entry": []}) == body


def test_bytes_are_escaped_as_meta_escapes_them() -> None:
    assert encode({"a": "şube/ğ 😊"}) == b'{"a":"\\u015fube\\/\\u011f \\ud83d\\ude0a"}'


class TestInbound:
    def test_text_is_signed_over_its_exact_bytes(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).send_text("Yarın geliyorum, https://example.org/ğ 😊")
        receiver.wait_for(1)
        headers, body = receiver.posts[0]
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Hub-Signature-256"] == sign(body)
        assert b"\\u0131n" in body and b"https:\\/\\/example.org\\/\\u011f" in body
        assert json.dumps(json.loads(body)).encode() != body

    def test_envelope(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        phone = sim.phone(AYSE)
        user_id = phone.profile(name="Ayşe Yılmaz")["user_id"]
        message_id = phone.send_text("Merhaba", timestamp=1_790_000_000)
        receiver.wait_for(1)
        payload = json.loads(receiver.posts[0][1])
        assert payload["object"] == "whatsapp_business_account"
        assert payload["entry"][0]["id"] == DEFAULT_NUMBER["waba_id"]
        assert receiver.changes() == [
            {
                "messaging_product": "whatsapp",
                "metadata": {
                    "display_phone_number": "905550000001",
                    "phone_number_id": DEFAULT_NUMBER_ID,
                },
                "contacts": [
                    {"profile": {"name": "Ayşe Yılmaz"}, "wa_id": AYSE, "user_id": user_id}
                ],
                "messages": [
                    {
                        "from": AYSE,
                        "from_user_id": user_id,
                        "id": message_id,
                        "timestamp": "1790000000",
                        "type": "text",
                        "text": {"body": "Merhaba"},
                    }
                ],
            }
        ]
        assert user_id.startswith("TR.")

    def test_hidden_number_is_nowhere(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        phone = sim.phone(AYSE)
        phone.profile(name="Ayşe", username="@ayse", hide_number=True)
        phone.send_text("Merhaba")
        receiver.wait_for(1)
        message = receiver.messages()[0]
        assert "from" not in message and message["from_user_id"].startswith("TR.")
        contact = receiver.changes()[0]["contacts"][0]
        assert "wa_id" not in contact
        assert contact["profile"] == {"name": "Ayşe", "username": "@ayse"}

    def test_pressed_template_button(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        body = {"type": "body", "parameters": [{"type": "text", "text": t} for t in "ab"]}
        payload = {"type": "payload", "payload": "confirm:42"}
        button = {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [payload]}
        sent = wamid(meta.send_template(components=[body, button]))
        phone = sim.phone(AYSE)
        phone.wait_for_message()
        phone.press(sent, "Geleceğim")
        receiver.wait_for(1, "messages")
        phone.press(sent, 1)
        receiver.wait_for(2, "messages")
        first, second = receiver.messages()
        assert first["type"] == "button"
        assert first["button"] == {"payload": "confirm:42", "text": "Geleceğim"}
        assert first["context"] == {"from": "905550000001", "id": sent}
        assert second["button"] == {"payload": "İptal et", "text": "İptal et"}

    def test_replies_to_interactive_messages(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Evet"}}]
        question = {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}
        rows = [{"id": "slot:1", "title": "09:00", "description": "Dr. Deniz"}]
        action = {"button": "Saatler", "sections": [{"rows": rows}]}
        hours = {"type": "list", "body": {"text": "Saat?"}, "action": action}
        asked = wamid(chat.send(type="interactive", interactive=question))
        listed = wamid(chat.send(type="interactive", interactive=hours))
        sim.phone(AYSE).wait_for_tick(asked, "delivered")
        sim.phone(AYSE).wait_for_tick(listed, "delivered")
        sim.phone(AYSE).press(asked, "Evet")
        sim.phone(AYSE).choose(listed, "slot:1")
        receiver.wait_for(2, "messages")
        answers = {m["interactive"]["type"]: m["interactive"] for m in receiver.messages()}
        assert answers["button_reply"]["button_reply"] == {"id": "yes", "title": "Evet"}
        assert answers["list_reply"]["list_reply"] == rows[0]

    @pytest.mark.parametrize(
        "kind", ["image", "video", "audio", "document", "sticker", "location", "contacts"]
    )
    def test_other_types(self, sim: Simulator, meta: Meta, receiver: Receiver, kind: str) -> None:
        sim.phone(AYSE).send(kind)
        receiver.wait_for(1)
        message = receiver.messages()[0]
        assert message["type"] == kind and message[kind]

    def test_media_are_announced_with_id_type_and_hash(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).send("image", caption="Reçete")
        receiver.wait_for(1)
        image = receiver.messages()[0]["image"]
        assert set(image) == {"id", "mime_type", "sha256", "caption", "url"}
        assert len(base64.b64decode(image["sha256"])) == 32

    def test_unsupported_message_carries_its_error(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).send("unsupported")
        receiver.wait_for(1)
        assert receiver.messages()[0]["errors"][0]["code"] == 131051

    def test_reaction_and_its_removal(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        sent = wamid(chat.send())
        sim.phone(AYSE).wait_for_tick(sent, "delivered")
        sim.phone(AYSE).react(sent, "❤️")
        receiver.wait_for(1, "messages")
        sim.phone(AYSE).react(sent, "")
        receiver.wait_for(2, "messages")
        added, removed = (m["reaction"] for m in receiver.messages())
        assert added == {"message_id": sent, "emoji": "❤️"}
        assert removed == {"message_id": sent}

    @pytest.mark.parametrize(
        "action",
        [
            {},
            {"text": " "},
            {"text": 5},
            {"type": "hologram"},
            {"button": {"message_id": "wamid.none", "index": 0}},
            {"text": "x", "phone_number_id": "404"},
            {"text": "x", "timestamp": "gestern"},
        ],
    )
    def test_impossible_action_is_refused_with_a_reason(
        self, sim: Simulator, meta: Meta, action: dict
    ) -> None:
        with pytest.raises(SimulatorError, match=r"\w+ \w+"):
            sim.request("POST", f"/_sim/phones/{AYSE}/send", json=action)

    def test_button_that_does_not_exist(self, sim: Simulator, meta: Meta) -> None:
        sent = wamid(meta.send_template())
        sim.phone(AYSE).wait_for_message()
        with pytest.raises(SimulatorError, match=r"2 button\(s\)"):
            sim.phone(AYSE).press(sent, 2)


class TestStatuses:
    def test_sent_then_delivered_with_price_and_reference(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sent = wamid(meta.send_template(components=self._body(), to=f"+{AYSE}"))
        receiver.wait_for(2, "statuses")
        sim.settle()
        statuses = {s["status"]: s for s in receiver.statuses(sent)}
        assert set(statuses) == {"sent", "delivered"}
        price = {"billable": True, "pricing_model": "PMP", "type": "regular"}
        assert statuses["sent"]["pricing"] == {**price, "category": "utility"}
        assert statuses["sent"]["recipient_id"] == AYSE
        assert statuses["sent"]["recipient_user_id"].startswith("TR.")
        assert statuses["sent"]["timestamp"].isdecimal()
        assert all(value["contacts"][0]["wa_id"] == AYSE for value in receiver.changes())

    def test_reference_is_echoed_in_every_status(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).open()
        chat.send(type="text", text={"body": "?"}, biz_opaque_callback_data="odoo:42")
        receiver.wait_for(3, "statuses")
        assert {s["biz_opaque_callback_data"] for s in receiver.statuses()} == {"odoo:42"}
        sim.phone(AYSE).close()

    def test_service_messages_are_free_at_first(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        chat.send()
        receiver.wait_for(1, "statuses")
        pricing = receiver.statuses()[0]["pricing"]
        assert (pricing["type"], pricing["category"]) == ("free_customer_service", "service")

    def test_read_when_the_chat_is_opened(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sent = wamid(chat.send())
        sim.phone(AYSE).wait_for_tick(sent, "delivered")
        sim.phone(AYSE).open()
        sim.phone(AYSE).close()
        sim.phone(AYSE).wait_for_tick(sent, "read")
        sim.settle()
        assert [s["status"] for s in receiver.statuses(sent)][-1] == "read"

    def test_never_read_without_read_receipts(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).profile(reads=False)
        sim.phone(AYSE).open()
        chat.send()
        sim.settle()
        sim.phone(AYSE).close()
        assert {s["status"] for s in receiver.statuses()} == {"sent", "delivered"}

    def test_waits_for_a_phone_that_is_switched_off(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).profile(online=False)
        chat.send()
        sim.settle()
        assert [s["status"] for s in receiver.statuses()] == ["sent"]
        assert not [m for m in sim.phone(AYSE).messages() if m["from_business"]]
        sim.phone(AYSE).profile(online=True)
        receiver.wait_for(2, "statuses")
        assert receiver.statuses()[-1]["status"] == "delivered"

    def test_blocked_business_stays_at_one_tick(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        sim.phone(AYSE).profile(blocks=True)
        chat.send()
        sim.settle()
        assert [s["status"] for s in receiver.statuses()] == ["sent"]

    def test_failed_has_errors_but_no_contacts(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.set_faults(fail_later_next={"code": 131049, "count": 1})
        sent = wamid(meta.send_template())
        receiver.wait_for(1, "statuses")
        sim.settle()
        (status,) = receiver.statuses(sent)
        assert status["status"] == "failed"
        assert status["errors"][0]["code"] == 131049
        assert "recipient_user_id" not in status and status["recipient_id"] == AYSE
        assert "contacts" not in receiver.changes()[0]
        assert not sim.phone(AYSE).messages()

    def test_hidden_number_reached_by_user_id(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        user_id = sim.phone(AYSE).profile(hide_number=True)["user_id"]
        text = {"type": "text", "text": {"body": "?"}}
        chat.post({"messaging_product": "whatsapp", "recipient": user_id, **text})
        receiver.wait_for(2, "statuses")
        assert all("recipient_id" not in s for s in receiver.statuses())
        assert all("wa_id" not in v["contacts"][0] for v in receiver.changes())

    def test_reaction_of_the_business_is_only_sent(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        inbound = sim.phone(AYSE).messages()[0]["id"]
        chat.send(type="reaction", reaction={"message_id": inbound, "emoji": "🙏"})
        sim.settle()
        assert [s["status"] for s in receiver.statuses()] == ["sent"]
        assert sim.phone(AYSE).messages()[0]["reaction"] == "🙏"

    def _body(self) -> list[dict]:
        return [{"type": "body", "parameters": [{"type": "text", "text": t} for t in "ab"]}]


class TestReadReceipt:
    def test_blue_ticks_for_this_and_earlier_messages(self, sim: Simulator, chat: Meta) -> None:
        phone = sim.phone(AYSE)
        last = phone.send_text("Orada mısınız?")
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": last}
        assert chat.post(body).json() == {"success": True}
        assert {m["status"] for m in phone.messages()} == {"read"}

    def test_second_tick_once_the_clinic_has_it(self, sim: Simulator, chat: Meta) -> None:
        message = sim.phone(AYSE).send_text("Geldi mi?")
        assert sim.phone(AYSE).wait_for_tick(message, "delivered")

    @pytest.mark.parametrize("message_id", ["wamid.unknown", "", None])
    def test_unknown_message(self, chat: Meta, message_id: str | None) -> None:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        assert error(chat.post(body))["code"] == 131009

    def test_own_message_cannot_be_marked(self, chat: Meta) -> None:
        body = {"messaging_product": "whatsapp", "status": "read"}
        assert error(chat.post({**body, "message_id": wamid(chat.send())}))["code"] == 131009


class TestRouting:
    def test_without_subscription_nothing_arrives(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        meta.call("DELETE", f"{DEFAULT_NUMBER['waba_id']}/subscribed_apps")
        sim.phone(AYSE).send_text("Duyuyor musunuz?")
        sim.settle()
        assert not receiver.posts
        assert sim.log("webhook")[-1]["problem"] == "no app is subscribed"

    def test_each_number_has_its_own_callback_and_secret(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        other = Receiver()
        sim.register_number(
            "5550001", waba_id="5550002", app_id="5", app_secret="other", webhook_url=other.url
        )
        sim.phone(MEHMET, "5550001").send_text("Öteki şube")
        other.wait_for(1)
        headers, body = other.posts[0]
        assert headers["X-Hub-Signature-256"] == sign(body, "other")
        assert not receiver.posts
        other.close()
