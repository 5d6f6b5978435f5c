"""The key that development databases are encrypted with: one file in the cache, readable by its owner only."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from devtools import paths


def key_file() -> Path:
    return paths.cache() / "clinic_whatsapp.key"


def fernet_key() -> str:
    """CLINIC_WHATSAPP_KEYS when it is set; else the cache's own key, created at the first call."""
    if given := os.environ.get("CLINIC_WHATSAPP_KEYS"):
        return given
    path = key_file()
    if not path.exists():
        create(path)
    return path.read_text().strip()


def create(path: Path) -> None:
    """Write a new key. Linking a finished file into place lets only one of two processes win."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(base64.urlsafe_b64encode(os.urandom(32)) + b"\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the one
    finally:
        draft.unlink()
