from odoo import api, models
from odoo.fields import Command

LINKS = ("many2one", "many2many")


class ClinicLinkMixin(models.AbstractModel):
    """Rows that link only to what their author may read.

    Odoo tells the name of a linked record without asking the rules, as a label and in the text of a failed company
    check (odoo19.md §11.5): by guessing numbers, a user could read names behind the wall.
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

    @api.model
    def default_get(self, fields_list):
        """Refuse to begin from a record that the user may not read: anybody may name it in the context."""
        values = super().default_get(fields_list)
        self._check_links([values])
        return values

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
            if field and field.type in LINKS and "company_id" in self.env[field.comodel_name]:
                ids = {record_id for vals in vals_list for record_id in self._get_linked_ids(field, vals.get(name))}
                self.env[field.comodel_name].browse(ids).check_access("read")

    def _get_linked_ids(self, field, value):
        """Yield the ids that a value adds to a field; what a list already has is not looked at."""
        if field.type == "many2one":
            linked = field.convert_to_cache(value, self, validate=False)
            yield from [linked] if linked else []
            return
        for command in value or ():
            match command:
                case int():
                    yield command
                case Command.LINK, record_id, *_:
                    yield record_id
                case Command.SET, _, record_ids:
                    yield from record_ids
