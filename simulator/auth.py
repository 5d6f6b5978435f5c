"""Who is calling: bearer tokens, app tokens and ``appsecret_proof`` (cloud_api.md §1.3)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .errors import GraphError, bad_parameter
from .state import Number, World, now

Json = dict[str, Any]
MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
EXPIRED, INVALID = 463, 467


@dataclass(frozen=True)
class Caller:
    """A valid token and the numbers it may use."""

    token: str
    numbers: tuple[Number, ...]

    @property
    def app_id(self) -> str:
        return self.numbers[0].app_id

    def require(self, scope: str) -> None:
        if not any(scope in number.token_scopes for number in self.numbers):
            raise GraphError(
                10, message="(#10) Application does not have permission for this action"
            )

    def require_number(self, number: Number) -> None:
        if number not in self.numbers:
            raise _no_asset()

    def require_waba(self, waba_id: str) -> None:
        if all(number.waba_id != waba_id for number in self.numbers):
            raise _no_asset()


def authenticate(request: web.Request, data: Json, world: World) -> Caller:
    """The caller of a request, or GraphError 190, 200 or 100."""
    token = _token(request, data)
    if not token:
        raise GraphError(200, message="(#200) Provide valid app ID")
    numbers = tuple(n for n in world.numbers.values() if n.access_token == token)
    problem = _problem(numbers)
    if problem:
        raise problem
    proof = request.query.get("appsecret_proof") or data.get("appsecret_proof")
    _check_proof(numbers[0], token, proof)
    return Caller(token, numbers)


def app_of(request: web.Request, data: Json, world: World) -> str:
    """The id of the app whose token this is, or GraphError 190."""
    return _check_app(_token(request, data), world)


def debug_token(request: web.Request, world: World) -> Json:
    """``GET /debug_token``: what the app may know about one of its tokens."""
    app_id = _check_app(_token(request, {}), world)
    asked = request.query.get("input_token", "")
    if not asked:
        raise bad_parameter("The parameter input_token is required.")
    numbers = [n for n in world.numbers.values() if n.access_token == asked]
    data: Json = {"app_id": app_id, "application": "Clinic messaging", "type": "SYSTEM_USER"}
    problem = _problem(numbers)
    same_app = not numbers or numbers[0].app_id == app_id
    if not same_app:
        raise bad_parameter("The App_id in the input_token did not match the Viewing App")
    data["is_valid"] = problem is None
    if problem:
        error = {"code": 190, "message": problem.message, "subcode": problem.subcode}
        data["error"] = error
    data |= _token_facts(numbers)
    return {"data": data}


def _token_facts(numbers: list[Number]) -> Json:
    if not numbers:
        return {"scopes": []}
    scopes = sorted({scope for number in numbers for scope in number.token_scopes})
    targets = sorted({number.waba_id for number in numbers})
    return {
        "expires_at": numbers[0].token_expires_at,
        "data_access_expires_at": 0,
        "issued_at": 1767225600,
        "scopes": scopes,
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in scopes],
        "user_id": "100000000000001",
    }


def _token(request: web.Request, data: Json) -> str:
    """The token of the parameters, which is what ``debug_token`` uses, or of the header."""
    given = request.query.get("access_token") or data.get("access_token")
    if given:
        return str(given)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _problem(numbers: tuple[Number, ...] | list[Number]) -> GraphError | None:
    if not numbers or not numbers[0].token_valid:
        text = "Invalid OAuth access token - Cannot parse access token"
        return GraphError(190, message=text, subcode=INVALID if numbers else None)
    expires = numbers[0].token_expires_at
    if expires and expires <= now():
        text = "Error validating access token: Session has expired."
        return GraphError(190, message=text, subcode=EXPIRED)
    return None


def _check_app(token: str, world: World) -> str:
    app_id, _, secret = token.partition("|")
    for number in world.numbers.values():
        if number.app_id == app_id and hmac.compare_digest(
            number.app_secret.encode(), secret.encode()
        ):
            return app_id
    raise GraphError(190, message="Invalid OAuth access token signature.")


def _check_proof(number: Number, token: str, proof: Any) -> None:
    if not proof:
        if number.require_proof:
            raise bad_parameter("API calls from the server require an appsecret_proof argument")
        return
    right = hmac.new(number.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), str(proof).encode()):
        raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")


def _no_asset() -> GraphError:
    return GraphError(
        200,
        message="(#200) You do not have the permissions to use this WhatsApp Business Account",
    )
