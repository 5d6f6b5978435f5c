"""The simulator as a process: its command line, its state file, its port."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from simulator.client import SimulatorClient, wait_until
from simulator.testing import Simulator

from .world import AYSE, REMINDER, Meta, Receiver, wamid

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "simulator", *arguments]


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], SimulatorClient]]:
    child = subprocess.Popen(
        command("--port", "0", *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        line = child.stdout.readline()
        client = SimulatorClient(line.split()[-1])
        yield child, client
        client.close()
    finally:
        child.terminate()
        child.wait(10)
        child.stdout.close()


def numbers_in(state: Path) -> list[str]:
    if not state.exists():
        return []
    return [number["phone_number_id"] for number in json.loads(state.read_text())["numbers"]]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )


def test_restart_keeps_everything(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "state.json"
    with Simulator(state=state) as sim:
        sim.register_number(webhook_url=receiver.url)
        sim.put_templates([REMINDER])
        sim.set_settings(pair_rate="off")
        phone = sim.phone(AYSE)
        phone.profile(name="Ayşe Yılmaz")
        phone.send_text("Merhaba")
        sent = wamid(Meta(sim).send())
        phone.wait_for_tick(sent, "delivered")
        before = (phone.messages(), sim.state()["numbers"], sim.templates())
        sim.stop()
        sim.start()
        assert (phone.messages(), sim.state()["numbers"], sim.templates()) == before
        assert sim.settings()["pair_rate"] == "off"
        assert Meta(sim).send().status_code == 200, "the window is still open"
        phone.open()
        phone.wait_for_tick(sent, "read")


def test_restart_delivers_what_was_pending(tmp_path: Path, receiver: Receiver) -> None:
    with Simulator(state=tmp_path / "state.json") as sim:
        sim.register_number(webhook_url=receiver.url)
        sim.put_templates([REMINDER])
        sim.set_faults(webhook_paused=True)
        sim.phone(AYSE).send_text("Kapanmadan önce")
        sim.set_faults(webhook_delay_ms=[60000, 60000])
        sent = wamid(Meta(sim).send_template())
        sim.stop()
        assert not receiver.posts
        sim.start()
        receiver.wait_for(1, "messages")
        receiver.wait_for(2, "statuses")
        assert {s["status"] for s in receiver.statuses(sent)} == {"sent", "delivered"}


def test_state_is_written_while_running(tmp_path: Path) -> None:
    state = tmp_path / "folder" / "state.json"
    with process("--state", str(state)) as (child, client):
        client.register_number("42")
        wait_until(lambda: numbers_in(state) == ["42"], 10, lambda: f"{state}: {numbers_in(state)}")
        child.kill()
        child.wait(10)
    assert numbers_in(state) == ["42"]
    assert not list(state.parent.glob("*.tmp"))


def test_seed_sets_up_and_does_not_undo(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    number = {
        "phone_number_id": "42",
        "waba_id": "43",
        "display_phone_number": "+90 555 000 00 09",
        "verified_name": "Lale Klinik",
        "app_id": "44",
        "app_secret": "s",
        "access_token": "t",
    }
    seed.write_text(
        json.dumps(
            {
                "numbers": [number],
                "templates": {"43": [REMINDER]},
                "phones": [{"wa_id": AYSE, "name": "Ayşe"}],
            }
        )
    )
    with Simulator(state=tmp_path / "state.json", seed=seed) as sim:
        assert [t["name"] for t in sim.templates("43")] == ["appt_reminder"]
        sim.phone(AYSE).profile(name="Ayşe Demir")
        sim.put_templates([{**REMINDER, "status": "PAUSED"}], waba_id="43")
        sim.stop()
        sim.start()
        assert [p["name"] for p in sim.phones()] == ["Ayşe Demir"]
        assert sim.templates("43")[0]["status"] == "PAUSED"


def test_process_serves_page_and_api_and_stops_on_sigterm() -> None:
    with process() as (child, client):
        page = requests.get(client.url + "/", timeout=5)
        assert page.status_code == 200 and "js/main.js" in page.text
        assert client.state()["numbers"] == []
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0


def test_help_explains_itself() -> None:
    result = run("--help")
    assert result.returncode == 0
    for word in ("--port", "--host", "--state", "--seed", "patient"):
        assert word in result.stdout


def test_taken_port_is_a_clear_message_and_leaves_the_state_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]), "--state", str(state))
    assert result.returncode == 1
    assert "in use" in result.stderr and "Traceback" not in result.stderr
    assert state.read_text() == "{}"


@pytest.mark.parametrize("text", ["{broken", "{}", '{"version": 99}'])
def test_unreadable_state_is_a_clear_message_and_stays(tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)
    result = run("--port", "0", "--state", str(state))
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert state.read_text() == text


def test_only_this_computer_is_served() -> None:
    result = run("--host", "0.0.0.0")
    assert result.returncode == 2 and "loopback" in result.stderr
