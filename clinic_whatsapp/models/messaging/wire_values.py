"""Values of Meta's as a database and a person take them: any of them may be missing, or of another type."""

from datetime import datetime, timezone

TEXT_LENGTH = 500


def mapping(value) -> dict:
    return value if isinstance(value, dict) else {}


def name(value) -> str:
    """Return an enum as Meta writes it; empty when it is none."""
    return value if isinstance(value, str) and len(value) <= 100 and value.isprintable() else ""


def words(value) -> str:
    """Return a text, or an enum as words; empty when it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or value == "NONE":
        return ""
    text = value.replace("\x00", "").encode("utf-8", "replace").decode().strip()[:TEXT_LENGTH]
    return text.replace("_", " ").capitalize() if text.isupper() and "_" in text else text


def moment(seconds) -> datetime | None:
    """Return Unix seconds, number or text, as naive UTC."""
    digits = str(seconds)
    if isinstance(seconds, bool) or not digits.isdecimal() or not digits.isascii() or len(digits) > 11:
        return None
    return datetime.fromtimestamp(int(digits), tz=timezone.utc).replace(tzinfo=None)
