"""Templates for tests: one that Meta takes, and hypothesis's way to others, right and wrong."""

from __future__ import annotations

from cloud_api.template_definition import (
    ContactRequestButton,
    CopyCodeButton,
    FlowFormButton,
    LocationHeader,
    MediaHeader,
    OtpButton,
    PhoneButton,
    QuickReplyButton,
    TemplateDefinition,
    TextHeader,
    UrlButton,
    variables,
)
from hypothesis import strategies as st

BODY = "Sayın {{1}}, yarın saat {{2}} için randevunuz var, sizi bekliyoruz."
NAMED_BODY = "Sayın {{first_name}}, yarın saat {{hour}} için randevunuz var, bekliyoruz."
URL = "https://klinik.example/a/{{1}}"


def reminder(**changes):
    values = {
        "name": "appt_reminder",
        "language": "tr",
        "category": "UTILITY",
        "body": BODY,
        "body_examples": ("Ayşe", "10:30"),
    }
    return TemplateDefinition(**{**values, **changes})


def code_template(**changes):
    values = {
        "category": "AUTHENTICATION",
        "body": "",
        "body_examples": (),
        "buttons": (OtpButton("Kopyala"),),
        "security_recommendation": True,
        "code_expiration_minutes": 10,
    }
    return reminder(**{**values, **changes})


# Texts of pieces that matter: variables right and wrong, braces, breaks, emoji, and words.
PIECES = (
    *("Sayın ", "randevu ", "saat ", "yarın bekliyoruz ", "İğne, ", "bir iki üç dört beş altı "),
    *("{{1}}", "{{2}}", "{{3}}", " {{1}} ", "{{ 2 }}", "{{name}}", "{{ad_soyad}}", "{{Ad}}", "{{a1}}", "{{}}"),
    *("{{", "}}", "{", "\n", "\n\n", " ", "*", "😀", "→", "%", "x" * 50, "ş" * 300),
)
texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
good_bodies = st.sampled_from((BODY, NAMED_BODY, "Randevunuz hazır.", "Bugün kapalıyız.\n\nİyi günler."))
labels = st.one_of(st.sampled_from(("Evet", "Hayır", "x" * 25, "x" * 26, "", " ", "{{1}}", "a\nb")), texts)
addresses = st.one_of(
    st.sampled_from((URL, "https://klinik.example", "http://a.b/{{2}}", "ftp://a.b", "", URL + "/x", URL + "{{1}}")),
    texts.map(lambda text: "https://klinik.example/" + text),
)
examples = st.sampled_from(("https://klinik.example/a/b", "Ayşe", "", " "))

headers = st.one_of(
    st.none(),
    st.builds(TextHeader, st.one_of(st.just("Randevu {{1}}"), texts), examples),
    st.builds(MediaHeader, st.sampled_from(("IMAGE", "VIDEO", "DOCUMENT", "GIF")), st.sampled_from(("4::aW", "", " "))),
    st.builds(LocationHeader),
)
codes = st.sampled_from(("X25", "", " ", "9" * 20, "9" * 21))
buttons = st.one_of(
    st.builds(QuickReplyButton, labels),
    st.builds(UrlButton, labels, addresses, examples),
    st.builds(PhoneButton, labels, st.sampled_from(("+90 212 555 00 00", "0212", "", "+", "abc", "9" * 20, "9" * 21))),
    st.builds(CopyCodeButton, codes),
    st.builds(FlowFormButton, labels, st.sampled_from(("77", "", " ")), st.sampled_from(("", "navigate"))),
    st.builds(ContactRequestButton, st.sampled_from(("", "Share Contact Info", "Numaramı ver"))),
    st.builds(OtpButton, st.sampled_from(("", "Kopyala", "x" * 26))),
)


