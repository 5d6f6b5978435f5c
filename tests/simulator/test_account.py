"""The calls of an account's connection test, of its templates and of its webhook."""

from __future__ import annotations

import copy
import hashlib
import hmac
from typing import Any

import pytest
import requests

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID, SimulatorError
from simulator.testing import Simulator

from .world import REMINDER, Meta, Receiver, error

WABA = DEFAULT_NUMBER["waba_id"]
APP_TOKEN = f"{DEFAULT_NUMBER['app_id']}|{DEFAULT_NUMBER['app_secret']}"
BODY = {
    "type": "BODY",
    "text": "Sayın {{1}}, yarın saat {{2}} için randevunuz var.",
    "example": {"body_text": [["Ayşe", "10:30"]]},
}
NEW: dict[str, Any] = {
    "name": "appt_moved",
    "language": "tr",
    "category": "UTILITY",
    "components": [BODY],
}


def body(text: str, *examples: str) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "BODY", "text": text}
    if examples:
        component["example"] = {"body_text": [list(examples)]}
    return component


def buttons(*items: Any) -> dict[str, Any]:
    made = [{"type": "QUICK_REPLY", "text": i} if isinstance(i, str) else i for i in items]
    return {"type": "BUTTONS", "buttons": made}


class TestToken:
    def test_debug_token_tells_scopes_and_end(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(token_expires_at=4_000_000_000)
        data = self._debug(sim).json()["data"]
        assert data["is_valid"] is True
        assert data["app_id"] == DEFAULT_NUMBER["app_id"]
        assert data["expires_at"] == 4_000_000_000
        assert set(data["scopes"]) == {
            "whatsapp_business_management",
            "whatsapp_business_messaging",
        }

    def test_debug_token_of_an_ended_token(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(token_expires_at=1)
        data = self._debug(sim).json()["data"]
        assert data["is_valid"] is False and data["error"]["subcode"] == 463

    def test_debug_token_needs_the_app(self, sim: Simulator, meta: Meta) -> None:
        answer = self._debug(sim, "300400500600700|wrong")
        assert (answer.status_code, error(answer)["code"]) == (401, 190)

    def test_proof_is_checked_when_sent_and_demanded_when_required(
        self, sim: Simulator, meta: Meta
    ) -> None:
        secret, token = DEFAULT_NUMBER["app_secret"], DEFAULT_NUMBER["access_token"]
        right = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        assert right == "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"
        path = f"{DEFAULT_NUMBER_ID}?appsecret_proof="
        assert meta.call("GET", path + right).status_code == 200
        assert error(meta.call("GET", path + "00"))["code"] == 100
        sim.change_number(require_proof=True)
        assert "appsecret_proof" in error(meta.call("GET", DEFAULT_NUMBER_ID))["message"]
        assert meta.call("GET", path + right).status_code == 200

    def _debug(self, sim: Simulator, app_token: str = APP_TOKEN) -> requests.Response:
        query = {"input_token": DEFAULT_NUMBER["access_token"], "access_token": app_token}
        return requests.get(f"{sim.url}/v26.0/debug_token", params=query, timeout=5)


class TestNumber:
    def test_fields(self, meta: Meta) -> None:
        fields = "display_phone_number,verified_name,quality_rating,status"
        facts = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields={fields}").json()
        assert facts == {
            "display_phone_number": "+90 555 000 00 01",
            "verified_name": "Papatya Klinik",
            "quality_rating": "GREEN",
            "status": "CONNECTED",
            "id": DEFAULT_NUMBER_ID,
        }

    def test_misspelt_field(self, meta: Meta) -> None:
        answer = meta.call("GET", f"{DEFAULT_NUMBER_ID}?fields=quality")
        assert "nonexisting field (quality)" in error(answer)["message"]

    def test_numbers_of_the_account(self, meta: Meta) -> None:
        rows = meta.call("GET", f"{WABA}/phone_numbers").json()["data"]
        assert [row["id"] for row in rows] == [DEFAULT_NUMBER_ID]


class TestWebhookSetUp:
    def test_registration_verifies_the_callback(self, sim: Simulator, receiver: Receiver) -> None:
        good = sim.register_number(webhook_url=receiver.url, verify=True)
        assert good["verification"] == {"ok": True, "detail": "Verified."}
        bad = sim.register_number(webhook_url=receiver.url, verify_token="wrong", verify=True)
        assert bad["verification"]["ok"] is False and "403" in bad["verification"]["detail"]

    def test_subscription(self, meta: Meta) -> None:
        path = f"{WABA}/subscribed_apps"
        rows = meta.call("GET", path).json()["data"]
        assert rows[0]["whatsapp_business_api_data"]["id"] == DEFAULT_NUMBER["app_id"]
        assert meta.call("DELETE", path).json() == {"success": True}
        assert meta.call("GET", path).json() == {"data": []}
        assert meta.call("POST", path).json() == {"success": True}
        assert len(meta.call("GET", path).json()["data"]) == 1

    def test_override_is_verified_used_and_wiped(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        other = Receiver()
        wanted = {"override_callback_uri": other.url, "verify_token": other.verify_token}
        path = f"{WABA}/subscribed_apps"
        assert meta.call("POST", path, json=wanted).json() == {"success": True}
        assert meta.call("GET", path).json()["data"][0]["override_callback_uri"] == other.url
        sim.phone("905300000001").send_text("Yeni adres")
        other.wait_for(1)
        meta.call("POST", path)
        sim.phone("905300000001").send_text("Eski adres")
        receiver.wait_for(1)
        assert len(other.posts) == 1
        other.close()

    def test_override_that_does_not_verify_is_refused(self, meta: Meta, receiver: Receiver) -> None:
        wanted = {"override_callback_uri": receiver.url, "verify_token": "wrong"}
        answer = meta.call("POST", f"{WABA}/subscribed_apps", json=wanted)
        assert error(answer)["code"] == 2200

    def test_override_of_the_number_wins(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        other = Receiver()
        wanted = {"override_callback_uri": other.url, "verify_token": other.verify_token}
        answer = meta.call("POST", DEFAULT_NUMBER_ID, json={"webhook_configuration": wanted})
        assert answer.json() == {"success": True}
        sim.phone("905300000001").send_text("Numaranın adresi")
        other.wait_for(1)
        assert not receiver.posts
        other.close()


class TestTemplates:
    def test_list_follows_cursors_to_the_end(self, sim: Simulator, meta: Meta) -> None:
        sim.put_templates([{**REMINDER, "name": f"t_{i:02d}"} for i in range(7)])
        names, query = [], {"limit": "3", "fields": "name,status"}
        while True:
            page = meta.call("GET", f"{WABA}/message_templates", params=query).json()
            names += [row["name"] for row in page["data"]]
            if "next" not in page.get("paging", {}):
                break
            query["after"] = page["paging"]["cursors"]["after"]
        assert names == ["appt_reminder", *[f"t_{i:02d}" for i in range(7)]]
        assert set(page["data"][0]) == {"id", "name", "status"}
        last = {**query, "after": page["paging"]["cursors"]["after"]}
        assert meta.call("GET", f"{WABA}/message_templates", params=last).json() == {"data": []}

    def test_invalid_cursor(self, meta: Meta) -> None:
        answer = meta.call("GET", f"{WABA}/message_templates?after=xyz")
        assert error(answer)["code"] == 131059

    def test_new_template_is_reviewed_and_told(
        self, sim: Simulator, meta: Meta, receiver: Receiver
    ) -> None:
        answer = meta.call("POST", f"{WABA}/message_templates", json=NEW).json()
        assert (answer["status"], answer["category"]) == ("PENDING", "UTILITY")
        assert error(meta.send_template(name="appt_moved"))["code"] == 132001
        receiver.wait_for(1)
        (value,) = receiver.changes("message_template_status_update")
        assert value["event"] == "APPROVED"
        assert value["message_template_id"] == int(answer["id"])
        assert meta.send_template(name="appt_moved").status_code == 200

    def test_review_can_reject(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_settings(review="reject")
        created = meta.call("POST", f"{WABA}/message_templates", json=NEW).json()
        receiver.wait_for(1)
        (value,) = receiver.changes("message_template_status_update")
        assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
        node = meta.call("GET", f"{created['id']}?fields=status,rejected_reason").json()
        assert node["rejected_reason"] == "INVALID_FORMAT"

    def test_pause_is_told(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.put_templates([{**REMINDER, "status": "PAUSED"}])
        receiver.wait_for(1)
        assert receiver.changes("message_template_status_update")[0]["event"] == "PAUSED"

    def test_edit_goes_back_to_review(self, sim: Simulator, meta: Meta) -> None:
        template = sim.templates()[0]
        answer = meta.call("POST", template["id"], json={"components": [BODY]})
        assert answer.json() == {"success": True}
        assert sim.templates()[0]["status"] == "PENDING"
        again = meta.call("POST", template["id"], json={"components": [BODY]})
        assert error(again)["error_subcode"] == 2388039

    def test_delete_by_name(self, sim: Simulator, meta: Meta) -> None:
        path = f"{WABA}/message_templates?name=appt_reminder"
        assert meta.call("DELETE", path).json() == {"success": True}
        assert sim.templates() == []
        assert error(meta.call("DELETE", path))["code"] == 100

    @pytest.mark.parametrize(
        ("change", "subcode"),
        [
            ({"name": "Randevu"}, None),
            ({"name": "randevu-1"}, None),
            ({"language": "Türkçe"}, None),
            ({"category": "utility"}, None),
            ({"components": []}, 2388043),
            ({"components": [body("")]}, 2388043),
            ({"components": [body("x" * 1025)]}, 2388040),
            ({"components": [body("{{1}} yarın bekliyoruz", "a")]}, 2388299),
            ({"components": [body("Yarın bekliyoruz {{1}}", "a")]}, 2388299),
            ({"components": [body("Sayın {{1}} yarın bekliyoruz sizi")]}, 2388043),
            ({"components": [body("Sayın {{1}} {{2}} yarın sizi bekleriz", "a", "b")]}, 2388072),
            ({"components": [body("Sayın {{2}} yarın sizi bekleriz", "a")]}, 2388072),
            ({"components": [body("Sayın {{ad}} yarın sizi bekleriz", "a")]}, 2388072),
            ({"components": [body("Saat {{1}} ve {{2}} ya", "a", "b")]}, 2388293),
            ({"components": [BODY, BODY]}, 2388072),
            ({"components": [BODY, {"type": "FOOTER", "text": "x" * 61}]}, 2388040),
            ({"components": [BODY, {"type": "FOOTER", "text": "Klinik {{1}}"}]}, 2388073),
            ({"components": [BODY, {"type": "HEADER", "format": "GIF"}]}, 2388047),
            ({"components": [BODY, {"type": "HEADER", "format": "IMAGE"}]}, 2388043),
            ({"components": [BODY, buttons("x" * 26)]}, 2388040),
            ({"components": [BODY, buttons(*"abcdefghijk")]}, None),
            (
                {
                    "components": [
                        BODY,
                        buttons("a", {"type": "URL", "text": "b", "url": "https://x.org"}, "c"),
                    ]
                },
                None,
            ),
            (
                {"components": [BODY, buttons({"type": "URL", "text": "b", "url": "x.org"})]},
                None,
            ),
        ],
    )
    def test_rules_for_new_templates(
        self, meta: Meta, change: dict[str, Any], subcode: int | None
    ) -> None:
        answer = meta.call("POST", f"{WABA}/message_templates", json={**NEW, **change})
        refusal = error(answer)
        assert (answer.status_code, refusal["code"]) == (400, 100)
        assert refusal.get("error_subcode") == subcode

    def test_same_name_and_language_exists(self, meta: Meta) -> None:
        answer = meta.call(
            "POST", f"{WABA}/message_templates", json={**NEW, "name": "appt_reminder"}
        )
        assert error(answer)["error_subcode"] == 2388024
        assert error(answer)["error_user_msg"]

    def test_named_parameters(self, sim: Simulator, meta: Meta) -> None:
        named = copy.deepcopy(NEW)
        named["parameter_format"] = "NAMED"
        named["components"] = [
            {
                "type": "BODY",
                "text": "Sayın {{name}}, yarın saat {{time}} için bekliyoruz.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "name", "example": "Ayşe"},
                        {"param_name": "time", "example": "10:30"},
                    ]
                },
            }
        ]
        assert meta.call("POST", f"{WABA}/message_templates", json=named).status_code == 200
        sim.settle()
        values = [
            {"type": "text", "parameter_name": "time", "text": "10:30"},
            {"type": "text", "parameter_name": "name", "text": "Ayşe"},
        ]
        sent = meta.send_template(
            name="appt_moved", components=[{"type": "body", "parameters": values}]
        )
        assert sent.status_code == 200
        shown = sim.phone("905300000001").wait_for_message()
        assert shown["text"] == "Sayın Ayşe, yarın saat 10:30 için bekliyoruz."


class TestSetUp:
    def test_secrets_are_masked(self, sim: Simulator, meta: Meta) -> None:
        text = str(sim.state())
        for name in ("app_secret", "access_token", "verify_token"):
            assert DEFAULT_NUMBER[name] not in text

    @pytest.mark.parametrize(
        "values",
        [{"colour": "red"}, {"throughput": "80"}, {"token_scopes": "all"}, {"waba_id": 5}],
    )
    def test_misspelt_number_is_an_error(self, sim: Simulator, values: dict[str, Any]) -> None:
        with pytest.raises(SimulatorError):
            sim.register_number("42", **values)
        assert not sim.state()["numbers"]

    def test_new_number_needs_its_ids(self, sim: Simulator) -> None:
        with pytest.raises(SimulatorError, match="waba_id"):
            sim.change_number("42", verified_name="Papatya")

    def test_reset_forgets_everything(self, sim: Simulator, meta: Meta) -> None:
        meta.send_template()
        sim.reset()
        state = sim.state()
        assert (state["numbers"], state["phones"], state["totals"]) == ([], 0, {})
        assert sim.log() == []

    def test_other_web_sites_are_kept_out(self, sim: Simulator) -> None:
        headers = {"Origin": "https://evil.example"}
        answer = requests.post(f"{sim.url}/_sim/reset", headers=headers, timeout=5)
        assert answer.status_code == 403
