"""Compares, message by message, what Meta logged with what the database holds.

Outbound, each message that anybody queued must be in one of these ways:

- accepted exactly once at Meta, and `sent`, `delivered` or `read` here, under the same WhatsApp id;
- `failed` with the code that Meta refused it with, `blocked` or `cancelled`: and Meta never accepted it;
- `unknown`: Meta never accepted it, and its last request, if there was one, was not answered.

Inbound, each message that Meta has is stored once; one that was written after an earlier one of the same patient had
been acknowledged comes after it. Messages of one conversation were accepted in the order in which they were queued, and
no number was ever faster than Meta allows. Every request was preceded by a committed claim, which a trigger noted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..clinic import Clinic
from .ledger import Entry, lost_answer, references
from .load import Record

MOST_A_SECOND = 80  # cloud_api.md §6.1
ARRIVED = ("sent", "delivered", "read")
NEVER_LEFT = ("blocked", "cancelled")
MESSAGES = """
    SELECT message.id, message.client_ref, message.state, message.wamid, message.error_code, message.conversation_id,
           message.direction, contact.wa_id,
           (SELECT count(*) FROM campaign_claim claim WHERE claim.message_id = message.id),
           (SELECT extract(epoch FROM max(claim.at)) FROM campaign_claim claim WHERE claim.message_id = message.id)
      FROM clinic_whatsapp_message message
      JOIN clinic_whatsapp_conversation conversation ON conversation.id = message.conversation_id
      JOIN clinic_whatsapp_contact contact ON contact.id = conversation.contact_id
     WHERE message.id > %s
  ORDER BY message.id"""


@dataclass(frozen=True)
class Stored:
    """A message as the database holds it."""

    id: int
    client_ref: str
    state: str
    wamid: str | None
    error_code: int | None
    conversation_id: int
    direction: str
    wa_id: str
    claims: int
    claimed_at: float | None


@dataclass
class Tally:
    """What a scenario came to. `mistakes` is empty when the promise was kept."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    dropped: int = 0
    unknown: int = 0
    failed: int = 0
    inbound: int = 0
    duplicates: int = 0
    lost: int = 0
    busiest: int = 0
    mistakes: list[str] = field(default_factory=list)


