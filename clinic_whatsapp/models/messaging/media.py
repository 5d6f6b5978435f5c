"""Files that belong to messages.

A message with a file is *pending* until the file is on both sides: an inbound one until we have fetched it, an outbound
one until Meta has it and gave us an id. ``media_cron`` does both. The clear file is nowhere stored: what is kept is
ciphertext (``EncryptedFile``), what is told about it (name, hash) too. It is handed out by the route of
``controllers/media.py`` only, under the rights of the one who asks.
"""

import base64
import binascii
import io
import tempfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...cloud_api.media_rules import MAX_INBOUND
from ...encrypted_file import EncryptedWriter, encrypt_file
from ...encryption import EncryptedFile, EncryptedText, get_cipher
from .media_state import (
    ALTERED,
    GONE,
    LOST,
    MEDIA_FAILED,
    MEDIA_PENDING,
    MEDIA_READY,
    REFUSED,
    TOO_LARGE,
    UNREACHABLE,
    UNSAFE,
)
from .media_type import clean_name, judge_type
from .message import FAILED, IN, OUT, QUEUED

CRON = "clinic_whatsapp.ir_cron_media"
MAX_PARAMETER = "clinic_whatsapp.media_max_mb"
MB = 1024 * 1024
SPOOL_SIZE = MB  # what is larger waits on the disk, encrypted


