"""Approved templates with their values (cloud_api.md §2.4); sent when the window is closed, too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .content_free import Location
from .content_media import Document, Image, Video, require_no_caption
from .limits import HEADER_LENGTH, json_object, one_line, require, require_button_id, unique
from .terms import _

MAX_TEMPLATE_BUTTONS = 10
TEMPLATE_NAME_LENGTH = 512
URL_LENGTH = 2000
CODE_LENGTH = 20

_TEMPLATE_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]{2,4})?")
_PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """The value of one variable of a template; ``name`` only in templates with named variables.

    Meta refuses line breaks, tabs and more than four spaces in a row: they become single spaces.
    """

    kind: ClassVar[str] = "parameter"

    text: str = field(repr=False)
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))
        require(self.text, _("A variable of the template has no value."))
        require(
            self.name is None or _PARAMETER_NAME.fullmatch(self.name),
            _("The name of a variable may have small letters, digits and underscores only."),
        )

    def to_payload(self) -> dict[str, Any]:
        payload = {"type": "text", "text": self.text}
        return {**payload, "parameter_name": self.name} if self.name else payload


@dataclass(frozen=True)
class HeaderText:
    """The value of the one variable that the header of a template may have."""

    kind: ClassVar[str] = "header_text"

    parameter: Parameter

    def __post_init__(self) -> None:
        require(
            len(self.parameter.text) <= HEADER_LENGTH,
            _("The header may have 60 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        return self.parameter.to_payload()


@dataclass(frozen=True)
class QuickReply:
    """What a quick-reply button of a template sends back when it is pressed.

    ``index`` counts all buttons of the template from 0, here and in the other buttons.
    """

    kind: ClassVar[str] = "quick_reply"

    index: int
    payload: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_index(self.index)
        require_button_id(self.payload)

    def to_payload(self) -> dict[str, Any]:
        return _button("quick_reply", self.index, {"type": "payload", "payload": self.payload})


@dataclass(frozen=True)
class UrlSuffix:
    """What stands in place of the variable at the end of a button's link."""

    kind: ClassVar[str] = "url_suffix"

    index: int
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_index(self.index)
        require(self.text.strip(), _("The link of a button has no value."))
        require(
            not re.search(r"\s", self.text),
            _("The value in the link of a button may have no spaces."),
        )
        require(
            len(self.text) <= URL_LENGTH,
            _("The link of a button may have 2,000 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        return _button("url", self.index, {"type": "text", "text": self.text})


@dataclass(frozen=True)
class CopyCode:
    """The code that a button of a template copies."""

    kind: ClassVar[str] = "copy_code"

    index: int
    code: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_index(self.index)
        require(self.code.strip(), _("A button has no code to copy."))
        require(
            len(self.code) <= CODE_LENGTH,
            _("The code of a button may have 20 characters at most."),
        )

    def to_payload(self) -> dict[str, Any]:
        coupon = {"type": "coupon_code", "coupon_code": self.code}
        return _button("copy_code", self.index, coupon)


@dataclass(frozen=True)
class FlowButton:
    """What opens with a form's button: ``token`` is ours, ``data`` fills the first screen."""

    kind: ClassVar[str] = "flow_button"

    index: int
    token: str = field(repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False, metadata={"raw": True})

    def __post_init__(self) -> None:
        _check_index(self.index)
        require(self.token.strip(), _("A form needs a reference."))
        object.__setattr__(self, "data", json_object(self.data))

    def to_payload(self) -> dict[str, Any]:
        action: dict[str, Any] = {"flow_token": self.token}
        if self.data:
            action["flow_action_data"] = self.data
        return _button("flow", self.index, {"type": "action", "action": action})


TemplateButton = QuickReply | UrlSuffix | CopyCode | FlowButton
TemplateHeader = HeaderText | Image | Video | Document | Location


@dataclass(frozen=True)
class Template:
    """An approved template with its values.

    ``language`` in Meta's spelling: "tr", "en", "en_US".
    """

    kind: ClassVar[str] = "template"
    wire_type: ClassVar[str] = "template"

    name: str
    language: str
    body: tuple[Parameter, ...] = ()
    buttons: tuple[TemplateButton, ...] = ()
    header: TemplateHeader | None = None

    def __post_init__(self) -> None:
        require(
            _TEMPLATE_NAME.fullmatch(self.name) and len(self.name) <= TEMPLATE_NAME_LENGTH,
            _("The name of a template may have small letters, digits and underscores only."),
        )
        require(
            _LANGUAGE.fullmatch(self.language),
            _("The language of a template is written like “tr” or “en_US”."),
        )
        require_no_caption(self.header)
        require(
            not isinstance(self.header, Location) or (self.header.name and self.header.address),
            _("The place at the head of a template needs a name and an address."),
        )
        self._check_variables()
        require(
            unique([button.index for button in self.buttons]),
            _("Two values are given for the same button."),
        )

    def _check_variables(self) -> None:
        header = (self.header.parameter,) if isinstance(self.header, HeaderText) else ()
        named = [parameter for parameter in (*header, *self.body) if parameter.name]
        require(
            len(named) in (0, len(header) + len(self.body)),
            _("A template has either numbered or named variables, not both."),
        )
        require(
            unique([parameter.name for parameter in self.body if parameter.name]),
            _("Two variables of the template have the same name."),
        )

    def to_payload(self) -> dict[str, Any]:
        template: dict[str, Any] = {"name": self.name, "language": {"code": self.language}}
        if components := self._components():
            template["components"] = components
        return {"type": "template", "template": template}

    def _components(self) -> list[dict[str, Any]]:
        """Return what has a value; a part without variables is left out."""
        components: list[dict[str, Any]] = []
        if self.header:
            components.append({"type": "header", "parameters": [self.header.to_payload()]})
        if self.body:
            parameters = [parameter.to_payload() for parameter in self.body]
            components.append({"type": "body", "parameters": parameters})
        return components + [button.to_payload() for button in self.buttons]


def _check_index(index: int) -> None:
    require(
        0 <= index < MAX_TEMPLATE_BUTTONS,
        _("A template may have ten buttons at most."),
    )


def _button(form: str, index: int, parameter: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "sub_type": form, "index": str(index), "parameters": [parameter]}
