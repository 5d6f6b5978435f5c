"""What the simulated world keeps of templates: the accounts that own them, and the samples of their headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Template:
    """``paused_until`` is when a pause ends, ``paced_at`` since when *pacing* holds it, ``category_at`` when
    ``correct_category`` comes true: unix seconds, 0 where that does not apply.
    """

    id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    correct_category: str = ""
    previous_category: str = ""
    sub_category: str = "CUSTOM"
    ttl_seconds: int | None = None
    review_at: float = 0.0
    updated_at: float = 0.0
    edited_at: list[float] = field(default_factory=list)  # while it was approved
    pauses: int = 0
    pause_title: str = ""
    paused_until: float = 0.0
    paced_at: float = 0.0
    category_at: float = 0.0

    def component(self, kind: str) -> dict[str, Any] | None:
        return next((c for c in self.components if str(c.get("type", "")).upper() == kind), None)


@dataclass(slots=True)
class Sample:
    """A file that was uploaded as the sample of a template's header; ``size`` in bytes."""

    name: str
    mime_type: str
    size: int
    sha256: str


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business Account: owns templates and the webhook subscription."""

    id: str
    subscribed: bool = True
    override_url: str = ""
    deleted_names: dict[str, float] = field(default_factory=dict)  # "name" or "name:language", until when
    created_at: list[float] = field(default_factory=list)
    templates: dict[str, Template] = field(default_factory=dict)
    by_name: dict[tuple[str, str], Template] = field(default_factory=dict)

    def add_template(self, template: Template) -> None:
        old = self.by_name.get((template.name, template.language))
        if old:
            self.remove_template(old)
        self.templates[template.id] = template
        self.by_name[template.name, template.language] = template

    def remove_template(self, template: Template) -> None:
        del self.templates[template.id]
        del self.by_name[template.name, template.language]
