"""Our token goes to Meta's hosts and nowhere else, however an address is dressed up."""

import socket

import pytest
import requests
from cloud_api.addresses import META_HOSTS, safe_address
from cloud_api.client import UnsafeAddress
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

META = "https://graph.facebook.com"
FILE = "whatsapp_business/attachments/?mid=1&ext=2&hash=ATs"


@pytest.mark.parametrize(
    "url",
    [
        f"https://lookaside.fbsbx.com/{FILE}",
        f"https://fbsbx.com/{FILE}",
        f"https://mmg.whatsapp.net/{FILE}",
        f"https://scontent.xx.fbcdn.net/{FILE}",
        f"https://graph.facebook.com/{FILE}",
        f"https://lookaside.fbsbx.com:443/{FILE}",
        "https://lookaside.fbsbx.com/a%2Fb//c;d=e?f=g&h=%3D",
    ],
)
def test_metas_hosts_are_called_as_they_were_named(url):
    assert safe_address(url, META) == url


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://LOOKASIDE.fbsbx.com/a", "https://LOOKASIDE.fbsbx.com/a"),
        ("HTTPS://lookaside.fbsbx.com/a", "https://lookaside.fbsbx.com/a"),
        ("https://lookaside.fbsbx.com", "https://lookaside.fbsbx.com/"),
        ("https://lookaside.fbsbx.com/a#b", "https://lookaside.fbsbx.com/a"),
        ("https://lookaside.fbsbx.com?a=b", "https://lookaside.fbsbx.com/?a=b"),
    ],
)
def test_an_address_is_put_together_anew(url, called):
    assert safe_address(url, META) == called


UNSAFE = {
    "plain http": "http://lookaside.fbsbx.com/a",
    "other scheme": "ftp://lookaside.fbsbx.com/a",
    "file": "file:///etc/passwd",
    "no scheme": "//lookaside.fbsbx.com/a",
    "nothing": "",
    "no host": "https:///a",
    "another host": "https://evil.example/a",
    "look-alike": "https://evilfbsbx.com/a",
    "look-alike below": "https://lookaside-fbsbx.com/a",
    "host as sub-domain": "https://fbsbx.com.evil.example/a",
    "host in the path": "https://evil.example/lookaside.fbsbx.com",
    "host in the query": "https://evil.example/?lookaside.fbsbx.com",
    "host in the fragment": "https://evil.example#.fbsbx.com",
    "user": "https://lookaside.fbsbx.com@evil.example/a",
    "user and password": "https://a:b@lookaside.fbsbx.com/a",
    "empty user": "https://@lookaside.fbsbx.com/a",
    "backslash": "https://evil.example\\@lookaside.fbsbx.com/a",
    "backslash in the host": "https://evil.example\\.fbsbx.com/a",
    "other port": "https://lookaside.fbsbx.com:8443/a",
    "port of http": "https://lookaside.fbsbx.com:80/a",
    "port zero": "https://lookaside.fbsbx.com:0/a",
    "port that is none": "https://lookaside.fbsbx.com:x/a",
    "port out of range": "https://lookaside.fbsbx.com:99999/a",
    "loopback": "https://127.0.0.1/a",
    "loopback by name": "https://localhost/a",
    "loopback, short": "https://127.1/a",
    "loopback as one number": "https://2130706433/a",
    "loopback in octal": "https://0177.0.0.1/a",
    "loopback in hexadecimal": "https://0x7f000001/a",
    "loopback, version 6": "https://[::1]/a",
    "mapped loopback": "https://[::ffff:127.0.0.1]/a",
    "cloud metadata": "http://169.254.169.254/latest/meta-data",
    "private network": "https://10.0.0.1/a",
    "broken brackets": "https://[::1/a",
    "international name": "https://fbsbх.com/a",  # the х is Cyrillic
    "international name, encoded": "https://xn--fbsb-t4d.com/a",
    "full-width dot": "https://evil.example。fbsbx.com/a",
    "encoded dot": "https://evil.example%2efbsbx.com/a",
    "encoded slash": "https://evil.example%2f.fbsbx.com/a",
    "dot at the end": "https://lookaside.fbsbx.com./a",
    "empty label": "https://evil.example..fbsbx.com/a",
    "underscore": "https://evil_example.fbsbx.com/a",
    "space": "https://lookaside.fbsbx.com /a",
    "line break": "https://lookaside.fbsbx.com/a\r\nX-Evil: 1",
    "tab": "https://evil.example\t.fbsbx.com/a",
    "null": "https://lookaside.fbsbx.com/a\x00",
}


@pytest.mark.parametrize("case", UNSAFE)
def test_any_other_address_is_refused_before_a_name_is_looked_up(
    make_api, monkeypatch, case, tools
):
    looked_up = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: looked_up.append(args))
    api = make_api(META)
    with pytest.raises(UnsafeAddress) as caught:
        api.download_media(UNSAFE[case], lambda piece: None, 1000)
    assert looked_up == []
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize(
    ("api_url", "allowed", "refused"),
    [
        (
            "http://127.0.0.1:8070",
            "http://127.0.0.1:8070/media-download/1?a=b",
            [
                "http://127.0.0.1:8071/media-download/1",
                "http://127.0.0.1/media-download/1",
                "https://127.0.0.1:8070/media-download/1",
                "http://localhost:8070/media-download/1",
                "http://127.0.0.1:8070@evil.example/",
                "http://127.0.0.1:8070.evil.example/",
            ],
        ),
        (
            "https://proxy.example/graph",
            "https://proxy.example/media/1",
            ["https://a.proxy.example/media/1", "http://proxy.example/media/1"],
        ),
        ("http://[::1]:8070", "http://[::1]:8070/a", ["http://[::2]:8070/a"]),
    ],
)
def test_the_origin_of_the_api_is_allowed_and_nothing_beside_it(api_url, allowed, refused):
    assert safe_address(allowed, api_url) == allowed
    for url in refused:
        with pytest.raises(UnsafeAddress):
            safe_address(url, api_url)


pieces = st.sampled_from(
    ["https:", "http:", "//", "/", "\\", "@", ":", ":443", "#", "?", "%2e", "%40", ".", "..", "[", "]", "::1", ";",
     "fbsbx.com", "lookaside.", "evil.example", "evil", "a", "-", "_", " ", "\t", "ş", "127.0.0.1", "&", "="]
)


@given(st.lists(pieces, max_size=8).map(lambda some: "https://" + "".join(some)) | st.text(max_size=40))
@example("https://fbsbx.com#@evil.example/")
@example("https://evil.example;.fbsbx.com/")
def test_what_is_let_through_is_metas_to_the_library_that_calls_it(url):
    """Two programs may read one address in two ways: both must find Meta's host in it."""
    try:
        address = safe_address(url, META)
    except UnsafeAddress:
        return
    called = parse_url(requests.Request("GET", address).prepare().url)
    assert called.scheme == "https"
    assert called.auth is None
    assert called.port in (None, 443)
    assert called.host in META_HOSTS or called.host.endswith(tuple(f".{host}" for host in META_HOSTS))
