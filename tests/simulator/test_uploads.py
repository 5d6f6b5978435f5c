"""The resumable upload of the samples of templates (cloud_api.md §4.7)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.client import DEFAULT_NUMBER
from simulator.inbound_content import sample
from simulator.testing import Simulator

from .world import Meta, error

APP = DEFAULT_NUMBER["app_id"]


def start(meta: Meta, size: int = 10, mime_type: str = "image/png", app: str = APP) -> requests.Response:
    query: dict[str, Any] = {"file_name": "a.png", "file_length": size, "file_type": mime_type}
    return meta.call("POST", f"{app}/uploads", params=query)


def session(meta: Meta, size: int = 10) -> str:
    answer = start(meta, size)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def send(meta: Meta, upload: str, data: bytes, offset: int = 0, scheme: str = "OAuth") -> requests.Response:
    headers = {"Authorization": f"{scheme} {meta.token}", "file_offset": str(offset)}
    return meta.call("POST", upload, data=data, headers=headers)


@pytest.mark.parametrize("scheme", ["OAuth", "Bearer"])
def test_whole_file_gets_a_handle(sim: Simulator, meta: Meta, scheme: str) -> None:
    data = sample("image")
    handle = send(meta, session(meta, len(data)), data, scheme=scheme).json()["h"]
    assert handle.startswith("4::")
    digest = hashlib.sha256(data).hexdigest()
    facts = {"name": "a.png", "mime_type": "image/png", "size": len(data), "sha256": digest}
    assert sim.samples() == [{"handle": handle, **facts}]


def test_cut_connection_leaves_half_and_is_taken_up_again(sim: Simulator, meta: Meta) -> None:
    data = sample("video")
    upload = session(meta, len(data))
    sim.set_faults(cut_upload_next=1)
    with pytest.raises(requests.ConnectionError):
        send(meta, upload, data)
    offset = meta.call("GET", upload).json()["file_offset"]
    assert offset == len(data) // 2
    assert error(send(meta, upload, data, 0))["code"] == 100, "it wants the rest"
    assert send(meta, upload, data[offset:], offset).json()["h"]
    assert sim.samples()[0]["sha256"] == hashlib.sha256(data).hexdigest()


def test_lost_answer_is_given_again(sim: Simulator, meta: Meta) -> None:
    upload = session(meta, 3)
    send(meta, upload, b"abc")
    assert meta.call("GET", upload).json() == {"id": upload.partition("?")[0], "file_offset": 3}
    assert send(meta, upload, b"", 3).json()["h"]


@pytest.mark.parametrize(("size", "mime_type"), [(0, "image/png"), (10**9, "image/png"), (10, "image/gif")])
def test_what_cannot_be_a_sample_is_refused_at_the_start(meta: Meta, size: int, mime_type: str) -> None:
    assert error(start(meta, size, mime_type))["code"] == 100


def test_too_few_and_too_many_bytes(meta: Meta) -> None:
    assert error(send(meta, session(meta, 10), b"x" * 9))["code"] == 100
    assert error(send(meta, session(meta, 10), b"x" * 11))["code"] == 100


def test_other_app_token_and_session(sim: Simulator, meta: Meta) -> None:
    upload = session(meta)
    assert error(start(meta, app="999999999999999"))["code"] == 100
    assert error(send(meta, "upload:nothing", b"x"))["error_subcode"] == 33
    wrong = meta.call("POST", upload, data=b"x", headers={"Authorization": "OAuth wrong", "file_offset": "0"})
    assert error(wrong)["code"] == 190
    sim.set_faults(down="html502")
    assert error(meta.call("GET", upload))["code"] == 2


def test_handle_is_good_after_a_restart(tmp_path: Path) -> None:
    with Simulator(state=tmp_path / "state.json") as sim:
        sim.register_number()
        meta = Meta(sim)
        send(meta, session(meta, 3), b"abc")
        before = sim.samples()
        sim.stop()
        sim.start()
        assert sim.samples() == before != []
