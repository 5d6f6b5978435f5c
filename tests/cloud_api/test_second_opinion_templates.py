"""What pywa, another client of the Cloud API, sends to create, edit, delete and unpause a template is what we send.

pywa's own requests are caught before they reach a network.
"""

import json

import httpx
import pytest
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
    read_definition,
)
from cloud_api.template_rules import check
from pywa import WhatsApp
from pywa.types import templates as forms
from pywa.types.flows import FlowActionType

from .definitions import BODY, NAMED_BODY, URL, code_template, reminder

WABA_ID, APP_ID = "102290129340398", "670843887433847"
HANDLE = "4::aW1hZ2U=:ARb"
SESSION = "upload:MTphdHRhY2htZW50?sig=ARZ"
EXAMPLE = "https://klinik.example/a/b"
TURKISH = forms.TemplateLanguage.TURKISH
THEIR_BODY = forms.BodyText(BODY, "Ayşe", "10:30")
NAMED = forms.ParamFormat.NAMED


def buttons(*buttons):
    return forms.Buttons(buttons=list(buttons))


def media(form):
    kind = {"IMAGE": forms.HeaderImage, "VIDEO": forms.HeaderVideo, "DOCUMENT": forms.HeaderDocument}[form]
    mime_type = {"IMAGE": "image/png", "VIDEO": "video/mp4", "DOCUMENT": "application/pdf"}[form]
    return kind(b"x", mime_type=mime_type)


CASES = {
    "words only": (reminder(body="Randevunuz hazır.", body_examples=()), [forms.BodyText("Randevunuz hazır.")], {}),
    "numbered variables": (reminder(), [THEIR_BODY], {}),
    "named variables": (
        reminder(body=NAMED_BODY, parameter_format="NAMED", header=TextHeader("Randevu {{day}}", "24 Kasım")),
        [forms.HeaderText("Randevu {{day}}", day="24 Kasım"),
         forms.BodyText(NAMED_BODY, first_name="Ayşe", hour="10:30")],
        {"parameter_format": NAMED},
    ),
    "text header and footer": (
        reminder(header=TextHeader("Randevu {{1}}", "24 Kasım"), footer="Papatya Klinik"),
        [forms.HeaderText("Randevu {{1}}", "24 Kasım"), THEIR_BODY, forms.FooterText(text="Papatya Klinik")],
        {},
    ),
    **{
        f"{form} header": (reminder(header=MediaHeader(form, HANDLE)), [media(form), THEIR_BODY], {})
        for form in ("IMAGE", "VIDEO", "DOCUMENT")
    },
    "location header": (reminder(header=LocationHeader()), [forms.HeaderLocation(), THEIR_BODY], {}),
    "quick replies": (
        reminder(buttons=(QuickReplyButton("Geleceğim"), QuickReplyButton("İptal et"))),
        [THEIR_BODY, buttons(forms.QuickReplyButton(text="Geleceğim"), forms.QuickReplyButton(text="İptal et"))],
        {},
    ),
    "links and a call": (
        reminder(
            buttons=(
                UrlButton("Detay", URL, EXAMPLE),
                UrlButton("Aç", "https://klinik.example"),
                PhoneButton("Ara", "+902125550000"),
            )
        ),
        [
            THEIR_BODY,
            buttons(
                forms.URLButton(text="Detay", url=URL, example=EXAMPLE),
                forms.URLButton(text="Aç", url="https://klinik.example"),
                forms.PhoneNumberButton(text="Ara", phone_number="+902125550000"),
            ),
        ],
        {},
    ),
    "a code": (
        reminder(category="MARKETING", buttons=(CopyCodeButton("X25"),), ttl_seconds=43_200),
        [THEIR_BODY, buttons(forms.CopyCodeButton(example="X25"))],
        {"category": forms.TemplateCategory.MARKETING, "message_send_ttl_seconds": 43_200},
    ),
    "a form": (
        reminder(buttons=(FlowFormButton("Form", "77", "navigate", "CONSENT"),)),
        [
            THEIR_BODY,
            buttons(
                forms.FlowButton(
                    text="Form", flow_id="77", flow_action=FlowActionType.NAVIGATE, navigate_screen="CONSENT"
                )
            ),
        ],
        {},
    ),
    "a request for the number": (
        reminder(buttons=(ContactRequestButton("Share Contact Info"),)),
        [THEIR_BODY, buttons(forms.ContactInfoRequestButton())],
        {},
    ),
    "a one-time code": (
        code_template(),
        [
            forms.AuthenticationBody(add_security_recommendation=True),
            forms.AuthenticationFooter(code_expiration_minutes=10),
            buttons(forms.CopyCodeOTPButton(text="Kopyala")),
        ],
        {"category": forms.TemplateCategory.AUTHENTICATION},
    ),
    "a one-time code in Meta's words": (
        code_template(buttons=(OtpButton(),), security_recommendation=False, code_expiration_minutes=None),
        [forms.AuthenticationBody(), buttons(forms.CopyCodeOTPButton())],
        {"category": forms.TemplateCategory.AUTHENTICATION},
    ),
}


