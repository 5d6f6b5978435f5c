"""Graph's ``fields`` parameter."""

from __future__ import annotations

from typing import Any

from .errors import bad_parameter


def pick(facts: dict[str, Any], fields: str, node_type: str) -> dict[str, Any]:
    """The asked fields of a node; ``id`` is always among them, a field it does not have is
    refused.
    """
    names = [name.strip() for name in fields.split(",") if name.strip()]
    for name in names:
        if name not in facts:
            raise bad_parameter(
                f"Tried accessing nonexisting field ({name}) on node type ({node_type})"
            )
    return {name: facts[name] for name in dict.fromkeys([*names, "id"])}
