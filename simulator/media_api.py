"""``/_sim/media``: the files at Meta for tests, and for the phone page, which shows what was sent without a token.
"""

from __future__ import annotations

from aiohttp import web

from .context import Context
from .control import read_json
from .media import file_name
from .media_rules import base_type
from .options import BadOption
from .storage import plain

# Shown beside the phone; everything else is saved, never opened.
INLINE = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/3gpp",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
)


class MediaApi:
    def __init__(self, context: Context) -> None:
        self._context = context

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sim/media", self.list_media),
            web.post("/_sim/media/expire", self.expire),
            web.post("/_sim/media/expire_urls", self.expire_urls),
            web.get(r"/_sim/media/{id:\d+}", self.get_bytes),
        ]

    async def list_media(self, _request: web.Request) -> web.Response:
        return web.json_response({"media": [plain(media) for media in self._context.media.files.values()]})

    async def get_bytes(self, request: web.Request) -> web.StreamResponse:
        store, media_id = self._context.media, request.match_info["id"]
        data = store.read(media_id) if media_id in store.files else None
        if data is None:
            raise web.HTTPNotFound(text="This file is gone.")
        media = store.files[media_id]
        mime = base_type(media.mime_type)
        kind = "inline" if mime in INLINE else "attachment"
        name = file_name(media).encode("ascii", "replace").decode().replace('"', "'")
        headers = {
            "Content-Type": mime if mime in INLINE else "application/octet-stream",
            "Content-Disposition": f'{kind}; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Accept-Ranges": "bytes",
        }
        return _part(request, data, headers)

    async def expire(self, request: web.Request) -> web.Response:
        media_id = str((await read_json(request)).get("id") or "")
        if media_id and media_id not in self._context.media.files:
            raise BadOption(f"There is no file {media_id}.")
        self._context.media.expire(media_id)
        self._context.touch()
        return web.json_response({"success": True})

    async def expire_urls(self, _request: web.Request) -> web.Response:
        self._context.media.forget_urls()
        return web.json_response({"success": True})


def _part(request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
    """The bytes, or the range of them that a player asks for."""
    try:
        wanted = request.http_range
    except ValueError as error:
        raise web.HTTPRequestRangeNotSatisfiable from error
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, headers=headers)
    start, stop, _ = wanted.indices(len(data))
    if start >= stop:
        raise web.HTTPRequestRangeNotSatisfiable
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return web.Response(status=206, body=data[start:stop], headers=headers)
