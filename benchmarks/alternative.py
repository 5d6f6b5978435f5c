"""Today's best open alternative, OCA's `mail_gateway_whatsapp`, if it runs on the installed Odoo.

Asks the package index that this machine is configured for. An addon runs only on the Odoo release that it was published
for; while there is no release for ours this says so, and the figures of design.md §7, taken with a copy that was ported
by hand, remain what we compare ourselves to.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.figures import Section
from devtools import database, odoo, paths
from devtools.errors import SetupError

PACKAGE = "odoo-addon-mail-gateway-whatsapp"
MODULE = "mail_gateway_whatsapp"
SERIES = "19.0"
PATIENCE = 180.0  # seconds for one answer of the index
VERSIONS = re.compile(r"Available versions: (.+)")
SIZES = ("small", "full")


def run(size_name: str) -> Section:
    return Section(f"The alternative, {MODULE}: {verdict()}", ())


def verdict() -> str:
    """Whether it can be measured, in a sentence."""
    known = releases()
    if not known:
        return "not measured, because the package index of this machine does not offer it."
    if not (ours := [version for version in known if version.startswith(f"{SERIES}.")]):
        return f"not measured, because there is no release for Odoo {SERIES}; the newest is {known[0]}."
    with tempfile.TemporaryDirectory() as folder:
        addons = Path(folder)
        if not pip("download", "--dest", folder, f"{PACKAGE}=={ours[0]}"):
            return f"not measured, because {ours[0]} could not be downloaded with what it needs."
        pip("install", "--no-deps", "--no-index", "--target", folder, *map(str, addons.glob("odoo_addon*.whl")))
        return installable(ours[0], addons / "odoo" / "addons")


def installable(version: str, addons: Path) -> str:
    """Try to install it beside nothing of ours."""
    paths_ = ",".join(map(str, (*odoo.source().addons, addons)))
    try:
        with database.temporary(database.dependencies_template(), "clinic_bench") as name:
            command = ["-d", name, "-i", MODULE, "--stop-after-init", "--no-http"]
            log = paths.log_file("benchmark-alternative")
            odoo.check_odoo(*command, log=log, what=f"Installing {MODULE}", options={"addons_path": paths_})
            [[state]] = [database.postgres.ask(database.server(), STATE, name).splitlines()]
    except SetupError as error:
        return f"not measured, because {version} does not install here: {str(error).splitlines()[-1]}"
    if state != "installed":
        return f"not measured, because {version} does not install here."
    return f"{version} installs here, and has not been measured yet: this program has to learn its addresses first."


def releases() -> list[str]:
    """All releases on the index, newest first."""
    found = VERSIONS.search(pip("index", "versions", PACKAGE))
    return found[1].split(", ") if found else []


def pip(*arguments: str) -> str:
    """What pip says; nothing when it fails."""
    command = [str(paths.python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout if not done.returncode else ""


STATE = f"SELECT state FROM ir_module_module WHERE name = '{MODULE}'"
