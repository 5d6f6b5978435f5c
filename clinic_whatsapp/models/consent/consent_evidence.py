import hashlib
import io
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ...encrypted_file import BrokenFile, encrypt_file
from ...encryption import EncryptedFile, EncryptedText, get_cipher

SCAN = "scan"
SIGNATURE = "signature"
AUTHORITY = "authority"
MAX_SIZE = 10 * 1024 * 1024
TYPES = ("application/pdf", "image/png", "image/jpeg", "image/webp")
ROUTE = "/clinic_whatsapp/evidence/"


@dataclass(frozen=True)
class Piece:
    """A file that is about to become evidence, checked."""

    kind: str
    name: str
    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class ClinicConsentEvidence(models.Model):
    """A file that proves an entry of the ledger: the signed paper, the drawn signature, a court order (legal.md LR-11).

    Encrypted, of a checked type, never changed and never deleted but by erasure. Its SHA-256 is part of the entry.
    """

    _name = "clinic.consent.evidence"
    _inherit = ["clinic.branch.mixin"]
    _description = "Evidence of a consent"
    _order = "id"

    company_id = fields.Many2one(readonly=True)
    consent_id = fields.Many2one(
        "clinic.consent", "Entry", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [(SCAN, "Signed form"), (SIGNATURE, "Drawn signature"), (AUTHORITY, "Proof of authority")],
        required=True,
        readonly=True,
        default=SCAN,
    )
    name = EncryptedText("File", readonly=True)
    media_type = fields.Char("Type", readonly=True)
    size = fields.Integer(readonly=True, help="In bytes.")
    sha256 = fields.Char("SHA-256", readonly=True)
    file = EncryptedFile()
    url = fields.Char("Link", compute="_compute_url")

    def _compute_url(self):
        for evidence in self:
            evidence.url = f"{ROUTE}{evidence._origin.id}"  # a dialog holds copies that are not stored

    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for evidence in self:
            evidence.display_name = kinds.get(evidence.kind)

    def write(self, vals):  # pylint: disable=method-required-super
        self.check_access("write")
        raise UserError(self.env._("Evidence is never changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Evidence is never deleted."))

    @api.model
    def _keep(self, entry, pieces):
        """Store the files of a new entry."""
        for piece in pieces:
            evidence = self.create(
                {
                    "consent_id": entry.id,
                    "company_id": entry.company_id.id,
                    "kind": piece.kind,
                    "name": piece.name,
                    "media_type": piece.media_type,
                    "size": len(piece.content),
                    "sha256": piece.sha256,
                }
            )
            target = io.BytesIO()
            encrypt_file(io.BytesIO(piece.content), target, get_cipher(self.env))
            self._fields["file"].keep(evidence, target.getvalue())

    def _open(self):
        """Return the clear file of one piece of evidence, None when there is none; the caller has checked who asks.

        :raise BrokenFile: when it is not the file that was kept, or its key is not configured
        """
        file = self._fields["file"].open(self)
        if file and hashlib.sha256(file.read()).hexdigest() != self.sha256:
            file.close()
            raise BrokenFile("This is not the file that was kept.")
        if file:
            file.seek(0)
        return file

    def _read_content(self) -> bytes:
        """Return the clear bytes of one piece of evidence; empty when they are gone or were changed."""
        try:
            file = self._open()
        except BrokenFile:
            return b""
        with file or io.BytesIO() as content:
            return content.read()

    @api.model
    def _check_file(self, kind, name, content) -> Piece:
        """Return a file as a piece of evidence.

        :raise ValidationError: when it is not a picture or PDF by what is in it, empty, or too large
        """
        if not content:
            raise ValidationError(self.env._("“%(name)s” is empty. Scan or photograph the form again.", name=name))
        if len(content) > MAX_SIZE:
            raise ValidationError(
                self.env._("“%(name)s” is larger than 10 MB. Scan it with a lower resolution.", name=name)
            )
        media_type = guess_mimetype(content).lower()
        if media_type not in TYPES:
            raise ValidationError(
                self.env._("“%(name)s” is neither a picture nor a PDF file. Attach a scan or a photograph.", name=name)
            )
        return Piece(kind, name, content, media_type)


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _collect_evidence(self, facts):
        """Return the checked files among the facts; attachments are taken over and disappear."""
        files = self.env["clinic.consent.evidence"]
        scans = facts.get("evidence") or []
        if isinstance(scans, tuple):
            scans = [scans]
        elif isinstance(scans, models.BaseModel):
            scans = self._take_over(scans)
        found = [(SCAN, name, content) for name, content in scans]
        if facts.get("signature"):
            found.append((SIGNATURE, "signature.png", facts["signature"]))
        if facts.get("authority"):
            found.append((AUTHORITY, *facts["authority"][1::-1]))
        return [files._check_file(kind, name or kind, content) for kind, name, content in found]

    @api.model
    def _take_over(self, attachments):
        """Return (name, bytes) of attachments, and delete them: in the open they would be readable by others."""
        # sudo: ir.attachment - what is taken over was handed to us; it goes whoever made it
        files = [(attachment.name, attachment.raw or b"") for attachment in attachments.sudo()]
        attachments.sudo().unlink()
        return files
