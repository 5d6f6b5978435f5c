"""wkhtmltopdf, which turns Odoo's reports into PDF files: installed where the system offers it.

Newer Debian releases do not have it any more, and nothing but PDF files depends on it: Odoo then shows a report as a
page and says what is missing. So its absence is told and never stops the set-up, unlike that of the browser.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from devtools.bootstrap import apt
from devtools.bootstrap.stamps import say
from devtools.errors import SetupError

PROGRAM = "wkhtmltopdf"
PACKAGES = (PROGRAM, "fonts-noto-core")  # a machine without a browser may have no font with Turkish letters


def ensure(log: Path, unavailable: Path) -> None:
    """Install the program unless it is there.

    :param unavailable: a file that keeps in mind that the archive does not have it: the next set-up does not ask again
    """
    if not shutil.which(PROGRAM) and apt.is_root() and not unavailable.exists():
        try:
            apt.install(PACKAGES, "The program that makes PDF files", log)
        except SetupError:
            if not apt.offers(PROGRAM):
                unavailable.touch()
    if not shutil.which(PROGRAM):
        say(f"there is no {PROGRAM} on this machine: reports are shown as pages, and PDF files cannot be made")
