"""A template's whole life at Meta, with our client on one side and the simulator on the other."""

from dataclasses import replace

import pytest
from cloud_api.client import InvalidValue, Rejected, Unanswered
from cloud_api.content_template import HeaderText, Parameter, Template
from cloud_api.messages import OutboundMessage
from cloud_api.permit import Permit
from cloud_api.template_definition import (
    CopyCodeButton,
    FlowFormButton,
    LocationHeader,
    MediaHeader,
    PhoneButton,
    QuickReplyButton,
    TextHeader,
    UrlButton,
    read_definition,
)
from cloud_api.template_rules import check

from simulator.client import DEFAULT_NUMBER, DEFAULT_NUMBER_ID
from simulator.inbound_content import sample
from simulator.testing import Simulator

from .definitions import NAMED_BODY, URL, code_template, reminder

AYSE = "905300000001"
DEFINITIONS = {
    "numbered": reminder(footer="Papatya Klinik", ttl_seconds=3600),
    "named": reminder(body=NAMED_BODY, parameter_format="NAMED", header=TextHeader("Randevu {{day}}", "24 Kasım")),
    "place and buttons": reminder(
        header=LocationHeader(),
        buttons=(
            QuickReplyButton("Geleceğim"),
            UrlButton("Detay", URL, "https://klinik.example/a/b"),
            PhoneButton("Ara", "+902125550000"),
            CopyCodeButton("X25"),
            FlowFormButton("Form", "77", "navigate", "CONSENT"),
        ),
    ),
    "code": code_template(ttl_seconds=600),
}


@pytest.fixture(scope="module")
def running():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running, server, tools):
    running.reset()
    server.reply_with(tools.answer({}))
    running.set_settings(review_seconds=0.02)
    running.register_number(webhook_url=f"{server.url}/hook")
    return running


@pytest.fixture
def api(sim, make_api):
    names = ("waba_id", "app_id", "app_secret", "access_token")
    values = {name: DEFAULT_NUMBER[name] for name in names}
    return make_api(sim.url, (5.0, 10.0), phone_number_id=DEFAULT_NUMBER_ID, **values)


def create(api, definition):
    return api.create_template(
        definition.name,
        definition.language,
        definition.category,
        definition.components(),
        parameter_format=definition.parameter_format,
        ttl_seconds=definition.ttl_seconds,
    )


def subcode(call, *args, **more):
    with pytest.raises(Rejected) as caught:
        call(*args, **more)
    return caught.value.error.subcode


@pytest.mark.parametrize("case", DEFINITIONS)
def test_submitted_reviewed_listed_and_read_back(api, sim, case):
    definition = DEFINITIONS[case]
    created = create(api, definition)
    assert (created.status, created.category) == ("PENDING", definition.category)
    sim.settle()
    (listed,) = api.templates()
    assert (listed.id, listed.status, listed.quality) == (created.id, "APPROVED", "UNKNOWN")
    assert listed.updated_at
    assert api.template(created.id) == listed
    assert read_definition(listed).definition == definition


@pytest.mark.parametrize(("kind", "form", "mime"), [
    ("image", "IMAGE", "image/jpeg"), ("video", "VIDEO", "video/mp4"), ("document", "DOCUMENT", "application/pdf"),
])
def test_header_with_an_uploaded_sample(api, sim, kind, form, mime):
    handle = api.upload_sample(sample(kind), f"ornek.{kind}", mime)
    create(api, reminder(header=MediaHeader(form, handle)))
    (listed,) = api.templates()
    read = read_definition(listed).definition
    assert read.header.format == form
    assert read.header.handle.startswith("https://"), "Meta shows where the sample lies, not its handle"
    sim.change_template("appt_reminder", status="REJECTED")
    assert subcode(api.edit_template, listed.id, components=read.components()) == 2494102
    again = api.upload_sample(sample(kind), f"ornek.{kind}", mime)
    api.edit_template(listed.id, components=replace(read, header=MediaHeader(form, again)).components())


