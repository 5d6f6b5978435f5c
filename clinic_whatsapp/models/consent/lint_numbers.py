"""What a message must not carry and no list of words can name: prices, codes of diseases, secret numbers.

Numbers of people and accounts count only when their check digits are right. Imports nothing of Odoo (legal.md
§4, LR-31).
"""

import re

# Every part is of limited length: no text makes the search go back and forth.
_AMOUNT = r"(?:(?<!\d)\d[\d.,]{0,20}|\{\{\d{1,3}\}\})"  # written, or the variable of a template
_CURRENCY = r"(?:[₺€$£]|(?i:tl|lira|eur|euro|avro|dolar|usd|dollars?)(?![^\W_])|(?i:lira|dolar)[^\W_]{1,20}|TRY\b)"
_SPACE = r"\s{0,3}"
_ADVERTISING = (
    rf"%{_SPACE}{_AMOUNT}|{_AMOUNT}{_SPACE}%|(?i:y[üu]zde)\s{_SPACE}{_AMOUNT}|{_AMOUNT}{_SPACE}(?i:percent)\b",
    rf"[₺€$£]{_SPACE}{_AMOUNT}|\b(?:TL|TRY|EUR|USD){_SPACE}{_AMOUNT}|{_AMOUNT}{_SPACE}{_CURRENCY}",
    r"(?i:g\.page/|writereview)",  # Google's links to a review
)
_PROMO = re.compile("|".join(_ADVERTISING))
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)  # what stands in a link by chance says nothing
_DIGIT = re.compile(r"\d")
_CODE = re.compile(
    r"(?<![^\W_])(?:[A-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?|[a-z]\d[0-9ab]\.\d[0-9a-z]{0,3})(?![^\W_])"  # ICD-10
    r"|(?<![\d.,])\d+(?:[.,]\d+)?\s{0,3}(?i:mg|mcg)\b"  # a dose
)
_PERSON = re.compile(r"(?<![+\d])[1-9](?:[ .-]?\d){10}(?!\d)")
_CARD = re.compile(r"(?<![+\d])[2-69](?:[ -]?\d){12,18}(?!\d)")
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}")
_IBAN_LENGTHS = {
    "AE": 23, "AT": 20, "AZ": 28, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "KZ": 20, "LU": 20,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "SA": 24, "SE": 24, "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip


def find_promo(cleaned: str) -> list[str]:
    """Return percentages, amounts of money and links to reviews."""
    return [hit[0].strip() for hit in _PROMO.finditer(cleaned)]


def find_health(cleaned: str) -> list[str]:
    """Return codes of diseases, doses, identity numbers, cards and bank accounts, as they are written."""
    if not _DIGIT.search(cleaned):
        return []
    text = _LINK.sub(" ", cleaned)
    hits = [hit[0] for hit in _CODE.finditer(text)]
    hits += [hit[0] for hit in _PERSON.finditer(text) if is_identity_number(_join(hit[0]))]
    hits += [hit[0] for hit in _CARD.finditer(text) if is_card_number(_join(hit[0]))]
    return hits + [account for hit in _IBAN.finditer(text) if (account := _read_account(hit[0]))]


def is_identity_number(digits: str) -> bool:
    """Tell whether eleven digits are a Turkish identity number (T.C. kimlik numarası)."""
    numbers = [int(digit) for digit in digits]
    if len(numbers) != 11 or not numbers[0]:
        return False
    tenth = (7 * sum(numbers[0:9:2]) - sum(numbers[1:8:2])) % 10
    return numbers[9] == tenth and numbers[10] == sum(numbers[:10]) % 10


def is_card_number(digits: str) -> bool:
    """Tell whether the check digit of a payment card is right (Luhn)."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _read_account(found: str) -> str:
    """Return the IBAN with which a found text begins; words may follow it without a mark between them."""
    compact = _join(found).upper()
    account = compact[: _IBAN_LENGTHS.get(compact[:2], 0)]
    rearranged = account[4:] + account[:4]
    is_right = len(account) > 14 and int("".join(str(int(char, 36)) for char in rearranged)) % 97 == 1
    return account if is_right and len(account) == _IBAN_LENGTHS[compact[:2]] else ""


def _join(written: str) -> str:
    return re.sub(r"[ .-]", "", written)