def read_hash(value) -> str:
    """Return a SHA-256 as hex, from the base64 of webhooks or the hex of the API (cloud_api.md §3); else nothing."""
    text = (value or "").strip()
    try:
        raw = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def spool():
    """Return a temporary file for ciphertext; a process that dies leaves nothing of it."""
    return tempfile.SpooledTemporaryFile(SPOOL_SIZE)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _schedule_media(self, at=None):
        """Wake the scheduled action that moves files; the hook that a job queue overrides (design.md §7).

        :param datetime | None at: naive UTC; now by default
        """
        if self:
            # sudo: ir.cron - whoever receives or sends a file may wake it
            self.env.ref(CRON).sudo()._trigger(at)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    media_state = fields.Selection(
        [(MEDIA_PENDING, "On its way"), (MEDIA_READY, "Here"), (MEDIA_FAILED, "Not available")], "File", readonly=True
    )
    media_file = EncryptedFile()
    media_name = EncryptedText("File name", readonly=True)
    media_type = fields.Char("File type", readonly=True)
    media_size = fields.Integer("File size", readonly=True, aggregator=None, help="Bytes.")
    media_sha256 = EncryptedText(
        readonly=True, help="Encrypted, because it would tell who was sent a file that somebody knows."
    )
    media_ref = fields.Char("File ID at WhatsApp", readonly=True)
    media_attempts = fields.Integer(readonly=True, aggregator=None)
    media_next_attempt_at = fields.Datetime(readonly=True)
    media_error = fields.Selection(
        [
            (UNREACHABLE, "Not fetched"),
            (GONE, "Not kept by WhatsApp"),
            (TOO_LARGE, "Too large"),
            (UNSAFE, "Strange address"),
            (REFUSED, "Refused by WhatsApp"),
            (LOST, "Not readable here"),
            (ALTERED, "Not what was announced"),
        ],
        readonly=True,
    )
    media_problem = fields.Char("Problem with the file", compute="_compute_media_problem")

    _media_idx = models.Index("(account_id, media_next_attempt_at) WHERE media_state = 'pending'")

    @api.depends("media_error")
    @api.depends_context("lang")
    def _compute_media_problem(self):
        texts = self._get_media_problems()
        for message in self:
            message.media_problem = texts.get(message.media_error, False)

    def _get_media_problems(self):
        """Return {what went wrong: in words, with what to do}."""
        return {
            UNREACHABLE: self.env._("The file could not be fetched from WhatsApp. Try again later."),
            GONE: self.env._("WhatsApp does not have this file any more. Ask for it to be sent again."),
            TOO_LARGE: self.env._(
                "The file is larger than %(limit)s MB. Ask for a smaller one.", limit=self._get_media_limit() // MB
            ),
            UNSAFE: self.env._(
                "The address of the file is not WhatsApp's, so it was not fetched. Tell your administrator."
            ),
            REFUSED: self.env._("WhatsApp did not take the file."),
            LOST: self.env._(
                "The stored file cannot be read: it was changed, or its encryption key is missing on the server."
            ),
            ALTERED: self.env._("The file is not the one that WhatsApp announced. Open it with care."),
        }

    def _get_media_limit(self) -> int:
        """Return how large a file may be, in bytes; never more than WhatsApp's own limit."""
        # sudo: ir.config_parameter - a limit without personal data
        value = self.env["ir.config_parameter"].sudo().get_param(MAX_PARAMETER) or ""
        wanted = int(value) * MB if value.isdecimal() else MAX_INBOUND
        return max(MB, min(wanted, MAX_INBOUND))

    def _store_media(self, data, name, mime_type):
        """Keep a file with one message, encrypted; ``media_state`` stays as it is.

        :param bytes | BinaryIO data: the clear file
        :param str name: as its sender calls it; may be empty
        :param str mime_type: as its sender says; checked against the content
        :raise UserError: when it is larger than this clinic allows
        :raise MissingKey: when this server has no usable encryption key
        """
        self.ensure_one()
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        with spool() as target:
            self._keep_encrypted(target, encrypt_file(source, target, get_cipher(self.env)), name, mime_type)

    def _keep_encrypted(self, target, written: EncryptedWriter, name, mime_type):
        if written.size > self._get_media_limit():
            raise UserError(self._get_media_problems()[TOO_LARGE])
        target.seek(0)
        kept = judge_type(mime_type, written.head)
        # sudo: clinic.whatsapp.message - files are kept by the connector; callers checked the conversation
        message = self.sudo()
        message._fields["media_file"].keep(message, target.read())
        message.write(
            {
                "media_name": clean_name(name, kept, message.message_type),
                "media_type": kept,
                "media_size": written.size,
                "media_sha256": written.sha256,
            }
        )

    def _open_media(self):
        """Return the clear file of one message, seekable; None when there is none. The caller has checked the rights.

        :raise BrokenFile: when it was changed, or none of the configured keys made it
        :raise MissingKey: when no key, or no valid one, is configured
        """
        self.ensure_one()
        return self._fields["media_file"].open(self)

    def _is_withdrawn(self) -> bool:
        """Tell whether the author of one message has deleted it: nothing of it is handed out any more."""
        deletions = [("reply_to_id", "=", self.id), ("message_type", "=", "revoke"), ("direction", "=", self.direction)]
        return bool(self.search_count(deletions, limit=1))

    def _forget_content(self):
        """A message that must not leave is kept without its text (legal.md LR-35), so without its file too."""
        self._drop_media()
        return super()._forget_content()

    def _drop_media(self):
        """Forget files and what they were called; that there was one stays."""
        with_file = self.filtered("media_state")
        with_file._fields["media_file"].find(with_file).unlink()
        with_file.write(
            {"media_state": False, "media_name": False, "media_sha256": False, "media_ref": False, "media_size": False}
        )

    def action_retry_media(self):
        """Begin anew with files that could not be had, or that WhatsApp did not take."""
        self.check_access("read")
        self.conversation_id.check_access("write")
        # sudo: clinic.whatsapp.message - kept by the connector; the right to write in the conversation was checked
        failed = self.sudo().filtered(lambda message: message.media_state == MEDIA_FAILED)
        inbound = failed.filtered(lambda message: message.direction == IN)
        # Only what never left: WhatsApp gave no id, and nobody decided otherwise meanwhile.
        outbound = failed.filtered(
            lambda message: message.direction == OUT and message.state == FAILED and not message.wamid
        )
        outbound.write({"state": QUEUED, "error_code": False, "error_detail": False, "error_log": False})
        (inbound | outbound)._await_media()
        return True

    def _await_media(self):
        self.write({"media_state": MEDIA_PENDING, "media_attempts": 0, "media_next_attempt_at": False})
        self.media_error = False
        self.account_id._schedule_media()
        self.conversation_id._notify()
