"""Sending one file from the composer: what the browser hands over is checked before anything is stored."""

import base64
import binascii
from pathlib import PurePosixPath

from odoo import models
from odoo.exceptions import UserError

from .media_type import clean_name, judge_type

MB = 1024 * 1024
MAX_UPLOAD = 25 * MB  # bytes; the whole file travels in one call and stands in the worker's memory several times
OFFICE = "application/vnd.openxmlformats-officedocument"
# By the end of the name, because the machine's own table differs from host to host; the content has the last word.
TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".3gp": "video/3gpp",
    ".aac": "audio/aac",
    ".amr": "audio/amr",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".docx": f"{OFFICE}.wordprocessingml.document",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{OFFICE}.presentationml.presentation",
}


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_send_file(self, name, data, caption="", reply_to_id=None):
        """Queue one file with an optional text; for the composer.

        :param str name: as it is called on the sender's computer
        :param str data: base64
        :param str caption: up to 1,024 characters; after a sound or sticker it becomes a message of its own
        :param int | None reply_to_id: the message of this conversation that is quoted
        :return: ``{"id", "state", "problem", "advice"}`` of the file's message
        :raise UserError: when WhatsApp takes no such file; names the limit
        """
        self.ensure_one()
        self.check_access("write")
        content = self._decode_file(data)
        mime_type = judge_type(TYPES.get(PurePosixPath(name or "").suffix.lower(), ""), content[:4096])
        file = (content, self._name_file(name, mime_type), mime_type)
        quoted = self._get_quoted(reply_to_id)
        messages = self._send_text(caption or "", attachments=[file], reply_to=quoted)
        return messages[:1].read(["state", "problem", "advice"])[0]

    def _decode_file(self, data) -> bytes:
        if len(data or "") > MAX_UPLOAD * 4 // 3 + 4:
            raise UserError(self.env._("A file of at most %(limit)s MB can be sent from here.", limit=MAX_UPLOAD // MB))
        try:
            return base64.b64decode(data or "", validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise UserError(self.env._("The file did not arrive as a whole. Send it again.")) from error

    def _name_file(self, name, mime_type):
        """Return a name whose ending says what the file is: WhatsApp refuses files whose name says something else."""
        cleaned = clean_name(name, mime_type, "file")
        path = PurePosixPath(cleaned)
        if TYPES.get(path.suffix.lower()) == mime_type:
            return cleaned
        ending = next((ending for ending, known in TYPES.items() if known == mime_type), "")
        return f"{path.stem}{ending}"
