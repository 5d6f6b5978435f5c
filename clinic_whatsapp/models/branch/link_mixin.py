from odoo import api, models


class ClinicLinkMixin(models.AbstractModel):
    """Rows that link only to what their author may read.

    Odoo tells the name of a linked record without asking the rules, as a label and in the text of a failed company
    check (odoo19.md §11.5): by guessing numbers, a user could read names behind the wall. What many2many fields link to
    it checks itself.
    """

    _name = "clinic.link.mixin"
    _description = "Links to readable records only"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_links(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_links([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Refuse to fill a form from a record that its user may not read: related fields are filled without rules."""
        self._check_links([values])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_links(self, vals_list):
        """
        :raise AccessError: when the user may not read a record of some company that the values link to
        """
        if self.env.su:
            return
        for name in {name for vals in vals_list for name in vals}:
            field = self._fields.get(name)
            if field and field.type == "many2one" and "company_id" in self.env[field.comodel_name]:
                ids = {field.convert_to_cache(vals.get(name), self, validate=False) for vals in vals_list}
                self.env[field.comodel_name].browse(ids - {None}).check_access("read")
