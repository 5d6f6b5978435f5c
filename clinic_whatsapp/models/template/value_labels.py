"""What staff call the values of a template."""

from odoo import models

from .helper_codes import LINKS
from .template_variable import FIELD, HELPER, TEXT

NAMES = ("name", "display_name")


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    def _get_label_names(self):
        """Return what the value is called, briefly and in full: that of the patient goes without saying."""
        if self.source == HELPER:
            name = dict(self._fields["helper"]._description_selection(self.env)).get(self.helper, "")
            return name, name
        if self.source != FIELD or self._is_broken():
            return self.env._("Text"), self.env._("Text")
        steps, labels = self.field_path.split("."), self._get_step_labels()
        full = " › ".join(labels[-2:])
        if len(steps) == 1 or steps[-2] == "patient_id":
            return labels[-1], full
        return labels[-2] if steps[-1] in NAMES else full, full

    def _is_link(self) -> bool:
        return self.source == HELPER and self.helper in LINKS

    def _is_typed(self) -> bool:
        """Tell whether nothing but whoever sends the message says what stands there."""
        return self.source == TEXT and not self.text

    def _get_step_labels(self):
        model, labels = self.env[self.model], []
        for name in self.field_path.split("."):
            field = model._fields[name]
            labels.append(field._description_string(self.env))
            model = self.env[field.comodel_name] if field.relational else model
        return labels
