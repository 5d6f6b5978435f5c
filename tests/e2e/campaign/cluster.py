"""A PostgreSQL cluster of the campaign's own: it is crashed on purpose, which must hurt nobody else on the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from devtools import database, odoo
from devtools.errors import SetupError
from devtools.postgres_client import Server, call, client
from devtools.postgres_cluster import Cluster, home

NAME = f"clinic_campaign_{os.getpid()}"


class OwnCluster(Cluster):
    """Lives as long as the block that uses it, and is as durable as a clinic's own: what is committed survives."""

    def __init__(self, pid: int) -> None:
        super().__init__(folder(pid))

    def _settings(self) -> Mapping[str, str]:
        return {**super()._settings(), "synchronous_commit": "on", "max_connections": "150"}

    def crash(self) -> None:
        """End the server as a power cut would: connections break off, nothing is written down any more."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "-t", "60", "stop")

    def start_again(self) -> None:
        self._start()


def folder(pid: int) -> Path:
    return home().with_name(f"{home().name}-campaign-{pid}")


@contextlib.contextmanager
def own_cluster() -> Iterator[OwnCluster]:
    """A fresh cluster with the addon's database, which is called NAME; removed in the end."""
    clear_left_behind()
    cluster = OwnCluster(os.getpid())
    try:
        with cluster.used():
            copy_template(cluster.server)
            yield cluster
    finally:
        shutil.rmtree(odoo.filestore(NAME), ignore_errors=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(cluster.server.host, ignore_errors=True)


def clear_left_behind() -> None:
    """Remove what campaigns left that were killed themselves."""
    for left in home().parent.glob(folder(0).name[:-1] + "*"):
        pid = left.name.rpartition("-")[2]
        if not Path("/proc", pid).exists():
            cluster = OwnCluster(int(pid))
            if cluster.answers():
                cluster.crash()
            shutil.rmtree(odoo.filestore(f"clinic_campaign_{pid}"), ignore_errors=True)
            shutil.rmtree(left, ignore_errors=True)


def copy_template(server: Server) -> None:
    """Bring the database with the installed addon over from the server of all tests."""
    template = database.addon_template()
    call(server, "createdb", NAME)
    source, target = database.server().environment(), server.environment()
    dump = subprocess.Popen(
        [client("pg_dump"), "-Fc", "-Z0", template], env={**os.environ, **source}, stdout=subprocess.PIPE
    )
    restore = subprocess.run(
        [client("pg_restore"), "--no-owner", "--no-privileges", "-d", NAME],
        env={**os.environ, **target},
        stdin=dump.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    if dump.wait() or restore.returncode:
        raise SetupError(f"The template {template} could not be copied: {restore.stderr[-500:]}")
    shutil.rmtree(odoo.filestore(NAME), ignore_errors=True)
    if odoo.filestore(template).exists():
        shutil.copytree(odoo.filestore(template), odoo.filestore(NAME), copy_function=os.link)
