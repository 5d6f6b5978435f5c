"""What a text of one kind must not say (legal.md LR-02, LR-04; decision 2026/347). Pure: knows nothing of Odoo.

A notice informs; whoever makes it a declaration of will has written neither a notice nor a consent. "Okudum, anladım"
is the most that may stand under it.
"""

import re
import unicodedata

_DECLARATIONS = (
    r"kabul (ediyor|eder|ettim|ettigim|etmis)\w*",
    r"onayl(iyor|arim|ariz|adim|adik)\w*",
    r"onay ver(iyor|ir|dim|digim)\w*",
    r"riza (ver|goster)(iyor|iyo|ir|dim|digim)\w*",
    r"izin ver(iyor|ir|dim|digim)\w*",
    r"muvafakat (ediyor|eder|ettim|veriyor|verir)\w*",
    r"\b(i|we)( \w+){0,2} (agree|accept|consent|approve|authori[sz]e)\b",
    r"\bby (signing|continuing|writing)[^.]* (agree|accept|consent)",
)
_CALLED_CONSENT = (r"acik riza", r"riza ver\w*", r"explicit(ly)? consent")
_CALLED_APPROVAL = (r"onayl(iyor|arim)\w*", r"ticari elektronik ileti", r"commercial electronic", r"\bi approve\b")
_BUNDLED = (r"(tumunu|hepsini|tumune|hepsine) (kabul|onay|riza|izin|iste)\w*", r"(accept|agree to|allow|approve) all")

FORBIDDEN = {
    "notice": _DECLARATIONS,
    "short_notice": _DECLARATIONS,
    "optin": (*_CALLED_CONSENT, *_CALLED_APPROVAL, *_BUNDLED),
    "explicit_consent": (*_CALLED_APPROVAL, *_BUNDLED),
    "approval": (*_CALLED_CONSENT, *_BUNDLED),
    "guardian": _BUNDLED,
}
EXPECTED = {"explicit_consent": (r"acik riza", r"explicit(ly)? consent"), "approval": (r"onay", r"approv")}


def fold(text: str) -> str:
    """Return a text without case and without marks on letters; İ, I and ı are all i, whatever the language."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i").replace("I", "i").lower())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def find_forbidden(document_type: str, text: str) -> list[str]:
    """Return the words by which a text says what its kind must not say, as they were found after folding."""
    folded = fold(text)
    hits = (match[0] for pattern in FORBIDDEN[document_type] for match in re.finditer(pattern, folded))
    return list(dict.fromkeys(hits))


def lacks_its_name(document_type: str, text: str) -> bool:
    """Tell whether a consent or an approval does not call itself one: nobody must take it for something else."""
    expected = EXPECTED.get(document_type, ())
    return bool(expected) and not any(re.search(pattern, fold(text)) for pattern in expected)
