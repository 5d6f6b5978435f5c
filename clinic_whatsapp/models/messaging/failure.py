"""Telling where something failed, without a word of what was being processed.

The text of an exception may quote a patient, a phone number or a token; neither the log nor a field that managers read
may hold these (design.md §5.7). Its type, and the lines of code on the way to it, say as much to a developer.
"""

import traceback


def describe(error: BaseException) -> str:
    """Return type and place of an exception: "ValueError (inbox_messages.py:42)"."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def trace(error: BaseException) -> str:
    """Return the type of an exception and the code that led to it, for the log."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
