import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import Response, content_disposition, request
from werkzeug.wsgi import FileWrapper

from ..encrypted_file import BrokenFile
from ..models.messaging.media_state import MEDIA_PENDING, MEDIA_READY
from ..models.messaging.media_type import served_type

_logger = logging.getLogger(__name__)

BLOCK = 64 * 1024
# A browser's own viewer of PDF files does not work in a sandbox; nothing else may load or run anything.
CLOSED = "default-src 'none'; sandbox"
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class MediaController(http.Controller):
    """Hands out the files of messages (design.md §5.5): under the rights of the one who asks, decrypted piece by piece.

    Whoever may not see a message gets the same answer as for one that does not exist.
    """

    @http.route("/clinic_whatsapp/media/<int:message_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def media(self, message_id, **_params):
        message = self._find_message(message_id)
        if not message or not message.media_state:
            return self._say(404, request.env._("There is no such file."))
        if message.media_state != MEDIA_READY:
            pending = message.media_state == MEDIA_PENDING
            return self._say(404 if pending else 410, message.media_problem or request.env._("The file is on its way."))
        try:
            file = message._open_media()
        except (BrokenFile, UserError):
            _logger.error("The file of WhatsApp message %s cannot be decrypted", message.id)
            file = None
        if not file:
            return self._say(410, request.env._("The stored file cannot be read on this server."))
        _logger.info("File of WhatsApp message %s handed to user %s", message.id, request.env.uid)
        return self._serve(file, message.media_type, message.media_name)

    def _find_message(self, message_id):
        """Return the message when the user may read it in his active branches, else none."""
        messages = request.env["clinic.whatsapp.message"].with_context(allowed_company_ids=self._get_active_branches())
        if not messages.has_access("read"):
            return messages
        # A search asks the rules and tells nothing about records that they hide.
        found = messages.search([("id", "=", message_id)])
        return found if found and not found._is_withdrawn() else messages

    def _get_active_branches(self):
        """Return the ids that the web client says are active: those of them where the user works, else his main one."""
        user = request.env.user
        wanted = [int(part) for part in request.cookies.get("cids", "").split("-") if part.isdecimal()]
        allowed = set(user.company_ids.ids)
        return [company_id for company_id in wanted if company_id in allowed] or user.company_id.ids

    def _serve(self, file, media_type, name):
        content_type, inline = served_type(media_type)
        environ = request.httprequest.environ
        response = Response(FileWrapper(file, BLOCK), mimetype=content_type, direct_passthrough=True)
        response.headers.update({**HEADERS, "Accept-Ranges": "bytes"})
        response.headers["Content-Length"] = str(file.size)
        kind = "inline" if inline and "download" not in request.httprequest.args else "attachment"
        response.headers["Content-Disposition"] = content_disposition(name or "file", kind)
        response.headers["Content-Security-Policy"] = VIEWER if content_type == "application/pdf" else CLOSED
        return response.make_conditional(environ, accept_ranges=True, complete_length=file.size)

    def _say(self, status, text):
        headers = {"Content-Type": "text/plain; charset=utf-8", **HEADERS}
        return request.make_response(text, headers=list(headers.items()), status=status)
