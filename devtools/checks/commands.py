"""Running a checker as a child process whose output is shown."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools import paths


def tool(name: str) -> str:
    """Path of a program of the virtual environment."""
    return str(paths.venv() / "bin" / name)


def shown(command: Sequence[str | Path], *, timeout: float, env: Mapping[str, str] | None = None) -> int | None:
    """Run a command on our own output; its exit code, or None when it took longer than `timeout`."""
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=paths.REPO,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return child.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """Stop the command with all that it started: politely first, so that it can clean up after itself."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(60)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
