"""Finding words and numbers that a message must not carry; imports nothing of Odoo (legal.md §4, LR-30, LR-31).

Turkish glues endings to a word, so a word of the list counts in every inflection: ``indirim`` is found in
"indirimlerimiz", ``sonuç`` in "sonucunuz". Words are compared letter by letter without case, and one way without
accents: ``ücretsiz`` is found in "UCRETSIZ", but ``acil`` (urgent) is not found in "açılıyor" (opens). Phrases that are
allowed are read first: where "feel free" is allowed, "free" is found everywhere else.

All words of a list make one pattern, a tree of letters: looking costs the length of the text and not that of the list.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

PROMO, HEALTH, EMERGENCY, COMPLAINT = "promo", "health", "emergency", "complaint"
PROMO_LINT, HEALTH_LINT = "promo_lint", "health_lint"  # reason codes of the gate, LR-35
REASONS = {PROMO: PROMO_LINT, HEALTH: HEALTH_LINT}  # in the order in which they are given

_EITHER_I = "ǀ"  # stands for a capital I, which is "i" in English and "ı" in Turkish
_FOLD = str.maketrans({"İ": "i", "I": _EITHER_I, "Â": "a", "â": "a", "Î": "i", "î": "i", "Û": "u", "û": "u"})
_INVISIBLE = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LETTERS = {
    "i": f"[i{_EITHER_I}]",
    "ı": f"[ıi{_EITHER_I}]",
    _EITHER_I: f"[iı{_EITHER_I}]",
    "ü": "[üu]",
    "ö": "[öo]",
    "ç": "[çc]",
    "ş": "[şs]",
    "ğ": "[ğg]",
}
_SOFT = {"p": "b", "t": "d", "k": "[ğg]"}  # kupon-dolap: the last consonant before a vowel; ç is covered above
_VOWELS = f"[aeıi{_EITHER_I}oöuü]"
_WORD_CHAR = r"[^\W_]"  # an underscore is WhatsApp's mark for italics
_GAP = r"[\W_]{1,3}"
_PIECES = re.compile(rf"{_WORD_CHAR}|[^\w\s'’/-]|[\s'’/_-]+")


class Word(NamedTuple):
    """One entry of a list.

    :param str text: a word or a phrase
    :param bool is_stem: found with any ending; else as a whole word only
    :param bool is_allowed: not to be found, where a shorter entry would be
    """

    text: str
    is_stem: bool = True
    is_allowed: bool = False


def clean(text: str) -> str:
    """Return a text as it looks: composed letters, one width, nothing invisible."""
    return text if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def fold(cleaned: str) -> str:
    """Return a cleaned text for comparing, of the same length."""
    return cleaned.translate(_FOLD).lower()


class Finder:
    """All words of one list. Immutable, safe in any thread."""

    def __init__(self, words: Iterable[Word]):
        words = list(words)
        flagged = _Tree(word for word in words if not word.is_allowed).to_pattern()
        allowed = _Tree(word for word in words if word.is_allowed).to_pattern()
        self._pattern = flagged and re.compile(rf"(?<!{_WORD_CHAR})(?:{f'{allowed}|' if allowed else ''}({flagged}))")

    def find(self, cleaned: str) -> list[str]:
        """Return what is found, as it is written in the text."""
        if not self._pattern:
            return []
        hits = self._pattern.finditer(fold(cleaned))
        return [cleaned[slice(*hit.span(1))] for hit in hits if hit[1]]

    def has(self, cleaned: str) -> bool:
        return bool(self._pattern) and any(hit[1] for hit in self._pattern.finditer(fold(cleaned)))


class _Tree:
    """A tree of letters: words with the same beginning share it."""

    def __init__(self, words: Iterable[Word]):
        self._root = {}
        for word in words:
            for pieces, ending in _spell(word):
                node = self._root
                for piece in pieces:
                    node = node.setdefault(piece, {})
                node[ending] = None

    def to_pattern(self) -> str:
        return self._write(self._root) if self._root else ""

    def _write(self, node) -> str:
        ways = [piece + self._write(child) for piece, child in node.items() if child is not None]
        ways += [ending for ending, child in node.items() if child is None]
        return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _spell(word: Word):
    """Yield (pieces of a pattern, ending) of each form in which a word begins."""
    letters = _PIECES.findall(fold(clean(word.text)).strip())
    pieces = [_spell_letter(letter) for letter in letters]
    if not pieces:
        return
    if not word.is_stem:
        yield pieces, f"(?!{_WORD_CHAR})"
        return
    yield pieces, f"{_WORD_CHAR}*"
    if soft := _SOFT.get(letters[-1]):
        yield [*pieces[:-1], soft], f"(?={_VOWELS}){_WORD_CHAR}*"


def _spell_letter(letter: str) -> str:
    if re.fullmatch(r"[\s'’/_-]+", letter):
        return _GAP
    return _LETTERS.get(letter) or re.escape(letter)
