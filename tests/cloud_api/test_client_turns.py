"""The last moment before a message leaves: it may wait for its turn there, or be withdrawn."""

import socket
import threading

import pytest
import requests
from cloud_api import transport
from cloud_api.client import Accepted, Rejected, Unanswered, Unreachable
from cloud_api.messages import OutboundMessage, Text
from cloud_api.permit import Permit


class Withdrawn(Exception):
    """What a sender raises when the moment of a message has passed."""


def test_the_turn_is_taken_once_in_the_sending_thread(api, server, message, permit):
    threads = []
    api.send(message, permit, before_write=lambda: threads.append(threading.get_ident()))
    assert threads == [threading.get_ident()]
    assert len(server.requests) == 1


def test_the_turn_ends_when_the_head_of_the_request_was_written(api, server, message, permit):
    steps = []
    api.send(
        message,
        permit,
        before_write=lambda: steps.append(len(server.requests)),
        after_write=lambda: steps.append("written"),
    )
    assert steps == [0, "written"]


def test_nothing_is_written_before_the_turn_comes(api, server, message, permit):
    """The connection is open already, so that the turn is not spent on a handshake."""

    def before_write():
        assert server.accepted.acquire(timeout=5)
        assert server.requests == []

    api.send(message, permit, before_write=before_write)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reason",
    [
        Withdrawn("too late"),
        OSError("looks like the network"),
        TimeoutError("looks like a time-out"),
        requests.ConnectionError("looks like requests"),
        ValueError("looks like a bad address"),
    ],
)
def test_a_message_that_is_withdrawn_does_not_leave(api, server, message, permit, reason):
    def before_write():
        raise reason

    with pytest.raises(type(reason)) as caught:
        api.send(message, permit, before_write=before_write)
    assert caught.value is reason
    assert server.requests == []


def test_the_client_works_on_after_a_message_was_withdrawn(api, server, message, permit):
    def before_write():
        raise Withdrawn

    api.send(message, permit)
    with pytest.raises(Withdrawn):
        api.send(message, permit, before_write=before_write)
    assert api.send(message, permit).wamid == "wamid.OUT"
    assert len(server.requests) == 2


def test_the_turn_of_one_message_is_not_taken_by_the_next_call(api, server, message, permit, tools):
    turns = []
    api.send(message, permit, before_write=lambda: turns.append(1))
    server.reply_with(tools.answer({"success": True}))
    api.mark_read("wamid.IN")
    assert turns == [1]


def test_no_turn_is_taken_for_a_server_that_cannot_be_reached(make_api, message, permit):
    turns = []
    with pytest.raises(Unreachable):
        make_api("http://127.0.0.1:1").send(message, permit, before_write=lambda: turns.append(1))
    assert turns == []


@pytest.mark.parametrize(("answer", "outcome"), [("reject", Rejected), ("drop", Unanswered)])
def test_after_the_turn_all_is_as_ever(api, server, message, permit, tools, answer, outcome):
    error = tools.answer({"error": {"code": 131026}}, 400)
    server.handle = lambda *_: error if answer == "reject" else None
    with pytest.raises(outcome):
        api.send(message, permit, before_write=lambda: None)


def test_connection_that_died_while_waiting_is_replaced(
    api, server, message, permit, opened_connections
):
    """Meta may close a connection that waits; the message must not pay for it."""
    api.send(message, permit)

    def before_write():
        server.close_idle_connections()
        (connection,) = opened_connections
        connection.sock.settimeout(5)
        assert connection.sock.recv(1, socket.MSG_PEEK) == b""  # the FIN of the server is here

    assert api.send(message, permit, before_write=before_write).wamid == "wamid.OUT"
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.fixture
def opened_connections(monkeypatch):
    opened = []
    connect = transport._MarkingHTTPConnection.connect

    def remember(connection):
        opened.append(connection)
        connect(connection)

    monkeypatch.setattr(transport._MarkingHTTPConnection, "connect", remember)
    return opened


def test_connection_that_waited_for_long_is_replaced(api, server, message, permit, monkeypatch):
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)
    api.send(message, permit, before_write=lambda: None)
    assert [request.connection for request in server.requests] == [2]


def test_threads_take_their_own_turns(server, make_api, tools):
    api = make_api(server.url)
    taken = {}

    def send(ref):
        message = OutboundMessage(ref, Text("x"), to=tools.PHONE)
        return api.send(
            message, Permit(ref), before_write=lambda: taken.setdefault(ref, threading.get_ident())
        )

    outcomes = []
    threads = [
        threading.Thread(target=lambda ref=str(n): outcomes.append(send(ref))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [type(outcome) for outcome in outcomes] == [Accepted] * 8
    assert taken == {str(n): thread.ident for n, thread in enumerate(threads)}
