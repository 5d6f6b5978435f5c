"""Connections are kept alive and shared by threads, and no message pays for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from cloud_api import transport
from cloud_api.client import Accepted, Rejected, Unanswered, Unreachable
from cloud_api.messages import OutboundMessage, Text
from cloud_api.permit import Permit


def test_connection_is_reused(api, server, message, permit):
    api.send(message, permit)
    api.send(message, permit)
    assert [request.connection for request in server.requests] == [1, 1]


def test_connection_that_died_before_the_request_is_replaced(api, server, message, permit, tools):
    """Meta closed the idle connection: the message goes out once, over a new one."""
    reply = tools.answer(tools.ACCEPTED)
    reply.close = True
    server.reply_with(reply)
    api.send(message, permit)
    wait_until_closed(api)
    assert api.send(message, permit).wamid == "wamid.OUT"
    assert [request.connection for request in server.requests] == [1, 2]


def wait_until_closed(api):
    """Until the FIN of the server has arrived on the pooled connection."""
    manager = api._graph._session.get_adapter("http://").poolmanager
    pool = manager.pools.get(next(iter(manager.pools.keys())))
    connection = pool.pool.queue[-1]
    assert urllib3.util.wait_for_read(connection.sock, timeout=5)


def test_connection_that_dies_while_the_request_is_written_is_unanswered(
    api, server, message, permit, tools
):
    """Nobody can tell whether Meta read it before it hung up: never send it again."""
    api.send(message, permit)
    server.handle = lambda _request, connection: tools.reset(connection)
    with pytest.raises(Unanswered):
        api.send(message, permit)
    assert len(server.requests) == 2


def test_connection_idle_for_long_is_not_used_again(api, server, message, permit, monkeypatch):
    api.send(message, permit)
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)
    api.send(message, permit)
    assert [request.connection for request in server.requests] == [1, 2]


def test_threads_that_share_a_client_do_not_mix_up_their_outcomes(server, make_api, tools):
    """Some threads are accepted, some hung up on, some rejected: each learns its own."""

    def handle(request, _connection):
        kind = request.json["biz_opaque_callback_data"].split("-")[0]
        rejected = tools.answer({"error": {"code": 131026}}, 400)
        return {"ok": tools.answer(tools.ACCEPTED), "no": rejected}.get(kind)

    server.handle = handle
    api = make_api(server.url)

    def outcome(ref):
        try:
            return type(api.send(OutboundMessage(ref, Text("x"), to=tools.PHONE), Permit(ref)))
        except (Rejected, Unanswered, Unreachable) as error:
            return type(error)

    refs = [f"{kind}-{number}" for number in range(20) for kind in ("ok", "no", "drop")]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(outcome, refs))
    assert outcomes == [Accepted, Rejected, Unanswered] * 20
    assert len(server.requests) == 60
