"""Only Meta, who knows the app's secret, can sign a webhook."""

import hashlib
import hmac

import pytest
from cloud_api.webhook import verify_signature
from hypothesis import given
from hypothesis import strategies as st

SECRET = "test_app_secret"
EMPTY = b'{"object":"whatsapp_business_account","entry":[]}'
SIGNATURE = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        (EMPTY, SIGNATURE),
        (
            b'{"object": "whatsapp_business_account", "entry": []}',
            "sha256=56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a",
        ),
        (EMPTY, SIGNATURE.replace("dec6a", "DEC6A")),
    ],
)
def test_signature_of_the_exact_bytes_is_accepted(raw, header):
    assert verify_signature(raw, header, SECRET)


@pytest.mark.parametrize(
    ("raw", "header", "secret"),
    [
        (EMPTY, None, SECRET),
        (EMPTY, "", SECRET),
        (EMPTY, SIGNATURE, "another_secret"),
        (EMPTY, SIGNATURE, ""),
        (EMPTY + b" ", SIGNATURE, SECRET),
        (EMPTY, SIGNATURE.removeprefix("sha256="), SECRET),
        (EMPTY, SIGNATURE.replace("sha256", "sha1"), SECRET),
        (EMPTY, SIGNATURE[:-1], SECRET),
        (EMPTY, SIGNATURE + "\n", SECRET),
        (EMPTY, SIGNATURE[:-1] + "é", SECRET),
        (EMPTY, "sha256=" + "٣" * 64, SECRET),
    ],
)
def test_every_other_signature_is_refused(raw, header, secret):
    assert not verify_signature(raw, header, secret)


def test_no_secret_never_matches_even_a_signature_made_without_one():
    header = "sha256=" + hmac.new(b"", EMPTY, hashlib.sha256).hexdigest()
    assert not verify_signature(EMPTY, header, "")


def test_signature_is_that_of_metas_own_spelling():
    """Escaped or not, the bytes count; a JSON round trip would break it."""
    for raw in (b'{"body":"Ay\\u015fe \\/ x"}', '{"body":"Ayşe / x"}'.encode()):
        header = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert verify_signature(raw, header, SECRET)


@given(st.binary(), st.none() | st.text(), st.text())
def test_checking_a_signature_never_fails(raw, header, secret):
    assert not verify_signature(raw, header, secret.encode("utf-8", "replace").decode())
