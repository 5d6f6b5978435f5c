"""The state file: what the simulated world remembers over a restart.

A change only marks the world as dirty. One task writes it, at most once a second and never for
more than a twentieth of the time, so that a long history slows nothing down; the file is replaced
atomically, so that a crash leaves the last good one. The newest KEPT_MESSAGES are kept. Webhooks
that were not yet answered with 200 are part of the state: they are delivered after the restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from .state import Chat, Message, Number, Phone, World
from .template_state import Sample, Template, Waba

VERSION = 1
MIN_INTERVAL = 1.0
MAX_SHARE = 0.05
KEPT_MESSAGES = 5_000


def plain(item: Any) -> dict[str, Any]:
    """A dataclass as a dict, one level deep (``asdict`` would copy every message's content)."""
    return {f.name: getattr(item, f.name) for f in fields(item)}


def dump_world(world: World) -> dict[str, Any]:
    kept = world.newest(KEPT_MESSAGES)
    return {
        "version": VERSION,
        "numbers": [plain(n) for n in world.numbers.values()],
        "wabas": [_dump_waba(w) for w in world.wabas.values()],
        "app_fields": world.app_fields,
        "samples": {handle: plain(sample) for handle, sample in world.samples.items()},
        "phones": [plain(p) for p in world.phones.values()],
        "chats": [_dump_chat(c, kept) for c in world.chats.values()],
    }


def _dump_waba(waba: Waba) -> dict[str, Any]:
    facts = {name: value for name, value in plain(waba).items() if name != "by_name"}
    return {**facts, "templates": [plain(t) for t in waba.templates.values()]}


def _dump_chat(chat: Chat, kept: set[str]) -> dict[str, Any]:
    return {
        "phone_number_id": chat.phone_number_id,
        "wa_id": chat.wa_id,
        "window_from": chat.window_from,
        "unread": [m.id for m in chat.unread],
        "messages": [plain(m) for m in chat.messages if m.id in kept],
    }


def load_world(data: dict[str, Any], world: World) -> None:
    """Fills an empty world. Raises ValueError on a file of another version."""
    if data.get("version") != VERSION:
        raise ValueError(f"The state file has version {data.get('version')}, expected {VERSION}.")
    for values in data["numbers"]:
        world.numbers[values["phone_number_id"]] = Number(**values)
    for values in data["wabas"]:
        templates = values.pop("templates")
        waba = world.wabas[values["id"]] = Waba(**values)
        for template in templates:
            waba.add_template(Template(**template))
    world.app_fields.update(data.get("app_fields", {}))
    for handle, values in data.get("samples", {}).items():
        world.add_sample(handle, Sample(**values))
    for values in data["phones"]:
        world.add_phone(Phone(**values))
    _load_chats(data["chats"], world)


def _load_chats(chats: list[dict[str, Any]], world: World) -> None:
    messages = []
    for values in chats:
        chat = Chat(values["phone_number_id"], values["wa_id"], window_from=values["window_from"])
        world.add_chat(chat)
        messages += [Message(**m) for m in values["messages"]]
    for message in sorted(messages, key=lambda m: m.timestamp):
        world.add_message(message)
    for values in chats:
        chat = world.chat(values["phone_number_id"], values["wa_id"])
        chat.unread.extend(world.messages[i] for i in values["unread"] if i in world.messages)


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


class StateFile:
    """Writes what ``snapshot`` returns whenever ``touch`` was called, not too often."""

    def __init__(self, path: Path, snapshot: Callable[[], dict[str, Any]]) -> None:
        self.path = path
        self._snapshot = snapshot
        self._dirty = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def read(self) -> dict[str, Any] | None:
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def touch(self) -> None:
        self._dirty.set()

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Ends the task, never in the middle of a file, and writes the last state."""
        self._stopping.set()
        self._dirty.set()
        if self._task:
            await self._task
        write_atomically(self.path, self._text())

    def _text(self) -> str:
        self._dirty.clear()
        return json.dumps(self._snapshot(), ensure_ascii=False)

    async def _run(self) -> None:
        while True:
            await self._dirty.wait()
            if self._stopping.is_set():
                return
            started = time.monotonic()
            text = self._text()
            pause = max(MIN_INTERVAL, (time.monotonic() - started) / MAX_SHARE)
            await asyncio.to_thread(write_atomically, self.path, text)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
