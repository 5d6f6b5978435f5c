"""Phone numbers: from what people type to E.164, and what WhatsApp makes of them.

E.164 here always means "+", country code and number without spaces. A ``wa_id`` is the same digits
without the "+", but not always the same number as the one that was dialled (cloud_api.md §12).
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

_TURKEY = "TR"
_TURKISH_NUMBER = re.compile(r"(?:0{0,2}90)?0?([2-58][0-9]{9})")
_TYPED_NUMBER = re.compile(r"\+?[0-9\s().\-/]+")
_BRAZIL_WITH_9 = re.compile(r"\+55([1-9][0-9])9([6-9][0-9]{7})")
_BRAZIL_WITHOUT_9 = re.compile(r"\+55([1-9][0-9])([6-9][0-9]{7})")
_EXTRA_DIGIT = {"+52": "1", "+54": "9"}  # Mexico +52 1 …, Argentina +54 9 …


class InvalidPhone(ValueError):
    """Not a phone number, or more than one. The text never repeats what was typed."""


def to_e164(raw: str, region: str = _TURKEY) -> str:
    """Return the one phone number in ``raw`` as E.164.

    Understands the Turkish ways to write one (0532…, 532…, 90532…, 0090…, +90 0532…, +90 (0) 532…)
    and whatever ``phonenumbers`` knows of other countries.

    :param raw: as typed or pasted
    :param region: ISO 3166 country of numbers that carry no country code
    :raises InvalidPhone: empty, text, several numbers, an extension, or a number that cannot exist
    """
    typed = _tidy(raw)
    if not _TYPED_NUMBER.fullmatch(typed):
        raise InvalidPhone("This is not a phone number.")
    mended = _mend_turkish(typed, region)
    for candidate in (mended, *variants(re.sub(r"[^+0-9]", "", mended))[1:]):
        number = _parse(candidate, region)
        if number is not None:
            return number
    raise InvalidPhone("No such phone number can exist; check the digits.")


def wa_id_to_e164(wa_id: str) -> str:
    """Return Meta's ``wa_id`` ("905…") as E.164 ("+905…"), without judging the number."""
    digits = wa_id.strip().removeprefix("+")
    if not re.fullmatch(r"[1-9][0-9]{4,14}", digits):
        raise InvalidPhone("This is not a WhatsApp number.")
    return f"+{digits}"


def variants(e164: str) -> tuple[str, ...]:
    """Return the E.164 forms under which WhatsApp may know this phone, ``e164`` first.

    Brazil with and without the ninth digit, Mexico 52/521, Argentina 54/549 (cloud_api.md §12). A
    Brazilian ninth digit is dropped only where the rest is a mobile number: otherwise the shorter
    form would be somebody else's landline.
    """
    other = _brazilian_variant(e164) or _extra_digit_variant(e164)
    return (e164, other) if other else (e164,)


def to_international(e164: str) -> str:
    """Return an E.164 number as one reads it: "+90 532 123 45 67".

    Takes any text and never raises: what is no complete E.164 number comes back unchanged.
    """
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    spaced = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return spaced if re.sub(r"[^+0-9]", "", spaced) == e164 else e164


def mask(phone: str) -> str:
    """Return ``phone`` fit for a log: country code and at most the last four digits.

    "+905321234567" becomes "+90 •••••• 45 67". Takes any text, also a BSUID, and never raises.
    """
    digits = re.sub(r"[^0-9]", "", phone)
    code = _country_code(digits) if phone.lstrip().startswith("+") else ""
    national = digits.removeprefix(code)
    shown = 4 if len(national) >= 7 else 2 if len(national) >= 5 else 0
    hidden = "•" * (len(national) - shown)
    last = national[len(national) - shown :]
    parts = (f"+{code}" if code else "", hidden, last[:2], last[2:])
    return " ".join(part for part in parts if part)


def _tidy(raw: str) -> str:
    """Ordinary digits and spaces, no invisible characters such as contact apps paste."""
    text = unicodedata.normalize("NFKC", raw)
    text = "".join(_plain_digit(char) for char in text if unicodedata.category(char) != "Cf")
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).strip()
    return re.sub(r"(?i)^(?:tel|whatsapp):\s*", "", text)


def _plain_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _mend_turkish(typed: str, region: str) -> str:
    """Return a Turkish number in international form, anything else as it is.

    The country code is believed where there is a "+", "00" or where the region is Turkey.
    """
    digits = re.sub(r"[^0-9]", "", typed)
    if not (region == _TURKEY or digits.startswith("0090") or typed.startswith("+90")):
        return typed
    if typed.startswith("+") and not digits.startswith("90"):
        return typed
    match = _TURKISH_NUMBER.fullmatch(digits)
    return f"+90{match.group(1)}" if match else typed


def _parse(typed: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _brazilian_variant(e164: str) -> str | None:
    if match := _BRAZIL_WITH_9.fullmatch(e164):
        return "+55{}{}".format(*match.groups())
    if match := _BRAZIL_WITHOUT_9.fullmatch(e164):
        return "+55{}9{}".format(*match.groups())
    return None


def _extra_digit_variant(e164: str) -> str | None:
    code, national = e164[:3], e164[3:]
    digit = _EXTRA_DIGIT.get(code)
    if digit is None or not national.isdigit():
        return None
    if len(national) == 11 and national.startswith(digit):
        return code + national[1:]
    return code + digit + national if len(national) == 10 else None


def _country_code(digits: str) -> str:
    for length in (1, 2, 3):
        if int(digits[:length] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length]
    return ""