class Other:
    """pywa's client, and what it would have sent about templates."""

    def __init__(self):
        self.sent = []
        self.session = httpx.Client(transport=httpx.MockTransport(self._catch))
        self.client = WhatsApp(
            "106540352242922", "EAATESTTOKEN", waba_id=WABA_ID, app_id=APP_ID, session=self.session
        )

    def _catch(self, request):
        path = request.url.path.partition("/v")[2].partition("/")[2]
        if "uploads" in path or path.startswith("upload:"):
            return httpx.Response(200, json={"id": SESSION, "h": HANDLE})
        body = json.loads(request.content) if request.content else None
        self.sent.append((request.method, path, dict(request.url.params), body))
        answer = {"id": "77", "name": "x", "status": "PENDING", "category": "UTILITY", "success": True}
        return httpx.Response(200, json=answer)


@pytest.fixture
def other():
    made = Other()
    with made.session:
        yield made


def sent_by_us(server):
    request = server.requests[-1]
    path, _, query = request.path.partition("?")
    given = dict(pair.split("=") for pair in query.split("&") if not pair.startswith("appsecret_proof"))
    return request.method, path.partition("/v")[2].partition("/")[2], given, json.loads(request.body or b"null")


@pytest.mark.parametrize("case", CASES)
def test_same_template_same_json(other, api, server, tools, case):
    definition, components, more = CASES[case]
    assert check(definition) == []
    values = {"category": forms.TemplateCategory.UTILITY, "parameter_format": forms.ParamFormat.POSITIONAL, **more}
    theirs = forms.Template(name=definition.name, language=TURKISH, components=components, **values)
    other.client.create_template(theirs)
    server.reply_with(tools.answer({"id": "77", "status": "PENDING"}))
    api.create_template(
        definition.name,
        definition.language,
        definition.category,
        definition.components(),
        parameter_format=definition.parameter_format,
        ttl_seconds=definition.ttl_seconds,
    )
    assert sent_by_us(server) == other.sent[-1]
    assert sent_by_us(server)[:2] == ("POST", f"{WABA_ID}/message_templates")


@pytest.mark.parametrize("case", CASES)
def test_what_another_client_wrote_is_read(other, api, server, tools, case):
    definition, components, _more = CASES[case]
    theirs = forms.Template(
        name=definition.name,
        language=TURKISH,
        category=forms.TemplateCategory(definition.category),
        components=components,
        parameter_format=forms.ParamFormat(definition.parameter_format),
        message_send_ttl_seconds=definition.ttl_seconds,
    )
    other.client.create_template(theirs)
    server.reply_with(tools.answer({"id": "77", **other.sent[-1][3]}))
    read = read_definition(api.template("77")).definition
    assert read.components() == definition.components()


def test_same_edit(other, api, server, tools):
    definition, components, _more = CASES["text header and footer"]
    other.client.update_template("77", new_components=components, new_message_send_ttl_seconds=600)
    server.reply_with(tools.answer({"success": True}))
    api.edit_template("77", components=definition.components(), ttl_seconds=600)
    assert sent_by_us(server) == other.sent[-1]


@pytest.mark.parametrize("template_id", [None, "77"])
def test_same_deletion(other, api, server, tools, template_id):
    other.client.delete_template("appt_reminder", template_id=template_id)
    server.reply_with(tools.answer({"success": True}))
    api.delete_template("appt_reminder", template_id)
    assert sent_by_us(server) == other.sent[-1]


def test_same_end_of_a_pause(other, api, server, tools):
    other.client.unpause_template("77")
    server.reply_with(tools.answer({"success": True}))
    api.unpause_template("77")
    assert sent_by_us(server) == other.sent[-1]
