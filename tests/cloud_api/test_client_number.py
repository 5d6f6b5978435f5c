"""The calls about the number and its app: health, registration, webhook address, profile."""

import pytest
from cloud_api.client import (
    AppSubscription,
    BusinessProfile,
    HealthError,
    InvalidCredentials,
    InvalidValue,
    Rejected,
    Unanswered,
)

NUMBER = "/v26.0/106540352242922"
CALLBACK = "https://klinik.example/clinic_whatsapp/webhook/abc"
SUCCESS = {"success": True}


def path_of(request):
    return request.path.partition("?")[0]


# -- what the number is


def test_phone_number_tells_its_rate_and_where_meta_delivers(api, server, tools):
    server.reply_with(
        tools.answer(
            {
                "id": "106540352242922",
                "throughput": {"level": "STANDARD"},
                "webhook_configuration": {
                    "phone_number": "https://a.example",
                    "whatsapp_business_account": "https://b.example",
                    "application": "https://c.example",
                },
                "new_name_status": "APPROVED",
                "platform_type": "CLOUD_API",
                "account_mode": "LIVE",
            }
        )
    )
    number = api.phone_number()
    assert number.throughput == "STANDARD"
    assert number.number_callback == "https://a.example"
    assert number.waba_callback == "https://b.example"
    assert number.app_callback == "https://c.example"
    assert number.callback == "https://a.example"
    assert (number.new_name_status, number.platform_type) == ("APPROVED", "CLOUD_API")
    assert number.account_mode == "LIVE"


@pytest.mark.parametrize(
    ("configuration", "callback"),
    [
        ({"application": "https://c.example"}, "https://c.example"),
        (
            {"whatsapp_business_account": "https://b.example", "application": "https://c.example"},
            "https://b.example",
        ),
        (None, ""),
        ("nonsense", ""),
    ],
)
def test_the_nearest_address_counts(api, server, tools, configuration, callback):
    server.reply_with(tools.answer({"id": "1", "webhook_configuration": configuration}))
    assert api.phone_number().callback == callback


# -- health


def test_health_names_what_keeps_the_number_from_sending(api, server, tools):
    server.reply_with(
        tools.answer(
            {
                "id": "106540352242922",
                "health_status": {
                    "can_send_message": "BLOCKED",
                    "entities": [
                        {
                            "entity_type": "PHONE_NUMBER",
                            "id": "106540352242922",
                            "can_send_message": "LIMITED",
                            "additional_info": ["The display name is not approved yet."],
                        },
                        {
                            "entity_type": "WABA",
                            "id": "102290129340398",
                            "can_send_message": "BLOCKED",
                            "errors": [
                                {
                                    "error_code": 141006,
                                    "error_description": "A payment method is missing.",
                                    "possible_solution": "Add one.",
                                }
                            ],
                        },
                        {"entity_type": "BUSINESS", "id": "5", "can_send_message": "AVAILABLE"},
                        {"entity_type": "APP", "id": "670843887433847"},
                    ],
                },
            }
        )
    )
    health = api.health()
    assert path_of(server.requests[0]) == NUMBER
    assert "fields=health_status" in server.requests[0].path
    assert health.can_send == "BLOCKED"
    number, waba, business, app = health.entities
    assert (number.type, number.can_send) == ("PHONE_NUMBER", "LIMITED")
    assert number.info == ("The display name is not approved yet.",)
    assert waba.errors == (HealthError(141006, "A payment method is missing.", "Add one."),)
    assert (business.can_send, business.errors, app.can_send) == ("AVAILABLE", (), "")
    assert (health.waba_id, health.app_id) == ("102290129340398", "670843887433847")


