"""Databases of the tests, the benchmarks and the demo.

Installing Odoo's modules takes half a minute, copying a database a second. So there are templates, made when first
needed and kept:

- *dependencies*: what the addon depends on, installed, with Turkish loaded. Named after a hash of the Odoo release and
  the manifest's `depends`.
- *addon*: a clone of it with the addon installed. Named after a hash of the addon's sources as well (without tests and
  static files), so that it always is what `-i` would give.

Everything else is a clone (`createdb -T` and a copy of the filestore) that is dropped after use. The name of a clone
carries the process id of its maker; what a killed run left behind is dropped by a later one.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from devtools import odoo, paths, postgres
from devtools.bootstrap.stamps import digest, locked
from devtools.errors import SetupError
from devtools.processes import log_tail

ADDON = paths.ADDON.name
LANGUAGE = "tr_TR"
PREGENERATE = Path(__file__).parent / "pregenerate_assets.py"
KEEP_SECONDS = 3600  # a template that was used in the last hour is never cleared away
KEEP_LATEST = 4
_counter = itertools.count(1)


def depends() -> list[str]:
    """The modules that the addon's manifest names; `base` while there is no manifest."""
    manifest = paths.ADDON / "__manifest__.py"
    if not manifest.is_file():
        return ["base"]
    return list(ast.literal_eval(manifest.read_text()).get("depends", ["base"]))


def dependencies_template() -> str:
    """Name of the database with the addon's dependencies; made when it is missing."""
    name = f"clinic_tpl_deps_{odoo_key()}"
    with _made_once(name) as missing:
        if missing:
            print(f"setup: installing {', '.join(depends())} into a template database …", flush=True)
            _install(None, name, depends(), f"--load-language=en_US,{LANGUAGE}", script=PREGENERATE)
    return name


def addon_template(*, demo: bool = False) -> str:
    """Name of the database with the addon as it is in the checkout now; made when it is missing.

    With `demo` it has the addon's demo data, but not those of Odoo's own modules: a clinic's patients only.
    """
    base = dependencies_template()
    name = f"clinic_tpl_{'demo' if demo else 'addon'}_{digest(base, source_hash())}"
    with _made_once(name) as missing:
        if missing:
            print(f"setup: installing the addon{' with demo data' * demo} into a template database …", flush=True)
            _install(base, name, [ADDON], demo=demo)
    return name


def odoo_key() -> str:
    """Hash over what decides about the dependencies' databases."""
    return digest("3", odoo.source().release, str(odoo.source().python_path), *depends())


def source_hash() -> str:
    """Hash over all of the addon that goes into a database when it is installed."""
    skipped = {"tests", "static", "__pycache__"}
    files = [
        path
        for path in sorted(paths.ADDON.rglob("*"))
        if path.is_file() and not skipped & set(path.relative_to(paths.ADDON).parts) and path.suffix != ".pyc"
    ]
    return digest(
        *itertools.chain.from_iterable((str(path.relative_to(paths.ADDON)), path.read_bytes()) for path in files)
    )


def _install(
    base: str | None, name: str, modules: list[str], *arguments: str, demo: bool = False, script: Path | None = None
) -> None:
    """Install modules into a database of a draft name, run a script in it; rename it when all went well."""
    draft = f"{name}_draft"
    drop(draft)
    log = paths.log_file(name)
    try:
        if base:
            clone(base, draft)
        if demo:
            _pretend_demo(draft)
            arguments += ("--with-demo",)
        command = ["-d", draft, "-i", ",".join(modules), *arguments, "--stop-after-init", "--no-http"]
        odoo.check_odoo(*command, log=log, what=f"Installing {', '.join(modules)}")
        if demo:
            _check_demo(draft, log)
        if script:
            odoo.run_script(draft, script, log=log)
    except BaseException:
        drop(draft)
        raise
    if odoo.filestore(draft).exists():
        odoo.filestore(draft).rename(odoo.filestore(name))
    postgres.ask(server(), 'ALTER DATABASE :"draft" RENAME TO :"name"', draft=draft, name=name)


def _pretend_demo(name: str) -> None:
    """Odoo loads a module's demo data only where its dependencies have theirs: let it believe they do."""
    postgres.ask(server(), "UPDATE ir_module_module SET demo = true WHERE state = 'installed'", name)


def _check_demo(name: str, log: Path) -> None:
    """Odoo goes on without demo data that cannot be loaded; we do not."""
    query = "SELECT demo FROM ir_module_module WHERE name = :'addon'"
    if postgres.ask(server(), query, name, addon=ADDON) != "t":
        raise SetupError(f"The demo data could not be loaded:\n\n{log_tail(log, 60)}\n\nThe whole log: {log}")


@contextlib.contextmanager
def _made_once(name: str) -> Iterator[bool]:
    """Under a lock of this template: whether it is missing. Notes that it was used."""
    with locked(paths.state("templates") / f"{name}.lock", "a template database"):
        yield not exists(name)
        (paths.state("templates") / f"{name}.used").touch()
    _clear_templates(keep=name)


def _clear_templates(keep: str) -> None:
    """Drop templates of earlier sources that nobody has used for a while."""
    kind = keep.rsplit("_", 1)[0]
    marks = sorted(paths.state("templates").glob(f"{kind}_*.used"), key=lambda path: path.stat().st_mtime)
    for mark in marks[:-KEEP_LATEST]:
        if mark.stem != keep and time.time() - mark.stat().st_mtime > KEEP_SECONDS:
            drop(mark.stem)
            mark.unlink(missing_ok=True)


@functools.cache
def server() -> postgres.Server:
    return postgres.ensure_running()


def exists(name: str) -> bool:
    return bool(postgres.ask(server(), "SELECT 1 FROM pg_database WHERE datname = :'name'", name=name))


def clone(template: str, name: str, *, durable: bool = False) -> str:
    """Make a database and its filestore as copies of a template's; returns the name.

    `durable` makes every commit wait for the disk, as a production server does: for benchmarks.
    """
    postgres.copy_database(server(), template, name)
    if durable:
        postgres.ask(server(), 'ALTER DATABASE :"name" SET synchronous_commit = on', name=name)
    shutil.rmtree(odoo.filestore(name), ignore_errors=True)
    if odoo.filestore(template).exists():
        # Files of a filestore are named after their content and never written again, so a link is as good as a copy.
        shutil.copytree(odoo.filestore(template), odoo.filestore(name), copy_function=os.link)
    return name


def drop(name: str) -> None:
    """Drop a database and its filestore, if they exist; connections to it are ended."""
    postgres.call(server(), "dropdb", "--if-exists", "--force", name)
    shutil.rmtree(odoo.filestore(name), ignore_errors=True)


@contextlib.contextmanager
def temporary(template: str, prefix: str = "clinic_test", *, durable: bool = False) -> Iterator[str]:
    """A clone with a name of its own for the length of the block."""
    drop_left_behind()
    name = f"{prefix}_p{os.getpid()}_{next(_counter)}"
    drop(name)
    try:
        yield clone(template, name, durable=durable)
    finally:
        drop(name)


def drop_left_behind() -> None:
    """Drop clones of the private cluster whose maker is no longer alive."""
    if os.environ.get("PGHOST"):
        return  # its users may be processes of other machines
    names = postgres.ask(server(), r"SELECT datname FROM pg_database WHERE datname ~ '_p\d+_\d+$'")
    for name in names.splitlines():
        pid = name.rsplit("_", 2)[1].removeprefix("p")
        if not Path("/proc", pid).exists():
            drop(name)
