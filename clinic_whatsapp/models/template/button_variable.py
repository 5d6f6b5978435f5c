"""The variables of buttons belong to their buttons: they are written inside them, and copied with them."""

from collections import defaultdict

from odoo import fields, models
from odoo.fields import Command


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    variable_ids = fields.One2many("clinic.whatsapp.template.variable", "button_id", "Variables", copy=False)


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def copy_data(self, default=None):
        """The variables of buttons are copied into the copies of their buttons."""
        vals_list = super().copy_data(default)
        if not {"variable_ids", "button_ids"} & (default or {}).keys():
            for template, vals in zip(self, vals_list, strict=True):
                template._move_into_buttons(vals)
        return vals_list

    def _move_into_buttons(self, vals):
        buttons = self.button_ids.sorted("id")  # the order in which Odoo copies them
        for button, (_command, _id, button_vals) in zip(buttons, vals.get("button_ids", ()), strict=True):
            variables = button.variable_ids.with_context(__copy_data_seen=defaultdict(set))  # seen in the template, too
            lines = variables.copy_data()
            kept = [{name: line[name] for name in line.keys() - {"template_id", "button_id"}} for line in lines]
            button_vals["variable_ids"] = [Command.create(line) for line in kept]
        vals["variable_ids"] = [line for line in vals.get("variable_ids", ()) if not line[2]["button_id"]]
