"""Reading the QR codes that we print, without the library that draws them.

Only what our short codes need: the smallest square (version 1, 21 × 21), capital letters and digits (ISO/IEC 18004).
Damage is not repaired: a picture that needed it would be no good print.
"""

import base64
import io

from PIL import Image

SIZE = 21
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ALPHANUMERIC = 0b0010
FORMAT_MASK = 0b101
MASKS = (
    lambda row, col: (row + col) % 2,
    lambda row, col: row % 2,
    lambda row, col: col % 3,
    lambda row, col: (row + col) % 3,
    lambda row, col: (row // 2 + col // 3) % 2,
    lambda row, col: row * col % 2 + row * col % 3,
    lambda row, col: (row * col % 2 + row * col % 3) % 2,
    lambda row, col: ((row + col) % 2 + row * col % 3) % 2,
)


def read_qr(address: str) -> str:
    """Return what the QR code in an address that holds the picture itself says."""
    modules = _read_modules(base64.b64decode(address.partition("base64,")[2]))
    is_inverted = MASKS[_to_number(modules[8][2:5]) ^ FORMAT_MASK]
    bits = [modules[row][col] ^ (not is_inverted(row, col)) for row, col in _walk()]
    return _decode(bits)


def _read_modules(png: bytes):
    """Return rows of modules, 1 where it is dark, without the border."""
    picture = Image.open(io.BytesIO(png)).convert("L").point(lambda grey: 255 * (grey < 128))
    left, top, right, bottom = picture.getbbox()
    step = (right - left) / SIZE
    assert right - left == bottom - top and step == int(step), "this is no code of 21 × 21 modules"
    middle = int(step) // 2
    return [
        [int(picture.getpixel((left + col * step + middle, top + row * step + middle)) > 0) for col in range(SIZE)]
        for row in range(SIZE)
    ]


def _walk():
    """Yield the places of the data: pairs of columns from the right, up and down in turn, around what is fixed."""
    upwards = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):  # the sixth is a ruler
        for row in reversed(range(SIZE)) if upwards else range(SIZE):
            yield from ((row, col) for col in (right, right - 1) if not _is_fixed(row, col))
        upwards = not upwards


def _is_fixed(row, col) -> bool:
    in_corner = (row < 9 and (col < 9 or col > 12)) or (row > 12 and col < 9)
    return in_corner or row == 6


def _decode(bits) -> str:
    assert _to_number(bits[:4]) == ALPHANUMERIC
    length, position, text = _to_number(bits[4:13]), 13, ""
    while len(text) < length:
        pair = length - len(text) > 1
        width = 11 if pair else 6
        number = _to_number(bits[position : position + width])
        position += width
        text += (ALPHABET[number // 45] if pair else "") + ALPHABET[number % 45]
    return text


def _to_number(bits) -> int:
    return int("".join(str(int(bit)) for bit in bits), 2)
