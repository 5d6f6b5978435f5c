from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import postgres_cluster


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, without the settings of whoever runs the tests; its cluster is removed afterwards."""
    for name in ("PGHOST", "PGPORT", "PGUSER", "ODOO_HOME", "CLINIC_WHATSAPP_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLINIC_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    shutil.rmtree(postgres_cluster.home(), ignore_errors=True)
