"""What the developer can put right himself: shown as one message, without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable


class SetupError(Exception):
    """Something is missing or taken; the text says what to do about it."""


def run_main(main: Callable[[], int]) -> None:
    """Run a program and exit with its code; a SetupError becomes a plain message."""
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
