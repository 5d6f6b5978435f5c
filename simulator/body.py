"""The parameters of a request's body: JSON, a form, or a form with a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from .errors import bad_parameter
from .media_rules import LARGEST

MAX_FIELD = 100_000
MAX_JSON = 4 * 1024 * 1024

Json = dict[str, Any]


@dataclass(frozen=True)
class FilePart:
    """A file of a form. More than any file may have is not kept: ``data`` then ends just above the limit."""

    filename: str
    content_type: str
    data: bytes


async def read_body(request: web.Request) -> Json:
    """Raises GraphError 100 when the body is not what it says."""
    if request.content_type.startswith("multipart/"):
        return await _read_parts(request)
    raw = await request.read()
    if not raw:
        return {}
    if len(raw) > MAX_JSON:
        raise bad_parameter("The body is too large.")
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(await request.post())
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise bad_parameter("The body is not valid JSON.") from error
    if not isinstance(data, dict):
        raise bad_parameter("The body must be a JSON object.")
    return data


async def _read_parts(request: web.Request) -> Json:
    data: Json = {}
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                data[part.name] = await _read_part(part)
    except ValueError as error:
        raise bad_parameter("The body is not a valid form.") from error
    return data


async def _read_part(part: BodyPartReader) -> FilePart | str:
    most = LARGEST if part.filename else MAX_FIELD
    chunks: list[bytes] = []
    size = 0
    while chunk := await part.read_chunk(65_536):
        size += len(chunk)
        if size <= most + 65_536:
            chunks.append(chunk)
    content = b"".join(chunks)
    if part.filename is None:
        return content.decode("utf-8", "replace")
    return FilePart(part.filename, part.headers.get("Content-Type", "application/octet-stream"), content)
