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


def shown(
    command: Sequence[str | Path], *, timeout: float, env: Mapping[str, str] | None = None, patience: float = 60.0
) -> int | None:
    """Run a command on our own output; its exit code, or None when it took longer than `timeout`.

    Then it gets SIGINT and `patience` seconds to clean up after itself. All times in seconds.
    """
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
        end(child, patience)


def end(child: subprocess.Popen[bytes], patience: float) -> None:
    """Stop the command with all that it started: politely first, then by force."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
