import hmac
import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, ServiceUnavailable, UnsupportedMediaType

from ..cloud_api.webhook import BadPayload, split, verify_signature

_logger = logging.getLogger(__name__)

FIELDS = ("company_id", "phone_number_id", "app_id", "app_secret", "verify_token")  # all that a request needs
MAX_BODY = 3 * 1024 * 1024  # bytes, cloud_api.md §5.3


class WebhookController(http.Controller):
    """Where Meta brings messages. Verifies, stores, answers; the inbox cron does the rest (design.md §4 "In").

    A body is stored whole, in one statement, or not at all. Whatever keeps us from it is answered with 503, so that
    Meta brings it again, for 7 days (cloud_api.md §5.3): a missing encryption key here, trouble of the database in
    ``ir_http``.
    """

    @http.route(
        "/clinic_whatsapp/webhook/<string:key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def webhook(self, key, **_params):
        account = self._find_account(key)
        try:
            if request.httprequest.method == "GET":
                return self._answer_challenge(account)
            return self._store(account)
        except UserError as error:  # a key is missing, or another one than that which encrypted the app secret
            _logger.error("A WhatsApp webhook could not be taken and will come again: %s", error)
            raise ServiceUnavailable() from None

    def _store(self, account):
        if request.httprequest.mimetype != "application/json":
            raise UnsupportedMediaType()
        raw = request.httprequest.get_data()
        header = request.httprequest.headers.get("X-Hub-Signature-256")
        if not verify_signature(raw, header, account._secret("app_secret")):
            raise Forbidden()
        try:
            items = split(raw)
        except BadPayload as error:
            raise BadRequest() from error
        account.env["clinic.whatsapp.event"]._enqueue(account, items)
        return request.make_response("EVENT_RECEIVED", [("Content-Type", "text/plain")])

    def _find_account(self, key):
        # sudo: clinic.whatsapp.account - the caller is anonymous; key and signature authenticate him
        accounts = request.env["clinic.whatsapp.account"].sudo()
        if not key.isprintable():
            raise NotFound()
        account = accounts.search_fetch([("webhook_key", "=", key)], FIELDS, limit=1, order="id")
        if not account:
            raise NotFound()
        return account.with_company(account.company_id)

    def _answer_challenge(self, account):
        """Repeat Meta's challenge when it knows our verify token (cloud_api.md §5.1)."""
        query = request.httprequest.args
        expected, given = account._secret("verify_token"), query.get("hub.verify_token", "")
        if (
            not expected
            or query.get("hub.mode") != "subscribe"
            or not hmac.compare_digest(given.encode(), expected.encode())
        ):
            raise Forbidden()
        return request.make_response(query.get("hub.challenge", ""), [("Content-Type", "text/plain")])
