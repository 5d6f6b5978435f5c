"""What the mechanisms share: the world, the options, the log, the open pages and the clock.

Everything runs in one event loop, so a step between two awaits is never interrupted and nothing
needs a lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from .chance import Chance
from .hub import Hub
from .limits import Limits
from .log import Log
from .media import MediaStore
from .options import Faults, Settings, as_json
from .state import World


class Timers:
    """Steps that happen a little later, all of them cancelled at the end."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()

    def later(self, seconds: float, step: Callable[[], None]) -> None:
        def run() -> None:
            self._handles.discard(handle)
            step()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._handles.add(handle)

    def __len__(self) -> int:
        return len(self._handles)

    def cancel_all(self) -> None:
        while self._handles:
            self._handles.pop().cancel()


@dataclass
class Context:
    world: World = field(default_factory=World)
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    hub: Hub = field(default_factory=Hub)
    timers: Timers = field(default_factory=Timers)
    touch: Callable[[], None] = lambda: None
    origin: str = ""  # where this simulator is reached, for the addresses in webhooks

    def __post_init__(self) -> None:
        self.chance = Chance(self.settings, self.faults)
        self.media = MediaStore(self.settings)
        self.limits = Limits(self.settings)
        self.log = Log(lambda entry: self.hub.publish_to_all({"event": "log", "entry": entry}))

    def tell_faults(self) -> None:
        """Shows every open page how the switches stand now."""
        self.hub.publish_to_all({"event": "faults", "faults": as_json(self.faults)})
