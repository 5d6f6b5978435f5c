"""The virtual environment: Odoo's own pins for the running Python, and the tools of the tests."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from devtools import paths
from devtools.bootstrap import apt
from devtools.bootstrap.stamps import digest, remove, run, say
from devtools.errors import SetupError

OLDEST, NEWEST = (3, 10), (3, 13)
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"


def check_python() -> None:
    """Refuse a Python that Odoo 19's dependencies are not made for."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SetupError(
            f"Python {platform.python_version()} cannot run Odoo 19 (it takes 3.10 to 3.13).\n"
            "Name another one, for example:  make setup PYTHON=python3.12"
        )


def ensure() -> None:
    """Build the virtual environment unless the current one fits.

    It is built where it will stay, because its scripts carry their own path; `venv` is a link that is moved to it
    when it is complete.
    """
    link = paths.venv()
    key = digest(platform.python_version(), sys.base_prefix, REQUIREMENTS.read_bytes())
    home = paths.cache() / "venvs" / key
    if link.resolve() == home and (home / ".complete").is_file():
        return
    if not (home / ".complete").is_file():
        build(home)
    switch(link, home)
    forget_others(home)


def build(home: Path) -> None:
    say(f"creating the virtual environment for Python {platform.python_version()} …")
    check_venv_module()
    remove(home)
    log = paths.state("logs") / "pip.log"
    run([sys.executable, "-m", "venv", home], log=log, what="creating the virtual environment")
    pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    say("installing Odoo's Python dependencies (some minutes the first time) …")
    run([*pip, "install", "--no-input", "-r", REQUIREMENTS], log=log, what="pip install", env=build_environment())
    (home / ".complete").touch()


def build_environment() -> dict[str, str]:
    """Keep an active virtual environment of the developer out of pip's sight."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}


def check_venv_module() -> None:
    """Debian ships Python without ensurepip: install it as root, else say what to install."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        apt.install([f"python{version}-venv"], "Python's venv module", paths.state("logs") / "apt.log")


def switch(link: Path, home: Path) -> None:
    fresh = link.with_name("venv.new")
    remove(fresh)
    fresh.symlink_to(os.path.relpath(home, link.parent))
    if link.exists() and not link.is_symlink():
        remove(link)
    fresh.replace(link)


def forget_others(home: Path) -> None:
    """Keep the current and the previous environment: a run in another terminal may still use that one."""
    others = [path for path in home.parent.iterdir() if path != home]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-1]:
        remove(path)
