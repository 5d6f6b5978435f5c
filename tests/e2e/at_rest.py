"""What an administrator without the keys finds: a dump of the database, and the files beside it."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devtools import database, odoo
from devtools.postgres_client import client

from .clinic import Clinic

# Runs in Odoo's shell: what no button of this version does, as an integrator's module would.
SEND = """
import os
conversation = env["clinic.whatsapp.conversation"].browse(int(os.environ["CONVERSATION"]))
text, name, value = (os.environ[word] for word in ("TEXT", "NAME", "VALUE"))
file = (bytes.fromhex(os.environ["FILE"]), name, "application/pdf")
sent = conversation._send_text(text, attachments=[file])
template = env["clinic.whatsapp.template"].create(
    {
        "name": "at_rest",
        "language": "tr",
        "category": "utility",
        "account_id": conversation.account_id.id,
        "model_id": env["ir.model"]._get_id("res.partner"),
        "body": "Sayın {{1}}, kliniğimizden size merhaba diyoruz!",
        "variable_ids": [(0, 0, {"index": 1, "field_path": "name", "sample": "Ayşe"})],
        "status": "approved",
    }
)
sent |= conversation.partner_id._whatsapp_send_template(
    template, purpose="appointment", account=conversation.account_id, values={1: value}
)
assert set(sent.mapped("state")) == {"queued"}, [message.problem for message in sent]
"""


def send_from_shell(clinic: Clinic, folder: Path, conversation: int, **words: str) -> None:
    """Queue a file with a text below it, and a template with a value of its own."""
    script = folder / "send.py"
    script.write_text(SEND)
    env = {"CONVERSATION": str(conversation), **words}
    odoo.run_script(clinic.odoo.database, script, log=folder / "send.log", env=env)


def dump(clinic: Clinic, folder: Path) -> str:
    """The whole database as SQL."""
    server = database.server()
    target = folder / "dump.sql"
    subprocess.run(
        [client("pg_dump"), "--format=plain", f"--file={target}", clinic.odoo.database],
        env={**odoo.environment(), **server.environment()},
        check=True,
    )
    return target.read_text(errors="replace")


def files(clinic: Clinic) -> Iterator[tuple[str, bytes]]:
    """Every file that Odoo keeps for the database: path and content."""
    for path in odoo.filestore(clinic.odoo.database).rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def spellings(secret: bytes) -> dict[str, bytes]:
    """How a secret may stand in a dump: as it is, escaped, as hexadecimal digits, as base64 at any offset."""
    found = {"plain": secret, "hex": secret.hex().encode(), "json": json.dumps(secret.decode())[1:-1].encode()}
    for offset in range(3):
        cut = secret[(3 - offset) % 3 :]
        found[f"base64+{offset}"] = base64.b64encode(cut[: len(cut) // 3 * 3])
    return {how: spelling for how, spelling in found.items() if len(spelling) >= 4}
