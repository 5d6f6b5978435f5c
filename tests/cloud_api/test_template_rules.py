"""Every rule of Meta's for a new template (cloud_api.md §4.2), found by us and kept by the simulator alike."""

import json

import pytest
from cloud_api.errors import ERRORS
from cloud_api.template_definition import (
    ContactRequestButton,
    CopyCodeButton,
    FlowFormButton,
    LocationHeader,
    MediaHeader,
    OtpButton,
    PhoneButton,
    QuickReplyButton,
    TextHeader,
    UrlButton,
)
from cloud_api.template_languages import LANGUAGES
from cloud_api.template_rules import Problem, check
from hypothesis import given, settings
from pywa.types.templates import TemplateLanguage

from simulator.errors import GraphError
from simulator.template_languages import LANGUAGES as SIMULATED_LANGUAGES
from simulator.template_rules import check_new

from .definitions import NAMED_BODY, URL, code_template, definitions, reminder

TOO_LONG, MISSING, HEADER, BODY, FOOTER = 2388040, 2388043, 2388047, 2388072, 2388073
RATIO, EDGE = 2388293, 2388299
YES, NO = QuickReplyButton("Evet"), QuickReplyButton("Hayır")
CALL = PhoneButton("Ara", "+902125550000")
LINK = UrlButton("Aç", "https://klinik.example")


def body(text, *examples, **more):
    return {"body": text, "body_examples": examples, **more}


def buttons(*buttons):
    return {"buttons": buttons}


NAMED = {"body": NAMED_BODY, "body_examples": ("Ayşe", "10:30"), "parameter_format": "NAMED"}

RIGHT = {
    "plain": {},
    "as long as can be": {"name": "a" * 512, "footer": "x" * 60, **body("x" * 1024)},
    "named variables": NAMED,
    "numbers in any order": body("Saat {{2}} için, sayın {{1}}, sizi bekliyoruz efendim.", "Ayşe", "9"),
    "the same variable twice": body("Sayın {{1}}, randevunuz var. Görüşmek üzere {{1}}, iyi günler.", "Ayşe"),
    "text header": {"header": TextHeader("Randevu {{1}}", "24 Kasım")},
    "longest header": {"header": TextHeader("x" * 60)},
    "picture": {"header": MediaHeader("IMAGE", "4::aW")},
    "place": {"header": LocationHeader()},
    "all buttons": buttons(
        YES,
        NO,
        UrlButton("Detay", URL, "https://klinik.example/a/b"),
        LINK,
        CALL,
        CopyCodeButton("X" * 20),
        FlowFormButton("Form", "77", "navigate", "CONSENT"),
        ContactRequestButton(),
    ),
    "quick replies last": buttons(CALL, YES, NO),
    "ten buttons": buttons(*(QuickReplyButton(f"Saat {hour}") for hour in range(10))),
    "marketing": {"category": "MARKETING", "ttl_seconds": 43_200},
    "thirty days": {"ttl_seconds": -1},
    "two line breaks": body("Merhaba,\n\nrandevunuz yarın."),
}
RIGHT_CODES = {"code": {}, "code without anything": {
    "buttons": (OtpButton(),), "security_recommendation": False, "code_expiration_minutes": None,
}, "code for an hour and a half": {"code_expiration_minutes": 90, "ttl_seconds": 900}}