@st.composite
def definitions(draw):
    """Definitions of which many are wrong in one place, some in several, some in none."""
    definition = code_template() if draw(st.booleans()) and draw(st.booleans()) else reminder()
    changes = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(("a", "a_1", "A", "", "ş", "a" * 512, "a" * 513, "a-b")),
                "language": st.sampled_from(("tr", "en", "en_US", "tr_TR", "", "en-US", "xx")),
                "category": st.sampled_from(("UTILITY", "MARKETING", "AUTHENTICATION", "utility")),
                "body": st.one_of(good_bodies, texts),
                "header": headers,
                "footer": st.one_of(st.sampled_from(("", "Papatya Klinik", "x" * 61, " ", "😀")), texts),
                "buttons": st.lists(buttons, max_size=12).map(tuple),
                "parameter_format": st.sampled_from(("POSITIONAL", "NAMED")),
                "ttl_seconds": st.sampled_from((None, -1, 0, 29, 30, 900, 901, 43_200, 43_201, 2_592_000, 2_592_001)),
                "security_recommendation": st.booleans(),
                "code_expiration_minutes": st.sampled_from((None, 0, 1, 90, 91)),
            },
        )
    )
    definition = TemplateDefinition(**{**vars(definition), **changes})
    if draw(st.booleans()):
        given_examples = ("Ayşe",) * len(variables(definition.body))
    else:
        given_examples = tuple(draw(st.lists(examples, max_size=3)))
    return TemplateDefinition(**{**vars(definition), "body_examples": given_examples})


quick_replies = st.lists(st.builds(QuickReplyButton, st.sampled_from(("Evet", "Hayır", "x" * 25))), max_size=3)
other_buttons = st.tuples(
    st.lists(st.just(UrlButton("Detay", URL, "https://klinik.example/a/b")), max_size=2),
    st.lists(st.just(PhoneButton("Ara", "+90 212 555 00 00")), max_size=1),
    st.lists(st.builds(CopyCodeButton, st.sampled_from(("X25", "9" * 20))), max_size=1),
    st.lists(st.just(FlowFormButton("Form", "77", "navigate", "CONSENT")), max_size=1),
    st.lists(st.just(ContactRequestButton()), max_size=1),
).map(lambda groups: [button for group in groups for button in group])
WORDS = {
    "POSITIONAL": ((BODY, ("Ayşe", "10:30")), ("Saat {{2}} için, sayın {{ 1 }}, bekliyoruz efendim.", ("Ayşe", "9"))),
    "NAMED": ((NAMED_BODY, ("Ayşe", "10:30")),),
}


@st.composite
def good_definitions(draw):
    """Definitions that Meta takes, with parts of every kind."""
    if draw(st.integers(0, 4)) == 0:
        minutes = draw(st.one_of(st.none(), st.integers(1, 90)))
        otp = OtpButton(draw(st.sampled_from(("", "Kopyala"))))
        return code_template(
            buttons=(otp,), code_expiration_minutes=minutes, security_recommendation=draw(st.booleans())
        )
    style = draw(st.sampled_from(("POSITIONAL", "NAMED")))
    variable = "1" if style == "POSITIONAL" else "day"
    header = draw(
        st.sampled_from(
            (
                None,
                TextHeader("Randevu"),
                TextHeader(f"Randevu {{{{{variable}}}}}", "24 Kasım"),
                MediaHeader("IMAGE", "4::aW"),
                LocationHeader(),
            )
        )
    )
    words, given_examples = draw(st.sampled_from((*WORDS[style], ("Bugün kapalıyız.\n\nİyi günler.", ()))))
    groups = [draw(quick_replies), draw(other_buttons)]
    return reminder(
        category=draw(st.sampled_from(("UTILITY", "MARKETING"))),
        parameter_format=style,
        body=words,
        body_examples=given_examples,
        header=header,
        footer=draw(st.sampled_from(("", "Papatya Klinik"))),
        buttons=tuple(button for group in (groups[::-1] if draw(st.booleans()) else groups) for button in group),
        ttl_seconds=draw(st.sampled_from((None, 43_200))),
    )
