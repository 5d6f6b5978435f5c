"""A template message: its parameters against the approved template, and the text that comes out.

Meta compares the components of the request with those of the template: counts, kinds, names and
characters (cloud_api.md §2.4, §6.3). ``render`` raises what Meta answers, or returns what the
phone shows.
"""

from __future__ import annotations

import re
from typing import Any

from . import contents
from .errors import GraphError, bad_parameter
from .media_content import Files
from .params import limited
from .template_state import Template, Waba
from .template_variables import VARIABLE, variables

FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
MAX_PAYLOAD = 256
MAX_CODE = 20
MAX_HEADER = 60
MAX_ONE_TIME_CODE = 15
ONE_TIME_CODE = "*{{1}}* is your verification code."
SECURITY_ADVICE = " For your security, do not share this code."
EXPIRY = "This code expires in {minutes} minutes."
COPY_LABEL = "Copy code"
UNSENDABLE = {"PAUSED": 132015, "DISABLED": 132016}

Json = dict[str, Any]


def find(waba: Waba, data: Json) -> Template:
    """The template that is meant, if it may be sent."""
    name = data.get("name")
    language = data.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not name or not isinstance(name, str):
        raise bad_parameter("The parameter template['name'] is required.")
    if not code or not isinstance(code, str):
        raise bad_parameter("The parameter template['language']['code'] is required.")
    template = waba.by_name.get((name, code))
    if template and template.status in UNSENDABLE:
        raise GraphError(UNSENDABLE[template.status], f"template {name} in {code}")
    if template is None or template.status != "APPROVED":
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    return template


def render(template: Template, components: Any, files: Files) -> Json:
    """What the phone shows: header, text, footer and buttons with all variables filled in."""
    given = _sorted_components(components)
    header = template.component("HEADER") or {}
    body = template.component("BODY") or {}
    footer = template.component("FOOTER") or {}
    content = _header(template, header, given.pop("header", None), files)
    text = _fill(template, "body", _body_text(body), given.pop("body", None))
    if len(text) > 1024:
        raise GraphError(132005, "body: the text is longer than 1024 characters")
    content["text"] = text
    content["footer"] = _footer_text(footer)
    content["buttons"] = _buttons(template, given)
    content["template"] = template.name
    return content


def _body_text(body: Json) -> str:
    """Of a template with a one-time code the words are Meta's."""
    return body.get("text") or ONE_TIME_CODE + (SECURITY_ADVICE if body.get("add_security_recommendation") else "")


def _footer_text(footer: Json) -> str:
    minutes = footer.get("code_expiration_minutes")
    return footer.get("text", "") or (EXPIRY.format(minutes=minutes) if minutes else "")


def _sorted_components(components: Any) -> Json:
    """The request's components: ``header``, ``body``, and buttons by their index."""
    if components is None:
        components = []
    if not isinstance(components, list) or not all(isinstance(c, dict) for c in components):
        raise bad_parameter("Param template['components'] must be an array.")
    given: Json = {}
    for component in components:
        kind = str(component.get("type", "")).lower()
        if kind not in ("header", "body", "button"):
            raise bad_parameter(
                "Param template['components'][0]['type'] must be one of {HEADER, BODY, BUTTON}"
            )
        key = _index(component) if kind == "button" else kind
        if key in given:
            raise bad_parameter(f"Param template['components'] names {kind} twice.")
        given[key] = component
    return given


def _index(component: Json) -> int:
    index = str(component.get("index", ""))
    if not index.isdecimal():
        raise GraphError(131008, "buttons: a button component needs an index")
    return int(index)


def _header(template: Template, header: Json, given: Json | None, files: Files) -> Json:
    form = str(header.get("format", "TEXT")).upper()
    if form == "TEXT":
        text = _fill(template, "header", header.get("text", ""), given)
        if len(text) > MAX_HEADER:
            raise GraphError(132005, f"header: the text is longer than {MAX_HEADER} characters")
        return {"header": text}
    kind = form.lower()
    parameters = _parameters(given)
    if len(parameters) != 1:
        raise _count("header", len(parameters), 1)
    if parameters[0].get("type") != kind or not isinstance(parameters[0].get(kind), dict):
        raise GraphError(132012, f"header: Format mismatch, expected {form}")
    if form == "LOCATION":
        place = contents.location(parameters[0][kind])
        return {"header": "", "media": kind, "location": place["location"]}
    if not (parameters[0][kind].get("id") or parameters[0][kind].get("link")):
        raise GraphError(131008, f"header: {kind} needs an id or a link")
    return {"header": "", **files.header(kind, parameters[0][kind])}


def _fill(template: Template, part: str, text: str, given: Json | None) -> str:
    names = variables(text)
    parameters = _parameters(given)
    if len(parameters) != len(names):
        raise _count(part, len(parameters), len(names))
    values = [_text_of(part, number, p) for number, p in enumerate(parameters, 1)]
    if template.parameter_format == "NAMED":
        by_name = dict(zip((p.get("parameter_name") for p in parameters), values, strict=True))
        if set(by_name) != set(names):
            raise GraphError(132012, f"{part}: parameter names do not match {', '.join(names)}")
    else:
        if any("parameter_name" in p for p in parameters):
            raise GraphError(132012, f"{part}: the template has positional parameters")
        by_name = {str(number): value for number, value in enumerate(values, 1)}
    return VARIABLE.sub(lambda match: by_name[match[1].strip()], text)


