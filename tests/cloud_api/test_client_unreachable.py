"""Nothing of the message left this host: safe to try again, and the reason is known."""

import socket
import ssl
import threading
from datetime import datetime, timedelta, timezone

import pytest
from cloud_api.client import Unreachable
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def refused_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]


def test_refused_connection_is_unreachable(make_api, message, permit):
    with pytest.raises(Unreachable) as caught:
        make_api(f"http://127.0.0.1:{refused_port()}").send(message, permit)
    assert caught.value.reason == "refused"
    assert "firewall" in caught.value.advice


def test_unknown_host_is_unreachable(make_api, message, permit):
    with pytest.raises(Unreachable) as caught:
        make_api("http://graph.invalid").send(message, permit)
    assert caught.value.reason == "name"


def test_address_that_cannot_be_called_is_unreachable(make_api, message, permit):
    with pytest.raises(Unreachable) as caught:
        make_api("http://127.0.0.1:notaport").send(message, permit)
    assert caught.value.reason == "address"


def test_connect_timeout_is_unreachable(make_api, message, permit):
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)  # the kernel drops what exceeds the backlog
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Unreachable) as caught:
            make_api(url, timeout=(0.3, 5.0)).send(message, permit)
    assert caught.value.reason == "timeout"


def test_timeout_in_the_tls_handshake_is_unreachable(make_api, message, permit):
    """``requests`` calls it a read time-out, but the request was not even written."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable) as caught:
            make_api(url, timeout=(0.3, 0.3)).send(message, permit)
    assert caught.value.reason == "timeout"


def test_wrong_certificate_is_unreachable(make_api, message, permit, self_signed):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shake_hands_once, args=(listener, self_signed))
        thread.start()
        with pytest.raises(Unreachable) as caught:
            make_api(f"https://127.0.0.1:{listener.getsockname()[1]}").send(message, permit)
        thread.join(5)
    assert caught.value.reason == "tls"


def shake_hands_once(listener, context):
    connection, _peer = listener.accept()
    try:
        context.wrap_socket(connection, server_side=True).close()
    except OSError:
        connection.close()  # the client hung up, as it should


@pytest.fixture
def self_signed(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_proxy_that_refuses_the_tunnel_is_unreachable(
    server, make_api, message, permit, tools, monkeypatch
):
    """The CONNECT to the proxy left, but nothing of the request."""
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.reply_with(tools.Reply(403, b"", close=True))
    with pytest.raises(Unreachable) as caught:
        make_api("https://graph.example").send(message, permit)
    assert caught.value.reason == "proxy"
    assert [request.method for request in server.requests] == ["CONNECT"]
