"""What the printed documents share: who may print, how facts, moments and codes read on paper."""

import base64
import io
import re

from odoo.tools import format_datetime
from qrcode import ERROR_CORRECT_M, QRCode

DAY = "d MMMM y"
MOMENT = f"{DAY} HH:mm:ss"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def find_readable(records):
    """Return records as their reader may see them, for a document about them.

    A report's address, typed into the browser, names no active branches; then only the reader's main one counts
    (design.md §5.3).

    :raise AccessError: when one of them lies outside the active branches
    """
    if not records.env.context.get("allowed_company_ids"):
        records = records.with_context(allowed_company_ids=records.env.user.company_id.ids)
    records.check_access("read")
    return records


def list_facts(record, names) -> list[tuple[str, str]]:
    """Return (label, value as text) of those fields of a record that say something, in the reader's language."""
    facts = [(record._fields[name]._description_string(record.env), show_value(record, name)) for name in names]
    return [(label, text) for label, text in facts if text]


def show_value(record, name) -> str:
    field, value = record._fields[name], record[name]
    if not value:
        return ""
    if field.type == "datetime":
        return show_moment(record.env, value, record.company_id._get_tz())
    if field.type == "selection":
        return dict(field._description_selection(record.env))[value]
    return value.display_name if field.relational else str(value)


def show_moment(env, moment, zone: str) -> str:
    """Return a moment (UTC) on the clock of a branch, with the zone; it goes into evidence, so to the second."""
    return f"{format_datetime(env, moment, tz=zone, dt_format=MOMENT)} ({zone})"


def draw_qr(text: str) -> str:
    """Return a QR code as an address that holds the picture itself."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    code.add_data(text)
    target = io.BytesIO()
    code.make_image().save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()


def name_plainly(name: str) -> str:
    """Return a file name in ASCII without blanks, for a file inside a PDF file."""
    return _NOT_PLAIN.sub("_", name or "").strip("._") or "file"
