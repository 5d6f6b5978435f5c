"""A member of staff at work, over the calls that the web client makes."""

from __future__ import annotations

from typing import Any

import requests

from devtools.errors import SetupError

PATIENCE = 60.0  # seconds


class Refused(SetupError):
    """Odoo answered a call with an error; the text is what a user would read. `kind` names the exception."""

    def __init__(self, error: dict[str, Any]) -> None:
        data = error.get("data", {})
        super().__init__(data.get("message") or error.get("message", "no reason given"))
        self.kind = str(data.get("name", ""))


class Odoo:
    """A session of one user.

    Raises Refused where Odoo does.

    :param companies: ids of the branches that are switched on, the first one being the current branch; by default the
        user's own branch
    """

    def __init__(self, url: str, database: str, login: str, password: str, companies: tuple[int, ...] = ()) -> None:
        self._url = url
        self._context: dict[str, object] = {"allowed_company_ids": list(companies)} if companies else {}
        self._session = requests.Session()
        self._session.trust_env = False
        self.post("/web/session/authenticate", db=database, login=login, password=password)

    @property
    def session_id(self) -> str:
        """The cookie, for connections of another kind."""
        return self._session.cookies["session_id"]

    def post(self, path: str, **params: object) -> Any:
        """Call a JSON route."""
        answer = self._session.post(self._url + path, json={"jsonrpc": "2.0", "params": params}, timeout=PATIENCE)
        answer.raise_for_status()
        if "error" in (body := answer.json()):
            raise Refused(body["error"])
        return body.get("result")

    def get(self, path: str) -> bytes:
        """What a browser would load from an address."""
        answer = self._session.get(self._url + path, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.content

    def call(self, model: str, method: str, *args: object, **options: object) -> Any:
        """Call a public method; `options` are its keyword arguments, `context` among them."""
        options["context"] = {**self._context, **dict(options.get("context") or {})}
        return self.post("/web/dataset/call_kw", model=model, method=method, args=args, kwargs=options)

    def create(self, model: str, **values: object) -> int:
        return self.call(model, "create", [values])[0]

    def write(self, model: str, record_id: int, **values: object) -> None:
        self.call(model, "write", [record_id], values)

    def read(self, model: str, record_id: int, *fields: str) -> dict[str, Any]:
        return self.call(model, "read", [record_id], list(fields), load=None)[0]

    def find(self, model: str, domain: list[object]) -> int | None:
        """The first record's id."""
        found = self.call(model, "search", domain, limit=1)
        return found[0] if found else None

    def ref(self, xml_id: str) -> int:
        """The record that a module calls by this name, for example `base.tr`; for administrators."""
        module, _, name = xml_id.partition(".")
        domain = [["module", "=", module], ["name", "=", name]]
        return self.call("ir.model.data", "search_read", domain, ["res_id"])[0]["res_id"]

    def send_text(self, conversation: int, body: str) -> int:
        """What the composer does; returns the message.

        :raises SetupError: when Odoo asks why these words have to be sent
        """
        answer = self.call("clinic.whatsapp.conversation", "action_send_text", [conversation], body)
        if not answer["id"]:
            raise SetupError(f"“{body}” was not sent: {answer['problem']}")
        return answer["id"]

    def conversation_of(self, phone: str) -> int | None:
        """The conversation with these digits, as far as this user may see one."""
        return self.find("clinic.whatsapp.conversation", [["contact_id.wa_id", "=", phone.lstrip("+")]])
