from datetime import timedelta

from odoo import api, fields, models

from ...encryption import keyed_hash

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