WRONG = [
    ({"name": ""}, None, "name"),
    ({"name": "a" * 513}, None, "name"),
    ({"name": "Randevu"}, None, "name"),
    ({"name": "randevu-1"}, None, "name"),
    ({"name": "randevu_ş"}, None, "name"),
    ({"name": "a\n"}, None, "name"),
    ({"language": "tr_TR"}, None, "language"),
    ({"language": "en-US"}, None, "language"),
    ({"category": "TRANSACTIONAL"}, None, "category"),
    ({"ttl_seconds": 29}, None, "ttl"),
    ({"ttl_seconds": 43_201}, None, "ttl"),
    ({"category": "MARKETING", "ttl_seconds": -1}, None, "ttl"),
    ({"category": "MARKETING", "ttl_seconds": 43_199}, None, "ttl"),
    ({"category": "MARKETING", "ttl_seconds": 2_592_001}, None, "ttl"),
    # the header
    ({"header": TextHeader("x" * 61)}, TOO_LONG, "header"),
    ({"header": TextHeader(" ")}, MISSING, "header"),
    ({"header": TextHeader("{{1}} ve {{2}}", "a")}, HEADER, "header"),
    ({"header": TextHeader("Randevu {{2}}", "a")}, HEADER, "header"),
    ({"header": TextHeader("Randevu {{1")}, HEADER, "header"),
    ({"header": TextHeader("Randevu {{1}}")}, MISSING, "header"),
    ({"header": TextHeader("Randevu\nyarın")}, HEADER, "header"),
    ({"header": TextHeader("*Randevu*")}, HEADER, "header"),
    ({"header": TextHeader("Randevu 😀")}, HEADER, "header"),
    ({"header": MediaHeader("IMAGE")}, MISSING, "header"),
    ({"header": MediaHeader("GIF", "4::aW")}, HEADER, "header"),
    # the body
    (body(""), MISSING, "body"),
    (body("  \n"), MISSING, "body"),
    (body("x" * 1025), TOO_LONG, "body"),
    (body("{{1}} sizi yarın bekliyoruz", "a"), EDGE, "body"),
    (body("  {{1}} sizi yarın bekliyoruz", "a"), EDGE, "body"),
    (body("Yarın sizi bekliyoruz {{1}}\n", "a"), EDGE, "body"),
    (body("Sayın {{1}}{{2}} yarın sizi bekliyoruz efendim", "a", "b"), BODY, "body"),
    (body("Sayın {{1}} {{2}} yarın sizi bekliyoruz efendim", "a", "b"), BODY, "body"),
    (body("Sayın {{2}} yarın sizi bekliyoruz", "a"), BODY, "body"),
    (body("Sayın {{1}}, yarın {{3}} gibi sizi bekliyoruz", "a", "b"), BODY, "body"),
    (body("Sayın {{0}} yarın sizi bekliyoruz", "a"), BODY, "body"),
    (body("Sayın {{ad}} yarın sizi bekliyoruz", "a"), BODY, "body"),
    (body("Sayın {{1, yarın sizi bekliyoruz"), BODY, "body"),
    (body("Sayın {{1}}, {{2}} için bekleriz", "a", "b"), RATIO, "body"),
    (body("Sayın {{1}} merhaba", "a"), RATIO, "body"),
    (body("Merhaba,\n\n\nrandevunuz yarın."), BODY, "body"),
    (body("Sayın {{1}} yarın sizi bekliyoruz"), MISSING, "variable:1"),
    (body("Sayın {{1}}, yarın {{2}} gibi sizi bekliyoruz", "Ayşe"), MISSING, "variable:2"),
    (body("Sayın {{1}}, yarın {{2}} gibi sizi bekliyoruz", "Ayşe", " "), MISSING, "variable:2"),
    (body("Sayın {{1}} yarın sizi bekliyoruz", "Ayşe", "Fatma"), MISSING, "body"),
    ({**NAMED, "body_examples": ("Ayşe",)}, MISSING, "variable:hour"),
    (body("Sayın {{Ad}} yarın sizi bekliyoruz", "a", parameter_format="NAMED"), BODY, "variable:Ad"),
    (body("Sayın {{ad1}} yarın sizi bekliyoruz", "a", parameter_format="NAMED"), BODY, "variable:ad1"),
    (body("Sayın {{ad#}} yarın sizi bekliyoruz", "a", parameter_format="NAMED"), BODY, "variable:ad#"),
    (body("Sayın {{ad$}} yarın sizi bekliyoruz", "a", parameter_format="NAMED"), BODY, "variable:ad$"),
    (body("Sayın {{ad%}} yarın sizi bekliyoruz", "a", parameter_format="NAMED"), BODY, "variable:ad%"),
    (
        body("Sayın {{ad}}, yarın sizi bekliyoruz, {{ad}}, saatinde gelin lütfen", "a", parameter_format="NAMED"),
        BODY,
        "variable:ad",
    ),
    ({"parameter_format": "BOTH"}, None, "body"),
    ({"security_recommendation": True}, None, "body"),
    # the footer
    ({"footer": "x" * 61}, TOO_LONG, "footer"),
    ({"footer": " "}, MISSING, "footer"),
    ({"footer": "Şube {{1}}"}, FOOTER, "footer"),
    ({"footer": "Papatya\nKlinik"}, FOOTER, "footer"),
    ({"footer": "Papatya 🌼"}, FOOTER, "footer"),
    ({"code_expiration_minutes": 10}, None, "footer"),
    # the buttons
    (buttons(*(QuickReplyButton(f"Saat {hour}") for hour in range(11))), None, "buttons"),
    (buttons(LINK, LINK, LINK), None, "buttons"),
    (buttons(CALL, CALL), None, "buttons"),
    (buttons(CopyCodeButton("a"), CopyCodeButton("b")), None, "buttons"),
    (buttons(YES, CALL, NO), None, "buttons"),
    (buttons(CALL, YES, LINK), None, "buttons"),
    (buttons(OtpButton("Kopyala")), None, "buttons"),
    (buttons(QuickReplyButton("")), TOO_LONG, "button:1"),
    (buttons(YES, QuickReplyButton("x" * 26)), TOO_LONG, "button:2"),
    (buttons(QuickReplyButton("Saat {{1}}")), None, "button:1"),
    (buttons(QuickReplyButton("Evet\ngelirim")), None, "button:1"),
    (buttons(UrlButton("Aç", "klinik.example")), None, "button:1"),
    (buttons(UrlButton("Aç", "https://" + "x" * 1993)), None, "button:1"),
    (buttons(UrlButton("Aç", URL + "/x", "https://a.b")), None, "button:1"),
    (buttons(UrlButton("Aç", "https://a.b/{{1}}/{{1}}", "https://a.b")), None, "button:1"),
    (buttons(UrlButton("Aç", "https://a.b/{{id}}", "https://a.b")), None, "button:1"),
    (buttons(UrlButton("Aç", "https://a.b/{{1")), None, "button:1"),
    (buttons(UrlButton("Aç", URL)), MISSING, "button:1"),
    (buttons(PhoneButton("Ara", "")), None, "button:1"),
    (buttons(PhoneButton("Ara", "9" * 21)), None, "button:1"),
    (buttons(PhoneButton("Ara", "klinik")), None, "button:1"),
    (buttons(CopyCodeButton("")), MISSING, "button:1"),
    (buttons(CopyCodeButton("x" * 21)), TOO_LONG, "button:1"),
    (buttons(FlowFormButton("Form", "")), MISSING, "button:1"),
    (buttons(ContactRequestButton("Numaramı ver")), None, "button:1"),
]
WRONG_CODES = [
    ({"body": "Kodunuz hazır."}, BODY, "body"),
    ({"footer": "Papatya Klinik", "code_expiration_minutes": None}, FOOTER, "footer"),
    ({"header": TextHeader("Kod")}, HEADER, "header"),
    ({"buttons": ()}, None, "buttons"),
    ({"buttons": (QuickReplyButton("Evet"),)}, None, "buttons"),
    ({"buttons": (OtpButton(), OtpButton())}, None, "buttons"),
    ({"buttons": (OtpButton("x" * 26),)}, TOO_LONG, "button:1"),
    ({"code_expiration_minutes": 0}, None, "footer"),
    ({"code_expiration_minutes": 91}, None, "footer"),
    ({"ttl_seconds": 901}, None, "ttl"),
]


