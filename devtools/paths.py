"""Where everything lives. All that is created lies outside the checkout, in one cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
ADDON = REPO / "clinic_whatsapp"
GLUE = "clinic_whatsapp_*"  # addons that join it with other modules, where these are installed
KEEP_LOGS_SECONDS = 3 * 24 * 3600


def glue_addons() -> list[Path]:
    """Folders of the glue addons, in the order of their names."""
    return sorted(manifest.parent for manifest in REPO.glob(f"{GLUE}/__manifest__.py"))


def cache() -> Path:
    """The cache folder: CLINIC_CACHE, else `clinic_whatsapp` in the user's own cache folder."""
    if named := os.environ.get("CLINIC_CACHE"):
        return Path(named).expanduser().resolve()
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).resolve() / "clinic_whatsapp"


def cache_key() -> str:
    """Eight characters that tell this cache folder from others of the machine."""
    return hashlib.sha256(str(cache()).encode()).hexdigest()[:8]


def odoo_root() -> Path:
    """Where the Odoo package is unpacked when ODOO_HOME names no other Odoo."""
    return cache() / "odoo"


def venv() -> Path:
    return cache() / "venv"


def python() -> Path:
    """The interpreter that runs Odoo and all tests."""
    return venv() / "bin" / "python"


def state(*parts: str) -> Path:
    """A folder below the cache, created when missing."""
    folder = cache().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_file(name: str) -> Path:
    """A log file of this process, below the cache; files of some days ago are cleared away."""
    folder = state("logs")
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process clears away too
            if time.time() - path.stat().st_mtime > KEEP_LOGS_SECONDS:
                path.unlink()
    path = folder / f"{name.replace(' ', '-')}-{os.getpid()}.log"
    path.unlink(missing_ok=True)
    return path


if __name__ == "__main__":
    print(python())
