"""What Meta accepts and what it refuses, each with its own code."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from simulator.testing import Simulator

from .world import AYSE, MEHMET, REMINDER, Meta, error, wamid

TEXT = {"type": "text", "text": {"body": "Merhaba"}}


def interactive(**values: Any) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Evet"}}]
    action = values.pop("action", {"buttons": buttons})
    body = {"type": "button", "body": {"text": "Gelecek misiniz?"}, "action": action, **values}
    return {"type": "interactive", "interactive": body}


def reply(number: int, title: str = "") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": f"id{number}", "title": title or f"Seçenek {number}"}}


def test_answer_to_a_phone_number_has_the_form_of_meta(chat: Meta) -> None:
    answer = chat.send()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    body = answer.json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": "+905300000001", "wa_id": "905300000001"}]
    assert list(body["messages"][0]) == ["id"]
    assert body["messages"][0]["id"].startswith("wamid.HBgM")


def test_answer_to_a_template_tells_its_status(meta: Meta) -> None:
    assert meta.send_template().json()["messages"][0]["message_status"] == "accepted"


def test_answer_to_a_user_id_has_no_number(sim: Simulator, chat: Meta) -> None:
    user_id = sim.phone(AYSE).profile()["user_id"]
    body = chat.post({"messaging_product": "whatsapp", "recipient": user_id, **TEXT}).json()
    assert body["contacts"] == [{"input": user_id, "user_id": user_id}]


def test_number_wins_over_user_id(sim: Simulator, chat: Meta) -> None:
    other = sim.phone(MEHMET).profile()["user_id"]
    body = chat.send(recipient=other, **TEXT).json()
    assert body["contacts"][0]["wa_id"] == AYSE


@pytest.mark.parametrize("typed", ["+90 530 000 00 01", "+90 (530) 000-00-01", "+90.530.0000001"])
def test_spaces_and_signs_in_a_number_are_tolerated(chat: Meta, typed: str) -> None:
    assert chat.send(typed).json()["contacts"] == [{"input": typed, "wa_id": AYSE}]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ({"messaging_product": None}, 100, "messaging_product is required"),
        ({"to": None}, 100, "to is required"),
        ({"to": ""}, 100, "to is required"),
        ({"to": "Ayşe"}, 131009, "not a phone number"),
        ({"to": "+90530"}, 131009, "not a valid phone number"),
        ({"to": 905300000001}, 131009, "not a phone number"),
        ({"to": AYSE}, 131026, "country code added"),
        ({"to": DEFAULT_NUMBER["display_phone_number"]}, 131021, "sender"),
        ({"recipient_type": "group"}, 131051, "groups"),
        ({"type": "telepathy"}, 100, "telepathy"),
        ({"type": "image", "image": {"id": "1"}}, 100, "not a valid whatsapp business account media"),
        ({"type": "template"}, 100, "template is required"),
        ({"text": None}, 100, "text is required"),
        ({"text": {"body": ""}}, 100, "body"),
        ({"text": {"body": "  \n "}}, 100, "blank"),
        ({"text": {"body": "x" * 4097}}, 100, "4096"),
        ({"text": {"body": 5}}, 100, "string"),
        ({"text": {"text": "Merhaba"}}, 100, 'Unexpected key "text"'),
        ({"txt": {}}, 100, 'Unexpected key "txt"'),
        ({"context": "wamid.x"}, 100, "context"),
        ({"biz_opaque_callback_data": "x" * 513}, 100, "512"),
    ],
)
def test_malformed_message_is_refused(
    chat: Meta, data: dict[str, Any], code: int, words: str
) -> None:
    whole = {"messaging_product": "whatsapp", "to": f"+{AYSE}", **TEXT, **data}
    answer = chat.post({key: value for key, value in whole.items() if value is not None})
    refusal = error(answer)
    told = refusal["message"] + refusal.get("error_data", {}).get("details", "")
    assert (answer.status_code, refusal["code"]) == (400, code)
    assert words in told


@pytest.mark.parametrize("body", ["{broken", "[]", '"text"'])
def test_body_that_is_no_object_is_refused(sim: Simulator, meta: Meta, body: str) -> None:
    url = f"{sim.url}/v26.0/{DEFAULT_NUMBER_ID}/messages"
    headers = {"Authorization": f"Bearer {meta.token}", "Content-Type": "application/json"}
    assert error(requests.post(url, data=body, headers=headers, timeout=5))["code"] == 100


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (interactive(action={"buttons": []}), 131009),
        (interactive(action={"buttons": [reply(i) for i in range(4)]}), 131009),
        (interactive(action={"buttons": [reply(1), reply(1, "Anders")]}), 131009),
        (interactive(action={"buttons": [reply(1, "Evet"), reply(2, "Evet")]}), 131009),
        (interactive(action={"buttons": [reply(1, "x" * 21)]}), 100),
        (interactive(body={"text": "x" * 1025}), 100),
        (interactive(body=None), 100),
        (interactive(footer={"text": "x" * 61}), 100),
        (interactive(header={"type": "text", "text": "x" * 61}), 100),
        (interactive(type="hologram"), 131009),
        (interactive(type="list", action={"button": "Saatler", "sections": []}), 131009),
        (interactive(type="cta_url", action={"name": "cta_url"}), 131009),
    ],
)
def test_interactive_limits(chat: Meta, message: dict[str, Any], code: int) -> None:
    assert error(chat.send(**message))["code"] == code


def test_list_has_at_most_ten_rows_over_all_sections(chat: Meta) -> None:
    rows = [{"id": f"slot{i}", "title": f"{i}:00"} for i in range(6)]
    more = [{**row, "id": "b" + row["id"]} for row in rows]
    sections = [{"title": "Pazartesi", "rows": rows}, {"title": "Salı", "rows": more}]
    message = interactive(type="list", action={"button": "Saatler", "sections": sections})
    assert "10 rows" in error(chat.send(**message))["error_data"]["details"]
    del more[4:]
    assert chat.send(**message).status_code == 200


class TestWindow:
    def test_is_closed_before_the_user_wrote(self, meta: Meta) -> None:
        answer = meta.send()
        assert (answer.status_code, error(answer)["code"]) == (400, 131047)
        assert error(answer)["message"] == "(#131047) Re-engagement message"

    def test_is_open_for_this_number_only(self, sim: Simulator, chat: Meta) -> None:
        sim.register_number("999000111222333", display_phone_number="+90 555 000 00 02")
        data = {"messaging_product": "whatsapp", "to": f"+{AYSE}", **TEXT}
        assert chat.post(data).status_code == 200
        assert error(chat.post(data, "999000111222333"))["code"] == 131047

    def test_counts_from_the_time_of_the_message_not_of_its_arrival(
        self, sim: Simulator, meta: Meta
    ) -> None:
        day = 24 * 3600
        sim.phone(AYSE).send_text("Dün yazdım", timestamp=time.time() - day - 5)
        assert error(meta.send())["code"] == 131047
        sim.phone(AYSE).send_text("Az önce", timestamp=time.time() - day + 60)
        assert meta.send().status_code == 200

    def test_templates_pass_a_closed_window(self, meta: Meta) -> None:
        assert meta.send_template().status_code == 200

    def test_reaction_of_the_user_does_not_open_it(self, sim: Simulator, meta: Meta) -> None:
        sent = wamid(meta.send_template())
        sim.phone(AYSE).wait_for_message("randevunuz")
        sim.phone(AYSE).react(sent, "👍")
        assert error(meta.send())["code"] == 131047

    def test_can_be_ended(self, sim: Simulator, chat: Meta) -> None:
        sim.phone(AYSE).expire_window()
        assert error(chat.send())["code"] == 131047


class TestTemplate:
    @pytest.mark.parametrize(
        ("change", "code", "status"),
        [
            ({"name": "unknown"}, 132001, 404),
            ({"language": {"code": "en"}}, 132001, 404),
            ({"language": {"code": "TR"}}, 132001, 404),
            ({"language": "tr"}, 100, 400),
            ({"components": []}, 132000, 400),
            ({"components": None}, 132000, 400),
            ({"components": [{"type": "footer", "parameters": []}]}, 100, 400),
        ],
    )
    def test_must_exist_and_fit(
        self, meta: Meta, change: dict[str, Any], code: int, status: int
    ) -> None:
        answer = meta.send_template(**change)
        assert (error(answer)["code"], answer.status_code) == (code, status)

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("PENDING", 132001),
            ("REJECTED", 132001),
            ("PAUSED", 132015),
            ("DISABLED", 132016),
        ],
    )
    def test_must_be_approved(self, sim: Simulator, meta: Meta, state: str, code: int) -> None:
        sim.put_templates([{**REMINDER, "status": state}])
        assert error(meta.send_template())["code"] == code

    @pytest.mark.parametrize("values", [("Ayşe",), ("Ayşe", "10:30", "fazla")])
    def test_needs_the_right_number_of_parameters(self, meta: Meta, values: tuple[str]) -> None:
        refusal = error(meta.send_template(*values))
        assert refusal["code"] == 132000
        assert f"localizable_params ({len(values)})" in refusal["error_data"]["details"]

    @pytest.mark.parametrize("value", ["iki\nsatır", "bir\tsekme", "çok     boşluk"])
    def test_parameter_has_no_line_breaks_tabs_or_runs_of_spaces(
        self, meta: Meta, value: str
    ) -> None:
        assert error(meta.send_template(value, "10:30"))["code"] == 132018

    def test_parameter_must_not_be_empty(self, meta: Meta) -> None:
        assert error(meta.send_template("", "10:30"))["code"] == 131008

    def test_filled_text_has_a_limit(self, meta: Meta) -> None:
        assert error(meta.send_template("x" * 1000, "10:30"))["code"] == 132005

    def test_named_parameter_does_not_fit_a_positional_template(self, meta: Meta) -> None:
        parameters = [
            {"type": "text", "text": "Ayşe", "parameter_name": "name"},
            {"type": "text", "text": "10:30", "parameter_name": "time"},
        ]
        answer = meta.send_template(components=[{"type": "body", "parameters": parameters}])
        assert error(answer)["code"] == 132012

    @pytest.mark.parametrize(("index", "code"), [("2", 132018), ("9", 132018), ("", 131008)])
    def test_payload_needs_a_button_at_its_index(self, meta: Meta, index: str, code: int) -> None:
        assert error(self._with_payload(meta, index, "confirm:1"))["code"] == code

    @pytest.mark.parametrize("payload", ["", "x" * 257])
    def test_payload_has_limits(self, meta: Meta, payload: str) -> None:
        assert error(self._with_payload(meta, "0", payload))["code"] in (131008, 131009)

    def test_is_rendered_with_its_values(self, sim: Simulator, meta: Meta) -> None:
        assert self._with_payload(meta, "1", "cancel:1").status_code == 200
        shown = sim.phone(AYSE).wait_for_message()
        assert shown["text"] == "Sayın Ayşe, yarın saat 10:30 için randevunuz var."
        assert shown["footer"] == "Papatya Klinik"
        labels = [(b["text"], b["payload"]) for b in shown["buttons"]]
        assert labels == [("Geleceğim", "Geleceğim"), ("İptal et", "cancel:1")]

    def _with_payload(self, meta: Meta, index: str, payload: str) -> requests.Response:
        values = [{"type": "text", "text": text} for text in ("Ayşe", "10:30")]
        button = {
            "type": "button",
            "sub_type": "quick_reply",
            "index": index,
            "parameters": [{"type": "payload", "payload": payload}],
        }
        return meta.send_template(components=[{"type": "body", "parameters": values}, button])


class TestRecipient:
    def test_unknown_number_gets_a_phone(self, sim: Simulator, meta: Meta) -> None:
        assert meta.send_template(to="+905300000077").status_code == 200
        assert sim.phone("905300000077").wait_for_message()

    def test_not_on_whatsapp(self, sim: Simulator, meta: Meta) -> None:
        sim.phone(AYSE).profile(not_on_whatsapp=True)
        assert error(meta.send_template())["code"] == 131026

    def test_blocked_by_the_business(self, sim: Simulator, chat: Meta) -> None:
        sim.phone(AYSE).profile(blocked=True)
        assert error(chat.send())["code"] == 130403

    def test_unknown_user_id(self, meta: Meta) -> None:
        data = {"messaging_product": "whatsapp", "recipient": "TR.123", **TEXT}
        assert error(meta.post(data))["code"] == 131026


class TestSpeed:
    def test_throughput_of_the_number(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(throughput=5)
        answers = [meta.send_template(to=f"+9053000001{i:02d}") for i in range(12)]
        refused = [a for a in answers if a.status_code != 200]
        assert 1 <= len(refused) <= 7
        assert {error(a)["code"] for a in refused} == {130429}

    def test_pair_rate_leaves_other_users_alone(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(throughput=1000)
        answers = [meta.send_template() for _ in range(46)]
        assert [a.status_code for a in answers] == [200] * 45 + [400]
        assert error(answers[-1])["code"] == 131056
        assert meta.send_template(to=f"+{MEHMET}").status_code == 200


class TestAccount:
    def test_wrong_token(self, sim: Simulator, meta: Meta) -> None:
        answer = Meta(sim, "EAAWRONG").send()
        assert (answer.status_code, error(answer)["code"]) == (401, 190)

    def test_no_token(self, sim: Simulator, meta: Meta) -> None:
        answer = Meta(sim, "").send()
        assert (answer.status_code, error(answer)["code"]) == (403, 200)
        assert "Provide valid app ID" in error(answer)["message"]

    @pytest.mark.parametrize(
        ("change", "subcode"), [({"token_expires_at": 1}, 463), ({"token_valid": False}, 467)]
    )
    def test_token_that_ended(
        self, sim: Simulator, meta: Meta, change: dict[str, Any], subcode: int
    ) -> None:
        sim.change_number(**change)
        answer = meta.send()
        assert (answer.status_code, error(answer)["code"]) == (401, 190)
        assert error(answer)["error_subcode"] == subcode

    def test_missing_scope(self, sim: Simulator, meta: Meta) -> None:
        sim.change_number(token_scopes=["whatsapp_business_management"])
        assert (meta.send().status_code, error(meta.send())["code"]) == (403, 10)

    def test_number_of_somebody_else(self, sim: Simulator, meta: Meta) -> None:
        sim.register_number("5550001", waba_id="5550002", access_token="EAAOTHER")
        answer = meta.post({"messaging_product": "whatsapp", **TEXT}, "5550001")
        assert (answer.status_code, error(answer)["code"]) == (403, 200)

    def test_unknown_number(self, meta: Meta) -> None:
        answer = meta.post({"messaging_product": "whatsapp", **TEXT}, "123456")
        assert (answer.status_code, error(answer)["code"]) == (400, 100)
        assert error(answer)["error_subcode"] == 33

    @pytest.mark.parametrize(
        ("status", "code"), [("BANNED", 131031), ("RESTRICTED", 368), ("DISCONNECTED", 133010)]
    )
    def test_number_that_may_not_send(
        self, sim: Simulator, meta: Meta, status: str, code: int
    ) -> None:
        sim.change_number(status=status)
        assert error(meta.send_template())["code"] == code

    @pytest.mark.parametrize("version", ["v27.0", "v0.0", "v26.1"])
    def test_unknown_version(self, sim: Simulator, meta: Meta, version: str) -> None:
        url = f"{sim.url}/{version}/{DEFAULT_NUMBER_ID}/messages"
        assert error(requests.post(url, timeout=5))["code"] == 2500

    def test_refusals_are_in_the_log(self, sim: Simulator, meta: Meta) -> None:
        meta.send(biz_opaque_callback_data="ref-1", **TEXT)
        entry = sim.log("refused")[-1]
        assert (entry["code"], entry["client_ref"]) == (131047, "ref-1")