def request(definition):
    """The body of the request that creates it."""
    data = {
        "name": definition.name,
        "language": definition.language,
        "category": definition.category,
        "parameter_format": definition.parameter_format,
        "components": definition.components(),
    }
    if definition.ttl_seconds is not None:
        data["message_send_ttl_seconds"] = definition.ttl_seconds
    return json.loads(json.dumps(data))


def refusal(definition):
    """The subcode of the simulator's refusal; "accepted" when there is none."""
    try:
        check_new(request(definition))
    except GraphError as error:
        assert error.code == 100
        return error.subcode
    return "accepted"


@pytest.mark.parametrize("definition", [
    *(pytest.param(reminder(**changes), id=name) for name, changes in RIGHT.items()),
    *(pytest.param(code_template(**changes), id=name) for name, changes in RIGHT_CODES.items()),
])
def test_what_meta_takes_has_no_problem(definition):
    assert check(definition) == []
    assert refusal(definition) == "accepted"


@pytest.mark.parametrize(("definition", "code", "place"), [
    *((reminder(**changes), code, place) for changes, code, place in WRONG),
    *((code_template(**changes), code, place) for changes, code, place in WRONG_CODES),
])
def test_one_broken_rule_is_one_problem_with_metas_code_at_its_place(definition, code, place):
    (problem,) = check(definition)
    assert (problem.code, problem.place) == (code, place)
    assert refusal(definition) == code


def test_single_braces_are_words():
    assert check(reminder(header=TextHeader("Randevu {1}"))) == []


def test_everything_that_is_wrong_is_found_at_once():
    found = check(
        reminder(name="X", body="{{1}}", body_examples=(), footer="x" * 61, buttons=(QuickReplyButton(""),))
    )
    places = ["name", "body", "body", "variable:1", "footer", "button:1"]
    assert [problem.place for problem in found] == places


@settings(max_examples=400, deadline=None)
@given(definitions())
def test_what_is_let_pass_the_simulator_takes_and_what_it_refuses_is_found(definition):
    codes = [problem.code for problem in check(definition)]
    said = refusal(definition)
    if said == "accepted":
        assert codes == []
    else:
        assert said in codes


@settings(max_examples=100, deadline=None)
@given(definitions())
def test_every_problem_has_a_sentence_and_a_known_code(definition):
    for problem in check(definition):
        assert isinstance(problem, Problem)
        assert problem.code is None or problem.code in ERRORS
        assert problem.text.endswith((".", "…"))
        assert problem.text[0].isupper()


def test_languages_are_those_that_another_client_knows():
    theirs = {language.value for language in TemplateLanguage} - {"None", None, "UNKNOWN"}
    assert theirs <= LANGUAGES
    assert LANGUAGES == SIMULATED_LANGUAGES
    assert "tr" in LANGUAGES and "tr_TR" not in LANGUAGES
