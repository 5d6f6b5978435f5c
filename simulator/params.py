"""Checks that all contents share: which keys an object has, how long a text may be. Unknown keys are refused as
Graph does, so that a misspelt one is found here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .errors import GraphError, bad_parameter

Json = dict[str, Any]


def only_keys(param: str, data: Json, known: Collection[str]) -> None:
    for key in data:
        if key not in known:
            raise bad_parameter(f'Unexpected key "{key}" on param "{param}".')


def limited(param: str, value: Any, most: int, required: bool = True) -> str:
    """A text of at most ``most`` characters; empty only where it is not required."""
    if value is None or value == "":
        if required:
            raise bad_parameter(f"The parameter {param} is required.")
        return ""
    if not isinstance(value, str):
        raise bad_parameter(f"Param {param} must be a string.")
    if len(value) > most:
        raise bad_parameter(f"Param {param} must be at most {most} characters long.")
    return value


def an_object(param: str, value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad_parameter(f"Param {param} must be an object.")
    return value


def objects(param: str, value: Any, least: int, most: int) -> list[Json]:
    right = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    if not right or not least <= len(value) <= most:
        raise GraphError(131009, f"{param} must be an array of {least} to {most} objects.")
    return value


def coordinate(param: str, value: Any, most: float) -> float:
    """A latitude or longitude, as a number or as its digits."""
    if value is None or value == "":
        raise GraphError(131008, f"{param} is required")
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise GraphError(131009, f"{param} must be a number") from error
    if not -most <= number <= most:
        raise GraphError(131009, f"{param} must be between -{most:g} and {most:g}")
    return number
