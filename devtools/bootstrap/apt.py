"""The machine's Debian archive: which it is, fetching packages without root, installing them as root.

Packages that are only unpacked come through an apt configuration of our own (sources, lists, cache and an empty status
file), so apt neither needs root nor sees what the machine has installed. The archive's address, its key, proxies and
certificates are those that the machine's apt already uses.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools.bootstrap.stamps import run, say
from devtools.errors import SetupError

Stanza = dict[str, str]


def is_root() -> bool:
    return os.geteuid() == 0


def debian_archive() -> Stanza:
    """The index target of the Debian main archive that this machine's apt is configured with."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise SetupError(
            "Odoo is fetched as a Debian package, and this machine has no apt.\n"
            "Set ODOO_HOME to the folder of an existing Odoo 19."
        )
    listing = subprocess.run(["apt-get", "indextargets"], capture_output=True, text=True, check=False)
    targets = [target for target in stanzas(listing.stdout) if is_debian_main(target)]
    if not targets:
        raise SetupError(
            "The machine's apt has no Debian archive configured, from which Odoo 19 would come.\n"
            "Set ODOO_HOME to the folder of an existing Odoo 19."
        )
    return targets[0]


def stanzas(text: str) -> Iterator[Stanza]:
    """Parse deb822 text; continuation lines stay part of their field's value."""
    for block in text.split("\n\n"):
        fields: Stanza = {}
        name = ""
        for line in block.splitlines():
            if line[:1].isspace() and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        if fields:
            yield fields


def is_debian_main(target: Stanza) -> bool:
    """Whether an index target is `main` of the Debian archive proper (not security, not a vendor's).

    Before the first `apt-get update` apt does not know the origin; then the address has to tell.
    """
    if target.get("Created-By") != "Packages" or target.get("Component", "main") != "main":
        return False
    if "-security" in target.get("Codename", "") + target.get("Repo-URI", ""):
        return False
    origin = target.get("Origin")
    return origin == "Debian" if origin else target.get("Repo-URI", "").rstrip("/").endswith("/debian")


class PrivateApt:
    """apt-get on a suite of the Debian archive, with all of its state in a folder of our own."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.folder = folder
        self.log = folder / "apt.log"
        archive = debian_archive()
        source = {
            "Types": "deb",
            "URIs": archive["Repo-URI"],
            "Suites": suite,
            "Components": "main",
        }
        if key := archive.get("Signed-By"):
            source["Signed-By"] = key
        (folder / "sources").mkdir(parents=True)
        for part in ("state/lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        text = "".join(f"{name}: {value}\n" for name, value in source.items())
        (folder / "sources" / "archive.sources").write_text(text)

    def _command(self, *arguments: str) -> list[str]:
        options = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": self.folder / "sources",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::Retries": "3",
        }
        if is_root():  # apt's own download user could not enter a cache below root's home
            options["APT::Sandbox::User"] = "root"
        flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        return ["apt-get", "-y", *flags, *arguments]

    def fetch(self, packages: Sequence[str], into: Path) -> list[Path]:
        """Download packages (not their dependencies) into a folder."""
        into.mkdir(parents=True)
        run(self._command("update"), log=self.log, what="reading the package lists")
        run(self._command("download", *packages), log=self.log, what="downloading Odoo", cwd=into)
        return sorted(into.glob("*.deb"))


def offers(package: str) -> bool:
    """Whether the machine's archives have a package, as far as its package lists know."""
    program = shutil.which("apt-cache")
    return bool(program) and not subprocess.run([program, "show", package], capture_output=True, check=False).returncode


def install(packages: Sequence[str], purpose: str, log: Path) -> None:
    """Install system packages as root; tell an ordinary user what to install."""
    names = " ".join(packages)
    if not is_root() or not shutil.which("apt-get"):
        raise SetupError(
            f"{purpose} is missing. Install it as root, then run the command again:\n\n    apt-get install {names}"
        )
    say(f"installing {names} …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    try:
        run(command, log=log, what=f"installing {names}", env=env)
    except SetupError:  # the package lists may be missing or older than the archive
        run(["apt-get", "update"], log=log, what="apt-get update", env=env)
        run(command, log=log, what=f"installing {names}", env=env)
