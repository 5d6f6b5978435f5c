"""The private server runs as long as somebody uses it, and comes up after every kind of end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from devtools import postgres, postgres_cluster
from devtools.errors import SetupError


def pid_file() -> Path:
    return postgres_cluster.Cluster().data / "postmaster.pid"


def server_pid() -> int:
    return int(pid_file().read_text().splitlines()[0])


@pytest.mark.usefixtures("own_cache")
def test_server_stops_with_its_last_user() -> None:
    cluster = postgres_cluster.Cluster()
    with postgres.running() as server:
        with postgres.running():
            assert postgres.ask(server, "SELECT :'text'", text="it's\ttext") == "it's\ttext"
        assert cluster.answers(), "stopped while somebody used it"
    assert not cluster.answers()


@pytest.mark.usefixtures("own_cache")
def test_data_survive_a_kill() -> None:
    with pytest.raises(SetupError), postgres.running() as server:
        postgres.ask(server, "CREATE TABLE kept AS SELECT 7 AS number; CHECKPOINT")
        os.kill(server_pid(), signal.SIGKILL)
        while postgres_cluster.Cluster().answers():
            pass
        postgres.ask(server, "SELECT 1")
    with postgres.running() as server:
        assert postgres.ask(server, "SELECT number FROM kept") == "7"


@pytest.mark.usefixtures("own_cache")
def test_sequences_of_a_copy_survive_a_kill() -> None:
    with pytest.raises(SetupError), postgres.running() as server:
        postgres.ask(server, "CREATE DATABASE model")
        postgres.ask(server, "CREATE TABLE rows (id serial PRIMARY KEY); INSERT INTO rows DEFAULT VALUES", "model")
        postgres.copy_database(server, "model", "copy")
        postgres.ask(server, "SET synchronous_commit = on; INSERT INTO rows DEFAULT VALUES", "copy")
        os.kill(server_pid(), signal.SIGKILL)
        while postgres_cluster.Cluster().answers():
            pass
        postgres.ask(server, "SELECT 1")
    with postgres.running() as server:
        postgres.ask(server, "INSERT INTO rows DEFAULT VALUES", "copy")
        assert int(postgres.ask(server, "SELECT max(id) FROM rows", "copy")) > 2


@pytest.mark.usefixtures("own_cache")
def test_pid_file_that_names_another_program_is_forgotten() -> None:
    with postgres.running():
        pass
    pid_file().write_text(f"{os.getpid()}\n")
    with postgres.running() as server:
        assert postgres.ask(server, "SELECT 1") == "1"


def test_socket_path_fits_however_deep_the_cache_lies(own_cache: Path) -> None:
    deep = own_cache / ("x" * 60) / ("y" * 60)
    assert len(str(postgres_cluster.socket_folder(deep) / ".s.PGSQL.5432.lock")) <= postgres_cluster.LONGEST_SOCKET_PATH


def test_unreachable_named_server_is_reported_in_its_own_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    with pytest.raises(SetupError, match="No such file or directory"), postgres.running():
        pass
