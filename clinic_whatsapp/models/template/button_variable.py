"""The variables of buttons belong to their buttons: they are written inside them, and copied with them."""

from odoo import fields, models


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    variable_ids = fields.One2many("clinic.whatsapp.template.variable", "button_id", "Variables", copy=True)

    def copy_data(self, default=None):
        """A copied button takes its variables along, into the template of the copy."""
        vals_list = super().copy_data(default)
        for vals in vals_list:
            for _command, _id, line in vals.get("variable_ids", ()):
                line.pop("template_id", None)
        return vals_list


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def copy_data(self, default=None):
        """The variables of buttons are copied with their buttons."""
        vals_list = super().copy_data(default)
        for vals in vals_list:
            lines = vals.get("variable_ids", ())
            vals["variable_ids"] = [line for line in lines if not (line[2] or {}).get("button_id")]
        return vals_list
