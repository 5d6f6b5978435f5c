"""Puts the parts together and runs them: one event loop, one loopback port.

``start`` restores the state file and continues what the stop interrupted; ``stop`` ends the live
feeds, lets open requests finish, and writes the state.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from aiohttp import web

from .apps import Apps
from .arrival import PunctualRunner, note_arrival
from .context import Context
from .control import Control, own_page_only, plain_errors
from .delivery import Delivery
from .events import Events
from .graph import Graph
from .identity import Identity
from .media_api import MediaApi
from .media_graph import MediaGraph
from .nodes import Nodes
from .options import as_json, change
from .phone_api import PhoneApi
from .phones import Phones
from .sending import Sending
from .setup import apply_seed
from .state import World
from .storage import StateFile, dump_world, load_world, plain
from .template_api import TemplateApi
from .templates import Templates
from .uploads import Uploads
from .webhooks import Webhooks

STATIC = Path(__file__).parent / "static"
MAX_BODY = 160 * 1024 * 1024
SHUTDOWN_SECONDS = 2.0


class Server:
    """The simulator, made and run inside an event loop. ``port`` 0 takes a free one: ``url``."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        state: Path | None = None,
        seed: Path | None = None,
    ) -> None:
        self._host, self._port, self._seed = host, port, seed
        self.context = context = Context()
        self.webhooks = Webhooks(context)
        self.delivery = Delivery(context, self.webhooks)
        self.webhooks.on_delivered = self.delivery.webhook_delivered
        self.templates = Templates(context, self.webhooks)
        self._uploads = Uploads(context)
        self.phones = Phones(context, self.webhooks, self.delivery)
        identity = Identity(context, self.webhooks)
        self._phone_api = PhoneApi(context, self.phones, self.delivery, identity)
        self._file = StateFile(state, self._snapshot) if state else None
        if state:
            context.media.folder = state.with_name(f"{state.name}.media")
        self._runner: web.AppRunner | None = None
        self._started = False

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Raises OSError when the port is taken, ValueError when a file cannot be used."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # The port first: what was pending is only sent by the one who holds it.
        listener = socket.create_server((self._host, self._port), family=family, backlog=1024)
        self._port = listener.getsockname()[1]
        self.context.origin = self.url
        try:
            await self._serve(listener)
        except BaseException:
            listener.close()
            raise

    async def _serve(self, listener: socket.socket) -> None:
        self._restore()
        if self._seed:
            data = json.loads(self._seed.read_text(encoding="utf-8"))
            apply_seed(self.context, self.templates, data)
        self._runner = PunctualRunner(
            self._app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=1024).start()
        self._started = True
        if self._file:
            self._file.start()

    async def stop(self) -> None:
        """Writes the state only if the start succeeded: a file that was not read stays as it is."""
        self._phone_api.stop()
        if self._runner:
            await self._runner.cleanup()
        self.context.timers.cancel_all()
        self.templates.life.clear()
        if self._file and self._started:
            await self._file.stop()
        await self.webhooks.stop()

    def _app(self) -> web.Application:
        context = self.context
        media, uploads = MediaGraph(context), self._uploads
        graph = Graph(
            context,
            Sending(context, self.delivery),
            Nodes(context, self.webhooks, self.templates, media, uploads),
            Apps(context, self.webhooks),
        )
        control = Control(context, self.webhooks, self.templates, self._reset)
        template_api = TemplateApi(context, self.templates)
        app = web.Application(middlewares=[note_arrival, own_page_only, plain_errors], client_max_size=MAX_BODY)
        app.on_response_prepare.append(_always_fresh)
        app.add_routes(control.routes())
        app.add_routes(template_api.routes())
        app.add_routes(Events(context, self.webhooks).routes())
        app.add_routes(MediaApi(context).routes())
        app.add_routes(self._phone_api.routes())
        app.add_routes([web.get("/", _page), web.static("/static", STATIC)])
        app.add_routes(media.routes())
        app.add_routes(uploads.routes())
        app.add_routes(graph.routes())
        return app

    def _snapshot(self) -> dict[str, Any]:
        return {
            **dump_world(self.context.world),
            "settings": as_json(self.context.settings),
            "webhooks": self.webhooks.dump(),
            "media": [plain(media) for media in self.context.media.files.values()],
        }

    def _restore(self) -> None:
        data = self._file.read() if self._file else None
        if self._file:
            self.context.touch = self._file.touch
        self.context.media.restore((data or {}).get("media", []))
        if data is not None:
            load_world(data, self.context.world)
            change(self.context.settings, data.get("settings", {}))
            self.webhooks.restore(data.get("webhooks", []))
        self.delivery.resume()
        self.templates.life.resume()

    def _reset(self) -> None:
        """An empty world with default options; the port stays."""
        context = self.context
        context.timers.cancel_all()
        self.templates.life.clear()
        self._uploads.clear()
        self.webhooks.clear()
        self.delivery.clear()
        fresh = Context()
        context.world.__dict__.update(World().__dict__)
        change(context.settings, as_json(fresh.settings))
        change(context.faults, as_json(fresh.faults))
        self.webhooks.apply_pause()
        context.limits.clear()
        context.media.clear()
        context.chance.restart()
        context.log.clear()
        context.hub.publish_to_all({"event": "reload"})
        context.touch()


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _always_fresh(_request: web.Request, response: web.StreamResponse) -> None:
    """A browser asks again instead of showing the page of an older version."""
    response.headers.setdefault("Cache-Control", "no-cache")
