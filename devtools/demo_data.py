"""The demo's database: made when it is missing, updated when the addon has changed, told when an address has.

What the database was last brought in line with is noted in a file, at the very end. A database without a note was
interrupted while it was made; it is made anew, together with the simulator's memory.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools import database, odoo
from devtools.demo_settings import DATABASE, folder, fresh_log, say, simulator_state

PREPARE = Path(__file__).parent / "demo_prepare.py"


@dataclass(frozen=True)
class Note:
    """What the demo's database was last brought in line with."""

    sources: str
    odoo_url: str
    simulator_url: str

    def save(self) -> None:
        draft = note_file().with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(note_file())


def note_file() -> Path:
    return folder() / "prepared.json"


def load_note() -> Note | None:
    """The note of a database that exists; None when it has to be made."""
    if not database.exists(DATABASE):
        return None
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        return Note(**json.loads(note_file().read_text()))
    return None


def create() -> None:
    """Make the database and forget what the simulator knew of an earlier one."""
    say("creating the database with demo data (a minute or two) …")
    template = database.addon_template(demo=True)
    forget()
    database.clone(template, DATABASE)


def update() -> None:
    """Bring the database in line with the addon's sources; its data stay."""
    say("the addon has changed: updating the database …")
    arguments = ("-d", DATABASE, "-u", database.ADDON, "--stop-after-init", "--no-http")
    odoo.check_odoo(*arguments, log=fresh_log("update"), what="Updating the demo's database")


def prepare(odoo_url: str, simulator_url: str) -> None:
    """Run demo_prepare.py in the database; the simulator has to be running."""
    say("preparing the demo …")
    env = {"CLINIC_SIMULATOR_URL": simulator_url, "CLINIC_DEMO_URL": odoo_url}
    odoo.run_script(DATABASE, PREPARE, log=fresh_log("prepare"), env=env)


def forget() -> None:
    """Drop the database and what the simulator remembers."""
    note_file().unlink(missing_ok=True)
    database.drop(DATABASE)
    simulator_state().unlink(missing_ok=True)


def forget_all() -> None:
    """The same, and the logs."""
    forget()
    shutil.rmtree(folder())
