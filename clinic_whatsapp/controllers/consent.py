import logging
import re
from datetime import timedelta

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.consent.consent_request import PREFERENCES, SIGN
from ..models.consent.consent_request_answer import BadAnswer, IncompleteAnswer
from ..models.consent.consent_states import GRANTED, TABLET
from ..models.consent.notice_text import PERSONAL
from ..models.consent.privacy_notice import LANGUAGES
from ..report.document import draw_qr

_logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024  # bytes; a drawn signature has some thousands
WINDOW = timedelta(minutes=10)
MAX_MISSES = 20  # wrong links from one address within the window
MAX_VISITS = 60  # of one link within the window
SHA256 = re.compile(r"[0-9a-f]{64}")
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key to the page
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
CACHED = {"Cache-Control": "public, max-age=86400"}  # a text never changes under its hash
PAGE = {"type": "http", "auth": "public", "methods": ["GET", "POST"], "max_content_length": MAX_BODY}

ANSWER_FIELDS = {"decision", "text", "addendum", "signer", "signature"}
NOTICE_FIELDS = {"notice"}
PREFERENCE_FIELDS = {"action", "purpose"}


class Closed(Exception):
    """The page stays shut, whatever the reason."""


class ConsentController(http.Controller):
    """Pages that a patient opens without a login: to sign one purpose, to look after his preferences, to read a text.

    Guarantees: only a POST records anything; a page asks for one thing, with nothing ticked, and a form with anything
    more or less than our page sends is refused (legal.md LR-02); every link that does not open is answered with the
    same words, so the answer says nothing about anybody; whoever tries links is slowed down. The pages are rendered
    for nobody in particular, also in a browser in which somebody of the staff is logged in.
    """

    @http.route("/clinic_whatsapp/consent/<string:token>", **PAGE)
    def consent(self, token, **_params):
        return self._serve(token, SIGN, self._show_consent, self._take_consent)

    @http.route("/clinic_whatsapp/preferences/<string:token>", **PAGE)
    def preferences(self, token, **_params):
        return self._serve(token, PREFERENCES, self._show_preferences, self._take_preferences)

    @http.route("/clinic_whatsapp/text/<string:sha256>", type="http", auth="public", methods=["GET"])
    def text(self, sha256, **_params):
        self._become_nobody()
        texts = request.env["clinic.privacy.notice"]
        text = texts._find_by_hash(sha256) if SHA256.fullmatch(sha256) else texts
        if not text:
            return self._render("page_closed", 404)
        if "exact" in request.httprequest.args:
            headers = {**HEADERS, **CACHED, "Content-Type": "text/plain; charset=utf-8"}
            return request.make_response(text._get_hashed_bytes(), list(headers.items()))
        self._speak(text.lang)
        return self._render("page_text", 200, CACHED, text=text, body=text._render_for(**dict.fromkeys(PERSONAL, "…")))

    # What both pages share

    def _serve(self, token, kind, show, take):
        """Answer a request for a page; what is refused is undone, and its refusal counted."""
        self._become_nobody()
        is_answer = request.httprequest.method == "POST"
        try:
            asked = self._find(token, kind)
            asked = asked.with_context(lang=self._speak(self._get_lang() or asked.partner_id.lang))
            if not is_answer:
                return show(asked)
            with request.env.cr.savepoint():
                return take(asked)
        except Closed as error:
            return self._render("page_closed", error.args[0])
        except BadAnswer as error:
            _logger.info("A page for patients refused: %s", error)
            return self._render("page_refused", 422) if is_answer else self._render("page_closed", 404)
        except UserError as error:  # the ledger says no, to staff and in their words
            _logger.info("An answer on a page for patients could not be recorded: %s", type(error).__name__)
            return self._render("page_refused", 422)

    def _become_nobody(self):
        """Forget who is logged in: the tablet at the desk is handed to patients."""
        request.update_env(user=request.env.ref("base.public_user").id, context={"lang": request.env.lang})

    def _speak(self, lang):
        """Go on in a language (``tr``, ``tr_TR``), if it is installed."""
        # sudo: res.lang - which languages are installed
        installed = [code for code, _name in request.env["res.lang"].sudo().get_installed()]
        code = next((code for code in installed if lang and code.startswith(lang[:2])), request.env.lang)
        request.update_context(lang=code)
        return code

    def _find(self, token, kind):
        visits = request.env["clinic.page.visit"]
        misses = f"miss {request.httprequest.remote_addr}"
        if visits._is_too_often(misses, MAX_MISSES, WINDOW):
            raise Closed(429)
        found = request.env["clinic.consent.request"]._find_open(token, kind)
        if not found:
            visits._count(misses)
            raise Closed(404)
        if visits._is_too_often(f"visit {found.id}", MAX_VISITS, WINDOW):
            raise Closed(429)
        visits._count(f"visit {found.id}")
        return found

    def _read_form(self, allowed):
        """Return the fields of a form.

        :raise BadAnswer: when a field is there twice, or one that our page does not have: two purposes, for example
        """
        form = request.httprequest.form
        values = {name: found for name, found in form.lists() if name != "csrf_token"}
        if values.keys() - allowed or any(len(found) != 1 for found in values.values()) or request.httprequest.files:
            raise BadAnswer("a form that is not ours")
        if request.httprequest.args.keys() - {"lang"}:
            raise BadAnswer("an answer in the address")
        return {name: found for name, (found,) in values.items()}

    def _get_trace(self):
        """Return what a page knows of who answers: evidence of the answer (legal.md §6)."""
        http_request = request.httprequest
        return {"ip": http_request.remote_addr or "", "user_agent": http_request.user_agent.string or "–"}

    def _get_lang(self):
        """Return the language that was chosen on the page; None when the patient's own is right."""
        lang = request.httprequest.args.get("lang")
        return lang if lang in dict(LANGUAGES) else None

    def _get_here(self, lang=None):
        return request.httprequest.path + (f"?lang={lang}" if lang else "")

    def _render(self, template, status, headers=None, asked=None, **values):
        clinic = asked and asked._get_clinic_names()
        answer = request.render(
            f"clinic_whatsapp.{template}", {"asked": asked, "clinic": clinic, "here": self._get_here, **values}
        )
        answer.status_code = status
        answer.headers.update({**HEADERS, **(headers or {})})
        return answer

    # Signing

    def _show_consent(self, asked, status=200, missing=None, signer=""):
        page = asked._get_page(self._get_lang())
        return self._render("page_sign", status, asked=asked, page=page, missing=missing, signer=signer)

    def _take_consent(self, asked):
        if "notice" in request.httprequest.form:
            asked._read_notice(self._read_form(NOTICE_FIELDS)["notice"], self._get_trace())
            return request.redirect(self._get_here(self._get_lang()), code=303)
        form = self._read_form(ANSWER_FIELDS)
        if not {"decision", "text"} <= form.keys():
            raise BadAnswer("a form without an answer")
        try:
            is_last = asked._answer(
                form["text"], form["decision"], self._get_trace(),
                *(form.get(name, "") for name in ("signer", "signature", "addendum")),
            )  # fmt: skip
        except IncompleteAnswer as error:
            return self._show_consent(asked, 422, str(error), form.get("signer", ""))
        if not is_last:
            return request.redirect(self._get_here(self._get_lang()), code=303)
        return self._show_done(asked, form["decision"])

    def _show_done(self, asked, decision):
        """Thank, and show how to take back what was given: on the clinic's tablet as a QR code for the patient's own
        telephone, for the next person who holds the tablet must not find the page."""
        way_back = asked._get_way_back() if decision == GRANTED else ""
        shown = {"preferences_qr": way_back and draw_qr(way_back)} if asked.method == TABLET else {"way_back": way_back}
        return self._render("page_done", 200, asked=asked, decision=decision, **shown)

    # Preferences

    def _show_preferences(self, asked, said=None):
        return self._render("page_preferences", 200, asked=asked, preferences=asked._get_preferences(), said=said)

    def _take_preferences(self, asked):
        form = self._read_form(PREFERENCE_FIELDS)
        action, code = form.get("action"), form.get("purpose")
        if action == "sign" and code:
            return request.redirect(asked._ask_for(code), code=303)
        if action == "withdraw" and code:
            asked._withdraw(code, self._get_trace())
        elif action == "withdraw_all" and code is None:
            asked._stop_all(self._get_trace())
        else:
            raise BadAnswer("an answer that is not on the page")
        return self._show_preferences(asked, said=code and "withdrawn")
