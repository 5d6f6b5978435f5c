"""Registration, profile, blocking, health, subscriptions, and the webhooks about accounts and templates."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from simulator.testing import Simulator

from .world import AYSE, MEHMET, REMINDER, Meta, Receiver, error

WABA, APP = DEFAULT_NUMBER["waba_id"], DEFAULT_NUMBER["app_id"]
APP_TOKEN = f"{APP}|{DEFAULT_NUMBER['app_secret']}"
WHATSAPP = {"messaging_product": "whatsapp"}


class TestRegistration:
    def test_first_pin_is_set_and_a_wrong_one_refused(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(status="PENDING")
        assert error(meta.send_template())["code"] == 133010
        assert self._register(meta, "123456").json() == {"success": True}
        assert meta.send_template().status_code == 200
        assert error(self._register(meta, "654321"))["code"] == 133005
        assert self._register(meta, "123456").status_code == 200

    @pytest.mark.parametrize("pin", ["", "12345", "abcdef", "1234567"])
    def test_pin_has_six_digits(self, meta: Meta, pin: str) -> None:
        assert error(self._register(meta, pin))["code"] == 100

    def test_deregistered_number_cannot_send(self, meta: Meta) -> None:
        assert meta.call("POST", f"{DEFAULT_NUMBER_ID}/deregister").json() == {"success": True}
        assert error(meta.send_template())["code"] == 133010

    def test_ten_times_in_three_days(self, meta: Meta) -> None:
        answers = [self._register(meta, "123456") for _ in range(11)]
        assert [a.status_code for a in answers] == [200] * 10 + [400]
        assert error(answers[-1])["code"] == 133016

    def test_pin_is_changed_by_the_number(self, meta: Meta) -> None:
        assert meta.call("POST", DEFAULT_NUMBER_ID, json={"pin": "111111"}).json() == {"success": True}
        assert error(self._register(meta, "123456"))["code"] == 133005
        assert error(meta.call("POST", DEFAULT_NUMBER_ID, json={"pin": "1"}))["code"] == 100

    def _register(self, meta: Meta, pin: str) -> requests.Response:
        return meta.call("POST", f"{DEFAULT_NUMBER_ID}/register", json={**WHATSAPP, "pin": pin})


class TestProfile:
    def test_is_written_and_read(self, meta: Meta) -> None:
        path = f"{DEFAULT_NUMBER_ID}/whatsapp_business_profile"
        facts = {"about": "Diş kliniği", "vertical": "HEALTH", "websites": ["https://example.org"]}
        assert meta.call("POST", path, json={**WHATSAPP, **facts}).json() == {"success": True}
        (row,) = meta.call("GET", f"{path}?fields=about,vertical,websites,email").json()["data"]
        assert row == {**facts, **WHATSAPP}

    @pytest.mark.parametrize(
        "change",
        [
            {"about": "x" * 140},
            {"about": ""},
            {"address": "x" * 257},
            {"description": "x" * 513},
            {"email": "x" * 129},
            {"vertical": "CLINIC"},
            {"websites": ["https://a.b"] * 3},
            {"websites": ["example.org"]},
            {"website": "https://example.org"},
            {"messaging_product": "email"},
        ],
    )
    def test_limits(self, meta: Meta, change: dict[str, Any]) -> None:
        answer = meta.call("POST", f"{DEFAULT_NUMBER_ID}/whatsapp_business_profile", json={**WHATSAPP, **change})
        assert error(answer)["code"] == 100


class TestBlocking:
    def test_user_who_wrote_is_blocked_and_heard_no_more(
        self, sim: Simulator, chat: Meta, receiver: Receiver
    ) -> None:
        answer = self._change(chat, "POST", {"user": f"+{AYSE}"}, {"user": f"+{MEHMET}"}).json()
        assert [u["wa_id"] for u in answer["block_users"]["added_users"]] == [AYSE]
        assert [u["input"] for u in answer["block_users"]["failed_users"]] == [f"+{MEHMET}"]
        assert answer["error"]["code"] == 139100
        assert error(chat.send())["code"] == 130403
        sim.phone(AYSE).send_text("Orada mısınız?")
        sim.settle()
        assert not receiver.messages()
        rows = chat.call("GET", f"{DEFAULT_NUMBER_ID}/block_users").json()["data"]
        assert [row["wa_id"] for row in rows] == [AYSE]
        self._change(chat, "DELETE", {"user_id": rows[0]["user_id"]})
        assert chat.send().status_code == 200

    def _change(self, meta: Meta, method: str, *users: dict[str, str]) -> requests.Response:
        body = {**WHATSAPP, "block_users": list(users)}
        return meta.call(method, f"{DEFAULT_NUMBER_ID}/block_users", json=body)


class TestHealth:
    FIELDS = "health_status,throughput,whatsapp_business_manager_messaging_limit,name_status,quality_rating"

    def test_everything_is_well(self, meta: Meta) -> None:
        facts = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields={self.FIELDS}").json()
        health = facts["health_status"]
        assert health["can_send_message"] == "AVAILABLE"
        ids = {entity["entity_type"]: entity["id"] for entity in health["entities"]}
        assert (ids["PHONE_NUMBER"], ids["WABA"], ids["APP"]) == (DEFAULT_NUMBER_ID, WABA, APP)
        assert facts["throughput"] == {"level": "STANDARD"}
        assert facts["whatsapp_business_manager_messaging_limit"] == "TIER_2K"

    def test_what_is_wrong_is_told_with_its_remedy(self, sim: Simulator, meta: Meta) -> None:
        problem = {"error_code": 141006, "error_description": "No card", "possible_solution": "Add one"}
        sim.change_number(
            health={"WABA": {"can_send_message": "BLOCKED", "errors": [problem]}},
            name_status="DECLINED",
            messaging_limit="TIER_250",
            throughput_level="HIGH",
        )
        facts = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields={self.FIELDS}").json()
        assert facts["health_status"]["can_send_message"] == "BLOCKED"
        assert facts["health_status"]["entities"][1]["errors"] == [problem]
        assert (facts["name_status"], facts["throughput"]["level"]) == ("DECLINED", "HIGH")
        account = meta.call("GET", f"{WABA}?fields=health_status").json()
        assert account["health_status"]["entities"][0]["entity_type"] == "WABA"

    def test_number_that_is_not_connected(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(status="DISCONNECTED")
        health = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields=health_status").json()["health_status"]
        assert health["can_send_message"] == "BLOCKED" and health["entities"][0]["errors"]


    def test_template_has_a_health_of_its_own(self, sim: Simulator, meta: Meta) -> None:
        row = sim.templates()[0]
        for status, expected in (("APPROVED", "AVAILABLE"), ("PAUSED", "BLOCKED")):
            sim.change_template("appt_reminder", status=status)
            health = meta.call("GET", f"{row['id']}?fields=health_status").json()["health_status"]
            assert health["can_send_message"] == health["entities"][0]["can_send_message"] == expected


class TestSubscriptions:
    def test_callback_is_verified_and_used(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        other = Receiver()
        wanted = self._wanted(other.url, fields="messages,account_update")
        assert self._call(sim, "POST", data=wanted).json() == {"success": True}
        (row,) = self._call(sim, "GET").json()["data"]
        assert row["callback_url"] == other.url and row["active"] is True
        assert [field["name"] for field in row["fields"]] == ["messages", "account_update"]
        sim.phone(AYSE).send_text("Yeni adres")
        other.wait_for(1)
        other.close()

    def test_field_without_subscription_is_not_told(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        self._call(sim, "POST", json=self._wanted(receiver.url, fields=["account_update"]))
        sim.phone(AYSE).send_text("Duyan var mı?")
        sim.account_event("account_update", {"event": "ACCOUNT_DELETED"})
        receiver.wait_for(1)
        sim.settle()
        assert len(receiver.posts) == 1 and receiver.changes("account_update")
        assert any("not subscribed" in entry["problem"] for entry in sim.log("webhook"))

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"object": "page"}, 100),
            ({"verify_token": ""}, 100),
            ({"verify_token": "wrong"}, 2200),
            ({"fields": "messages,user_id_update"}, 100),
        ],
    )
    def test_limits(self, sim: Simulator, meta: Meta, receiver: Receiver, change: dict[str, Any], code: int) -> None:
        assert error(self._call(sim, "POST", json={**self._wanted(receiver.url), **change}))["code"] == code

    def test_needs_the_apps_own_token(self, sim: Simulator, meta: Meta) -> None:
        assert error(meta.call("GET", f"{APP}/subscriptions"))["code"] == 190
        answer = requests.get(f"{sim.url}/v26.0/1/subscriptions?access_token={APP_TOKEN}", timeout=5)
        assert error(answer)["code"] == 10

    def test_is_removed(self, sim: Simulator, meta: Meta) -> None:
        assert self._call(sim, "DELETE").json() == {"success": True}
        assert self._call(sim, "GET").json() == {"data": []}

    def _wanted(self, url: str, **rest: Any) -> dict[str, Any]:
        token = DEFAULT_NUMBER["verify_token"]
        return {"object": "whatsapp_business_account", "callback_url": url, "verify_token": token, **rest}

    def _call(self, sim: Simulator, method: str, **options: Any) -> requests.Response:
        url = f"{sim.url}/v26.0/{APP}/subscriptions?access_token={APP_TOKEN}"
        return requests.request(method, url, timeout=5, **options)


def test_override_of_the_number_is_taken_away_with_an_empty_address(meta: Meta, receiver: Receiver) -> None:
    wanted = {"override_callback_uri": receiver.url, "verify_token": receiver.verify_token}
    for config, expected in ((wanted, receiver.url), ({"override_callback_uri": ""}, None)):
        assert meta.call("POST", DEFAULT_NUMBER_ID, json={"webhook_configuration": config}).status_code == 200
        facts = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields=webhook_configuration").json()
        assert facts["webhook_configuration"].get("phone_number") == expected


class TestAccountEvents:
    def test_value_is_sent_with_a_time_and_what_meta_knows(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        sim.account_event("phone_number_quality_update", {"event": "THROUGHPUT_UPGRADE"})
        receiver.wait_for(1)
        (value,) = receiver.changes("phone_number_quality_update")
        assert value == {"display_phone_number": "905550000001", "event": "THROUGHPUT_UPGRADE"}
        assert abs(receiver.entries()[0]["time"] - time.time()) < 60

    def test_template_gets_its_id_and_changes(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        about = {"message_template_name": "appt_reminder", "message_template_language": "tr"}
        sim.account_event("message_template_status_update", {**about, "event": "PAUSED"})
        receiver.wait_for(1)
        (value,) = receiver.changes("message_template_status_update")
        row = sim.templates()[0]
        assert value["message_template_id"] == int(row["id"]) and row["status"] == "PAUSED"
        assert value["message_template_category"] == "UTILITY"

    def test_metadata_of_the_number_is_filled_in(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        choice = {"wa_id": AYSE, "category": "marketing_messages", "value": "stop", "timestamp": 1731705721}
        sim.number_event("user_preferences", {"user_preferences": [choice]})
        receiver.wait_for(1)
        (value,) = receiver.changes("user_preferences")
        assert value["metadata"]["phone_number_id"] == DEFAULT_NUMBER_ID
        assert value["user_preferences"] == [choice]

    def test_error_without_a_message(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.value_error(130429)
        receiver.wait_for(1)
        (value,) = receiver.changes()
        assert value["errors"][0]["code"] == 130429 and "messages" not in value

    def test_any_body_is_signed_as_it_is(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        body = '{"object": "whatsapp_business_account" ,"entry":[]}'
        sim.send_webhook(body)
        sim.send_webhook({"object": "ğ"})
        receiver.wait_for(2)
        assert {raw for _, raw in receiver.posts} == {body.encode(), b'{"object":"\\u011f"}'}
        receiver.check_signatures()

    def test_every_change_of_a_template_is_told(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        text = {"type": "BODY", "text": "Sayın {{1}}, saat {{2}}."}
        sim.change_template("appt_reminder", quality="RED", category="MARKETING", components=[text])
        receiver.wait_for(3)
        (quality,) = receiver.changes("message_template_quality_update")
        (category,) = receiver.changes("template_category_update")
        (parts,) = receiver.changes("message_template_components_update")
        assert (quality["previous_quality_score"], quality["new_quality_score"]) == ("UNKNOWN", "RED")
        assert (category["previous_category"], category["new_category"]) == ("UTILITY", "MARKETING")
        assert parts["message_template_element"] == text["text"]
        sim.change_template("appt_reminder", status="DISABLED", correct_category="UTILITY")
        receiver.wait_for(5)
        assert receiver.changes("template_category_update")[-1]["correct_category"] == "UTILITY"
        (state,) = receiver.changes("message_template_status_update")
        assert state["event"] == state["other_info"]["title"] == "DISABLED"

    def test_language_is_written_as_webhooks_do(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.put_templates([{**REMINDER, "language": "en_US"}])
        sim.change_template("appt_reminder", "en_US", status="PAUSED")
        receiver.wait_for(1)
        assert receiver.changes("message_template_status_update")[0]["message_template_language"] == "en-US"
