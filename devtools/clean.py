"""`make clean`: remove all that was set up, and nothing else that may lie in the same folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from devtools import paths, postgres_cluster
from devtools.bootstrap.stamps import remove
from devtools.errors import SetupError, run_main

OURS = (
    "odoo", "odoo.building", "venv", "venv.new", "venvs", "data", "demo", "logs", "screenshots",
    "templates", "clinic_whatsapp.key", "setup.lock",
)  # fmt: skip


def main() -> int:
    refuse_while_used(postgres_cluster.home())
    remove(postgres_cluster.home())
    remove(postgres_cluster.socket_folder(postgres_cluster.home()))
    for name in OURS:
        remove(paths.cache() / name)
    print(f"Removed what was set up in {paths.cache()}.")
    if os.environ.get("PGHOST"):
        print("The databases clinic_* on the server that PGHOST names are still there.")
    return 0


def refuse_while_used(home: Path) -> None:
    """A run in another terminal needs what we are about to remove."""
    lock = home / "users.lock"
    if not lock.is_file():
        return
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError("A demo or a test run is still going on; stop it first.") from error


if __name__ == "__main__":
    run_main(main)
