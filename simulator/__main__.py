"""``python -m simulator``: start the stand-in for Meta and the phone page."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import gc
import ipaddress
import signal
import sys
from pathlib import Path

from .server import Server

DESCRIPTION = """\
A local stand-in for Meta's WhatsApp Cloud API, with the patient's phone in the browser.

Point an account's API address at http://HOST:PORT and open the same address in a browser
to play the patient. Nothing leaves this computer."""


def main() -> int:
    arguments = _parser().parse_args()
    try:
        asyncio.run(_serve(arguments))
    except (OSError, ValueError) as error:
        print(f"simulator: {_explain(error, arguments)}", file=sys.stderr)
        return 1
    return 0


def _explain(error: Exception, arguments: argparse.Namespace) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {arguments.port} is in use; choose another one with --port"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8070, help="TCP port (default 8070, 0: any)")
    parser.add_argument(
        "--host",
        type=_loopback,
        default="127.0.0.1",
        help="loopback address to serve on (default 127.0.0.1)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="remember numbers, templates, phones and chats in this JSON file over a restart",
    )
    parser.add_argument(
        "--seed",
        type=Path,
        metavar="FILE.json",
        help="numbers, templates and phones to start with",
    )
    return parser


def _loopback(host: str) -> str:
    """The page has no login, so it is served to this computer only."""
    address = "127.0.0.1" if host == "localhost" else host
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(address).is_loopback:
            return address
    raise argparse.ArgumentTypeError(
        f"{host} is not a loopback address; the simulator serves this computer only"
    )


async def _serve(arguments: argparse.Namespace) -> None:
    # A full collection walks through the whole history and holds up everything for a tenth of a
    # second; the simulator is the referee of the pace, and what it keeps is bounded anyway.
    gc.set_threshold(20_000, 50, 1_000)
    server = Server(arguments.host, arguments.port, arguments.state, arguments.seed)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await server.start()
        print(f"WhatsApp simulator and phone: {server.url}/", flush=True)
        await stop.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    sys.exit(main())
