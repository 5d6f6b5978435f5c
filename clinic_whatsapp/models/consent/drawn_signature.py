"""A signature that was drawn on a page, as it arrives: a PNG picture in base64, from anybody."""

import base64
import binascii
import io

from PIL import Image

MAX_BYTES = 300_000
MAX_SIDE = 4000  # pixels
MIN_SIDE = 8  # pixels of ink: a dot is no signature


class BadSignature(ValueError):
    """This is no drawn signature."""


def read_signature(text: str) -> bytes:
    """Return the picture.

    :param text: base64, with or without the ``data:image/png;base64,`` that browsers put before it
    :raise BadSignature: when it is no PNG picture, too large, or nothing is drawn on it
    """
    encoded = text.removeprefix("data:image/png;base64,")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("not base64") from error
    if not content or len(content) > MAX_BYTES:
        raise BadSignature("empty or too large")
    left, upper, right, lower = _find_ink(content)
    if max(right - left, lower - upper) < MIN_SIDE:
        raise BadSignature("nothing is drawn")
    return content


def _find_ink(content: bytes) -> tuple[int, int, int, int]:
    """Return the box around what is drawn; the size of the picture is looked at before it is unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if max(picture.size) > MAX_SIDE:
                raise BadSignature("too large")
            return picture.convert("RGBA").getchannel("A").getbbox() or (0, 0, 0, 0)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadSignature("not a picture") from error
