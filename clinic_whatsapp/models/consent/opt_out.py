"""Words by which a patient ends all messages, and by which he wants them again.

Only a whole message counts: "dur bir dakika geliyorum" is not an opt-out (legal.md LR-38). "İptal" is missing on
purpose: in a clinic it mostly means the appointment.
"""

import re
import unicodedata

_DOTTED = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_NOT_A_WORD = re.compile(r"[\W_]+")

STOP_PHRASES = frozenset(
    {
        "dur", "durdur", "stop", "cik", "abonelikten cik", "listeden cikar", "mesaj istemiyorum", "mesaj atmayin",
        "mesaj gondermeyin", "unsubscribe", "opt out", "end", "quit", "remove me",
    }
)  # fmt: skip
START_PHRASES = frozenset({"basla", "start", "devam"})


def normalise(text: str) -> str:
    """Return a text in lower case without accents, marks and punctuation, words separated by one space.

    Turkish dotted and dotless i are mapped before lower-casing: Python turns "İ" into two characters (LR-38).
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_DOTTED).lower())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_A_WORD.sub(" ", plain).strip()


def is_stop(text: str) -> bool:
    """Tell whether a whole message asks to end all messages."""
    return normalise(text) in STOP_PHRASES


def is_start(text: str) -> bool:
    """Tell whether a whole message asks to get messages again."""
    return normalise(text) in START_PHRASES
