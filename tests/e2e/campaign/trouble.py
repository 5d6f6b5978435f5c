"""Meta, or the line to it, does not do what it should; Odoo stays alive."""

from __future__ import annotations

import time

from .audit import Tally
from .ledger import lost_answer, references
from .scenario import Scenario
from .stage import Stage, Unproven

TRIED = """
    SELECT count(*) FROM clinic_whatsapp_message
     WHERE id > %s AND state = 'queued' AND attempts > 0 AND next_attempt_at IS NOT NULL"""


class Nothing(Scenario):
    """The clean run that the others are compared to."""

    name = "nothing goes wrong"

    def harm(self, stage: Stage) -> str:
        return "all accepted"

    def prove(self, stage: Stage, tally: Tally) -> str:
        if tally.accepted != tally.sent or tally.refused or tally.failed:
            raise Unproven(f"something went wrong: {tally}")
        return ""


class MetaAway(Scenario):
    name = "Meta cannot be reached"
    loses_answers = True  # what was on its way when it went

    def harm(self, stage: Stage) -> str:
        stage.wait(lambda: stage.seen_by_meta(), "messages at Meta")
        stage.stop_meta()
        try:
            began = time.monotonic()
            stage.wait(lambda: stage.ask(TRIED, stage.after) >= 2, "messages that could not leave")
            time.sleep(max(0.0, stage.size.outage - (time.monotonic() - began)))
            waiting = stage.ask(TRIED, stage.after)
        finally:
            stage.start_meta()
        return f"{waiting} messages had been tried and waited"


class AnswersDropped(Scenario):
    name = "Meta's answers get lost"
    loses_answers = True

    def harm(self, stage: Stage) -> str:
        stage.clinic.meta.set_faults(drop_answer_share=0.3)
        stage.wait(lambda: len(self._dropped(stage)) >= 8, "dropped answers")
        return f"{len(self._dropped(stage))} answers dropped"

    def _dropped(self, stage: Stage) -> list[dict]:
        return [entry for entry in stage.seen_by_meta() if entry["answer"] == "dropped"]

    def prove(self, stage: Stage, tally: Tally) -> str:
        if tally.unknown:
            raise Unproven(f"{tally.unknown} messages are unknown, though Meta told of each")
        return f"{len(self._dropped(stage))} answers dropped, all settled by their status"


class ServerErrors(Scenario):
    """Half of them in Meta's own words, the other half as pages of something in between."""

    name = "a tenth of Meta's answers are errors of the server"
    loses_answers = True

    def harm(self, stage: Stage) -> str:
        self._fail(stage, 0.3)  # until both kinds have come: too few messages of a short campaign would meet one
        stage.wait(lambda: all(self._kinds(stage)), "errors of both kinds")
        self._fail(stage, 0.05)
        return ""

    def _fail(self, stage: Stage, share: float) -> None:
        kinds = ({"http_status": 500}, {"http_status": 503, "code": 131016})
        stage.clinic.meta.set_faults(fail_share=[{"share": share, **kind} for kind in kinds])

    def _kinds(self, stage: Stage) -> tuple[int, int]:
        refused = stage.seen_by_meta("refused")
        pages = sum(lost_answer(entry) for entry in refused)
        return pages, len(refused) - pages

    def prove(self, stage: Stage, tally: Tally) -> str:
        pages, errors = self._kinds(stage)
        return f"{pages} pages without an answer, {errors} errors of Meta"


class TooFastStorms(Scenario):
    name = "Meta says again and again that it is too fast (130429)"

    def harm(self, stage: Stage) -> str:
        for least in (8, 16, 24):
            stage.clinic.meta.set_faults(fail_next={"code": 130429, "count": 8})
            stage.wait(lambda least=least: self._refused(stage) >= least, f"{least} refusals")
        return f"three storms, {self._refused(stage)} refusals"

    def _refused(self, stage: Stage) -> int:
        stage.hurry()  # the pause before the next try grows with each refusal
        return len(stage.seen_by_meta("refused"))


class WebhookDisorder(Scenario):
    name = "webhooks doubled, shuffled and merged"

    def harm(self, stage: Stage) -> str:
        stage.clinic.meta.set_faults(
            duplicate_webhooks=3, shuffle_statuses=True, batch_webhooks=5, webhook_delay_ms=[0, 400]
        )
        stage.wait(lambda: all(self._counts(stage)), "doubled, merged and shuffled webhooks")
        return ""

    def _counts(self, stage: Stage) -> tuple[int, int, int]:
        told = [references(entry) for entry in stage.seen_by_meta("webhook") if entry["http_status"] == 200]
        flat = [reference for references_ in told for reference in references_]
        first = {reference: place for place, reference in reversed(list(enumerate(flat)))}
        shuffled = sum(
            first.get(reference.replace(":delivered", ":sent"), -1) > place
            for reference, place in first.items()
            if reference.endswith(":delivered")
        )
        return len(flat) - len(first), sum(len(each) > 1 for each in told), shuffled

    def prove(self, stage: Stage, tally: Tally) -> str:
        doubled, merged, shuffled = self._counts(stage)
        return f"{doubled} repeated, {merged} merged, {shuffled} in the wrong order"


class TwoServers(Scenario):
    name = "two Odoo servers share the queue"

    def harm(self, stage: Stage) -> str:
        with stage.second_server():
            stage.wait(lambda: self._share(stage), lambda: f"claimed by {stage.claimed_by()}")
        return ""

    def _share(self, stage: Stage) -> bool:
        claimed = stage.claimed_by().values()
        return len(claimed) == 2 and min(claimed) >= 5

    def prove(self, stage: Stage, tally: Tally) -> str:
        return "claimed by " + ", ".join(f"{name}: {count}" for name, count in sorted(stage.claimed_by().items()))
