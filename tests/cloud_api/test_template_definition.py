"""A template that is written, kept by Meta, and read again is the same template."""

import time

import pytest
from cloud_api.answers import RemoteTemplate, read_template
from cloud_api.template_definition import (
    CopyCodeButton,
    FlowFormButton,
    LocationHeader,
    MediaHeader,
    OtpButton,
    QuickReplyButton,
    TextHeader,
    UrlButton,
    read_definition,
    variables,
)
from cloud_api.template_rules import check
from hypothesis import given, settings

from .definitions import BODY, NAMED_BODY, URL, code_template, definitions, good_definitions, reminder

TEXT = {"type": "BODY", "text": "Randevunuz hazır."}


def remote(components, **more):
    row = {"id": "1", "name": "t", "language": "tr", "status": "APPROVED", "category": "UTILITY", **more}
    return read_template({**row, "components": components})


def kept(definition):
    """What Meta shows of a template that was created."""
    return remote(
        definition.components(),
        name=definition.name,
        language=definition.language,
        category=definition.category,
        parameter_format=definition.parameter_format,
        message_send_ttl_seconds=definition.ttl_seconds,
    )


def test_components_are_metas_own_form():
    definition = reminder(
        header=TextHeader("Randevu {{1}}", "24 Kasım"),
        footer="Papatya Klinik",
        buttons=(QuickReplyButton("Geleceğim"), UrlButton("Detay", URL, "https://klinik.example/a/b")),
    )
    assert definition.components() == [
        {"type": "HEADER", "format": "TEXT", "text": "Randevu {{1}}", "example": {"header_text": ["24 Kasım"]}},
        {"type": "BODY", "text": BODY, "example": {"body_text": [["Ayşe", "10:30"]]}},
        {"type": "FOOTER", "text": "Papatya Klinik"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Geleceğim"},
                {"type": "URL", "text": "Detay", "url": URL, "example": ["https://klinik.example/a/b"]},
            ],
        },
    ]


def test_named_variables_carry_their_names():
    header, body = reminder(
        parameter_format="NAMED", body=NAMED_BODY, header=TextHeader("Randevu {{day}}", "24 Kasım")
    ).components()
    assert header["example"] == {"header_text_named_params": [{"param_name": "day", "example": "24 Kasım"}]}
    assert body["example"] == {
        "body_text_named_params": [
            {"param_name": "first_name", "example": "Ayşe"},
            {"param_name": "hour", "example": "10:30"},
        ]
    }


def test_authentication_template_has_switches_in_place_of_words():
    assert code_template().components() == [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Kopyala"}]},
    ]


@settings(max_examples=200, deadline=None)
@given(good_definitions())
def test_what_meta_takes_comes_back_the_same(definition):
    assert check(definition) == []
    assert read_definition(kept(definition)).definition == definition


@settings(max_examples=200, deadline=None)
@given(definitions())
def test_what_is_read_is_written_as_it_was(definition):
    """Right or wrong: a template of Meta's that is read and written again is the same."""
    reading = read_definition(kept(definition))
    if reading.definition:
        again = read_definition(kept(reading.definition))
        assert again.definition == reading.definition
        assert kept(reading.definition).components == kept(again.definition).components


def test_examples_belong_to_their_number_wherever_it_stands():
    body = {"type": "BODY", "text": "Saat {{2}} için, sayın {{1}}", "example": {"body_text": [["Ayşe", "9"]]}}
    definition = read_definition(remote([body])).definition
    assert dict(zip(definition.body_variables, definition.body_examples, strict=True)) == {"1": "Ayşe", "2": "9"}


def test_named_examples_belong_to_their_name_in_whatever_order_meta_lists_them():
    rows = [{"param_name": "hour", "example": "9"}, {"param_name": "first_name", "example": "Ayşe"}]
    body = {"type": "BODY", "text": NAMED_BODY, "example": {"body_text_named_params": rows}}
    definition = read_definition(remote([body], parameter_format="NAMED")).definition
    assert definition.body_examples == ("Ayşe", "9")


def test_template_of_former_times_without_examples_is_read():
    definition = read_definition(remote([{"type": "BODY", "text": BODY}])).definition
    assert (definition.body_variables, definition.body_examples) == (["1", "2"], ())