def _parameters(component: Json | None) -> list[Json]:
    if component is None:
        return []
    parameters = component.get("parameters")
    if not isinstance(parameters, list) or not all(isinstance(p, dict) for p in parameters):
        raise GraphError(131008, "Required parameter is missing: parameters")
    return parameters


def _text_of(part: str, number: int, parameter: Json) -> str:
    if parameter.get("type") != "text":
        raise GraphError(132012, f"{part}: parameter {number} must be of type text")
    text = parameter.get("text")
    if not isinstance(text, str) or not text:
        raise GraphError(131008, f"{part}: Parameter of type text is missing text value")
    if FORBIDDEN.search(text):
        raise GraphError(
            132018,
            f"{part}: Param text cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
        )
    return text


def _count(part: str, given: int, expected: int) -> GraphError:
    return GraphError(
        132000,
        f"{part}: number of localizable_params ({given}) does not match the expected number of "
        f"params ({expected})",
    )


def _buttons(template: Template, given: Json) -> list[Json]:
    buttons = (template.component("BUTTONS") or {}).get("buttons", [])
    for index in given:
        if index >= len(buttons):
            raise GraphError(132018, f"buttons: Button at index {index} does not exist")
    return [_button(index, button, given.get(index)) for index, button in enumerate(buttons)]


def _button(index: int, button: Json, given: Json | None) -> Json:
    kind = str(button.get("type", "")).upper()
    sub_type = str((given or {}).get("sub_type", "")).upper()
    expected = {"PHONE_NUMBER": "VOICE_CALL", "OTP": "URL"}.get(kind, kind)
    if given and sub_type != expected:
        raise GraphError(
            132018, f"buttons: Button at index {index} is of type {kind}, not {sub_type or 'none'}"
        )
    shown: Json = {"kind": kind.lower(), "text": button.get("text", "")}
    if kind == "QUICK_REPLY":
        shown["payload"] = _payload(index, given) or shown["text"]
    elif kind == "URL":
        shown["url"] = _url(index, button, given)
    elif kind == "PHONE_NUMBER":
        shown["phone"] = button.get("phone_number", "")
    elif kind == "COPY_CODE":
        shown["code"] = _code(index, given)
    elif kind == "REQUEST_CONTACT_INFO":
        shown["text"] = ""  # each phone writes it in its own language
    elif kind == "OTP":
        shown |= {"code": _one_time_code(index, given), "text": shown["text"] or COPY_LABEL}
    elif kind == "FLOW":
        shown |= {"flow_id": str(button.get("flow_id", "")), "flow_token": _flow_token(index, given)}
    return shown


def _only_parameter(index: int, given: Json | None, kind: str) -> Json:
    """The one parameter of a button, which must be of this type."""
    if given is None:
        raise GraphError(131008, f"buttons: Button at index {index} requires a parameter of type {kind}")
    parameters = _parameters(given)
    if len(parameters) != 1:
        raise _count(f"buttons: button {index}", len(parameters), 1)
    if parameters[0].get("type") != kind:
        raise GraphError(132012, f"buttons: Button at index {index} takes a parameter of type {kind}")
    return parameters[0]


def _code(index: int, given: Json | None) -> str:
    parameter = _only_parameter(index, given, "coupon_code")
    return limited(f"buttons: coupon_code at index {index}", parameter.get("coupon_code"), MAX_CODE)


def _one_time_code(index: int, given: Json | None) -> str:
    """The same code as in the body, as the parameter of a link."""
    text = _text_of("buttons", 1, _only_parameter(index, given, "text"))
    if len(text) > MAX_ONE_TIME_CODE:
        raise GraphError(131009, f"buttons: the code at index {index} has more than {MAX_ONE_TIME_CODE} characters")
    return text


def _flow_token(index: int, given: Json | None) -> str:
    """A form may be opened without parameters; then its token is ``unused``."""
    if given is None:
        return "unused"
    action = _only_parameter(index, given, "action").get("action")
    if not isinstance(action, dict):
        raise GraphError(131008, f"buttons: Button at index {index} requires an action")
    if not isinstance(action.get("flow_action_data", {}), dict):
        raise GraphError(132012, f"buttons: flow_action_data at index {index} must be an object")
    return str(action.get("flow_token") or "unused")


def _payload(index: int, given: Json | None) -> str:
    """The payload of a quick reply; without one the webhook carries the label."""
    if given is None:
        return ""
    parameters = _parameters(given)
    if len(parameters) != 1:
        raise _count(f"buttons: button {index}", len(parameters), 1)
    payload = parameters[0].get("payload")
    if parameters[0].get("type") != "payload" or not isinstance(payload, str) or not payload:
        raise GraphError(131008, f"buttons: Button at index {index} requires a payload")
    if len(payload) > MAX_PAYLOAD:
        raise GraphError(131009, f"buttons: the payload at index {index} is too long")
    return payload


def _url(index: int, button: Json, given: Json | None) -> str:
    url = str(button.get("url", ""))
    if not VARIABLE.search(url):
        if given:
            raise _count(f"buttons: button {index}", len(_parameters(given)), 0)
        return url
    if given is None:
        raise GraphError(
            131008, f"buttons: Button at index {index} of type Url requires a parameter"
        )
    parameters = _parameters(given)
    if len(parameters) != 1:
        raise _count(f"buttons: button {index}", len(parameters), 1)
    suffix = _text_of("buttons", 1, parameters[0])
    return VARIABLE.sub(lambda _: suffix, url)