class Audit:
    """The comparison for one scenario.

    :param int after: the last message of before
    :param entries: Meta's log since then
    :param record: what people did
    :param bool answers_may_die: whether Odoo was killed, so that it may not know an answer that Meta gave
    """

    def __init__(
        self, clinic: Clinic, after: int, entries: Sequence[Entry], record: Record, *, answers_may_die: bool
    ) -> None:
        rows = [Stored(*row) for row in clinic.sql(MESSAGES, after)]
        self.outbound = [row for row in rows if row.direction == "out"]
        self.inbound = [row for row in rows if row.direction == "in"]
        self.entries = entries
        self.record = record
        self.answers_may_die = answers_may_die
        self.tries: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry["kind"] in ("accepted", "refused") and entry.get("client_ref"):
                self.tries[entry["client_ref"]].append(entry)

    def tally(self) -> Tally:
        written = {wamid for letters in self.record.inbound.values() for wamid, _moment in letters}
        stored = Counter(row.wamid for row in self.inbound)
        lost_inbound = sorted((written | self._told()) - stored.keys())
        known = {row.client_ref for row in self.outbound}
        unsettled = [row for row in self.outbound if row.state in ("queued", "sending")]
        forgotten = sorted({*self.record.texts, *self.record.templates} - {row.id for row in self.outbound})
        twice = [row for row in self.outbound if self._times(row) > 1]
        return Tally(
            sent=len(self.outbound),
            accepted=sum(self._times(row) for row in self.outbound),
            refused=sum(entry["kind"] == "refused" for tries in self.tries.values() for entry in tries),
            dropped=sum(lost_answer(entry) for tries in self.tries.values() for entry in tries),
            unknown=sum(row.state == "unknown" for row in self.outbound),
            failed=sum(row.state == "failed" for row in self.outbound),
            inbound=len(self.inbound),
            duplicates=len(twice) + sum(times > 1 for times in stored.values()),
            lost=len(lost_inbound) + len(unsettled) + len(forgotten),
            busiest=busiest_second(entry for tries in self.tries.values() for entry in tries),
            mistakes=[
                *(f"inbound message not stored: {wamid}" for wamid in lost_inbound),
                *(f"confirmed to staff and then gone: message {message}" for message in forgotten),
                *(f"Meta accepted what nobody queued: {reference}" for reference in sorted(self.tries.keys() - known)),
                *(mistake for row in self.outbound for mistake in self._judge(row)),
                *self._judge_texts(),
                *self._judge_order_out(),
                *self._judge_order_in(),
                *self._judge_pace(),
            ],
        )

    def _told(self) -> set[str]:
        """WhatsApp ids of all messages that Meta has told us about, also those whose sender was interrupted."""
        told = (reference for entry in self.entries if entry["kind"] == "webhook" for reference in references(entry))
        return {reference.removeprefix("message:") for reference in told if reference.startswith("message:")}

    def _accepted(self, row: Stored) -> list[Entry]:
        return [entry for entry in self.tries[row.client_ref] if entry["kind"] == "accepted"]

    def _times(self, row: Stored) -> int:
        return len(self._accepted(row))

    def _judge(self, row: Stored) -> Iterator[str]:
        tries, accepted = self.tries[row.client_ref], self._accepted(row)
        seen = f"message {row.id} is {row.state}, Meta accepted it {len(accepted)} times in {len(tries)} requests"
        if len(accepted) > 1:
            yield f"twice: {seen}"
        if len(tries) > row.claims:
            yield f"sent without a claim: {seen}, {row.claims} claims"
        if not self._state_fits(row, tries, accepted):
            yield f"not so: {seen}; the last request: {tries[-1] if tries else None}"

    def _state_fits(self, row: Stored, tries: list[Entry], accepted: list[Entry]) -> bool:
        if row.state in ARRIVED:
            return [entry["wamid"] for entry in accepted] == [row.wamid]
        if row.state == "failed":
            return row.error_code in {entry.get("code") for entry in tries}
        if row.state == "unknown":
            return not accepted and row.claims > 0 and self._was_unanswered(row, tries)
        return row.state in NEVER_LEFT and not accepted

    def _was_unanswered(self, row: Stored, tries: list[Entry]) -> bool:
        answered = [entry for entry in tries if not lost_answer(entry) and entry["at"] >= (row.claimed_at or 0)]
        return self.answers_may_die or not answered

    def _judge_texts(self) -> Iterator[str]:
        """Each text must have reached whom it was written to."""
        written = {row.client_ref: self.record.texts.get(row.id) for row in self.outbound}
        to = {row.client_ref: row.wa_id for row in self.outbound}
        for entry in (entry for tries in self.tries.values() for entry in tries if entry["kind"] == "accepted"):
            reference = entry["client_ref"]
            if entry["wa_id"] != to.get(reference) or written.get(reference) not in (None, entry["text"]):
                yield f"another text or another patient: {reference}"

    def _judge_order_out(self) -> Iterator[str]:
        conversation = {row.client_ref: row.conversation_id for row in self.outbound}
        number = {row.client_ref: row.id for row in self.outbound}
        by_conversation: dict[int, list[int]] = defaultdict(list)
        for entry in self.entries:
            if entry["kind"] == "accepted" and entry["client_ref"] in conversation:
                by_conversation[conversation[entry["client_ref"]]].append(number[entry["client_ref"]])
        for ids in by_conversation.values():
            if ids != sorted(ids):
                yield f"out of order: a conversation was sent messages {ids}"

    def _judge_order_in(self) -> Iterator[str]:
        """What Meta itself brings in the wrong order, or at once, has no order."""
        place = {row.wamid: row.id for row in self.inbound}
        known_at: dict[str, float] = {}
        for entry in self.entries:
            if entry["kind"] == "webhook" and entry["http_status"] == 200:
                for reference in references(entry):
                    known_at.setdefault(reference.removeprefix("message:"), entry["at"])
        for letters in self.record.inbound.values():
            for (earlier, _moment), (later, moment) in pairwise(letters):
                acknowledged = known_at.get(earlier, moment) < moment
                if acknowledged and place.get(earlier, 0) > place.get(later, float("inf")):
                    yield f"out of order: {later} was stored before {earlier}"

    def _judge_pace(self) -> Iterator[str]:
        most = busiest_second(entry for tries in self.tries.values() for entry in tries)
        if most > MOST_A_SECOND:
            yield f"too fast: {most} messages of one number in a second"


def busiest_second(entries: Iterable[Entry]) -> int:
    """The most requests of one number, refused ones too, that reached Meta within any second."""
    moments: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        moments[number_of(entry)].append(entry.get("received", entry["at"]))
    return max((busiest(sorted(each)) for each in moments.values()), default=0)


def number_of(entry: Entry) -> str:
    """The number that sent; a refusal names it in its path, `/v26.0/<number>/messages`."""
    return entry.get("phone_number_id") or entry["path"].split("/")[2]


def busiest(moments: Sequence[float]) -> int:
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
