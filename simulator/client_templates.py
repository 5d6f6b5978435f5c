"""Templates as tests and demos set them up, and what Meta does to them; a part of ``client.SimulatorClient``."""

from __future__ import annotations

from typing import Any

from .defaults import DEFAULT_NUMBER

Json = dict[str, Any]
WABA = DEFAULT_NUMBER["waba_id"]


class TemplateClient:
    """Every change is told by webhook, as Meta tells it."""

    def request(self, method: str, path: str, **options: Any) -> Any:
        raise NotImplementedError

    def put_templates(self, templates: list[Json], waba_id: str = WABA) -> list[Json]:
        """Stores templates as they are: {name, language, category, components, status?, …}."""
        return self.request("PUT", f"/_sim/wabas/{waba_id}/templates", json=templates)

    def templates(self, waba_id: str = WABA) -> list[Json]:
        return self.request("GET", f"/_sim/wabas/{waba_id}/templates")

    def template(self, name: str, language: str = "tr", waba_id: str = WABA) -> Json:
        return next(t for t in self.templates(waba_id) if (t["name"], t["language"]) == (name, language))

    def change_template(self, name: str, language: str = "tr", waba_id: str = WABA, **values: Any) -> Json:
        """Changes facts of a template: status, quality, category, correct_category, components, rejected_reason; each
        change is told by its webhook.
        """
        known = self.template(name, language, waba_id)
        return self.put_templates([{**known, **values}], waba_id)[0]

    def rate_template(self, name: str, quality: str, language: str = "tr", waba_id: str = WABA) -> Json:
        """GREEN, YELLOW or RED; RED also pauses: for three hours, for six hours, for good."""
        return self._template_event(waba_id, name, language, "rate", quality=quality)

    def pause_template(self, name: str, language: str = "tr", waba_id: str = WABA, pacing: bool = False) -> Json:
        """Pauses as a bad rating does, or by pacing, which only the business can end."""
        return self._template_event(waba_id, name, language, "pause", pacing=pacing)

    def end_pause(self, name: str, language: str = "tr", waba_id: str = WABA) -> Json:
        """The pause is over before its time."""
        return self._template_event(waba_id, name, language, "end_pause")

    def recategorise_template(
        self, name: str, category: str, language: str = "tr", waba_id: str = WABA, at_once: bool = False
    ) -> Json:
        """Announces another category; it comes after ``category_change_seconds``, or at once and without a warning."""
        return self._template_event(waba_id, name, language, "category", category=category, at_once=at_once)

    def samples(self) -> list[Json]:
        """The samples that were uploaded for headers: handle, name, mime_type, size, sha256."""
        return self.request("GET", "/_sim/uploads")["samples"]

    def _template_event(self, waba_id: str, name: str, language: str, event: str, **values: Any) -> Json:
        body = {"name": name, "language": language, "event": event, **values}
        return self.request("POST", f"/_sim/wabas/{waba_id}/templates/events", json=body)
