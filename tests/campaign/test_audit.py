"""The campaign's comparison finds what it is there for; each case is a mistake that the connector could make."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.campaign.audit import Audit, Tally
from tests.e2e.campaign.leaks import PATIENT
from tests.e2e.campaign.load import Record

WA_ID = "905300001000"


class Books:
    """The database's side: rows as the audit's query gives them."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def sql(self, _query: str, _after: int) -> list[tuple[Any, ...]]:
        return self.rows

    def sent(self, number: int, state: str = "delivered", *, claims: int = 1, code: int | None = None) -> None:
        self.rows.append((number, f"ref{number}", state, f"wamid{number}", code, 7, "out", WA_ID, claims, 0.0))

    def received(self, number: int, wamid: str) -> None:
        self.rows.append((number, None, "received", wamid, None, 7, "in", WA_ID, 0, None))


def accepted(number: int, at: float = 1.0, **values: object) -> dict[str, Any]:
    common = {"kind": "accepted", "client_ref": f"ref{number}", "wamid": f"wamid{number}", "wa_id": WA_ID, "text": ""}
    return {**common, "phone_number_id": "1", "at": at, "received": at, "answer": "sent", **values}


def refused(number: int, code: int, at: float = 1.0, **values: object) -> dict[str, Any]:
    common = {"kind": "refused", "client_ref": f"ref{number}", "path": "/v26.0/1/messages", "answer": "sent"}
    return {**common, "code": code, "at": at, "received": at, **values}


def told(wamid: str, at: float) -> dict[str, Any]:
    return {"kind": "webhook", "ref": f"message:{wamid}", "http_status": 200, "at": at}


def tally(books: Books, *entries: dict[str, Any], record: Record | None = None, deadly: bool = False) -> Tally:
    return Audit(books, 0, entries, record or Record(), answers_may_die=deadly).tally()


@pytest.fixture
def books() -> Books:
    return Books()


def test_a_clean_run_has_no_mistakes(books: Books) -> None:
    books.sent(1)
    books.sent(2, "failed", code=131026)
    books.sent(3, "blocked", claims=0)
    books.received(4, "in1")
    record = Record()
    record.inbound[WA_ID] = [("in1", 0.5)]
    found = tally(books, accepted(1), refused(2, 131026), told("in1", 0.6), record=record)
    assert found == Tally(sent=3, accepted=1, refused=1, failed=1, inbound=1, busiest=2)


@pytest.mark.parametrize(
    ("state", "entries", "mistake"),
    [
        ("delivered", [accepted(1), accepted(1, 2.0)], "twice"),
        ("delivered", [], "not so"),
        ("delivered", [accepted(1, wamid="another")], "not so"),
        ("queued", [], "not so"),
        ("failed", [], "not so"),
        ("failed", [refused(1, 131026)], "not so"),
        ("blocked", [accepted(1)], "not so"),
        ("unknown", [accepted(1)], "not so"),
        ("unknown", [refused(1, 131016)], "not so"),
        ("delivered", [accepted(1, wa_id="905300001001")], "another patient"),
    ],
)
def test_what_does_not_fit_is_found(books: Books, state: str, entries: list[dict[str, Any]], mistake: str) -> None:
    books.sent(1, state, claims=2, code=131000)
    assert [text for text in tally(books, *entries).mistakes if mistake in text]


@pytest.mark.parametrize("entries", [[], [refused(1, 0, answer="html502")]])
def test_unknown_is_right_where_no_answer_came(books: Books, entries: list[dict[str, Any]]) -> None:
    books.sent(1, "unknown")
    assert tally(books, *entries).mistakes == []


def test_who_is_killed_may_not_know_an_answer_that_was_given(books: Books) -> None:
    books.sent(1, "unknown")
    assert tally(books, refused(1, 131016)).mistakes
    assert not tally(books, refused(1, 131016), deadly=True).mistakes


def test_a_request_without_a_claim_is_found(books: Books) -> None:
    books.sent(1, claims=1)
    assert "without a claim" in tally(books, refused(1, 130429), accepted(1, 2.0)).mistakes[0]


def test_what_nobody_queued_and_what_was_forgotten_is_found(books: Books) -> None:
    record = Record(texts={9: "…"})
    found = tally(books, accepted(8), record=record)
    assert "nobody queued" in " ".join(found.mistakes)
    assert "message 9" in " ".join(found.mistakes)
    assert found.lost == 1


def test_an_inbound_message_that_meta_told_of_must_be_stored(books: Books) -> None:
    found = tally(books, told("in1", 1.0))
    assert found.lost == 1 and "in1" in found.mistakes[0]


def test_wrong_order_is_found_in_both_directions(books: Books) -> None:
    books.sent(1)
    books.sent(2)
    books.received(3, "later")
    books.received(4, "earlier")
    record = Record()
    record.inbound[WA_ID] = [("earlier", 1.0), ("later", 3.0)]
    acknowledged = [told("earlier", 2.0), told("later", 4.0)]
    found = tally(books, accepted(2, 1.0), accepted(1, 2.0), *acknowledged, record=record)
    assert [text.split(":")[0] for text in found.mistakes] == ["out of order"] * 2
    at_once = [told("later", 4.0), told("earlier", 4.1)]  # Meta brought them in the wrong order itself
    assert len(tally(books, accepted(1, 1.0), accepted(2, 2.0), *at_once, record=record).mistakes) == 0


def test_too_many_in_a_second_are_found(books: Books) -> None:
    for number in range(81):
        books.sent(number)
    entries = [accepted(number, number / 81) for number in range(81)]
    assert "too fast" in tally(books, *entries).mistakes[-1]


@pytest.mark.parametrize("written", ["905300001000", "+90 530 000 10 00", "+90 (530) 000-1000"])
def test_a_phone_number_is_found_however_it_is_written(written: str) -> None:
    assert PATIENT.search(f"to {written}: 200")


@pytest.mark.parametrize("written", ["90530000", "90530000…00", "2026-11-23 09:05:30,000 0001"])
def test_what_is_no_full_phone_number_is_not_mistaken_for_one(written: str) -> None:
    assert not PATIENT.search(written)
