"""Delivery of webhooks: signed, at least once, in no promised order (cloud_api.md §5.2–5.4).

Every webhook is a job that lives until its callback answers 200. The first retry is immediate, the
following ones wait longer and longer up to a bound; when the attempts are used up the webhook is
lost, as with Meta after seven days. Jobs for one callback share a few connections, so that a slow
receiver is not flooded. While webhooks are paused the jobs wait, and they survive a restart with
the state file. A job may carry several updates (see ``batching``): it is repeated as a whole.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .batching import Batch, Batches, merge
from .context import Context
from .payloads import encode, signature
from .state import Number
from .storage import plain

CONNECTIONS_PER_CALLBACK = 16


@dataclass(slots=True)
class Job:
    """``ref`` names the first update it carries; ``refs`` all of them where there are several."""

    url: str
    body: str
    phone_number_id: str
    ref: str
    attempts: int = 0
    refs: list[str] = field(default_factory=list)

    @property
    def all_refs(self) -> list[str]:
        return self.refs or [self.ref]


@dataclass(frozen=True)
class Outcome:
    """The result of asking a callback to verify itself. ``detail`` says what came back."""

    ok: bool
    detail: str


class Webhooks:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._jobs: dict[int, Job] = {}
        self._ids = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._batches = Batches(context, self._send_batch)
        self._flowing = asyncio.Event()
        self.on_delivered: Callable[[str], None] = lambda ref: None
        self._flowing.set()
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=5)
        self._session = aiohttp.ClientSession(connector=connector)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def __len__(self) -> int:
        return len(self._jobs) + len(self._batches)

    def dump(self) -> list[dict[str, Any]]:
        self._batches.flush_all()
        return [plain(job) for job in self._jobs.values()]

    def restore(self, jobs: list[dict[str, Any]]) -> None:
        for values in jobs:
            self._enqueue(Job(**values), 0)

    def clear(self) -> None:
        """Drops what is not delivered yet."""
        for task in list(self._tasks):
            task.cancel()
        self._jobs.clear()
        self._batches.clear()

    def apply_pause(self) -> None:
        """Follows the switch ``webhook_paused``."""
        paused = self._context.faults.webhook_paused
        self._flowing.clear() if paused else self._flowing.set()

    def send(self, number: Number, payload: dict[str, Any], ref: str, delay: float = 0) -> None:
        """A message-type webhook: the number's override, the WABA's, or the app's callback."""
        self._send_copies(number, self._callback(number), payload, ref, delay)

    def send_account_event(self, waba_id: str, payload: dict[str, Any], ref: str) -> None:
        """A template or account webhook: overrides do not apply, every app's callback gets it."""
        urls = {n.webhook_url: n for n in self._context.world.numbers_of(waba_id)}
        for url, number in urls.items():
            self._send_copies(number, url, payload, ref, 0)

    def send_raw(self, number: Number, body: str, ref: str) -> None:
        """Any body, signed as it is, to where the messages of this number go."""
        self._enqueue(Job(self._callback(number), body, number.phone_number_id, ref), 0)

    def _callback(self, number: Number) -> str:
        waba = self._context.world.waba(number.waba_id)
        return number.override_url or waba.override_url or number.webhook_url

    def _send_copies(
        self, number: Number, url: str, payload: dict[str, Any], ref: str, delay: float
    ) -> None:
        problem = self._why_not(number, url, payload)
        if problem:
            self._log(Job(url, "", number.phone_number_id, ref), None, problem, 0)
        elif self._context.faults.batch_webhooks > 1:
            key = (url, number.app_secret)
            self._context.timers.later(delay, lambda: self._batches.add(key, number.phone_number_id, payload, ref))
        else:
            self._enqueue_copies(Job(url, encode(payload).decode(), number.phone_number_id, ref), delay)

    def _why_not(self, number: Number, url: str, payload: dict[str, Any]) -> str:
        """Why a webhook does not leave at all; empty when it does."""
        if not url:
            return "no callback URL"
        if not self._context.world.waba(number.waba_id).subscribed:
            return "no app is subscribed"
        fields = self._context.world.app_fields.get(number.app_id)
        field_name = payload["entry"][0]["changes"][0]["field"]
        return f"the app has not subscribed to {field_name}" if fields is not None and field_name not in fields else ""

    def _send_batch(self, url: str, batch: Batch) -> None:
        body = encode(merge(batch.payloads, self._context.chance.stream("batch"))).decode()
        self._enqueue_copies(Job(url, body, batch.phone_number_id, batch.refs[0], refs=batch.refs), 0)

    def _enqueue_copies(self, job: Job, delay: float) -> None:
        for copy in range(self._context.faults.duplicate_webhooks):
            self._enqueue(Job(**plain(job)), delay + copy * 0.02)

    def _enqueue(self, job: Job, delay: float) -> None:
        job_id = next(self._ids)
        self._jobs[job_id] = job
        task = asyncio.get_running_loop().create_task(self._deliver(job_id, job, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, job_id: int, job: Job, delay: float) -> None:
        settings = self._context.settings
        while job.attempts < settings.retry_attempts:
            if delay:
                await asyncio.sleep(delay)
            await self._flowing.wait()
            if await self._attempt(job):
                for ref in job.all_refs:
                    self.on_delivered(ref)
                break
            delay = self._pause_after(job.attempts)
        self._jobs.pop(job_id, None)
        self._context.touch()

    def _pause_after(self, attempts: int) -> float:
        settings = self._context.settings
        if attempts == 1:
            return 0
        return min(settings.retry_max_seconds, settings.retry_first_seconds * 2 ** (attempts - 2))

    async def _attempt(self, job: Job) -> bool:
        slot = self._slots.setdefault(job.url, asyncio.Semaphore(CONNECTIONS_PER_CALLBACK))
        async with slot:
            job.attempts += 1
            started = time.monotonic()
            status, problem = await self._post(job)
        self._log(job, status, problem, time.monotonic() - started)
        return status == 200

    async def _post(self, job: Job) -> tuple[int | None, str]:
        body = job.body.encode("ascii")
        number = self._context.world.numbers.get(job.phone_number_id)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(body, number.app_secret if number else ""),
        }
        timeout = aiohttp.ClientTimeout(total=self._context.settings.webhook_timeout_seconds)
        try:
            async with self._session.post(
                job.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status, ""
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            return None, _describe(error)

    def _log(self, job: Job, status: int | None, problem: str, seconds: float) -> None:
        self._context.log.add(
            "webhook",
            ref=job.ref,
            refs=job.all_refs,
            url=job.url,
            phone_number_id=job.phone_number_id,
            attempt=job.attempts,
            http_status=status,
            problem=problem,
            ms=round(seconds * 1000, 1),
        )

    async def verify(self, url: str, verify_token: str) -> Outcome:
        """Meta's GET with a challenge (§5.1): the answer must be 200 and the challenge verbatim."""
        challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        timeout = aiohttp.ClientTimeout(total=self._context.settings.webhook_timeout_seconds)
        try:
            async with self._session.get(
                url, params=query, timeout=timeout, allow_redirects=False
            ) as answer:
                return _judge(answer.status, await answer.read(), challenge)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            return Outcome(False, _describe(error))


def _describe(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "No answer in time."
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"No connection to {error.host}:{error.port}."
    return f"No usable answer: {str(error) or type(error).__name__}"


def _judge(status: int, body: bytes, challenge: str) -> Outcome:
    if status != 200:
        return Outcome(False, f"HTTP status {status} instead of 200.")
    if body != challenge.encode():
        return Outcome(False, "The challenge did not come back unchanged.")
    return Outcome(True, "Verified.")
