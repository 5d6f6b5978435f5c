"""`make translations`: refresh the addons' .pot and .po files from their sources, by Odoo's own export.

Existing translations are kept, new terms appear with an empty translation, terms that are gone disappear. What a file
says wins over what the export found: that leaves a translation empty that reads like its source (“WhatsApp”), and for
records of other modules it has theirs. A label that was reworded is a new term: Odoo finds translations of labels by
their place, and would go on showing that of the old words. The dates in the headers are dropped: they would make every
refresh a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polib

from devtools import database, odoo, paths
from devtools.errors import run_main

DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main() -> int:
    addons = [paths.ADDON, *paths.glue_addons()]
    before = {path: polib.pofile(str(path)) for addon in addons for path in (addon / "i18n").glob("*.po")}
    export(addons)
    for path in sorted(path for addon in addons for path in (addon / "i18n").glob("*.po*")):
        terms = tidied(path, before.get(path))
        if path.suffix == ".po":
            missing = len(terms.untranslated_entries())
            print(f"{path.relative_to(paths.REPO)}: {len(terms)} terms, {missing} without translation")
    return 0


def export(addons: Sequence[Path]) -> None:
    """Let Odoo write the files of a fresh installation into the addons' folders."""
    log = paths.log_file("translations")
    names = [addon.name for addon in addons]
    with database.temporary(database.addon_template(), "clinic_i18n") as database_name:
        if glue := names[1:]:
            command = ["-d", database_name, "-i", ",".join(glue), "--stop-after-init", "--no-http"]
            odoo.check_odoo(*command, log=log, what="Installing the glue addons")
        command = ["i18n", "export", "-d", database_name, "-l", "pot", database.LANGUAGE, "--", *names]
        odoo.check_odoo(*command, log=log, what="Exporting the terms")


def tidied(path: Path, before: polib.POFile | None) -> polib.POFile:
    """Take over the translations of the file as it was, drop the dates, and save."""
    known = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in before or ()}
    places = {place for entry in before or () for place in entry.occurrences}
    terms = polib.pofile(str(path))
    for entry in terms:
        key = entry.msgctxt, entry.msgid
        is_reworded = key not in known and places.intersection(entry.occurrences)
        entry.msgstr = known.get(key) or ("" if is_reworded else entry.msgstr)
    for date in DATES:
        terms.metadata.pop(date, None)
    terms.save()
    return terms


if __name__ == "__main__":
    run_main(main)
