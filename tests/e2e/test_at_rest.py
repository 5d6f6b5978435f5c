"""Without the keys, a copy of the database and of the files beside it tells nothing of what was said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from devtools import keys, odoo, paths
from devtools.processes import log_tail

from .at_rest import dump, files, send_from_shell, spellings
from .clinic import APP_SECRET, DISPATCH, INBOX, VERIFY_TOKEN, Clinic, access_token

AT_ONCE = 6  # ten messages a minute reach one person at once; some are written before and after
MEDIA = ("ir_cron_media",)
PDF = b"%PDF-1.4 finding: inbound-file-quokka " * 40
SENT_PDF = b"%PDF-1.4 finding: outbound-file-wombat " * 40
# One word for each thing that must not be found, so that a failure tells which.
SECRETS = {
    "text of the patient": b"patient-says-axolotl",
    "reply of staff": b"staff-says-capybara",
    "caption": b"caption-of-numbat",
    "name of a received file": b"findings-pangolin",
    "name of a sent file": b"plan-tamandua",
    "received file": b"inbound-file-quokka",
    "sent file": b"outbound-file-wombat",
    "value of a template": b"value-of-okapi",
    "Meta's words about a failure": b"meta-quotes-kakapo",
    "text that was refused": b"refused-text-gharial",
    "reaction": "🦥".encode(),
    "access token": access_token("100000000000001").encode(),
    "app secret": APP_SECRET.encode(),
    "verify token": VERIFY_TOKEN.encode(),
}
QUOTED = "Meta's words about a failure"


@dataclass
class Remains:
    """What is left behind on the disks."""

    clinic: Clinic
    dump: str
    files: list[tuple[str, bytes]]


def word(name: str) -> str:
    return SECRETS[name].decode()


@pytest.fixture(scope="module")
def remains(founded: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remains]:
    """The clinic after a talk with everything in it."""
    if not founded.odoo.alive():
        founded.start_odoo()
    folder = tmp_path_factory.mktemp("at_rest")
    phone, conversation = founded.converse(founded.a, founded.phone(founded.a, founded.patient_phone))
    asked = phone.send_text(f"Merhaba, {word('text of the patient')}")
    phone.send_media("document", PDF, "application/pdf", f"{word('name of a received file')}.pdf", word("caption"))
    phone.react(asked, word("reaction"))
    reception = founded.staff(founded.a.reception)
    reply = reception.send_text(conversation, f"Geçmiş olsun, {word('reply of staff')}")
    founded.wait_for_states([reply], "sent", "delivered", "read")
    founded.meta.set_faults(fail_next={"code": 131009, "details": f"Rejected: {word(QUOTED)}", "http_status": 400})
    refused = reception.send_text(conversation, word("text that was refused"))
    founded.wait_for_states([refused], "failed")
    send_from_shell(
        founded,
        folder,
        conversation,
        TEXT=word("caption"),
        NAME=f"{word('name of a sent file')}.pdf",
        FILE=SENT_PDF.hex(),
        VALUE=word("value of a template"),
    )
    founded.let_crons_run(*INBOX, *MEDIA, *DISPATCH)
    founded.wait_for_inbox()
    wait_for_files(founded)
    founded.meta.clear_faults()
    yield Remains(founded, dump(founded, folder), list(files(founded)))


def wait_for_files(clinic: Clinic) -> None:
    query = "SELECT direction, media_state FROM clinic_whatsapp_message WHERE media_state IS NOT NULL ORDER BY 1"
    clinic.wait(lambda: clinic.sql(query) == [("in", "ready"), ("out", "ready")], lambda: f"files: {clinic.sql(query)}")


@pytest.mark.parametrize("name", SECRETS)
def test_a_dump_of_the_database_does_not_tell(remains: Remains, name: str) -> None:
    raw = remains.dump.encode()
    found = {how: raw.find(secret) for how, secret in spellings(SECRETS[name]).items()}
    where = {how: raw[max(0, place - 200) : place + 60] for how, place in found.items() if place >= 0}
    assert not where


@pytest.mark.parametrize("name", SECRETS)
def test_the_files_beside_it_do_not_tell(remains: Remains, name: str) -> None:
    wanted = spellings(SECRETS[name])
    found = [path for path, content in remains.files if any(secret in content for secret in wanted.values())]
    assert not found


def test_what_was_said_is_there_for_those_who_have_the_keys(remains: Remains) -> None:
    """What the tests above rely on: everything was stored, and is found where it is not encrypted."""
    assert "Deniz Örnek" in remains.dump
    assert any(content.startswith(b"\x00CWFILE1") for _path, content in remains.files)
    clinic = remains.clinic
    told = ["body", "media_name", "error_detail", "template_values"]
    rows = clinic.staff(clinic.a.reception).call(
        "clinic.whatsapp.message", "search_read", [["account_id", "=", clinic.a.account_id]], told
    )
    texts = " ".join(str(row[name]) for row in rows for name in told)
    for name in set(SECRETS) - {"received file", "sent file", "access token", "app secret", "verify token"}:
        assert word(name) in texts, name


def test_the_tables_of_odoo_carry_only_numbers(remains: Remains) -> None:
    """Not even names: of the talk, Odoo's own tables know that there is something new."""
    clinic = remains.clinic
    assert clinic.sql("SELECT DISTINCT name, mimetype FROM ir_attachment WHERE res_field = 'media_file'") == [
        ("media_file", "application/octet-stream")
    ]
    updates = clinic.sql("SELECT message FROM bus_bus WHERE message LIKE %s", "%clinic_whatsapp/update%")
    assert updates
    known = {"type", "payload", "conversation_ids", "partner_ids", "company_id"}
    for (message,) in updates:
        assert set(words_of(message)) <= known | {"clinic_whatsapp", "update"}, message