def test_codes_are_read_as_meta_shows_them_afterwards():
    shown = [
        {"type": "BODY", "text": "*{{1}}* doğrulama kodunuzdur.", "add_security_recommendation": True,
         "example": {"body_text": [["123456"]]}},
        {"type": "FOOTER", "text": "Bu kodun süresi 10 dakika içinde dolar.", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "Kopyala", "example": ["https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE"],
             "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"},
        ]},
    ]
    definition = read_definition(remote(shown, category="AUTHENTICATION", name="appt_reminder")).definition
    assert definition == code_template(ttl_seconds=None)
    one_tap = shown[2]["buttons"][0]["url"].replace("COPY_CODE", "ONE_TAP")
    shown[2]["buttons"][0]["url"] = one_tap
    assert read_definition(remote(shown, category="AUTHENTICATION")).part == "OTP"


def test_both_spellings_of_a_code_and_of_a_link_are_read():
    buttons = [
        {"type": "COPY_CODE", "text": "Copy offer code", "example": ["X25"]},
        {"type": "URL", "text": "Aç", "url": URL, "example": "https://klinik.example/a/b"},
        {"type": "FLOW", "text": "Form", "flow_id": 77, "flow_action": "NAVIGATE", "navigate_screen": "A"},
    ]
    definition = read_definition(remote([TEXT, {"type": "BUTTONS", "buttons": buttons}])).definition
    assert definition.buttons == (
        CopyCodeButton("X25"),
        UrlButton("Aç", URL, "https://klinik.example/a/b"),
        FlowFormButton("Form", "77", "navigate", "A"),
    )


@pytest.mark.parametrize(("header", "expected"), [
    ({"format": "LOCATION"}, LocationHeader()),
    ({"format": "image", "example": {"header_handle": ["https://scontent.example/1"]}},
     MediaHeader("IMAGE", "https://scontent.example/1")),
    ({"format": "DOCUMENT"}, MediaHeader("DOCUMENT")),
    ({"format": "TEXT", "text": "Randevu"}, TextHeader("Randevu")),
])
def test_headers_are_read(header, expected):
    assert read_definition(remote([{"type": "HEADER", **header}, TEXT])).definition.header == expected


@pytest.mark.parametrize(("components", "part"), [
    ([TEXT, {"type": "CAROUSEL", "cards": []}], "CAROUSEL"),
    ([TEXT, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {}}], "LIMITED_TIME_OFFER"),
    ([TEXT, TEXT], "BODY"),
    ([{"type": "FOOTER", "text": "x"}], "BODY"),
    ([{"type": "HEADER", "format": "GIF"}, TEXT], "GIF"),
    ([{"type": "HEADER", "format": "PRODUCT"}, TEXT], "PRODUCT"),
    ([{**TEXT, "new_switch": True}], "new_switch"),
    ([TEXT, {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "x"}]}], "CATALOG"),
    ([TEXT, {"type": "BUTTONS", "buttons": ["x"]}], "BUTTONS"),
    ([TEXT, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP"}]}], "ONE_TAP"),
    (
        [TEXT, {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "x", "url": "https://a.b", "app_deep_link": {"meta_app_id": 1}}]}],
        "app_deep_link",
    ),
    ([TEXT, {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "x", "flow_id": "1", "icon": "REVIEW"}]}], "icon"),
])
def test_what_would_be_lost_on_an_edit_is_not_read_and_named(components, part):
    reading = read_definition(remote(components))
    assert (reading.definition, reading.part) == (None, part)
    assert reading.reason.endswith(".")


def test_whatever_meta_sends_is_read_or_refused_with_a_reason():
    for value in (None, [], {}, "x", 7, [{"type": 7}], [{"type": "BODY", "text": 7, "example": "x"}]):
        found = read_template({"id": "1", "components": value})
        assert isinstance(found, RemoteTemplate)
        reading = read_definition(found)
        assert reading.definition or reading.reason


def test_variables_are_listed_once_in_their_order():
    assert variables("{{2}} {{ 1 }} {{2}} {{first_name}} {x} {{") == ["2", "1", "first_name"]


@pytest.mark.parametrize("text", ["{{" + " " * 20_000 + "{", "{{" * 10_000, "{{a" + " a" * 10_000, "{{1}}" * 5_000])
def test_no_text_takes_long(text):
    started = time.process_time()
    check(reminder(body=text, header=TextHeader(text), footer=text))
    assert time.process_time() - started < 2


def test_variable_may_have_spaces_around_and_within():
    assert variables("{{  first name\t}} {{\n}} {{a  b}}") == ["first name", "", "a  b"]


def test_examples_and_handles_stay_out_of_the_repr():
    """They may be taken from a real patient's message."""
    definition = reminder(header=MediaHeader("IMAGE", "4::secret"), buttons=(OtpButton(),))
    assert "Ayşe" not in repr(definition)
    assert "secret" not in repr(definition)