@pytest.mark.parametrize(
    ("status", "entities"),
    [
        ({"can_send_message": "available"}, 0),
        ({"can_send_message": "AVAILABLE", "entities": None}, 0),
        ({"can_send_message": "AVAILABLE", "entities": [None, "x", {}]}, 1),
        ({"can_send_message": "AVAILABLE", "entities": [{"errors": [{"error_code": "x"}, 1]}]}, 1),
    ],
)
def test_health_with_gaps_can_be_read(api, server, tools, status, entities):
    server.reply_with(tools.answer({"health_status": status}))
    health = api.health()
    assert health.can_send == "AVAILABLE"
    assert len(health.entities) == entities
    assert (health.waba_id, health.app_id) == ("", "")


@pytest.mark.parametrize("document", [{}, {"health_status": None}, {"health_status": "x"}])
def test_no_health_at_all_is_unanswered(api, server, tools, document):
    server.reply_with(tools.answer(document))
    with pytest.raises(Unanswered):
        api.health()


# -- registration


def test_register_hands_over_the_pin(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.register("123456")
    (request,) = server.requests
    assert (request.method, path_of(request)) == ("POST", f"{NUMBER}/register")
    assert request.json == {"messaging_product": "whatsapp", "pin": "123456"}
    assert "123456" not in request.path


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "123456\n"])
def test_a_pin_has_six_digits(api, server, pin):
    with pytest.raises(InvalidValue, match="six digits"):
        api.register(pin)
    assert server.requests == []


def test_wrong_pin_is_called_by_its_name(api, server, tools):
    server.reply_with(tools.answer({"error": {"code": 133005, "message": "x"}}, 400))
    with pytest.raises(Rejected) as caught:
        api.register("123456")
    assert caught.value.error.meaning.title == "The PIN is wrong."


# -- webhook address of the number


