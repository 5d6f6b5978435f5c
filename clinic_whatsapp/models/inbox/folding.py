"""Comparing words as people type them: without case, dots, accents and whatever is invisible. Imports nothing of Odoo.

“Şule”, “SULE” and “sule” are the same; so are “İpek”, “IPEK” and “ıpek”.
"""

import re
import unicodedata

_I = str.maketrans({"İ": "i", "ı": "i"})  # capital dotted and small dotless
_MARK = "M"  # general categories of what stands upon a letter: Mn, Mc, Me
_INVISIBLE = "Cf"  # zero-width characters, directions of writing
_WORD = re.compile(r"[^\W_]+")
_TELEPHONE = re.compile(r"[\d\s()+./-]+")


def fold(text: str) -> str:
    """Return a text for comparing: small letters without marks; nothing else is changed."""
    plain = unicodedata.normalize("NFKD", text.translate(_I))
    kept = (char for char in plain if not unicodedata.category(char).startswith((_MARK, _INVISIBLE)))
    return "".join(kept).lower()


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, folded."""
    return _WORD.findall(fold(text))


def digits_of(text: str) -> str:
    """Return the digits of what may be a part of a telephone number, without leading zeros; empty for all else."""
    number = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"\D", "", number).lstrip("0") if _TELEPHONE.fullmatch(number) else ""
