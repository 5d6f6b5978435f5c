"""What a program started ends with it, even when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devtools import paths
from devtools.processes import Child

SLEEPER = "import subprocess as s; s.Popen(['sleep', '60']); print('up', flush=True); s.run(['sleep', '60'])"


def wait_until(reached: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    status = Path("/proc", str(pid), "stat")
    return status.is_file() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def members(group: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def test_kill_takes_the_whole_group(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", SLEEPER], log=tmp_path / "log", env=os.environ, cwd=tmp_path)
    wait_until(lambda: "up" in child.log.read_text() and len(members(child.pid)) == 3)
    child.kill()
    wait_until(lambda: not members(child.pid))
    assert not child.alive()


def test_stop_ends_a_program_that_ignores_the_request(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    child = Child([sys.executable, "-c", stubborn], log=tmp_path / "log", env=os.environ, cwd=tmp_path)
    wait_until(lambda: "up" in child.log.read_text())
    child.stop(grace=0.2)
    assert not child.alive()


def test_child_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    starter = (
        "import os, pathlib, sys, time; from devtools.processes import Child\n"
        "child = Child(['sleep', '60'], log=pathlib.Path(sys.argv[1]), env=os.environ, cwd=pathlib.Path('/'))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", starter, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=paths.REPO) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not alive(child))
