"""Address cards that the business sends (cloud_api.md §2.2)."""

from __future__ import annotations

from typing import Any

from .errors import GraphError
from .params import Json, an_object, limited, objects, only_keys

MOST_CARDS = 257
CARD = ("name", "phones", "emails", "org", "urls", "addresses", "birthday")
NAME = ("formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix")
ROWS = {
    "phones": ("phone", "type", "wa_id"),
    "emails": ("email", "type"),
    "urls": ("url", "type"),
    "addresses": ("street", "city", "state", "zip", "country", "country_code", "type"),
}


def render(cards: Any) -> Json:
    checked = [_card(card) for card in objects("contacts", cards, 1, MOST_CARDS)]
    return {"media": "contacts", "contacts": checked, "text": "\n".join(card["name"] for card in checked)}


def _card(card: Json) -> Json:
    only_keys("contacts", card, CARD)
    name = an_object("contacts['name']", card.get("name"))
    only_keys("contacts['name']", name, NAME)
    formatted = limited("contacts['name']['formatted_name']", name.get("formatted_name"), 1024)
    if not any(name.get(part) for part in NAME[1:]):
        raise GraphError(131009, "contacts['name'] needs at least one part besides formatted_name")
    for key, known in ROWS.items():
        for row in objects(f"contacts['{key}']", card.get(key, []), 0, 100):
            only_keys(f"contacts['{key}']", row, known)
    limited("birthday", card.get("birthday"), 10, False)
    return summary({**card, "name": {**name, "formatted_name": formatted}})


def summary(card: Json) -> Json:
    """A card as the phone shows it; a patient's card may lack everything."""
    return {
        "name": (card.get("name") or {}).get("formatted_name", ""),
        "phones": [str(row.get("phone", "")) for row in card.get("phones", [])],
        "emails": [str(row.get("email", "")) for row in card.get("emails", [])],
        "organization": (card.get("org") or {}).get("company", ""),
    }
