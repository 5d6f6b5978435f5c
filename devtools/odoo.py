"""Odoo from outside: its configuration, one-off commands, and a server as a context manager."""

from __future__ import annotations

import configparser
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools import keys, paths, ports, postgres
from devtools.errors import SetupError
from devtools.processes import Child, log_tail
from devtools.server import LocalServer, responds

Options = Mapping[str, object]
START = Path(__file__).parent / "launcher" / "start_odoo.py"


@dataclass(frozen=True)
class Source:
    """Where Odoo's code lies: the folder to put on PYTHONPATH, and addon folders that Odoo does not find by itself."""

    python_path: Path
    addons: tuple[Path, ...]

    @property
    def release(self) -> str:
        """The text of release.py: it names the version."""
        return (self.python_path / "odoo" / "release.py").read_text()


def source() -> Source:
    """The Odoo that ODOO_HOME names (a source tree, an installation's folder or the package), else the cache's."""
    home = Path(os.environ.get("ODOO_HOME") or paths.odoo_root()).expanduser().resolve()
    for candidate in (home, home.parent, home / "usr/lib/python3/dist-packages"):
        if (candidate / "odoo" / "release.py").is_file():
            found = Source(candidate, tuple(path for path in [candidate / "addons"] if (path / "web").is_dir()))
            if "(19, 0" not in found.release:
                raise SetupError(f"The Odoo in {home} is not 19.0.")
            return found
    raise SetupError(f"There is no Odoo in {home}.\nRun `make setup`, or set ODOO_HOME to an Odoo 19 folder.")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables for a process that imports or talks to Odoo: its code, its database server, the encryption key."""
    variables = {
        **os.environ,
        **postgres.ensure_running().environment(),
        "PYTHONPATH": os.pathsep.join([str(source().python_path), str(paths.REPO)]),
        "PYTHONUNBUFFERED": "1",
        "CLINIC_WHATSAPP_KEYS": keys.fernet_key(),
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), ports.LOCALHOST, "localhost"])),
        "PATH": os.pathsep.join([str(paths.venv() / "bin"), os.environ.get("PATH", os.defpath)]),
        **(extra or {}),
    }
    variables.pop("PGDATABASE", None)
    variables.pop("PYTHONHOME", None)
    return variables


def data_dir() -> Path:
    return paths.state("data")


def filestore(database: str) -> Path:
    return data_dir() / "filestore" / database


def write_config(path: Path, options: Options | None = None) -> Path:
    """Write an odoo.conf. `options` override the defaults below; a value of None leaves the option out."""
    server = postgres.ensure_running()
    values: dict[str, object] = {
        "addons_path": ",".join(str(folder) for folder in (*source().addons, paths.REPO)),
        "data_dir": data_dir(),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_maxconn": 64,
        "http_interface": ports.LOCALHOST,
        "list_db": False,
        "admin_passwd": secrets.token_urlsafe(24),
        "smtp_server": "",
        **(options or {}),
    }
    parser = configparser.RawConfigParser()
    parser["options"] = {name: str(value) for name, value in values.items() if value is not None}
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        parser.write(handle)
    return path


def launcher() -> list[str]:
    return [str(paths.python()), str(START)]


def run_odoo(
    *arguments: str,
    log: Path,
    options: Options | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 600.0,
    stdin: str = "",
) -> int:
    """Run an Odoo command to its end, for example `run_odoo("-d", db, "-i", "mail", "--stop-after-init", log=…)`.

    A sub-command (`shell`, `i18n`, …) is the first argument. Returns the exit code; output goes to the log. Raises
    subprocess.TimeoutExpired after `timeout` seconds; whatever ends the wait, the process is stopped.
    """
    config = write_config(log.with_suffix(".conf"), options)
    variables = environment({**(env or {}), "ODOO_RC": str(config)})
    child = Child([*launcher(), *arguments], log=log, env=variables, cwd=paths.REPO, stdin=stdin)
    try:
        return child.wait(timeout)
    finally:
        child.stop()


def check_odoo(*arguments: str, log: Path, what: str, **settings: object) -> None:
    """`run_odoo`, and a SetupError with the log's end when it fails."""
    code = run_odoo(*arguments, log=log, **settings)
    if code:
        raise SetupError(f"{what} failed (exit code {code}):\n\n{log_tail(log)}\n\nThe whole log: {log}")


def run_script(database: str, script: Path, *, log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a Python file inside `odoo shell` of a database, with `env` at hand; commit when it ends without an error."""
    steps = f"exec(compile(open({str(script)!r}).read(), {str(script)!r}, 'exec'), globals())\nenv.cr.commit()\n"
    check_odoo("shell", "-d", database, "--no-http", log=log, what=script.name, env=env, stdin=steps)


class OdooServer(LocalServer):
    """A running Odoo on one database.

        with OdooServer("my_db", env={"X": "y"}, options={"max_cron_threads": 0}) as server:
            requests.get(server.url + "/web/health")

    Entering waits until the database answers; leaving stops the process and all that it started. `kill()` ends the
    whole group with SIGKILL, as a crash would; `start()` brings it up again on the same port.

    With `workers=0` one process serves HTTP, the bus and the crons in threads. With workers, websockets are on
    `gevent_port` and need a proxy in front.
    """

    name = "Odoo"

    def __init__(
        self,
        database: str,
        http_port: int | None = None,
        *,
        workers: int = 0,
        env: Mapping[str, str] | None = None,
        options: Options | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(http_port, log or paths.log_file(f"odoo-{database}"))
        self.database = database
        self.env = dict(env or {})
        self.gevent_port = ports.free_port() if workers else None
        self.options = {
            "db_name": database,
            "dbfilter": f"^{database}$",
            "http_port": self.http_port,
            "gevent_port": self.gevent_port,
            "workers": workers,
            "max_cron_threads": 3,
            **(options or {}),
        }

    def _command(self) -> list[str]:
        config = write_config(self.log.with_suffix(".conf"), self.options)
        return [*launcher(), "--config", str(config)]

    def _environment(self) -> Mapping[str, str]:
        return environment(self.env)

    def _answers(self) -> bool:
        return responds(f"{self.url}/web/health") and responds(f"{self.url}/web/login", patience=60)
