"""Child processes that never outlive the program which started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """A process in a group of its own, so that it can be stopped together with all that it starts.

    Its output goes to a log file. Ctrl-C in the terminal does not reach it: whoever started it stops it. Should its
    starter be killed, the kernel asks it to end.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        stdin: str = "",
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with log.open("ab") as output, tempfile.TemporaryFile("w+") as given:
            given.write(stdin)
            given.seek(0)
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=given,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=end_with_the_parent if in_main_thread() else None,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def wait(self, timeout: float | None = None) -> int:
        """Exit code; raises subprocess.TimeoutExpired after `timeout` seconds."""
        return self.process.wait(timeout)

    def signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self, grace: float = 15.0) -> None:
        """Ask it to end; after `grace` seconds end it and all that it started."""
        if self.alive():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """SIGKILL the whole group at once, as a power cut would."""
        self.signal_group(signal.SIGKILL)
        self.process.wait()


def in_main_thread() -> bool:
    """The kernel's promise is about the thread that starts a process: one that ends early would take it along."""
    return threading.current_thread() is threading.main_thread()


def end_with_the_parent() -> None:
    """Called in the new process: it gets SIGTERM when its parent dies, even by SIGKILL."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def log_tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log file, for an error message."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def signals_end_the_program() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that context managers stop what they started.

    Further signals are ignored from then on: impatient presses of Ctrl-C must not interrupt the stopping.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        for other in NUMBERS:
            signal.signal(other, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for number in NUMBERS:
        signal.signal(number, leave)
    yield
