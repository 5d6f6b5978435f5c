"""Where patient, branch and date stand in the records of a source, in the words of the screens."""

from odoo import api, fields, models

PATHS = ("partner_path", "company_path", "date_path")


class ClinicWhatsappSource(models.Model):
    _inherit = "clinic.whatsapp.source"

    paths_text = fields.Char("Where it stands", compute="_compute_paths_text")

    @api.depends("model", *PATHS)
    @api.depends_context("lang")
    def _compute_paths_text(self):
        labels = {name: self._fields[name]._description_string(self.env) for name in PATHS}
        for source in self:
            told = [f"{labels[name]}: {source._name_path(source[name])}" for name in PATHS if source[name]]
            source.paths_text = " · ".join(told)

    def _name_path(self, path) -> str:
        """Return a path by the labels of its fields; as it is where it leads nowhere any more."""
        model, names = self.env.get(self.model or ""), []
        for name in path.split("."):
            field = model is not None and model._fields.get(name)
            if not field:
                return path
            names.append(field._description_string(self.env))
            model = self.env.get(field.comodel_name or "")
        return " › ".join(names)
