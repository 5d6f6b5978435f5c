"""Phone numbers as receptions type them, and the forms that WhatsApp has for them."""

import phonenumbers
import pytest
from cloud_api.phone import InvalidPhone, mask, to_e164, to_international, variants, wa_id_to_e164
from hypothesis import given
from hypothesis import strategies as st

TURKISH = "+905321234567"


@pytest.mark.parametrize(
    "typed",
    [
        "+905321234567",
        "+90 532 123 45 67",
        "0532 123 45 67",
        "05321234567",
        "532 123 45 67",
        "5321234567",
        "905321234567",
        "90 532 123 45 67",
        "90 0532 123 45 67",
        "0090 532 123 45 67",
        "0090 0532 123 45 67",
        "+90 0532 123 45 67",
        "+90 (0) 532 123 45 67",
        "(0532) 123-45-67",
        "0532.123.45.67",
        "0532/1234567",
        "0 532 123 45 67",
        " 0532\u00a0123\u00a045\u00a067 ",
        "0532–123–45–67",
        "\u202a+90 532 123 45 67\u202c",
        "\ufeff05321234567",
        "+90 532 123 45 67",
        "٠٥٣٢١٢٣٤٥٦٧",
        "tel:+905321234567",
        "whatsapp:+905321234567",
    ],
)
def test_every_turkish_spelling_is_the_same_number(typed):
    assert to_e164(typed) == TURKISH


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0212 555 66 77", "+902125556677"),
        ("0392 222 22 22", "+903922222222"),
        ("0533 850 00 00", "+905338500000"),
        ("0850 222 22 22", "+908502222222"),
        ("444 1 234", "+904441234"),
        ("+49 151 23456789", "+4915123456789"),
        ("0049 151 23456789", "+4915123456789"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+55 11 8765 4321", "+5511987654321"),
        ("+54 9 11 2345 6789", "+5491123456789"),
    ],
)
def test_other_numbers_keep_to_the_rules_of_their_country(typed, expected):
    assert to_e164(typed) == expected


def test_region_decides_over_numbers_without_country_code():
    assert to_e164("0151 23456789", region="DE") == "+4915123456789"
    assert to_e164("0532 123 45 67", region="TR") == TURKISH


@pytest.mark.parametrize("typed", [TURKISH, "0090 532 123 45 67", "+90 0532 123 45 67"])
def test_country_code_counts_more_than_the_region(typed):
    assert to_e164(typed, region="DE") == TURKISH


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "0",
        "00",
        "+90",
        "yok",
        "0532 123 45",
        "0532 123 45 67 8",
        "+1 532 123 4567",
        "0132 123 45 67",
        "05321234567 / 05329876543",
        "05321234567, 05329876543",
        "0532 123 45 67 (annesi)",
        "0532 123 45 67 x12",
        "0532 123 45 67;ext=4",
        "++905321234567",
        "90+5321234567",
        "4915123456789",
        "²³⁴",
    ],
)
def test_no_number_or_more_than_one_is_invalid(typed):
    with pytest.raises(InvalidPhone):
        to_e164(typed)


@given(
    st.from_regex(r"53[0-9]{8}", fullmatch=True), st.sampled_from(["0", "", "90", "0090", "+90"])
)
def test_all_spellings_of_any_mobile_number_agree(national, prefix):
    try:
        expected = to_e164(f"+90{national}")
    except InvalidPhone:
        return
    spaced = f"{national[:3]} {national[3:6]} {national[6:8]} {national[8:]}"
    assert to_e164(f"{prefix} {spaced}") == expected
    assert to_e164(f"{prefix}0{national}") == expected if prefix not in ("0", "") else True


@given(st.text())
def test_any_text_is_a_number_or_invalid(typed):
    try:
        number = to_e164(typed)
    except InvalidPhone:
        return
    assert to_e164(number) == number


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(["TR", "DE", "US"]))
def test_normalisation_is_idempotent_for_every_country(country, region):
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    once = to_e164(national, region=region)
    assert once == phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert to_e164(once, region=region) == once


# -- wa_id


@pytest.mark.parametrize("wa_id", ["905321234567", "+905321234567", " 905321234567 "])
def test_wa_id_gets_its_plus(wa_id):
    assert wa_id_to_e164(wa_id) == TURKISH


@pytest.mark.parametrize("wa_id", ["", "+", "abc", "0532", "TR.13491208655302741918", "9" * 16])
def test_what_is_not_a_wa_id_is_invalid(wa_id):
    with pytest.raises(InvalidPhone):
        wa_id_to_e164(wa_id)


# -- variants


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("+5511987654321", "+551187654321"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_variants_name_both_forms_and_the_given_one_first(long, short):
    assert variants(long) == (long, short)
    assert variants(short) == (short, long)


@pytest.mark.parametrize(
    "e164",
    [
        TURKISH,
        "+551133334444",  # a landline: with a 9 it would be somebody else
        "+5511933334444",  # without its 9 it would be a landline
        "+4915123456789",
        "+525",
        "",
    ],
)
def test_numbers_with_one_form_have_no_variant(e164):
    assert variants(e164) == (e164,)


@given(st.from_regex(r"\+(55|52|54|90)[0-9]{8,11}", fullmatch=True))
def test_variants_agree_in_both_directions(e164):
    for other in variants(e164):
        assert set(variants(other)) == set(variants(e164))


# -- mask


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        (TURKISH, "+90 •••••• 45 67"),
        ("+12125550100", "+1 •••••• 01 00"),
        ("905321234567", "•••••••• 45 67"),
        ("+3545551234", "+354 ••• 12 34"),
        ("12345", "••• 45"),
        ("123", "•••"),
        ("", ""),
        ("yok", ""),
    ],
)
def test_mask_keeps_country_code_and_four_digits_at_most(phone, masked):
    assert mask(phone) == masked


@given(st.text())
def test_mask_takes_any_text_and_never_shows_seven_digits_in_a_row(text):
    shown = "".join(char for char in mask("+90" + text) if char.isdigit())
    assert len(shown) <= 3 + 4


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        (TURKISH, "+90 532 123 45 67"),
        ("+902165550000", "+90 216 555 00 00"),
        ("+4915112345678", "+49 1511 2345678"),
        ("+12025550123", "+1 202-555-0123"),
        ("0532 123 45 67", "0532 123 45 67"),
        ("+90 532 123 45 67", "+90 532 123 45 67"),
        ("TR.1234567890", "TR.1234567890"),
        ("", ""),
    ],
)
def test_a_number_is_shown_with_spaces_and_everything_else_as_it_is(e164: str, shown: str) -> None:
    assert to_international(e164) == shown


@given(st.text())
def test_showing_never_raises_and_never_changes_a_digit(text: str) -> None:
    assert [char for char in to_international(text) if char.isdigit()] == [char for char in text if char.isdigit()]
