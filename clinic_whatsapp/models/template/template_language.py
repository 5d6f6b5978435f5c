"""The languages of templates, in Meta's spelling: those of our own texts first."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

from ...cloud_api.template_languages import LANGUAGES

OURS = ("tr", "en", "de", "ar", "ru", "fr")


@lru_cache(maxsize=32)
def get_languages(lang) -> list[tuple[str, str]]:
    """Return (code, name) of every language in which Meta takes templates.

    :param str | None lang: the language of the names, for example ``tr_TR``
    """
    named = {code: _name(code, lang or "en") for code in LANGUAGES}
    rest = sorted(LANGUAGES.difference(OURS), key=named.get)
    return [(code, named[code]) for code in (*OURS, *rest)]


def _name(code, lang) -> str:
    try:
        return Locale.parse(code).get_display_name(lang)
    except (UnknownLocaleError, ValueError):
        return code
