"""Fields that templates name, and that are deleted or renamed.

Whoever deletes or renames a field by hand is told which templates need it first. A module that is updated or removed
asks nobody: then the variable has no value, the gate denies its messages by its name, and the number says so in its
health check.
"""

from odoo import api, fields, models
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

from ..messaging import health
from .template_variable import FIELD


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    def _get_path_fields(self):
        """Return [(model name, field name)] of the path of one variable, as far as it leads."""
        model, steps = self.env.get(self.model), []
        for name in (self.field_path or "").split("."):
            if model is None:
                break
            steps.append((model._name, name))
            field = model._fields.get(name)
            model = field and field.relational and self.env.get(field.comodel_name)
            model = None if model is False else model
        return steps

    def _is_broken(self) -> bool:
        """Tell whether a field of the path of one variable does not exist (any more)."""
        if self.source != FIELD:
            return False
        steps = self._get_path_fields()
        known = all(name in self.env[model]._fields for model, name in steps)
        return not known or len(steps) != len((self.field_path or "").split("."))

    def _read_path(self, record):
        return "" if self._is_broken() else super()._read_path(record)


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    path_problem = fields.Char("Missing fields", compute="_compute_path_problem")

    @api.depends("variable_ids.source", "variable_ids.field_path", "model_id")
    @api.depends_context("lang")
    def _compute_path_problem(self):
        for template in self:
            broken = template.variable_ids.filtered(lambda variable: variable._is_broken())
            template.path_problem = bool(broken) and self.env._(
                "These fields do not exist any more: %(variables)s. Choose others, else nothing is sent.",
                variables=", ".join(variable._describe() for variable in broken),
            )


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    def _prepare_update(self):
        """Extended: a field that templates name is neither renamed nor deleted by hand."""
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
            self._check_templates()
        return super()._prepare_update()

    def _check_templates(self):
        """
        :raise UserError: names the field, and the templates that need it
        """
        wanted = {(field.model, field.name): field for field in self}
        # sudo: clinic.whatsapp.template.variable - templates of all branches
        variables = self.env["clinic.whatsapp.template.variable"].sudo().search([("source", "=", FIELD)])
        for variable in variables:
            for step in variable._get_path_fields():
                if step in wanted:
                    users = variables.filtered(lambda it, step=step: step in it._get_path_fields())
                    raise UserError(wanted[step]._tell_users(users.template_id))

    def _tell_users(self, templates):
        return self.env._(
            "The field “%(field)s” (%(name)s) stands in these WhatsApp templates: %(templates)s. Take it out of them "
            "first.",
            field=self.field_description,
            name=self.name,
            templates=", ".join(templates.mapped("display_name")),
        )


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _learn_health(self, diagnosis):
        result = super()._learn_health(diagnosis)
        for account in self:
            account._learn_broken_paths()
        return result

    def _learn_broken_paths(self):
        """Ask the manager once to mend the templates of one number whose fields are gone."""
        # sudo: clinic.whatsapp.template - of the number's business account, whichever branch added them
        templates = self.env["clinic.whatsapp.template"].sudo().search([("waba_id", "=", self.waba_id)])
        told = self._for_manager().env
        told_templates = templates.with_context(lang=told.lang) if self.waba_id else templates.browse()
        broken = told_templates.filtered("path_problem")
        if broken:
            names = "; ".join(f"{template.display_name}: {template.path_problem}" for template in broken)
            self._report_finding(health.TEMPLATE_FIELD, names)
        else:
            self._clear_finding(health.TEMPLATE_FIELD)
