"""Keywords in what a patient writes: whole words and phrases, however he types them. Imports nothing of Odoo.

“Adres”, “ADRES?” and “adrès” are the same word, “adresiniz” is another one.
"""

from collections.abc import Iterator

from ...inbox.folding import words_of


def read_keywords(text: str | None) -> Iterator[tuple[str, ...]]:
    """Yield the words of each line, folded; lines without a letter or digit say nothing."""
    for line in (text or "").splitlines():
        if words := tuple(words_of(line)):
            yield words


def has_keyword(text: str | None, keywords: str | None) -> bool:
    """Tell whether one of some keywords, one a line, stands in a text."""
    words = tuple(words_of(text or ""))
    return any(_has_phrase(words, phrase) for phrase in read_keywords(keywords))


def _has_phrase(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(words[start : start + length] == phrase for start in range(len(words) - length + 1))
