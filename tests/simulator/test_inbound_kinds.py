"""Every row of what a patient can send, as it is on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.client import SimulatorError
from simulator.testing import Simulator

from .contents import flow, shown
from .world import AYSE, Meta, Receiver, error, wamid


def only(receiver: Receiver, count: int = 1) -> dict[str, Any]:
    """The last of so many messages."""
    receiver.wait_for(count, "messages")
    return receiver.messages()[count - 1]


class TestContent:
    def test_location(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_location(40.5, 29.5, "Ev", "Papatya Sok. 2")
        place = {"latitude": 40.5, "longitude": 29.5, "name": "Ev", "address": "Papatya Sok. 2"}
        assert only(receiver)["location"] == place

    def test_cards_may_lack_everything(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_contacts([{"vcard": "BEGIN:VCARD"}], origin="other")
        assert only(receiver)["contacts"] == [{"vcard": "BEGIN:VCARD", "origin": "other"}]

    def test_order(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        items = [{"product_retailer_id": "a", "quantity": "2", "item_price": "10", "currency": "TRY"}]
        sim.phone(AYSE).send_order(items, "Lütfen")
        order = only(receiver)["order"]
        assert (order["product_items"], order["text"]) == (items, "Lütfen")

    @pytest.mark.parametrize("code", [131051, 131060])
    def test_unsupported(self, sim: Simulator, meta: Meta, receiver: Receiver, code: int) -> None:
        sim.phone(AYSE).send_unsupported("poll_creation", code)
        message = only(receiver)
        assert message["type"] == "unsupported" and message["unsupported"] == {"type": "poll_creation"}
        assert message["errors"][0]["code"] == code and message["errors"][0]["error_data"]["details"]

    def test_type_of_the_future(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_unknown("hologram", {"depth": 3})
        message = only(receiver)
        assert (message["type"], message["hologram"]) == ("hologram", {"depth": 3})

    def test_forwarded(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_text("a", forwarded=True)
        assert only(receiver)["context"] == {"forwarded": True}
        sim.phone(AYSE).send_media("image", frequently_forwarded=True)
        assert only(receiver, 2)["context"] == {"frequently_forwarded": True}

    def test_reply_to_a_message(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        sent = wamid(chat.send())
        shown(sim, sent)
        sim.phone(AYSE).send_media("image", reply_to=sent)
        assert only(receiver)["context"] == {"from": "905550000001", "id": sent}

    def test_advertisement(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_text("Fiyat?", referral=True)
        referral = only(receiver)["referral"]
        assert referral["source_type"] == "ad" and referral["headline"] and referral["source_url"]

    def test_anything_at_all(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sent = sim.phone(AYSE).send_raw({"type": "text"}, contacts=False)
        message = only(receiver)
        assert (message["id"], message["from"], message["type"]) == (sent, AYSE, "text")
        assert "contacts" not in receiver.changes()[0]


class TestForm:
    @pytest.mark.parametrize("with_token", [True, False])
    def test_answers_come_back(self, sim: Simulator, chat: Meta, receiver: Receiver, with_token: bool) -> None:
        sent = wamid(chat.send(**flow()))
        shown(sim, sent)
        sim.phone(AYSE).answer_flow(sent, {"kvkk": True}, with_token=with_token)
        message = only(receiver)
        reply = message["interactive"]["nfm_reply"]
        assert message["interactive"]["type"] == "nfm_reply" and message["context"]["id"] == sent
        assert (reply["name"], reply["body"]) == ("flow", "Sent")
        token = {"flow_token": "token-1"} if with_token else {}
        assert json.loads(reply["response_json"]) == {"kvkk": True, **token}

    def test_message_without_a_form(self, sim: Simulator, chat: Meta) -> None:
        sent = wamid(chat.send())
        shown(sim, sent)
        with pytest.raises(SimulatorError, match="no form"):
            sim.phone(AYSE).answer_flow(sent, {})


class TestChanges:
    def test_edited_text(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        sent = sim.phone(AYSE).send_text("Yarin")
        sim.phone(AYSE).edit(sent, "Yarın")
        sim.settle()
        message = next(m for m in receiver.messages() if m["type"] == "edit")
        inner = {"type": "text", "text": {"body": "Yarın"}}
        assert message["edit"] == {"original_message_id": sent, "message": inner}
        bubble = sim.phone(AYSE).messages()[-1]
        assert (bubble["id"], bubble["text"], bubble["edited"]) == (sent, "Yarın", True)

    def test_edited_caption(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sent = sim.phone(AYSE).send_media("image", caption="Once")
        sim.phone(AYSE).edit(sent, "Önce")
        sim.settle()
        message = next(m for m in receiver.messages() if m["type"] == "edit")
        assert message["edit"]["message"]["image"]["caption"] == "Önce"

    def test_deleted_message(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sent = sim.phone(AYSE).send_text("Yanlış")
        sim.phone(AYSE).revoke(sent)
        sim.settle()
        message = next(m for m in receiver.messages() if m["type"] == "revoke")
        assert message["revoke"] == {"original_message_id": sent}
        bubble = sim.phone(AYSE).messages()[-1]
        assert (bubble["text"], bubble["revoked"]) == ("", True)
        with pytest.raises(SimulatorError, match="own message"):
            sim.phone(AYSE).edit(sent, "Doğru")

    def test_message_of_the_clinic_cannot_be_changed(self, sim: Simulator, chat: Meta) -> None:
        sent = wamid(chat.send())
        shown(sim, sent)
        for act in (lambda: sim.phone(AYSE).edit(sent, "x"), lambda: sim.phone(AYSE).revoke(sent)):
            with pytest.raises(SimulatorError, match="own message"):
                act()

    def test_changes_do_not_open_the_window(self, sim: Simulator, chat: Meta) -> None:
        sent = sim.phone(AYSE).send_text("Dün")
        sim.phone(AYSE).expire_window()
        sim.phone(AYSE).edit(sent, "Bugün")
        sim.phone(AYSE).revoke(sent)
        assert error(chat.send())["code"] == 131047

    @pytest.mark.parametrize("empty", [True, False])
    def test_reaction_is_taken_back_in_both_styles(
        self, sim: Simulator, chat: Meta, receiver: Receiver, empty: bool
    ) -> None:
        sent = wamid(chat.send())
        shown(sim, sent)
        sim.phone(AYSE).react(sent, "❤️")
        only(receiver)
        sim.phone(AYSE).react(sent, "", empty_removal=empty)
        assert only(receiver, 2)["reaction"] == {"message_id": sent, **({"emoji": ""} if empty else {})}


class TestIdentity:
    def test_another_number_with_its_chat(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        old = sim.phone(AYSE).profile()["user_id"]
        new = sim.phone(AYSE).change_number("905300000099")
        message = only(receiver)
        facts = message["system"]
        assert message["type"] == "system" and message["from"] == AYSE
        assert (facts["type"], facts["wa_id"]) == ("user_changed_number", "905300000099")
        assert facts["previous_user_id"] == old
        assert facts["user_id"] == new.profile()["user_id"] != old
        assert "contacts" not in receiver.changes()[0]
        assert [m["text"] for m in new.messages()] == ["Merhaba"]
        assert chat.send(to="+905300000099").status_code == 200
        assert error(chat.send_template())["code"] == 131026

    def test_number_that_went_to_somebody_else(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        old = sim.phone(AYSE).profile()["user_id"]
        new = sim.phone(AYSE).recycle("Mehmet")
        sim.phone(AYSE).send_text("Kimsiniz?")
        message = only(receiver)
        assert (message["from"], message["from_user_id"]) == (AYSE, new) and new != old
        assert receiver.changes()[0]["contacts"][0]["profile"]["name"] == "Mehmet"

    def test_another_user_id_only(self, sim: Simulator, chat: Meta, receiver: Receiver) -> None:
        old = sim.phone(AYSE).profile()["user_id"]
        new = sim.phone(AYSE).change_user_id()
        message = only(receiver)
        assert "from" not in message and "wa_id" not in message["system"]
        assert message["system"]["type"] == "user_changed_user_id"
        assert (message["system"]["user_id"], message["system"]["previous_user_id"]) == (new, old)

    @pytest.mark.parametrize("kind", ["customer_identity_changed", "user_identity_changed"])
    def test_other_keys(self, sim: Simulator, chat: Meta, receiver: Receiver, kind: str) -> None:
        sent = sim.phone(AYSE).change_identity(kind)
        message = only(receiver)
        assert (message["id"], message["from"], message["system"]["type"]) == (sent, AYSE, kind)
        assert set(message["system"]["identity"]) == {"acknowledged", "created_timestamp", "hash"}

    def test_meta_reports_other_digits_than_were_dialled(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        phone = sim.phone("5511987654321")
        phone.profile(reported_as="551187654321")
        phone.send_text("Olá")
        message = only(receiver)
        assert message["from"] == receiver.changes()[0]["contacts"][0]["wa_id"] == "551187654321"
        for typed in ("+5511987654321", "+551187654321"):
            answer = meta.send(to=typed)
            assert answer.json()["contacts"] == [{"input": typed, "wa_id": "551187654321"}]
        receiver.wait_for(2, "statuses")
        assert {s["recipient_id"] for s in receiver.statuses()} == {"551187654321"}

    def test_reported_digits_can_change_back(self, sim: Simulator, meta: Meta) -> None:
        sim.phone("5511987654321").profile(reported_as="551187654321")
        sim.phone("5511987654321").profile(reported_as="")
        answer = meta.send_template(to="+551187654321")
        assert answer.json()["contacts"][0]["wa_id"] == "551187654321"
        assert {p["wa_id"] for p in sim.phones()} == {"5511987654321", "551187654321"}
