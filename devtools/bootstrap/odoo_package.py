"""Odoo 19.0 Community from its Debian package, unpacked into the cache; ODOO_HOME replaces it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from devtools import paths
from devtools.bootstrap.apt import PrivateApt
from devtools.bootstrap.stamps import digest, remove, run, say
from devtools.errors import SetupError

SUITE = "sid"
# Odoo, and those of its dependencies that its static files are links to. Font Awesome is not among them: Debian's has
# moved on to files of other names, and Odoo brings the ones that its style sheet loads.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
REPAIRS = "1"  # raise it when the repairs below change
ADDONS = Path("usr/lib/python3/dist-packages/odoo/addons")
# Not free, so not in the package; its absence is an error in the asset bundle, and every browser test fails on that.
SELFIE_SEGMENTATION = ADDONS / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def ensure() -> None:
    """Unpack Odoo into the cache unless it is there or ODOO_HOME names another."""
    if os.environ.get("ODOO_HOME"):
        return
    root = paths.odoo_root()
    stamp = root / ".stamp"
    wanted = digest(SUITE, *PACKAGES, REPAIRS)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    building = paths.cache() / "odoo.building"
    remove(building)
    say("fetching Odoo 19 from the Debian archive (about 100 MB) …")
    tree = unpack(building)
    (tree / ".stamp").write_text(wanted)
    remove(root)
    tree.rename(root)
    shutil.rmtree(building)


def unpack(building: Path) -> Path:
    """Download and unpack into a folder below `building`, and mend what the package leaves open."""
    apt = PrivateApt(building / "apt", SUITE)
    archives = apt.fetch(PACKAGES, building / "debs")
    if len(archives) != len(PACKAGES):
        raise SetupError(f"The Debian archive offered only {len(archives)} of {len(PACKAGES)} packages; see {apt.log}")
    tree = building / "tree"
    say("unpacking Odoo …")
    for archive in archives:
        run(["dpkg", "-x", archive, tree], log=apt.log, what=f"unpacking {archive.name}")
    for link in dangling_links(tree / ADDONS):
        mend(link, tree)
    if not (tree / SELFIE_SEGMENTATION).exists():
        (tree / SELFIE_SEGMENTATION).parent.mkdir(parents=True, exist_ok=True)
        (tree / SELFIE_SEGMENTATION).touch()
    return tree


def dangling_links(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink() and not path.exists():
                yield path


def mend(link: Path, tree: Path) -> None:
    """Point a dangling link at a file of the unpacked packages that can serve in its place, if there is one."""
    aimed = Path(os.readlink(link))
    candidates = [tree / aimed.relative_to("/")] if aimed.is_absolute() else []
    candidates += replacements(link, tree)
    for candidate in candidates:
        if candidate.is_file():
            link.unlink()
            link.symlink_to(os.path.relpath(candidate, link.parent))
            return


def replacements(link: Path, tree: Path) -> Iterator[Path]:
    """Real files with the same content under another name: same font, other container or place."""
    bundled = tree / ADDONS / "web/static/src/libs/fontawesome/fonts"
    suffixes = (link.suffix, ".woff", ".woff2")
    stems = ("fontawesome-webfont",) if "awesome" in link.name.lower() else ()
    for stem in stems:
        for suffix in suffixes:
            if not (bundled / f"{stem}{suffix}").is_symlink():
                yield bundled / f"{stem}{suffix}"
    yield from sorted((tree / "usr/share/fonts").rglob(f"{link.stem}-Regular{link.suffix}"))
