"""Media on the Graph API (cloud_api.md §3): upload, address, download, deletion, and what goes wrong with them."""

from __future__ import annotations

from aiohttp import web

from .auth import MESSAGING, Caller, authenticate
from .body import FilePart, Json
from .context import Context
from .errors import GraphError, bad_parameter, unknown_object
from .media import DOWNLOAD_PATH, Media, file_name
from .media_rules import base_type, check_upload
from .state import Number

PAGE_503 = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>503 Service Unavailable</h1></body></html>"


class MediaGraph:
    def __init__(self, context: Context) -> None:
        self._context = context

    def routes(self) -> list[web.RouteDef]:
        return [web.get(DOWNLOAD_PATH, self.download)]

    async def upload(self, _request: web.Request, caller: Caller, number: Number, data: Json) -> Json:
        caller.require(MESSAGING)
        self._check_up()
        if data.get("messaging_product") != "whatsapp":
            raise bad_parameter("The parameter messaging_product is required.")
        part = data.get("file")
        if not isinstance(part, FilePart):
            raise bad_parameter("The parameter file is required.")
        declared = data.get("type")
        if not declared or not isinstance(declared, str):
            raise bad_parameter("The parameter type is required.")
        if base_type(part.content_type) != base_type(declared):
            raise GraphError(131053, f"The type {declared} does not match the file's {part.content_type}")
        check_upload(declared, part.data)
        media = self._context.media.add(number.phone_number_id, "upload", part.data, base_type(declared), part.filename)
        self._context.touch()
        return {"id": media.id}

    async def info(self, request: web.Request, caller: Caller, media_id: str) -> Json:
        self._check_up()
        media = self._own(request, caller, media_id)
        if self._context.faults.take("media_missing_next"):
            self._context.tell_faults()
            raise unknown_object(media_id, request.method)
        return {
            "messaging_product": "whatsapp",
            "url": self._context.media.url(f"{request.scheme}://{request.host}", media),
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": media.size,
            "id": media.id,
        }

    async def delete(self, request: web.Request, caller: Caller, media_id: str) -> Json:
        self._context.media.remove(self._own(request, caller, media_id).id)
        self._context.touch()
        return {"success": True}

    async def download(self, request: web.Request) -> web.Response:
        """404 for an address that has run out; the bytes otherwise, damaged if that was asked for."""
        faults = self._context.faults
        if faults.media_down:
            return web.Response(status=503, text=PAGE_503, content_type="text/html")
        if not request.headers.get("User-Agent"):
            return web.Response(status=400, text="A request needs a User-Agent.")
        try:
            caller = authenticate(request, {}, self._context.world)
        except GraphError as error:
            return web.json_response(error.body(), status=error.status)
        media = self._of_address(request, caller)
        if media is None or faults.take("media_url_expired_next"):
            self._context.tell_faults()
            return web.Response(status=404, text="URL signature expired")
        data = self._context.media.read(media.id) or b""
        if faults.take("media_wrong_hash_next"):
            self._context.tell_faults()
            data = data[:-1] + bytes([data[-1] ^ 0xFF])
        disposition = f'attachment; filename="{file_name(media)}"'.encode("ascii", "replace").decode()
        headers = {"Content-Type": base_type(media.mime_type), "Content-Disposition": disposition}
        return web.Response(body=data, headers=headers)

    def _of_address(self, request: web.Request, caller: Caller) -> Media | None:
        query = request.query
        media = self._context.media.of_url(query.get("mid", ""), query.get("ext", ""), query.get("hash", ""))
        numbers = {number.phone_number_id for number in caller.numbers}
        return media if media and media.phone_number_id in numbers else None

    def _own(self, request: web.Request, caller: Caller, media_id: str) -> Media:
        """A file of a number that the caller may use, and of the number that the request names."""
        caller.require(MESSAGING)
        media = self._context.media.find(media_id)
        if media is None or media.phone_number_id not in {n.phone_number_id for n in caller.numbers}:
            raise unknown_object(media_id, request.method)
        asked = request.query.get("phone_number_id")
        if asked and asked != media.phone_number_id:
            raise bad_parameter("Param phone_number_id is not the number that the media belongs to.")
        return media

    def _check_up(self) -> None:
        if self._context.faults.media_down:
            raise GraphError(131016, "Media are not available for the moment")
