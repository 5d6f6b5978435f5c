"""Webhooks of the fixture checklist (cloud_api.md §13), and ways to spoil them."""

import copy
import json
from pathlib import Path

from hypothesis import strategies as st

SAMPLES = json.loads((Path(__file__).parent / "samples" / "webhooks.json").read_text(encoding="utf-8"))

ODD = (
    None, True, False, 0, -1, 10**30, 1.5, 1e308, "", " ", "x", "\x00", "\ud800", "a\x00b", "9" * 400, "İ", "wamid.x",
    [], [[]], [None], {}, {"": None}, {"type": "text"}, {"code": 10**40}, {"id": {}}, "{\"a\": NaN}", "[" * 3000,
)  # fmt: skip


def paths(value, here=()):
    """Every place in a JSON value, the value itself first."""
    yield here
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from paths(part, (*here, key))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


@st.composite
def spoilt(draw, samples=SAMPLES):
    """A webhook of the checklist in which some places were replaced, removed or repeated."""
    document = copy.deepcopy(samples[draw(st.sampled_from(sorted(samples)))])
    for _spot in range(draw(st.integers(0, 4))):
        places = [path for path in paths(document) if len(path) > 1]
        if not places:
            break
        path = draw(st.sampled_from(places))
        parent, key = parent_of(document, path), path[-1]
        action = draw(st.sampled_from(("replace", "remove", "repeat")))
        if action == "replace":
            parent[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif action == "remove":
            del parent[key]
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
    return document
