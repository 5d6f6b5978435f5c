"""The file above the text of a template, on its way into messages.

Each version of it is kept once, encrypted like all files of messages: a message points to the version that it was sent
with, so that its history stays true when somebody chooses another file. It travels to Meta once for a number, however
many messages wait for it; ``clinic.whatsapp.upload`` knows how long Meta holds it.
"""

import base64
import hashlib
import io
import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...cloud_api.content_media import PENDING, Document, Image, Video
from ...cloud_api.limits import InvalidMessage
from ...cloud_api.media_rules import check_media
from ...cloud_api.messages import dump
from ...encrypted_file import encrypt_file
from ...encryption import EncryptedFile, get_cipher
from ..messaging.media import spool
from ..messaging.media_state import MEDIA_PENDING, MEDIA_READY
from ..messaging.media_type import clean_name, judge_type
from ..messaging.message import QUEUED
from .template_definition import DOCUMENT, IMAGE, VIDEO, WITH_FILE

MEDIA_TYPES = {
    IMAGE: ("image/jpeg", "image/png"),
    VIDEO: ("video/mp4",),
    DOCUMENT: ("application/pdf",),
}  # of those that Meta takes as samples, cloud_api.md §4.7
CONTENTS = {IMAGE: Image, VIDEO: Video}


class ClinicWhatsappTemplateFile(models.Model):
    """One version of the file above the text of a template."""

    _name = "clinic.whatsapp.template.file"
    _inherit = ["clinic.shared.mixin"]
    _description = "File of a WhatsApp template"
    _order = "id desc"

    template_id = fields.Many2one(
        "clinic.whatsapp.template", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, precompute=True, default=None)
    file = EncryptedFile()
    name = fields.Char(required=True, readonly=True)
    mime_type = fields.Char("File type", required=True, readonly=True)
    size = fields.Integer("File size", readonly=True, aggregator=None, help="Bytes.")
    sha256 = fields.Char(required=True, readonly=True)

    _version_unique = models.UniqueIndex("(template_id, sha256, name)", "This version is kept already.")

    def _open(self):
        """Return the clear file, seekable; None when there is none.

        :raise BrokenFile: when it was changed, or none of the configured keys made it
        :raise MissingKey: when no key, or no valid one, is configured
        """
        return self._fields["file"].open(self)

    def _keep(self, data: bytes):
        with spool() as target:
            encrypt_file(io.BytesIO(data), target, get_cipher(self.env))
            target.seek(0)
            self._fields["file"].keep(self, target.read())


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    file_id = fields.Many2one("clinic.whatsapp.template.file", readonly=True, copy=False, ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates.filtered("header_file")._keep_file()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if {"header_file", "header_filename", "header_type"} & vals.keys():
            self._keep_file()
        return result

    @api.constrains("header_type", "header_file")
    def _check_header_file(self):
        for template in self.filtered(lambda template: template.header_type in WITH_FILE and template.header_file):
            data, kind = template._get_file_data(), template.header_type
            mime_type = judge_type("", data[:2048])
            try:
                check_media(kind, mime_type, len(data))
            except InvalidMessage as error:
                raise ValidationError(self.env._(error.limit)) from error
            if mime_type not in MEDIA_TYPES[kind]:
                raise ValidationError(
                    self.env._("The header takes a picture (JPEG, PNG), an MP4 or a PDF, as its kind says.")
                )

    def _get_file_data(self) -> bytes:
        return base64.b64decode(self.with_context(bin_size=False).header_file or b"")

    def _keep_file(self):
        """Make the file of each template its newest version, once for the same file."""
        for template in self:
            data = template._get_file_data() if template.header_type in WITH_FILE else b""
            # sudo: clinic.whatsapp.template.file - versions are kept by the connector; whoever writes the template may
            template.sudo().file_id = template.sudo()._find_or_make_file(data) if data else False

    def _find_or_make_file(self, data):
        files = self.env["clinic.whatsapp.template.file"]
        vals = self._prepare_file_vals(data)
        known = files.search([(name, "=", vals[name]) for name in ("template_id", "sha256", "name")], limit=1)
        if known:
            return known
        version = files.create(vals)
        version._keep(data)
        return version

    def _prepare_file_vals(self, data):
        mime_type = judge_type("", data[:2048])
        return {
            "template_id": self.id,
            "name": clean_name(self.header_filename or "", mime_type, self.header_type),
            "mime_type": mime_type,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }

    def _prepare_media_vals(self):
        """Return what makes a message carry the file of its header."""
        file, kind = self.file_id, self.header_type
        content = Document(PENDING, filename=file.name) if kind == DOCUMENT else CONTENTS[kind](PENDING)
        return {
            "content": json.dumps(dump(content)),
            "template_file_id": file.id,
            "media_state": MEDIA_PENDING,
            "media_name": file.name,
            "media_type": file.mime_type,
            "media_size": file.size,
            "media_sha256": file.sha256,
        }


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    template_file_id = fields.Many2one(
        "clinic.whatsapp.template.file", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    @api.model
    def _queue(self, vals_list, files=None):
        messages = super()._queue(vals_list, files)
        # sudo: clinic.whatsapp.message - whoever sends may not read all that the connector keeps
        waiting = messages.sudo().filtered(lambda message: message.template_file_id and message.state == QUEUED)
        waiting.account_id._schedule_media()
        return messages

    def _open_media(self):
        # sudo: clinic.whatsapp.template.file - the caller has checked the rights on the message
        file = self.sudo().template_file_id
        return file._open() if file else super()._open_media()

    def _drop_media(self):
        result = super()._drop_media()
        self.filtered("template_file_id").template_file_id = False
        return result

    def _get_repeated_file(self):
        return None if self.template_file_id else super()._get_repeated_file()

    def _get_repeated_fields(self):
        of_file = ("template_file_id", "media_name", "media_type", "media_size", "media_sha256")
        return [*super()._get_repeated_fields(), *(of_file if self.template_file_id else ())]

    # On its way to Meta

    def _prepare_upload(self, route):
        """Only the first of those that wait for a file brings it; the others follow as soon as it is there."""
        if self.template_file_id and self != self._get_waiting_for_file()[:1]:
            return None
        return super()._prepare_upload(route)

    def _note_uploaded(self, media_id):
        others = self._get_waiting_for_file() - self
        others.write({"media_state": MEDIA_READY, "media_ref": media_id, "media_error": False})
        return super()._note_uploaded(media_id)

    def _give_media_up(self, problem, error=None):
        """What is wrong with the file of a template is wrong for all that wait for it."""
        for message in self._get_waiting_for_file() - self:
            super(ClinicWhatsappMessage, message)._give_media_up(problem, error)
        return super()._give_media_up(problem, error)

    def _get_waiting_for_file(self):
        """Return the messages of the same number that wait for the same file of a template, oldest first."""
        if not self.template_file_id:
            return self.browse()
        return self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("template_file_id", "=", self.template_file_id.id),
                ("media_state", "=", MEDIA_PENDING),
                ("state", "=", QUEUED),
            ],
            order="id",
        )
