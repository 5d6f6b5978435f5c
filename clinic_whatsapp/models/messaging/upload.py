from datetime import timedelta

from odoo import api, fields, models

from ...encryption import keyed_hash
from .media_state import MEDIA_PENDING
from .message import QUEUED

MAY_BE_FORGOTTEN = (100, 131052, 131053)  # how Meta refuses an id that it does not know
LIFE = timedelta(days=29)  # Meta keeps an uploaded file for 30 days (cloud_api.md §3); a message may wait a while


class ClinicWhatsappUpload(models.Model):
    """A file that Meta holds for one number: sent again while it lives, it need not travel again.

    The key is no plain hash: whoever gets hold of a dump could look up in it who was sent a file that he knows. It is
    keyed with the newest encryption key; after a rotation every file travels once more.
    """

    _name = "clinic.whatsapp.upload"
    _inherit = ["clinic.branch.mixin"]
    _description = "WhatsApp uploaded file"
    _rec_name = "remote_id"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True, precompute=True, default=None)
    key = fields.Char(required=True, readonly=True)
    remote_id = fields.Char("ID at WhatsApp", required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)

    _account_key_unique = models.UniqueIndex("(account_id, key)", "This file is known for this number already.")

    @api.model
    def _get_key(self, sha256: str, mime_type: str) -> str:
        """Return the key of a file: Meta binds an id to the type that it was uploaded with."""
        return keyed_hash(self.env, f"upload:{mime_type}:{sha256}")

    @api.model
    def _find(self, account, key):
        """Return Meta's id of a file that it still holds for a number; False when there is none."""
        living = [("account_id", "=", account.id), ("key", "=", key), ("expires_at", ">", fields.Datetime.now())]
        return self.search(living, limit=1).remote_id

    @api.model
    def _remember(self, account, key, remote_id):
        vals = {"remote_id": remote_id, "expires_at": fields.Datetime.now() + LIFE}
        known = self.search([("account_id", "=", account.id), ("key", "=", key)])
        return known.write(vals) if known else self.create({"account_id": account.id, "key": key, **vals})

    @api.autovacuum
    def _gc_expired(self):
        expired = self.search([("expires_at", "<", fields.Datetime.now())], limit=10000)
        expired.unlink()
        return len(expired), len(expired)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _is_upload_forgotten(self, error) -> bool:
        """Tell whether Meta may have refused a message because it does not hold a reused file any more.

        :param ApiError error:
        """
        return error.code in MAY_BE_FORGOTTEN and bool(self._get_reused_upload())

    def _get_reused_upload(self):
        """Return the upload that was made before this message, if its file did not travel for it."""
        return self.env["clinic.whatsapp.upload"].search(
            [
                ("account_id", "=", self.account_id.id),
                ("remote_id", "=", self.media_ref),
                ("remote_id", "!=", False),
                ("write_date", "<", self.create_date),
            ]
        )

    def _upload_anew(self):
        """Let the file travel again, then the message; a fresh upload that is refused is the end of it."""
        self._get_reused_upload().unlink()
        self.write(
            {
                "state": QUEUED,
                "claimed_at": False,
                "media_state": MEDIA_PENDING,
                "media_ref": False,
                "media_attempts": 0,
                "media_next_attempt_at": False,
            }
        )
        self.account_id._schedule_media()
