"""Encrypted files are closed to everything that Odoo does with attachments.

The rights on the message would let staff fetch the ciphertext, and administrators are not bound by the groups of the
field. What Odoo gives out without asking for rights (public files, access tokens) must never apply to them.
"""

from odoo import api, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ...encryption import EncryptedFile


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    @tools.ormcache()
    def _get_encrypted_fields(self):
        """Return (model, field) of every field that holds encrypted files."""
        return sorted(
            (name, field.name)
            for name, model in self.env.registry.items()
            if not model._abstract
            for field in model._fields.values()
            if isinstance(field, EncryptedFile)
        )

    def _filter_encrypted(self):
        """Return those that hold a file of ours."""
        # sudo: ir.attachment - asked before rights are known
        return self.browse([file.id for file in self.sudo() if file._is_encrypted()])

    def _is_encrypted(self) -> bool:
        return bool(self.res_field) and (self.res_model, self.res_field) in self._get_encrypted_fields()

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Hide them from searches that Odoo does not keep to attachments without a field."""
        if not (self.env.su or bypass_access) and self._reaches_fields(Domain(domain)):
            for model, field in self._get_encrypted_fields():
                domain = Domain(domain) & (Domain("res_model", "!=", model) | Domain("res_field", "!=", field))
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _reaches_fields(self, domain) -> bool:
        """Tell whether a search also finds what belongs to a field; Odoo leaves that out unless one asks for it."""
        named = any(condition.field_expr in ("id", "res_field") for condition in domain.iter_conditions())
        return named or bool(self.env.context.get("skip_res_field_check"))

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not (closed := self._filter_encrypted()):
            return result
        refused = result[0] if result else self.browse()
        return refused | closed, result[1] if result else self._refuse_encrypted

    def _refuse_encrypted(self):
        return AccessError(self.env._("Encrypted files are opened from the conversation only."))

    @api.constrains("public", "access_token", "res_model", "res_field", "url")
    def _check_encrypted_closed(self):
        for file in self:
            if (file.public or file.access_token or file.url) and file._is_encrypted():
                raise ValidationError(self.env._("An encrypted file cannot be shared by a link."))

    def generate_access_token(self):
        if self._filter_encrypted():
            raise self._refuse_encrypted()
        return super().generate_access_token()

    def _get_raw_access_token(self):
        if self._filter_encrypted():
            raise self._refuse_encrypted()
        return super()._get_raw_access_token()
