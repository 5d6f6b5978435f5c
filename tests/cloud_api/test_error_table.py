"""Every row of Meta's list of errors (cloud_api.md §6.3) is known, with the retry rule it has there."""

import pytest
from cloud_api.errors import ERRORS, ApiError, Policy, meaning

# As the column "Retry" says: "no" never, "yes" within minutes, "later" after a quarter of an hour or
# more; "person" is 4^X seconds for the one recipient, "template" when its pause is over.
NO, YES, LATER, PERSON, TEMPLATE = "no", "yes", "later", "person", "template"

ROWS = {
    0: NO,
    1: YES,
    2: YES,
    3: NO,
    4: LATER,
    10: NO,
    33: NO,
    100: NO,
    190: NO,
    **dict.fromkeys(range(200, 300), NO),
    368: NO,
    613: LATER,
    803: NO,
    80007: LATER,
    130403: NO,
    130429: YES,
    130472: NO,
    130497: NO,
    131000: YES,
    131005: NO,
    131008: NO,
    131009: NO,
    131016: YES,
    131020: NO,
    131021: NO,
    131026: NO,
    131030: NO,
    131031: NO,
    131037: NO,
    131041: NO,
    131042: NO,
    131044: NO,
    131045: NO,
    131047: NO,
    131048: LATER,
    131049: LATER,
    131050: NO,
    131051: NO,
    131052: NO,
    131053: NO,
    131055: NO,
    131056: PERSON,
    131057: YES,
    131059: NO,  # the listing of templates starts over by itself
    131060: NO,
    131061: NO,
    131062: NO,
    131063: NO,
    131064: LATER,
    131065: NO,
    131070: NO,
    **dict.fromkeys(range(131201, 131216), NO),
    132000: NO,
    132001: NO,
    132005: NO,
    132007: NO,
    132008: NO,
    132012: NO,
    132015: TEMPLATE,
    132016: NO,
    132018: NO,
    132068: NO,
    132069: LATER,
    133000: YES,
    133001: NO,
    133002: NO,
    133003: NO,
    133004: YES,
    133005: NO,
    133006: NO,
    133008: LATER,
    133009: LATER,
    133010: NO,
    133015: LATER,
    133016: LATER,
    134011: NO,
    134100: NO,
    134101: LATER,
    134102: NO,
    135000: NO,
    136024: NO,
    136025: LATER,
    137000: NO,
    **dict.fromkeys(range(138000, 138039), NO),
    **dict.fromkeys(range(139000, 139005), NO),
    139100: NO,
    139101: NO,
    139102: NO,
    139103: YES,
    **dict.fromkeys(range(147001, 147006), NO),
    200005: NO,
    200006: NO,
    200007: NO,
    2388012: NO,
    2388019: NO,
    2388023: LATER,
    2388024: NO,
    2388039: LATER,
    2388040: NO,
    2388047: NO,
    2388072: NO,
    2388073: NO,
    2388091: NO,
    2388093: NO,
    2388103: NO,
    2388293: NO,
    2388299: NO,
    2494100: YES,
    2593107: NO,
    2593108: NO,
}
RULES = {
    YES: Policy.RETRY,
    LATER: Policy.RETRY_LATER,
    PERSON: Policy.RETRY_RECIPIENT,
    TEMPLATE: Policy.WAIT_TEMPLATE,
}
OLD_SPELLINGS = {102, 104}  # of an invalid token, cloud_api.md §1.3
SEEN = {2388043, 2494102, 2593002}  # answered by Meta when a template is written, though not in its list


def test_the_table_has_these_rows_and_no_others():
    known = {code for code in ERRORS if code >= 0} - OLD_SPELLINGS - SEEN
    assert known | set(range(200, 300)) == set(ROWS)


@pytest.mark.parametrize("code", ROWS)
def test_row_is_retried_as_meta_allows(code):
    found = meaning(code)
    assert found.code == code
    assert "we do not know" not in found.title
    if ROWS[code] == NO:
        assert found.retry_delay(1) is None
        assert found.policy not in RULES.values()
    else:
        assert found.policy is RULES[ROWS[code]]
        assert found.retry_delay(1) > 0


ACCOUNT = {0, 3, 10, 33, 190, 200, 273, 368, 803, 131005, 131031, 131037, 131042, 131045, 133006, 133010}


@pytest.mark.parametrize("code", ROWS)
def test_only_what_concerns_the_whole_number_stops_it(code):
    stops = meaning(code).policy is Policy.STOP_ACCOUNT
    assert stops == (code in ACCOUNT or 200 <= code < 300)


@pytest.mark.parametrize("code", [5, 199, 300, 131099, 138039, 147006, 999999999])
def test_what_is_not_in_the_list_is_shown_in_metas_words_and_never_retried(code):
    error = ApiError(code, title="(#1) Something", details="Quite new", http_status=400)
    assert error.meaning.title == "Quite new"
    assert error.meaning.policy is Policy.NEVER
    assert error.retry_delay(1) is None


@pytest.mark.parametrize("code", [2388012, 2388024, 2388039, 2388040, 2388293, 2388299, *SEEN])
def test_codes_of_templates_come_as_subcodes(code):
    assert ApiError(100, subcode=code).meaning is ERRORS[code]


def test_unknown_sample_file_comes_under_another_code():
    assert ApiError(131009, subcode=2494102).meaning is ERRORS[2494102]
    assert ApiError(131009).meaning is ERRORS[131009]
