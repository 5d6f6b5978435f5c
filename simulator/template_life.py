"""What becomes of a template at Meta: review, ratings, pauses and changes of category (cloud_api.md §4.3–4.6).

Every step is told by webhook. A bad rating pauses for three hours, the second time for six, the third time for good;
a pause ends by itself, but one by *pacing* ends only when the business asks for it. A change of category is announced
a day ahead. These waits do not count as work on its way: a test that settles does not wait for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from . import payloads, template_webhooks
from .context import Context, Timers
from .options import BadOption
from .state import now
from .storage import plain
from .template_rules import CATEGORIES
from .template_state import Template, Waba
from .webhooks import Webhooks

PAUSES = ("FIRST_PAUSE", "SECOND_PAUSE")
PACING = "RATE_LIMITING_PAUSE"
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")

Json = dict[str, Any]


class TemplateLife:
    def __init__(self, context: Context, webhooks: Webhooks) -> None:
        self._context = context
        self._webhooks = webhooks
        self._waits = Timers()

    def clear(self) -> None:
        self._waits.cancel_all()

    def resume(self) -> None:
        """Continues what a stop interrupted."""
        for waba in self._context.world.wabas.values():
            for template in waba.templates.values():
                if template.status == "PENDING" and template.review_at:
                    self._review_later(waba, template)
                if template.paused_until:
                    self._later(template.paused_until, lambda w=waba, t=template: self._pause_is_over(w, t))
                if template.category_at:
                    self._later(template.category_at, lambda w=waba, t=template: self._change_category(w, t))

    def tell(self, waba: Waba, before: Json, template: Template) -> None:
        """Tells by webhook what changed; ``before`` are the former facts."""
        template.updated_at = now()
        at = int(time.time())
        for field, value in template_webhooks.changes(before, template, at):
            payload = payloads.envelope(waba.id, field, value, at)
            ref = f"template:{template.name}:{template.language}:{value.get('event') or field}"
            self._webhooks.send_account_event(waba.id, payload, ref)
        self._context.touch()

    # Review

    def submit(self, waba: Waba, template: Template) -> None:
        template.status, template.rejected_reason = "PENDING", "NONE"
        template.updated_at = now()
        _forget_pause(template)
        template.review_at = now() + self._context.settings.review_seconds
        self._review_later(waba, template)
        self._context.touch()

    def _review_later(self, waba: Waba, template: Template) -> None:
        if self._context.settings.review != "never":
            wait = max(0.0, template.review_at - now())
            self._context.timers.later(wait, lambda: self._review(waba, template))

    def _review(self, waba: Waba, template: Template) -> None:
        if template.status != "PENDING" or template.id not in waba.templates:
            return
        settings = self._context.settings
        if settings.review_category and template.category != "AUTHENTICATION":
            self._recategorise(template, settings.review_category)
        before = plain(template)
        approve = settings.review == "approve"
        template.status = "APPROVED" if approve else "REJECTED"
        template.rejected_reason = "NONE" if approve else "INVALID_FORMAT"
        template.review_at = 0.0
        self.tell(waba, before, template)

    # Ratings and pauses

    def rate(self, waba: Waba, template: Template, quality: str) -> None:
        if quality not in QUALITIES:
            raise BadOption(f"quality is one of {', '.join(QUALITIES)}.")
        before = plain(template)
        template.quality = quality
        self.tell(waba, before, template)
        if quality == "RED":
            self.pause(waba, template)

    def pause(self, waba: Waba, template: Template, pacing: bool = False) -> None:
        """For its quality: three hours, six hours, for good. By pacing: until the business ends it."""
        if template.status != "APPROVED":
            raise BadOption(f"Only an approved template can be paused, not one that is {template.status}.")
        before = plain(template)
        if pacing:
            template.status, template.pause_title, template.paced_at = "PAUSED", PACING, now()
        else:
            self._pause_for_quality(waba, template)
        self.tell(waba, before, template)

    def _pause_for_quality(self, waba: Waba, template: Template) -> None:
        settings = self._context.settings
        waits = (settings.first_pause_seconds, settings.second_pause_seconds)
        done, template.pauses = template.pauses, template.pauses + 1
        if done >= len(PAUSES):
            template.status = "DISABLED"
            return
        template.status, template.pause_title = "PAUSED", PAUSES[done]
        template.paused_until = now() + waits[done]
        self._later(template.paused_until, lambda: self._pause_is_over(waba, template))

    def _pause_is_over(self, waba: Waba, template: Template) -> None:
        if template.paused_until and now() >= template.paused_until and template.id in waba.templates:
            self.end_pause(waba, template)

    def end_pause(self, waba: Waba, template: Template) -> None:
        if template.status != "PAUSED":
            raise BadOption(f"The template is {template.status}, not PAUSED.")
        before = plain(template)
        template.status = "APPROVED"
        _forget_pause(template)
        self.tell(waba, before, template)

    def unpause(self, waba: Waba, template: Template) -> Json:
        """``POST /{template_id}/unpause``: for pauses by pacing, and not at once (§4.5)."""
        if template.status != "PAUSED" or not template.paced_at:
            return {"success": False, "reason": "The template is not paused by template pacing."}
        if now() - template.paced_at < self._context.settings.unpause_wait_seconds:
            return {"success": False, "reason": "Wait five minutes after the pause before you unpause the template."}
        self.end_pause(waba, template)
        return {"success": True}

    # Category

    def announce_category(self, waba: Waba, template: Template, category: str, at_once: bool = False) -> None:
        """Tells a day ahead that Meta takes the template for something else; warned businesses are told afterwards."""
        if category not in CATEGORIES:
            raise BadOption(f"category is one of {', '.join(CATEGORIES)}.")
        before = plain(template)
        template.correct_category = category
        if at_once:
            self._change_category(waba, template)
            return
        template.category_at = now() + self._context.settings.category_change_seconds
        self.tell(waba, before, template)
        self._later(template.category_at, lambda: self._change_category(waba, template))

    def _change_category(self, waba: Waba, template: Template) -> None:
        if template.id not in waba.templates or not template.correct_category:
            return
        before = plain(template)
        self._recategorise(template, template.correct_category)
        self.tell(waba, before, template)

    @staticmethod
    def _recategorise(template: Template, category: str) -> None:
        template.category_at = 0.0
        if category != template.category:
            template.previous_category, template.category = template.category, category
            template.ttl_seconds = None

    def _later(self, at: float, step: Callable[[], None]) -> None:
        self._waits.later(max(0.0, at - now()), step)


def _forget_pause(template: Template) -> None:
    template.pause_title = ""
    template.paused_until = template.paced_at = 0.0
