"""A source that does not fit is refused when it is saved, and says later on what has broken."""

from odoo import api, models
from odoo.exceptions import ValidationError

from .path_check import DATES, find_path_problem, is_stored

PLANNING_FIELDS = frozenset({"model_id", "partner_path", "company_path", "date_path"})
PARTNER, COMPANY = "res.partner", "res.company"


class ClinicWhatsappSource(models.Model):
    _inherit = "clinic.whatsapp.source"

    @api.depends("model_id", "partner_path", "company_path", "date_path")
    @api.depends_context("lang", "uid")
    def _compute_problem(self):
        for source in self:
            source.problem = source._find_problem()

    @api.constrains("model_id", "partner_path", "company_path", "date_path")
    def _check_problem(self):
        for source in self:
            # Constraints run as superuser; paths must lead where their author may read.
            if problem := source.sudo(False)._find_problem():
                raise ValidationError(problem)

    def write(self, vals):
        result = super().write(vals)
        if not PLANNING_FIELDS.isdisjoint(vals):
            # sudo: clinic.whatsapp.automation - branches below may use it too, and are planned again
            using = self.env["clinic.whatsapp.automation"].sudo().search([("source_id", "in", self.ids)])
            using._plan_again()
        return result

    def _find_problem(self):
        """Return what keeps automations from using one source, naming the place; False when nothing does."""
        if problem := self._find_model_problem():
            return problem
        model = self.env[self.model]
        for place, path, find in (
            (self.env._("Patient"), self.partner_path, self._find_partner_problem),
            (self.env._("Branch"), self.company_path, self._find_company_problem),
            (self.env._("Date"), self.date_path, self._find_date_problem),
        ):
            if problem := find(model, path or ""):
                return self.env._("%(place)s: %(problem)s", place=place, problem=problem)
        return False

    def _find_model_problem(self):
        if not self.model:
            return self.env._("Choose what kind of record it is about.")
        model = self.env.get(self.model)
        if model is None or not self.model_id:
            return self.env._(
                "There are no records of the kind “%(model)s” any more: the app they belong to was removed.",
                model=self.model,
            )
        if model._abstract or model._transient or not model._auto:
            return self.env._("%(model)s: these records are not kept in a table.", model=model._description)
        return False

    @api.model
    def _find_partner_problem(self, model, path):
        if path:
            return find_path_problem(model, path, ("many2one",), PARTNER)
        if model._name == PARTNER:
            return None
        return self.env._("Say which field leads to the patient. Only contacts are patients themselves.")

    @api.model
    def _find_company_problem(self, model, path):
        return find_path_problem(model, path, ("many2one",), COMPANY) if path else None

    @api.model
    def _find_date_problem(self, model, path):
        """Dates are compared in the database: computed ones cannot be."""
        if not path:
            return None
        problem = find_path_problem(model, path, DATES)
        if problem or is_stored(model, path):
            return problem
        return self.env._("“%(path)s” is not stored: nobody can look for it.", path=path)
