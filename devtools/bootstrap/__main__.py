"""Command line: `python3 -m devtools.bootstrap [browser] [pdf]`."""

from __future__ import annotations

import shutil
import sys

from devtools import paths
from devtools.bootstrap import apt, environment, odoo_package, pdf_printer
from devtools.bootstrap.stamps import locked
from devtools.errors import run_main
from devtools.postgres_client import installations

BROWSER = ("chromium", "fonts-noto-core", "fonts-noto-color-emoji")


def main() -> int:
    environment.check_python()
    log = paths.state("logs") / "apt.log"
    with locked(paths.cache() / "setup.lock", "the set-up"):
        if not any(installations()):
            apt.install(["postgresql"], "PostgreSQL", log)
        if "browser" in sys.argv[1:] and not shutil.which("chromium"):
            apt.install(BROWSER, "The browser chromium, which plays the user in tests,", log)
        if "pdf" in sys.argv[1:]:
            pdf_printer.ensure(log, paths.cache() / "no-pdf-printer")
        odoo_package.ensure()
        environment.ensure()
    return 0


if __name__ == "__main__":
    run_main(main)