@pytest.mark.parametrize("cuts", [1, 3])
def test_upload_survives_cut_connections(api, sim, cuts):
    sim.set_faults(cut_upload_next=cuts)
    handle = api.upload_sample(sample("video"), "film.mp4", "video/mp4")
    (stored,) = sim.samples()
    assert (stored["handle"], stored["size"], stored["name"]) == (handle, len(sample("video")), "film.mp4")


def test_upload_that_is_always_cut_ends(api, sim):
    sim.set_faults(cut_upload_next=4)
    with pytest.raises(Unanswered):
        api.upload_sample(sample("video"), "film.mp4", "video/mp4")


def test_gif_is_no_sample(api):
    with pytest.raises(InvalidValue):
        api.upload_sample(b"GIF89a", "a.gif", "image/gif")


def test_edit_goes_to_review_and_is_limited(api, sim):
    created = create(api, reminder())
    assert subcode(api.edit_template, created.id, components=reminder().components()) == 2388039, "in review"
    sim.settle()
    changed = reminder(footer="Papatya Klinik")
    api.edit_template(created.id, components=changed.components())
    assert api.template(created.id).status == "PENDING"
    sim.settle()
    assert read_definition(api.template(created.id)).definition == changed
    assert subcode(api.edit_template, created.id, components=reminder().components()) == 2388039, "once a day"
    assert subcode(api.edit_template, created.id, category="MARKETING") == 2388039


def test_one_language_is_deleted_then_the_other(api, sim):
    turkish = create(api, reminder())
    create(api, reminder(language="en"))
    sim.settle()
    api.delete_template("appt_reminder", turkish.id)
    assert [template.language for template in api.templates()] == ["en"]
    assert subcode(create, api, reminder()) == 2388023, "the name is blocked for thirty days"
    assert subcode(api.template, turkish.id) == 2593002
    api.delete_template("appt_reminder")
    assert list(api.templates()) == []


def test_pause_rating_and_other_category_are_listed(api, sim):
    created = create(api, reminder(ttl_seconds=3600))
    sim.settle()
    sim.rate_template("appt_reminder", "RED")
    paused = api.template(created.id)
    assert (paused.status, paused.quality) == ("PAUSED", "RED")
    assert subcode(api.unpause_template, created.id) == 2388039
    sim.end_pause("appt_reminder")
    sim.recategorise_template("appt_reminder", "MARKETING")
    warned = api.template(created.id)
    assert (warned.category, warned.correct_category, warned.ttl_seconds) == ("UTILITY", "MARKETING", 3600)
    sim.recategorise_template("appt_reminder", "MARKETING", at_once=True)
    changed = api.template(created.id)
    assert (changed.category, changed.previous_category, changed.ttl_seconds) == ("MARKETING", "UTILITY", None)
    sim.set_settings(unpause_wait_seconds=0)
    sim.pause_template("appt_reminder", pacing=True)
    api.unpause_template(created.id)
    assert api.template(created.id).status == "APPROVED"


def test_token_without_the_scope_is_told_its_name(api, sim):
    sim.change_number(token_scopes=["whatsapp_business_messaging"])
    for call in (lambda: list(api.templates()), lambda: create(api, reminder()), lambda: api.delete_template("x")):
        with pytest.raises(Rejected) as caught:
            call()
        assert "whatsapp_business_management" in caught.value.error.meaning.advice


def test_doubled_text_is_refused_though_every_rule_is_kept(api, sim):
    create(api, reminder())
    double = reminder(name="another")
    assert check(double) == []
    assert subcode(create, api, double) == 2388024


def test_message_of_a_template_arrives_as_it_was_defined(api, sim):
    create(api, DEFINITIONS["named"])
    sim.settle()
    body = (Parameter("Ayşe", "first_name"), Parameter("10:30", "hour"))
    content = Template("appt_reminder", "tr", body, header=HeaderText(Parameter("24 Kasım", "day")))
    api.send(OutboundMessage("ref-1", content, to=f"+{AYSE}"), Permit("ref-1"))
    message = sim.phone(AYSE).wait_for_message()
    assert message["header"] == "Randevu 24 Kasım"
    assert message["text"] == NAMED_BODY.replace("{{first_name}}", "Ayşe").replace("{{hour}}", "10:30")
