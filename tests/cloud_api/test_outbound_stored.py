"""What waits in the database comes out as it went in."""

import json

import pytest
from cloud_api import content_store
from cloud_api.messages import (
    PENDING,
    Audio,
    Buttons,
    ContactCard,
    ContactPhone,
    Contacts,
    CopyCode,
    Document,
    Flow,
    FlowButton,
    HeaderText,
    Image,
    InvalidMessage,
    LinkButton,
    ListMessage,
    Location,
    LocationRequest,
    Media,
    Parameter,
    QuickReply,
    Reaction,
    ReplyButton,
    Row,
    Section,
    Sticker,
    Template,
    Text,
    UrlSuffix,
    Video,
    dump,
    load,
)
from hypothesis import given
from hypothesis import strategies as st


def words(most):
    return st.text(min_size=1, max_size=most).filter(lambda text: text.strip())


def unique_by(count, make):
    """One to ``count`` things that differ in their number."""
    return st.integers(1, count).map(lambda size: tuple(make(number) for number in range(size)))


empty = st.just("")
digits = st.text("0123456789", min_size=1, max_size=20)
media = st.builds(Media, digits) | st.just(PENDING) | st.just(Media(link="https://a.example/b"))
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
json_data = st.dictionaries(
    st.text(max_size=5) | st.just("kind"),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    ),
    max_size=3,
)
caption = st.text(max_size=20)
filename = st.from_regex(r"[a-zş]{1,8}\.pdf", fullmatch=True)
pictures = st.builds(Image, media) | st.builds(Video, media) | st.builds(Document, media, filename)
places = st.builds(
    Location, st.floats(-90, 90), st.floats(-180, 180), st.text(max_size=5), st.text(max_size=5)
)
named_places = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180), words(5), words(5))
headers = st.text(max_size=60) | pictures
frame = {"header": headers, "footer": st.text(max_size=60)}
text_frame = {"header": st.text(max_size=60), "footer": st.text(max_size=60)}
reply_buttons = words(15).flatmap(
    lambda title: unique_by(3, lambda number: ReplyButton(f"id{number}", f"{title}{number}"))
)
sections = words(20).flatmap(
    lambda title: unique_by(5, lambda n: Section(title, (Row(f"{n}a", title), Row(f"{n}b", title, "x"))))
)
cards = st.lists(
    st.builds(
        ContactCard,
        words(9),
        st.text(max_size=5),
        st.text(max_size=5),
        st.lists(st.builds(ContactPhone, words(15)), max_size=2).map(tuple),
        st.lists(words(9), max_size=2).map(tuple),
        st.text(max_size=5),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
index = st.integers(0, 9)
buttons = st.lists(
    st.builds(QuickReply, index, words(9))
    | st.builds(UrlSuffix, index, digits)
    | st.builds(CopyCode, index, words(9))
    | st.builds(FlowButton, index, words(9), json_data),
    max_size=4,
    unique_by=lambda button: button.index,
).map(tuple)
values = st.lists(st.builds(Parameter, words(9)), max_size=3).map(tuple)

CONTENTS = {
    Text: st.builds(Text, words(50), st.booleans()),
    Image: st.builds(Image, media, caption),
    Document: st.builds(Document, media, filename, caption),
    Audio: st.builds(Audio, media, st.booleans()),
    Video: st.builds(Video, media, caption),
    Sticker: st.builds(Sticker, media),
    Location: places,
    Contacts: st.builds(Contacts, cards),
    Reaction: st.builds(Reaction, words(20), st.sampled_from(["", "👍", "🇹🇷"])),
    Buttons: st.builds(Buttons, words(50), reply_buttons, **frame),
    ListMessage: st.builds(ListMessage, words(50), words(20), sections, **text_frame),
    LinkButton: st.builds(LinkButton, words(50), words(20), st.just("https://a.example"), **frame),
    LocationRequest: st.builds(LocationRequest, words(50)),
    Flow: st.builds(
        Flow,
        words(50),
        digits,
        st.just("Başla"),
        words(9),
        st.just("CONSENT"),
        json_data,
        **text_frame,
        draft=st.booleans(),
    ),
    Template: st.builds(
        Template,
        names,
        st.sampled_from(["tr", "en_US"]),
        values,
        buttons,
        st.none() | pictures | named_places | st.builds(HeaderText, st.builds(Parameter, words(9))),
    ),
}


def test_every_content_is_tried():
    assert set(CONTENTS) == set(content_store._CONTENTS)


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda kind: kind.__name__)
def test_what_was_stored_is_loaded_as_it_was(kind):
    @given(CONTENTS[kind])
    def check(content):
        stored = json.loads(json.dumps(dump(content)))
        assert stored["kind"] == kind.kind
        assert load(stored) == content

    check()


def test_named_variables_keep_their_names():
    content = Template("x", "tr", (Parameter("Ayşe", "first_name"),))
    assert load(dump(content)) == content


def test_no_two_things_share_a_name():
    """Else the later one would be loaded for both."""
    known = (*content_store._CONTENTS, *content_store._PARTS)
    assert len({found.kind for found in known}) == len(known)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": None},
        {"kind": "telegram"},
        {"kind": ["text"]},
        {"kind": "text"},
        {"kind": "text", "body": 1},
        {"kind": "text", "body": "x", "colour": "red"},
        {"kind": "media", "id": "1", "link": None},
        {"kind": "buttons", "body": "x", "buttons": ["a"]},
        {"kind": "buttons", "body": "x", "buttons": [{"id": "a", "title": "b"}]},
        {"kind": "list", "body": "x", "button": "x", "sections": 3},
        [],
        None,
        "text",
    ],
)
def test_what_nobody_stored_is_refused_by_name(stored):
    with pytest.raises(InvalidMessage, match="cannot be read"):
        load(stored)


def test_what_breaks_a_limit_is_refused_when_loaded():
    with pytest.raises(InvalidMessage, match="4,096"):
        load({"kind": "text", "body": "x" * 4097})


def test_contents_of_a_kind_may_gain_fields():
    """A later version reads what an earlier one stored."""
    assert load({"kind": "text", "body": "Merhaba"}) == Text("Merhaba")


@given(json_data)
def test_no_stored_object_makes_loading_fail_in_another_way(stored):
    for kind in content_store._TYPES:
        try:
            load({**stored, "kind": kind})
        except InvalidMessage:
            continue