def test_override_is_set_and_cleared(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.set_webhook_override(CALLBACK, "verify-me")
    api.clear_webhook_override()
    first, second = server.requests
    assert {(request.method, path_of(request)) for request in (first, second)} == {("POST", NUMBER)}
    assert first.json == {
        "webhook_configuration": {"override_callback_uri": CALLBACK, "verify_token": "verify-me"}
    }
    assert second.json == {"webhook_configuration": {"override_callback_uri": ""}}
    assert "verify-me" not in first.path


def test_override_of_200_characters_is_the_longest(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.set_webhook_override(CALLBACK.ljust(200, "x"), "t")
    with pytest.raises(InvalidValue, match="200"):
        api.set_webhook_override(CALLBACK.ljust(201, "x"), "t")
    assert len(server.requests) == 1


def test_meta_delivers_to_https_only(make_api):
    with pytest.raises(InvalidValue, match="https"):
        make_api("https://graph.facebook.com").set_webhook_override("http://klinik.example", "t")


# -- the app's subscription


def test_app_subscription_tells_address_and_fields(api, server, tools):
    server.reply_with(
        tools.answer(
            {
                "data": [
                    {"object": "page", "callback_url": "https://other.example"},
                    {
                        "object": "whatsapp_business_account",
                        "callback_url": CALLBACK,
                        "active": True,
                        "fields": [{"name": "messages", "version": "v26.0"}, {"name": "security"}],
                    },
                ]
            }
        )
    )
    fields = frozenset({"messages", "security"})
    assert api.app_subscription() == AppSubscription(CALLBACK, True, fields)
    (request,) = server.requests
    assert path_of(request) == "/v26.0/670843887433847/subscriptions"
    assert "authorization" not in request.headers
    assert "appsecret_proof" not in request.path


@pytest.mark.parametrize("rows", [[], [{"object": "page"}], [None, 1]])
def test_app_without_subscription_has_none(api, server, tools, rows):
    server.reply_with(tools.answer({"data": rows}))
    assert api.app_subscription() is None


def test_subscribe_app_names_address_and_fields(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.subscribe_app(CALLBACK, "verify-me", ["messages", "security"])
    (request,) = server.requests
    assert (request.method, path_of(request)) == ("POST", "/v26.0/670843887433847/subscriptions")
    assert request.json == {
        "object": "whatsapp_business_account",
        "callback_url": CALLBACK,
        "verify_token": "verify-me",
        "fields": "messages,security",
    }
    assert "verify-me" not in request.path
    assert "authorization" not in request.headers


@pytest.mark.parametrize("missing", ["app_id", "app_secret"])
def test_the_apps_own_calls_need_its_secret(server, make_api, missing):
    api = make_api(server.url, **{missing: ""})
    for call in (api.app_subscription, lambda: api.subscribe_app(CALLBACK, "t", ["messages"])):
        with pytest.raises(InvalidCredentials, match=missing):
            call()
    assert server.requests == []


# -- profile

PROFILE = BusinessProfile(
    about="Randevu ve sorular",
    address="Gül Sokak 1, İstanbul",
    description="Diş kliniği",
    email="info@klinik.example",
    websites=("https://klinik.example",),
    vertical="HEALTH",
)


def test_profile_is_read(api, server, tools):
    row = {
        "about": PROFILE.about,
        "address": PROFILE.address,
        "description": PROFILE.description,
        "email": PROFILE.email,
        "websites": ["https://klinik.example"],
        "vertical": "HEALTH",
        "profile_picture_url": "https://pps.whatsapp.net/1",
        "messaging_product": "whatsapp",
    }
    server.reply_with(tools.answer({"data": [row]}))
    profile = api.profile()
    assert path_of(server.requests[0]) == f"{NUMBER}/whatsapp_business_profile"
    assert profile.picture_url == "https://pps.whatsapp.net/1"
    assert profile == BusinessProfile(**{**vars(PROFILE), "picture_url": profile.picture_url})


@pytest.mark.parametrize("rows", [[], [{}], [{"websites": "x", "about": None}]])
def test_profile_that_nobody_filled_in_is_empty(api, server, tools, rows):
    server.reply_with(tools.answer({"data": rows}))
    assert api.profile() == BusinessProfile()


def test_profile_is_written(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.update_profile(PROFILE)
    (request,) = server.requests
    assert (request.method, path_of(request)) == ("POST", f"{NUMBER}/whatsapp_business_profile")
    assert request.json == {
        "messaging_product": "whatsapp",
        "about": "Randevu ve sorular",
        "address": "Gül Sokak 1, İstanbul",
        "description": "Diş kliniği",
        "email": "info@klinik.example",
        "websites": ["https://klinik.example"],
        "vertical": "HEALTH",
    }


def test_texts_can_be_emptied_but_for_what_meta_wants(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.update_profile(BusinessProfile())
    assert server.requests[0].json == {
        "messaging_product": "whatsapp",
        "address": "",
        "description": "",
        "email": "",
        "websites": [],
    }


@pytest.mark.parametrize(
    ("longest", "named"),
    [
        ({"about": "x" * 139}, "139"),
        ({"address": "x" * 256}, "256"),
        ({"description": "x" * 512}, "512"),
        ({"email": "x" * 128}, "128"),
        ({"websites": ("https://a.example".ljust(256, "x"),)}, "256"),
    ],
)
def test_each_text_has_its_limit(api, server, tools, longest, named):
    server.reply_with(tools.answer(SUCCESS))
    api.update_profile(BusinessProfile(**longest))
    ((name, value),) = longest.items()
    longer = (value[0] + "x",) if name == "websites" else value + "x"
    with pytest.raises(InvalidValue, match=named):
        api.update_profile(BusinessProfile(**{name: longer}))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("websites", "named"),
    [(("https://a.example",) * 3, "two websites"), (("klinik.example",), "http://")],
)
def test_websites_have_limits_too(api, server, websites, named):
    with pytest.raises(InvalidValue, match=named):
        api.update_profile(BusinessProfile(websites=websites))
    assert server.requests == []


# -- read receipts


def test_typing_is_shown_with_the_read_receipt(api, server, tools):
    server.reply_with(tools.answer(SUCCESS))
    api.mark_read("wamid.IN", typing=True)
    assert server.requests[0].json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
        "typing_indicator": {"type": "text"},
    }