def words_of(message: str) -> list[str]:
    return "".join(character if character.isalpha() or character == "_" else " " for character in message).split()


def rotate(clinic: Clinic, folder: Path, configured: str) -> tuple[int, str]:
    """Run the command with these keys; its exit status and what it said."""
    log = folder / f"rotate-{time.monotonic_ns()}.log"
    env = {"CLINIC_WHATSAPP_KEYS": configured}
    command = (f"--addons-path={paths.REPO}", "clinic_whatsapp_rotate_keys", "-d", clinic.odoo.database)
    return odoo.run_odoo(*command, log=log, env=env), log_tail(log)


def restart(clinic: Clinic, configured: str) -> None:
    clinic.odoo.stop()
    clinic.odoo.env["CLINIC_WHATSAPP_KEYS"] = configured
    clinic.start_odoo()


@pytest.fixture
def rotated(remains: Remains, tmp_path: Path) -> Iterator[str]:
    """A new key, in use before the old one; in the end the other tests have their old one back."""
    clinic = remains.clinic
    new, old = Fernet.generate_key().decode(), keys.fernet_key()
    restart(clinic, f"{new},{old}")
    yield new
    rotate(clinic, tmp_path, f"{old},{new}")
    restart(clinic, old)


def test_the_command_brings_everything_under_the_newest_key_while_the_server_works(
    remains: Remains, rotated: str, tmp_path: Path
) -> None:
    clinic, configured = remains.clinic, f"{rotated},{keys.fernet_key()}"
    _phone, conversation = clinic.converse(clinic.b)
    with ThreadPoolExecutor(1) as desk:
        under_way = desk.submit(rotate, clinic, tmp_path, configured)
        reception, sent = clinic.staff(clinic.b.reception), []
        while not under_way.done():
            if len(sent) < AT_ONCE:
                sent.append(reception.send_text(conversation, f"Sıra {len(sent)}"))
            time.sleep(0.5)
    status, said = under_way.result()
    assert (status, "Nothing is left under old keys" in said) == (0, True), said
    clinic.wait_for_states(sent, "sent", "delivered", "read")
    assert set(clinic.accepted(sent)) == {1}
    status, said = rotate(clinic, tmp_path, configured)
    assert (status, "0 values re-encrypted" in said) == (0, True), said
    status, said = rotate(clinic, tmp_path, "")
    assert (status != 0, "no encryption key" in said) == (True, True), said
    restart(clinic, rotated)
    test_what_was_said_is_there_for_those_who_have_the_keys(remains)
    reply = reception.send_text(conversation, "Yeni anahtar")
    clinic.wait_for_states([reply], "sent", "delivered", "read")
