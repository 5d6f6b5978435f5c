"""What Meta refuses of a template because of the account's others, of its past, or of its samples."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.client import DEFAULT_NUMBER
from simulator.errors import GraphError
from simulator.inbound_content import sample
from simulator.options import Settings
from simulator.template_limits import check_edit
from simulator.template_state import Template
from simulator.testing import Simulator

from .world import REMINDER, Meta, error

WABA = DEFAULT_NUMBER["waba_id"]
NAME = "appt_reminder"
HOUR, DAY = 3600.0, 24 * 3600.0
OTHER = {"type": "BODY", "text": "Randevunuz başka bir güne alındı."}
CANNOT, EXISTS, DELETING, TOO_MANY, HANDLE = 2388039, 2388024, 2388023, 2388019, 2494102


def create(meta: Meta, name: str = "new", language: str = "tr", **changes: Any) -> requests.Response:
    text = f"Randevunuz için {name.replace('_', ' ')} bilgisi hazır."
    data = {"name": name, "language": language, "category": "UTILITY", "components": [{"type": "BODY", "text": text}]}
    return meta.call("POST", f"{WABA}/message_templates", json={**data, **changes})


def edit(meta: Meta, template_id: str, **changes: Any) -> requests.Response:
    return meta.call("POST", template_id, json=changes)


def delete(meta: Meta, **query: str) -> requests.Response:
    return meta.call("DELETE", f"{WABA}/message_templates", params=query)


def subcode(answer: requests.Response) -> int | None:
    refusal = error(answer)
    assert refusal["error_user_msg"]
    return refusal.get("error_subcode")


def refused(template: Template, at: float, **changes: Any) -> str:
    """What the refusal of an edit says; empty when there is none."""
    try:
        check_edit(template, changes, Settings(), at)
    except GraphError as refusal:
        assert refusal.subcode == CANNOT
        return refusal.user_msg
    return ""


class TestEdit:
    def test_approved_template_once_a_day(self, sim: Simulator, meta: Meta) -> None:
        template = sim.template(NAME)["id"]
        assert edit(meta, template, components=[OTHER]).json() == {"success": True}
        assert subcode(edit(meta, template, components=[OTHER])) == CANNOT, "it is in review"
        sim.settle()
        assert sim.template(NAME)["status"] == "APPROVED"
        assert subcode(edit(meta, template, components=REMINDER["components"])) == CANNOT

    def test_ten_times_in_thirty_days(self) -> None:
        template = Template("1", "t", "tr", "UTILITY", [])
        for day in range(10):
            assert refused(template, day * DAY + HOUR) == ""
            template.edited_at.append(day * DAY + HOUR)
        assert "24 hours" in refused(template, 10 * DAY)
        assert "30 days" in refused(template, 10 * DAY + HOUR)
        assert "30 days" in refused(template, 30 * DAY)
        assert refused(template, 30 * DAY + HOUR) == "", "the first is thirty days old"

    @pytest.mark.parametrize("status", ["REJECTED", "PAUSED"])
    def test_rejected_and_paused_ones_as_often_as_one_likes(self, sim: Simulator, meta: Meta, status: str) -> None:
        for number in range(3):
            template = sim.change_template(NAME, status=status)["id"]
            body = {**OTHER, "text": f"{OTHER['text']} Bu {number}. metindir."}
            assert edit(meta, template, components=[body]).status_code == 200
            sim.settle()
            assert sim.template(NAME)["status"] == "APPROVED"

    @pytest.mark.parametrize("status", ["PENDING", "DISABLED", "IN_APPEAL"])
    def test_no_other_status_can_be_edited(self, sim: Simulator, meta: Meta, status: str) -> None:
        template = sim.change_template(NAME, status=status)["id"]
        assert subcode(edit(meta, template, components=[OTHER])) == CANNOT

    def test_category_of_an_approved_template_stays(self, sim: Simulator, meta: Meta) -> None:
        template = sim.template(NAME)["id"]
        assert subcode(edit(meta, template, category="MARKETING")) == CANNOT
        sim.change_template(NAME, status="REJECTED")
        assert edit(meta, template, category="MARKETING").status_code == 200
        assert sim.template(NAME)["category"] == "MARKETING"

    def test_edit_replaces_all_components(self, sim: Simulator, meta: Meta) -> None:
        edit(meta, sim.template(NAME)["id"], components=[OTHER])
        assert sim.template(NAME)["components"] == [OTHER]

    def test_edited_text_must_keep_the_rules(self, sim: Simulator, meta: Meta) -> None:
        template = sim.template(NAME)["id"]
        assert subcode(edit(meta, template, components=[{"type": "BODY", "text": "x" * 1025}])) == 2388040
        assert error(edit(meta, template, message_send_ttl_seconds=5))["code"] == 100
        assert error(edit(meta, template))["code"] == 100
        assert sim.template(NAME)["status"] == "APPROVED", "what was refused does not count as an edit"
        assert edit(meta, template, message_send_ttl_seconds=60).status_code == 200
        assert sim.template(NAME)["ttl_seconds"] == 60


class TestDelete:
    def put_two(self, sim: Simulator) -> tuple[str, str]:
        stored = sim.put_templates([{**REMINDER, "name": "two"}, {**REMINDER, "name": "two", "language": "en"}])
        return stored[0]["id"], stored[1]["id"]

    def test_one_language(self, sim: Simulator, meta: Meta) -> None:
        turkish, _english = self.put_two(sim)
        assert delete(meta, name="two", hsm_id=turkish).json() == {"success": True}
        assert [(t["name"], t["language"]) for t in sim.templates()] == [(NAME, "tr"), ("two", "en")]
        assert subcode(delete(meta, name="two", hsm_id=turkish)) == 2593002

    def test_all_languages(self, sim: Simulator, meta: Meta) -> None:
        self.put_two(sim)
        delete(meta, name="two")
        assert [t["name"] for t in sim.templates()] == [NAME]

    def test_several_at_once_or_none(self, sim: Simulator, meta: Meta) -> None:
        turkish, english = self.put_two(sim)
        assert subcode(delete(meta, hsm_ids=f"[{turkish},1]")) == 2593002
        assert len(sim.templates()) == 3
        assert error(delete(meta, hsm_ids=turkish, name="two"))["code"] == 100
        assert delete(meta, hsm_ids=f'["{turkish}","{english}"]').status_code == 200
        assert [t["name"] for t in sim.templates()] == [NAME]

    def test_name_of_an_approved_one_is_blocked_for_thirty_days(self, sim: Simulator, meta: Meta) -> None:
        turkish, _english = self.put_two(sim)
        delete(meta, name="two", hsm_id=turkish)
        assert subcode(create(meta, "two")) == DELETING
        assert create(meta, "two", "de").status_code == 200, "another language of a name that is still there"
        delete(meta, name=NAME)
        assert subcode(create(meta, NAME, "de")) == DELETING
        sim.set_settings(deleted_name_seconds=0)
        delete(meta, name="two")
        assert create(meta, "three").status_code == 200

    def test_name_of_a_rejected_one_is_free_again(self, sim: Simulator, meta: Meta) -> None:
        sim.change_template(NAME, status="REJECTED")
        delete(meta, name=NAME)
        assert create(meta, NAME).status_code == 200

    def test_disabled_one_stays(self, sim: Simulator, meta: Meta) -> None:
        sim.change_template(NAME, status="DISABLED")
        assert subcode(delete(meta, name=NAME)) == CANNOT


class TestCreate:
    def test_hundred_an_hour(self, sim: Simulator, meta: Meta) -> None:
        sim.set_settings(template_creations_per_hour=3)
        answers = [create(meta, f"t_{number}") for number in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
        assert error(answers[-1])["code"] == 80007
        assert Settings().template_creations_per_hour == 100

    def test_two_hundred_and_fifty_in_all(self, sim: Simulator, meta: Meta) -> None:
        sim.set_settings(templates_per_account=2)
        assert create(meta, "t_1").status_code == 200
        assert subcode(create(meta, "t_2")) == TOO_MANY
        assert Settings().templates_per_account == 250

    def test_same_body_and_footer_in_one_language(self, sim: Simulator, meta: Meta) -> None:
        same = [c for c in REMINDER["components"] if c["type"] != "BUTTONS"]
        same[0] = {**same[0], "example": {"body_text": [["Ayşe", "10:30"]]}}
        assert subcode(create(meta, "again", components=same)) == EXISTS
        assert create(meta, "again", "en", components=same).status_code == 200
        assert create(meta, "again", components=same[:1]).status_code == 200, "another footer"

    def test_sample_of_the_header_must_be_uploaded(self, sim: Simulator, meta: Meta) -> None:
        def with_header(handle: str, form: str = "IMAGE") -> list[dict[str, Any]]:
            header = {"type": "HEADER", "format": form, "example": {"header_handle": [handle]}}
            return [header, OTHER]

        unknown = create(meta, components=with_header("4::aW"))
        assert (error(unknown)["code"], subcode(unknown)) == (131009, HANDLE)
        handle = upload(meta, sample("image"), "image/jpeg")
        assert subcode(create(meta, components=with_header(handle, "VIDEO"))) == HANDLE
        assert create(meta, components=with_header(handle)).status_code == 200
        row = meta.call("GET", f"{WABA}/message_templates?name=new").json()["data"][0]
        (shown,) = row["components"][0]["example"]["header_handle"]
        assert shown.startswith("https://"), "Meta tells an address, which cannot be used again"
        sim.change_template("new", status="REJECTED")
        assert subcode(edit(meta, row["id"], components=row["components"])) == HANDLE


def upload(meta: Meta, data: bytes, mime_type: str) -> str:
    query = {"file_name": "a", "file_length": len(data), "file_type": mime_type}
    session = meta.call("POST", f"{DEFAULT_NUMBER['app_id']}/uploads", params=query).json()["id"]
    return meta.call("POST", session, data=data, headers={"file_offset": "0"}).json()["h"]
