"""The arithmetic of the benchmarks and what they print; nothing here is timed."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import itertools
import json
import threading
from collections.abc import Iterator

import pytest

from benchmarks import queue
from benchmarks.clinic import Number, WrongResult, rate
from benchmarks.figures import Budget, Figure, Section, table
from benchmarks.inbound import percentile
from benchmarks.load import Load, Request, WrongAnswer, put_load
from benchmarks.sending import Pace, sustained
from benchmarks.webhook import Run, signed_texts


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers /good and /bad, and notes what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, bytes]]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, body))
        self.send_response(200 if self.path == "/good" else 500)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = answer

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    Handler.seen = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_every_request_is_sent_once_whatever_the_number_of_clients(port: int) -> None:
    load = put_load(port, [Request("/good", str(index).encode()) for index in range(50)], clients=8)
    assert len(load.latencies) == 50
    assert sorted(int(body) for _method, body in Handler.seen) == list(range(50))


def test_endless_requests_end_with_the_time(port: int) -> None:
    load = put_load(port, itertools.repeat(Request("/good")), clients=2, seconds=0.05)
    assert len(load.latencies) == len(Handler.seen) > 0
    assert {method for method, _body in Handler.seen} == {"GET"}


def test_a_wrong_answer_ends_the_run(port: int) -> None:
    with pytest.raises(WrongAnswer, match="GET /bad: HTTP 500"):
        put_load(port, itertools.chain([Request("/bad")], itertools.repeat(Request("/good"))), clients=4)


def test_turns_add_up() -> None:
    load = Load(1.0, (0.010, 0.020), 0.1, 0.004) + Load(3.0, (0.030, 0.040), 0.1, 0.008)
    assert load.per_second == 1.0
    assert load.client_share == pytest.approx(0.05)
    assert load.server_ms == pytest.approx(3.0)
    assert [load.percentile(share) for share in (0.5, 0.75, 0.95, 1.0)] == pytest.approx([20, 30, 40, 40])


def test_webhooks_are_compared_to_the_floor_of_the_same_run() -> None:
    run = Run(8, webhook=Load(1.0, (0.030,) * 100), floor=Load(1.0, (0.010,) * 200))
    figures = {figure.what: figure for figure in run.figures()}
    assert figures["webhooks to floor, 8 clients"].value == 0.5
    assert figures["webhooks to floor, 8 clients"].verdict == "met"
    assert figures["webhook p95, 8 clients"].value == pytest.approx(30)
    assert figures["webhook p95, 8 clients"].verdict == "met"


def test_texts_are_distinct_and_signed_over_their_bytes() -> None:
    number = Number(1)
    texts = list(itertools.islice(signed_texts(number), 20))
    for text in texts:
        digest = hmac.new(number.app_secret.encode(), text.body, hashlib.sha256).hexdigest()
        assert text.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    values = [json.loads(text.body)["entry"][0]["changes"][0]["value"] for text in texts]
    assert len({value["messages"][0]["id"] for value in values}) == 20


def test_each_patient_may_write_one_text_only() -> None:
    texts = itertools.islice(signed_texts(Number(1), texts_per_patient=1), 20)
    values = [json.loads(text.body)["entry"][0]["changes"][0]["value"] for text in texts]
    assert [value["messages"][0]["from"] for value in values] == [Number(1).wa_id(patient) for patient in range(20)]


def test_percentile_of_seconds_is_one_that_was_measured() -> None:
    assert [percentile([0.4, 0.1, 0.3, 0.2], share) for share in (0.5, 0.75, 0.95)] == [0.2, 0.3, 0.4]


def claims(milliseconds: float, claimed: int = 100, scans: int | None = 0) -> dict[str, dict[str, object]]:
    seen = {"ms": milliseconds, "longest_ms": milliseconds, "claimed": claimed, "indexes": ["an_idx"], "scans": scans}
    return {"claim": seen}


def test_a_long_queue_is_compared_to_a_short_one_and_must_not_be_read_whole() -> None:
    stages = {"100 queued": claims(5), "fresh": claims(25, scans=1), "100,000 queued": claims(10)}
    figures = {figure.what: figure for figure in queue.figures(stages)}
    assert figures["claim, 100,000 to 100 queued"].value == 2
    assert [figure.verdict for name, figure in figures.items() if name.endswith(("queued", "fresh"))][:3] == [
        "met",
        "MISSED",
        "met",
    ]
    assert figures["claim reads the whole table"].verdict == "MISSED"


def test_a_claim_that_takes_nothing_is_no_measurement() -> None:
    with pytest.raises(WrongResult, match="claimed nothing"):
        list(queue.figures({"100 queued": claims(1, claimed=0)}))


def test_rate_begins_with_the_first_change() -> None:
    assert rate([(0.0, 100), (5.0, 80), (6.0, 50), (7.0, 0)]) == 40


def test_pace_of_a_number() -> None:
    even = [index / 64 for index in range(129)]
    assert sustained(even) == pytest.approx(64)
    assert Pace(even).busiest_second == 64
    assert Pace([0.0, 0.1, 0.2, 1.15, 1.16]).busiest_second == 3
    assert Pace([0.0, 0.1, 0.9, 1.0]).longest_gap == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("value", "budget", "verdict"),
    [
        (0.4, Budget(0.4), "met"),
        (0.39, Budget(0.4), "MISSED"),
        (50, Budget(50, at_most=True), "met"),
        (51, Budget(50, at_most=True), "MISSED"),
        (1, None, ""),
    ],
)
def test_a_figure_knows_whether_its_budget_is_met(value: float, budget: Budget | None, verdict: str) -> None:
    assert Figure("x", value, budget=budget).verdict == verdict


def test_table_shows_what_was_measured_and_demanded() -> None:
    section = Section(
        "Sending", (Figure("sustained", 79.961, "/s", Budget(76.0)), Figure("all 1,200 sent after", 1234.5, "s"))
    )
    assert table([section]).splitlines() == [
        "",
        "Sending",
        "  sustained              80.0  /s  ≥ 76.0  met",
        "  all 1,200 sent after  1,234  s",
    ]


def test_figures_are_written_as_json() -> None:
    section = Section("Sending", (Figure("sustained", 79.5, "/s", Budget(76.0)),))
    [figure] = json.loads(json.dumps(section.as_json()))["figures"]
    assert (figure["value"], figure["budget"]["limit"], figure["verdict"]) == (79.5, 76.0, "met")
