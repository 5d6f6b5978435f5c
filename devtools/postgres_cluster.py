"""The private PostgreSQL cluster of a cache folder: where it lies, who owns it, starting and stopping it.

It listens on a unix socket only, in a folder that only its owner can enter; that is its access control. Every process
that uses it holds a shared lock on one file, and the last to let go stops the server: the kernel drops the lock however
a process ends, so the count cannot go wrong, and two runs at once share the server without knowing of each other.

PostgreSQL refuses to run as root. For root the cluster therefore belongs to an unprivileged user and lies where that
user can go, outside root's home.

Durability: fsync stays on, because the demo's data live in the same cluster and must survive a power cut uncorrupted.
synchronous_commit is off: a crash of the machine may cost the last half second, a crash of Odoo costs nothing. It makes
installing and testing about as fast as without fsync. Benchmarks turn it on again for their database, see `database`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from devtools import paths
from devtools.bootstrap.stamps import digest
from devtools.errors import SetupError
from devtools.postgres_client import Server, installations

OWNER = "clinic"  # the database superuser; Odoo refuses to work as "postgres"
LONGEST_SOCKET_PATH = 107
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}


class Cluster:
    """The private cluster of this cache folder; or another one, in a folder beside it (see :func:`home`)."""

    def __init__(self, folder: Path | None = None) -> None:
        self.home = folder or home()
        self.data = self.home / "data"
        self.binaries = binaries_for(self.data)
        self.account = account()
        self.server = Server(host=str(socket_folder(self.home)), port=5432, user=OWNER)

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Start the server if it does not run; on leaving, stop it if nobody else uses it."""
        self._make_home()
        with (self.home / "users.lock").open("a") as users:
            with self._switching():
                fcntl.flock(users, fcntl.LOCK_SH)
                if not self.answers():
                    self._start()
            try:
                yield
            finally:
                self._let_go(users.fileno())

    def _let_go(self, users: int) -> None:
        with self._switching():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still uses it
            if self.answers():
                self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "120", "stop")

    @contextlib.contextmanager
    def _switching(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.home / "switch.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def answers(self) -> bool:
        command = [self.binaries / "pg_isready", "-q", "-h", self.server.host, "-p", str(self.server.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _start(self) -> None:
        if not self.data.is_dir():
            self._create()
        if self._is_starting():
            wait_until(self.answers, 60, f"PostgreSQL does not answer; see {self.home / 'server.log'}")
            return
        self._forget_stale_pid()
        options = " ".join(f"-c {name}={value}" for name, value in self._settings().items())
        log = str(self.home / "server.log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "120", "-o", options, "start")

    def _settings(self) -> Mapping[str, str]:
        return {**SETTINGS, "unix_socket_directories": f"'{self.server.host}'", "port": str(self.server.port)}

    def _create(self) -> None:
        """initdb into a folder beside, then rename: an interrupted run leaves nothing half done."""
        draft = self.home / "data.building"
        if draft.exists():
            shutil.rmtree(draft)
        print("setup: creating the PostgreSQL cluster …", flush=True)
        self._run("initdb", "-D", str(draft), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        draft.rename(self.data)

    def _is_starting(self) -> bool:
        """Whether the server that the pid file names is alive, though it does not answer yet."""
        path = self.data / "postmaster.pid"
        return path.is_file() and int(path.read_text().split("\n", 1)[0] or 0) in processes_in(self.data)

    def _forget_stale_pid(self) -> None:
        """Remove the pid files that a crash left behind.

        PostgreSQL would do so itself but for two cases: their pid is by now another program's, or that of a dead
        process that nobody has reaped, as happens in containers. The killed server's last children have to be gone
        first.
        """
        files = (self.data / "postmaster.pid", Path(self.server.host) / f".s.PGSQL.{self.server.port}.lock")
        if not any(path.is_file() for path in files):
            return
        wait_until(lambda: not processes_in(self.data), 20, f"an earlier PostgreSQL in {self.data} did not end")
        for path in files:
            path.unlink(missing_ok=True)

    def _make_home(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        if self.account:
            self.home.parent.chmod(0o755)  # whatever root's umask: the account has to pass
        for folder in (self.home, socket_folder(self.home)):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            if self.account:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        """Run a server program as the cluster's owner, in a session of its own: Ctrl-C is for us, not for it."""
        identity = {}
        if self.account:
            identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        log = self.home / "control.log"
        with log.open("ab") as output:
            if self.account:
                os.chown(log, self.account.pw_uid, self.account.pw_gid)
            done = subprocess.run(
                [self.binaries / program, *arguments],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                **identity,
            )
        if done.returncode:
            raise SetupError(f"PostgreSQL: {program} failed.\n\n{tail(log)}\n{tail(self.home / 'server.log')}")


def home() -> Path:
    """Where the cluster lies: in the cache; for root, in a place of its own that the unprivileged user can enter."""
    if os.geteuid() != 0:
        return paths.cache() / "postgres"
    return Path("/var/lib/clinic_whatsapp") / paths.cache_key()


def account() -> pwd.struct_passwd | None:
    """The user that the server runs as when we are root; None for an ordinary user: himself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SetupError("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.")


def socket_folder(below: Path) -> Path:
    """A folder for the socket; in the temporary folder when the path would be longer than a socket's may be."""
    folder = below / "socket"
    if len(str(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
        return folder
    other = "" if below == home() else f"_{digest(str(below))}"
    return Path(tempfile.gettempdir()) / f"clinic_pg_{os.geteuid()}_{paths.cache_key()}{other}"


def binaries_for(data: Path) -> Path:
    """The programs of the version that made the data; the newest ones when there are no data yet."""
    found = list(installations())
    if not found:
        raise SetupError("PostgreSQL is missing. Install it as root:\n\n    apt-get install postgresql")
    marker = data / "PG_VERSION"
    if not marker.is_file():
        return found[0]
    wanted = marker.read_text().strip()
    for folder in found:
        if major_version(folder) == wanted:
            return folder
    raise SetupError(
        f"The databases in {data} were made by PostgreSQL {wanted}, which this machine no longer has.\n"
        "They hold only tests and the demo: `make clean` removes them."
    )


def major_version(folder: Path) -> str:
    """Of `postgres (PostgreSQL) 15.18 (Debian …)`, 15."""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[2].split(".")[0]


def processes_in(folder: Path) -> list[int]:
    """Ids of live processes whose working folder it is: PostgreSQL's have that of their data."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):  # ended meanwhile, or another user's
            if Path(os.readlink(link)) == folder:
                found.append(int(link.parent.name))
    return found


def wait_until(reached: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise SetupError(otherwise)
        time.sleep(0.05)


def tail(log: Path, lines: int = 15) -> str:
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
