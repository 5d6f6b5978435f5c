"""Who changed what in the registers that a controller answers for: purposes, controller file, processors.

A register's model names ``clinic.audited.mixin`` first and lists its fields in ``_audited``. Every change is then
written down, field by field (legal.md §1.2), and the published notices are compared with the registers again (LR-07).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ClinicPrivacyChange(models.Model):
    """One changed field of one row. Written by :class:`ClinicAuditedMixin` only, and never changed or deleted."""

    _name = "clinic.privacy.change"
    _inherit = ["clinic.shared.mixin"]
    _description = "Change in a privacy register"
    _order = "id desc"
    _rec_name = "label"

    company_id = fields.Many2one("res.company", "Controller", required=True, readonly=True, ondelete="restrict")
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    register = fields.Char("Kind of entry", compute="_compute_names")
    label = fields.Char("Entry", required=True, readonly=True)
    field_name = fields.Char("Technical name", required=True, readonly=True)
    field_label = fields.Char("Field", compute="_compute_names")
    before = fields.Text(readonly=True)
    after = fields.Text(readonly=True)
    changed_at = fields.Datetime("When", required=True, readonly=True, default=fields.Datetime.now)
    changed_by_id = fields.Many2one(
        "res.users", "Who", required=True, readonly=True, default=lambda self: self.env.uid, ondelete="restrict"
    )

    _row_idx = models.Index("(res_model, res_id)")

    def _compute_names(self):
        for change in self:
            model = self.env.get(change.res_model)
            field = model is not None and model._fields.get(change.field_name)
            change.register = model is not None and self.env["ir.model"]._get(model._name).name
            change.field_label = field._description_string(self.env) if field else change.field_name

    def write(self, vals):  # pylint: disable=method-required-super
        self.check_access("write")
        raise UserError(self.env._("Recorded changes are never altered."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Recorded changes are never deleted."))


class ClinicAuditedMixin(models.AbstractModel):
    """Rows of a register: what is changed in them is written down, with author and moment."""

    _name = "clinic.audited.mixin"
    _description = "Changes are recorded"

    _audited = ()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._after_change()
        return rows

    def write(self, vals):
        names = [name for name in self._audited if name in vals]
        before = {row: row._get_audited(names) for row in self}
        result = super().write(vals)
        self._record_changes(before)
        self._after_change()
        return result

    def unlink(self):
        self._record_removal()
        controllers = self.company_id
        result = super().unlink()
        self.env["clinic.privacy.notice"]._compare_with_registers(controllers)
        return result

    def _after_change(self):
        """Let what follows from the registers follow at once."""
        self.env["clinic.privacy.notice"]._compare_with_registers(self.company_id)

    def _get_audited(self, names) -> dict:
        return {name: self._fields[name].convert_to_export(self[name], self) for name in names}

    def _record_changes(self, before):
        rows = []
        for row, values in before.items():
            after = row._get_audited(values)
            changed = [name for name in values if values[name] != after[name]]
            rows += [row._prepare_change_vals(name, values[name], after[name]) for name in changed]
        self._append_changes(rows)

    def _record_removal(self):
        self._append_changes([row._prepare_change_vals("display_name", row.display_name, "") for row in self])

    def _prepare_change_vals(self, name, before, after):
        return {
            "company_id": self.company_id.id,
            "res_model": self._name,
            "res_id": self.id,
            "label": self.display_name,
            "field_name": name,
            "before": str(before or ""),
            "after": str(after or ""),
        }

    @api.model
    def _append_changes(self, vals_list):
        # sudo: clinic.privacy.change - written by this mixin only; nobody has the right to create entries
        changes = self.env["clinic.privacy.change"].sudo()
        changes.create([vals for vals in vals_list if vals["company_id"]])  # patterns belong to nobody
