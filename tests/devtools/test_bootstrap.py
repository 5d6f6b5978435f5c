"""The set-up finds the right archive, mends links, builds nothing twice and leaves nothing half done."""

from __future__ import annotations

import builtins
import os
import stat
import sys
from pathlib import Path

import pytest

from devtools import keys
from devtools.bootstrap import apt, environment, odoo_package, pdf_printer
from devtools.errors import SetupError

TARGETS = """\
MetaKey: main/binary-amd64/Packages
Repo-URI: http://mirror.invalid/debian-security/
Codename: stable-security
Origin: Debian
Component: main
Created-By: Packages

MetaKey: main/binary-amd64/Packages
Repo-URI: http://vendor.invalid/debian/
Origin: Vendor
Component: main
Created-By: Packages

MetaKey: main/i18n/Translation-en
Repo-URI: http://mirror.invalid/debian/
Origin: Debian
Component: main
Created-By: Translations

MetaKey: main/binary-amd64/Packages
Repo-URI: http://mirror.invalid/debian/
{origin}Component: main
Created-By: Packages
Signed-By: -----BEGIN-----
 line one
 line two
"""


@pytest.mark.parametrize("origin", ["Origin: Debian\n", ""], ids=["after an update", "before the first update"])
def test_archive_is_main_of_debian_proper(origin: str) -> None:
    found = [target for target in apt.stanzas(TARGETS.format(origin=origin)) if apt.is_debian_main(target)]
    assert [target["Repo-URI"] for target in found] == ["http://mirror.invalid/debian/"]
    assert found[0]["Signed-By"] == "-----BEGIN-----\n line one\n line two"


def test_dangling_font_link_is_pointed_at_the_file_that_odoo_brings(tmp_path: Path) -> None:
    addons = tmp_path / odoo_package.ADDONS
    bundled = addons / "web/static/src/libs/fontawesome/fonts/fontawesome-webfont.woff"
    link = addons / "web/static/lib/fontawesome/fonts/fontawesome-webfont.ttf"
    for path in (bundled, link):
        path.parent.mkdir(parents=True)
    bundled.write_bytes(b"font")
    link.symlink_to("/usr/share/nowhere/fontawesome-webfont.ttf")
    for broken in list(odoo_package.dangling_links(addons)):
        odoo_package.mend(broken, tmp_path)
    assert link.read_bytes() == b"font"
    assert not os.readlink(link).startswith("/")


def test_ordinary_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="apt-get install chromium"):
        apt.install(["chromium"], "The browser", tmp_path / "log")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH of a root user: what is not in it is not on the machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_set_up_goes_on_where_no_archive_has_the_pdf_printer(
    programs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(programs, "apt-get", f"echo asked >> {tmp_path}/asked; exit 100")
    put(programs, "apt-cache", "exit 100")
    for _round in range(2):
        pdf_printer.ensure(tmp_path / "log", tmp_path / "unavailable")
        assert "PDF files cannot be made" in capsys.readouterr().out
    assert (tmp_path / "asked").read_text().split() == ["asked", "asked"], "install and update, in the first round only"


def test_pdf_printer_is_asked_for_again_after_a_failure_on_the_way(programs: Path, tmp_path: Path) -> None:
    put(programs, "apt-get", "exit 100")
    put(programs, "apt-cache", "exit 0")
    pdf_printer.ensure(tmp_path / "log", tmp_path / "unavailable")
    assert not (tmp_path / "unavailable").exists()
    put(programs, "apt-get", f"/bin/ln -s /bin/true {programs}/wkhtmltopdf")
    pdf_printer.ensure(tmp_path / "log", tmp_path / "unavailable")
    assert (programs / "wkhtmltopdf").exists()


def test_missing_venv_module_is_named_with_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_ensurepip(name: str, *arguments: object, **settings: object) -> object:
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", without_ensurepip)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(SetupError, match=f"apt-get install python{version}-venv"):
        environment.check_venv_module()


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_unsuited_python_is_refused(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(SetupError, match=r"takes 3\.10 to 3\.13"):
        environment.check_python()


def test_key_is_made_once_and_for_its_owner_only(own_cache: Path) -> None:
    key = keys.fernet_key()
    assert keys.fernet_key() == key
    assert stat.S_IMODE(keys.key_file().stat().st_mode) == 0o600
    assert [path.name for path in own_cache.iterdir()] == [keys.key_file().name]
