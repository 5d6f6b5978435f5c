"""What a patient's message holds, on the wire and on the phone's screen (cloud_api.md §5.6).

Every builder returns the content of a bubble; its ``wire`` is the object that the webhook carries under the type's
name. Without more words a media message is a small real file of its kind.
"""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .contact_cards import summary
from .media import Media, MediaStore
from .media_content import shown
from .state import Phone

SAMPLES = Path(__file__).parent / "samples"
SAMPLE_FILES = {
    "image": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("voice.ogg", "audio/ogg; codecs=opus"),
    "document": ("report.pdf", "application/pdf"),
    "sticker": ("sticker.webp", "image/webp"),
}
MEDIA = tuple(SAMPLE_FILES)
MAX_TEXT = 65_536
MAX_INBOUND = 101 * 1024 * 1024
CAPTIONED = ("image", "video", "document")

Json = dict[str, Any]


class BadAction(ValueError):
    """The phone cannot do that; the text says why."""


@functools.cache
def sample(kind: str) -> bytes:
    return (SAMPLES / SAMPLE_FILES[kind][0]).read_bytes()


def text(value: Any) -> Json:
    if not isinstance(value, str) or not value.strip():
        raise BadAction("text must not be empty.")
    if len(value) > MAX_TEXT:
        raise BadAction(f"text has at most {MAX_TEXT} characters.")
    return {"text": value, "wire": {"body": value}}


def media(kind: str, action: Json, store: MediaStore, phone_number_id: str, origin: str) -> Json:
    """``data`` (base64) with its ``mime_type``, or ``size`` bytes, or the sample.

    ``origin`` is the address of this simulator, for the ``url`` in the webhook.
    """
    mime_type = str(action.get("mime_type") or SAMPLE_FILES[kind][1])
    data = _bytes(kind, action)
    filename = str(action.get("filename") or ("document.pdf" if kind == "document" else ""))
    stored = store.add(phone_number_id, "inbound", data, mime_type, filename)
    caption = str(action.get("caption") or "") if kind in CAPTIONED else ""
    content = {"text": caption, "media": kind, **shown(stored, data)}
    content["wire"] = wire = _media_wire(stored, store, action, origin)
    if caption:
        wire["caption"] = caption
    if kind == "document":
        content["filename"] = wire["filename"] = filename
    if kind == "audio":
        voice = action.get("voice")
        content["voice"] = wire["voice"] = mime_type.startswith("audio/ogg") if voice is None else bool(voice)
    if kind == "sticker":
        content["animated"] = wire["animated"] = bool(action.get("animated"))
    return content


def _media_wire(stored: Media, store: MediaStore, action: Json, origin: str) -> Json:
    wire: Json = {"mime_type": stored.mime_type, "sha256": stored.sha256_base64, "id": stored.id}
    if action.get("with_url") and origin:
        wire["url"] = store.url(origin, stored)
    return wire


def _bytes(kind: str, action: Json) -> bytes:
    size = action.get("size") or 0
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_INBOUND:
        raise BadAction(f"size is a whole number up to {MAX_INBOUND}.")
    if size:
        start = sample(kind)[:size]
        return start + bytes(size - len(start))
    if not action.get("data"):
        return sample(kind)
    try:
        return base64.b64decode(str(action["data"]), validate=True)
    except binascii.Error as error:
        raise BadAction("data is the file in base64.") from error


def location(action: Json) -> Json:
    named = "latitude" in action or action.get("name")
    place: Json = {"latitude": action.get("latitude", 41.0151), "longitude": action.get("longitude", 28.9795)}
    place |= {key: str(action[key]) for key in ("name", "address", "url") if action.get(key)}
    if not named:
        place["name"] = "İstanbul"
    lines = [place[key] for key in ("name", "address") if place.get(key)]
    return {"text": "\n".join(lines), "media": "location", "location": place, "wire": place}


def own_number(phone: Phone) -> Json:
    """The phone's own card, as it answers a request for the number."""
    name = phone.name or phone.wa_id
    row = {"phone": f"+{phone.wa_id}", "wa_id": phone.wire_id, "type": "MOBILE"}
    card = {"name": {"formatted_name": name, "first_name": name}, "phones": [row]}
    return contacts({"contacts": [card], "origin": "contact_request"})


def contacts(action: Json) -> Json:
    cards = action.get("contacts") or [
        {
            "name": {"formatted_name": "Deniz Örnek", "first_name": "Deniz"},
            "phones": [{"phone": "+90 555 000 00 99", "type": "CELL", "wa_id": "905550000099"}],
        }
    ]
    if not isinstance(cards, list) or not all(isinstance(card, dict) for card in cards):
        raise BadAction("contacts is an array of cards.")
    if action.get("origin"):
        cards = [{**card, "origin": str(action["origin"])} for card in cards]
    cards_shown = [summary(card) for card in cards]
    names = "\n".join(card["name"] or " ".join(card["phones"]) for card in cards_shown)
    return {"text": names, "media": "contacts", "contacts": cards_shown, "wire": cards}


def order(action: Json) -> Json:
    items = action.get("items") or [
        {"product_retailer_id": "check-up", "quantity": "1", "item_price": "1500", "currency": "TRY"}
    ]
    wire = {"catalog_id": "194836987003835", "text": str(action.get("text") or ""), "product_items": items}
    lines = [f"{item.get('quantity')} × {item.get('product_retailer_id')}" for item in items]
    return {"text": "\n".join(lines), "media": "order", "wire": wire}


def unsupported(action: Json) -> Json:
    wire = {"type": str(action.get("unsupported") or "poll_creation")}
    return {"text": "", "media": "unsupported", "wire": wire, "error": int(action.get("code") or 131051)}


OTHERS: dict[str, Callable[[Json], Json]] = {
    "location": location,
    "contacts": contacts,
    "order": order,
    "unsupported": unsupported,
}


def unknown(kind: str, value: Any) -> Json:
    """A type that nobody knows yet."""
    wire = {"something": "new"} if value is None else value
    return {"text": "", "media": "unsupported", "wire": wire}


def referral(value: Any) -> Json:
    """The advertisement a patient came from; ``true`` is a sample."""
    if isinstance(value, dict):
        return value
    return {
        "source_url": "https://fb.me/3cr4Wqqkv",
        "source_id": "120226305854810726",
        "source_type": "ad",
        "headline": "Check-up haftası",
        "body": "Randevu için bize yazın",
        "media_type": "image",
        "image_url": "https://example.org/ad.jpg",
        "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwLF4XvnO2E4Nx0",
        "welcome_message": {"text": "Size nasıl yardımcı olabiliriz?"},
    }
