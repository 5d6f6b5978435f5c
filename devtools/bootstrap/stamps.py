"""Building blocks of an idempotent set-up: content hashes, a lock between processes, progress lines."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools.errors import SetupError


def say(text: str) -> None:
    """Print a progress line at once, also into a pipe."""
    print(f"setup: {text}", flush=True)


def digest(*parts: str | bytes) -> str:
    """A short hash over texts; the order counts."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


@contextlib.contextmanager
def locked(path: Path, waiting_for: str) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel releases it however the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run that is busy with {waiting_for} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(
    command: Sequence[str | Path], *, log: Path, what: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> None:
    """Run a command with its output in a log file; show the log's end when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("ab") as output:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env,
            cwd=cwd,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise SetupError(f"{what} failed (exit code {done.returncode}):\n\n{tail}\n\nThe whole log: {log}")
    seconds = time.monotonic() - started
    if seconds > 5:
        say(f"{what}: done in {seconds:.0f} s")


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def warn(text: str) -> None:
    print(f"setup: {text}", file=sys.stderr, flush=True)
