"""The page speaks two languages, completely."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "simulator" / "static"


def texts(language: str) -> dict[str, str]:
    source = (STATIC / "js" / "texts" / f"{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'^  (\w+): "(.*)",$', source, re.MULTILINE))


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_both_languages_have_the_same_texts() -> None:
    english, turkish = texts("en"), texts("tr")
    assert list(english) == list(turkish) and len(english) > 100
    for key, text in english.items():
        assert gaps(text) == gaps(turkish[key]), key


def test_every_text_that_is_used_exists() -> None:
    sources = [*STATIC.glob("js/*.js"), STATIC / "index.html"]
    source = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r'\bt\("(\w+)"|data-i18n="(\w+)"', source))
    missing = {key for pair in used for key in pair if key} - set(texts("en"))
    assert not missing
