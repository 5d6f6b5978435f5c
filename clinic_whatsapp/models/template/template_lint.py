"""The wording of a template is checked before it goes to Meta (legal.md §4, LR-30, LR-31).

A template with promotion in it is a commercial message as a whole, and one that names a disease tells it to everybody
who looks at the phone. Free text may have a reason for that; a template, which is sent to many, has none. Its variables
carry nothing but names, dates, times, phone numbers and links.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..consent.lint import HEALTH, PROMO

COMPANY_FIELDS = {"name", "display_name", "phone", "email", "website", "street", "street2", "city", "zip"}
ALLOWED_FIELDS = {
    "res.partner": {"name", "display_name"},
    "res.company": COMPANY_FIELDS,
    "clinic.whatsapp.account": {"phone_number"},
    "clinic.appointment": {
        "start",
        "stop",
        "start_date_text",
        "start_time_text",
        "previous_start",
        "previous_start_date_text",
        "previous_start_time_text",
        "arrive_early_minutes",
    },
}  # by the model of the last field of a path, LR-31


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    wording_problem = fields.Text("Wording", compute="_compute_wording_problem")

    @api.depends(
        "body",
        "company_id",
        "model_id",
        "button_ids.text",
        "variable_ids.source",
        "variable_ids.field_path",
        "variable_ids.text",
        "variable_ids.fallback",
        "variable_ids.sample",
    )
    @api.depends_context("lang")
    def _compute_wording_problem(self):
        for template in self:
            template.wording_problem = "\n".join(template._get_wording_problems())

    def action_submit(self):
        """Submit those whose wording is right; say of the others what has to change.

        :raise ValidationError: when none is left
        """
        refused = self.filtered("wording_problem")
        if refused and refused == self:
            raise ValidationError(refused._name_wording_problems())
        result = super(ClinicWhatsappTemplate, self - refused).action_submit()
        return refused._tell_refused() if refused else result

    def _get_wording_problems(self) -> list[str]:
        found = self.env["clinic.lint.word"]._find(self._get_wording(), (PROMO, HEALTH), self.company_id)
        problems = self.env["clinic.lint.word"]._explain(found)
        if unfit := self.variable_ids.filtered(lambda variable: not variable._is_fit_for_messages()):
            problems.append(
                self.env._(
                    "These variables are neither a name, a date, a time, a phone number nor an address: %(variables)s.",
                    variables=", ".join(f"{{{{{variable.index}}}}} {variable.field_path}" for variable in unfit),
                )
            )
        return problems

    def _get_wording(self) -> str:
        """Return all that the clinic itself says in one template, a line for each part."""
        variables = self.variable_ids
        parts = [self.body, *self.button_ids.mapped("text"), *variables.mapped("text"), *variables.mapped("fallback")]
        return "\n".join(part for part in [*parts, *variables.mapped("sample")] if part)

    def _name_wording_problems(self) -> str:
        return "\n\n".join(f"{template.display_name}\n{template.wording_problem}" for template in self)

    def _tell_refused(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not submitted"),
                "message": self._name_wording_problems(),
            },
        }


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    def _is_fit_for_messages(self) -> bool:
        """Tell whether the value of one variable is on the list of what a template may carry."""
        if self.source != "field" or not self.field_path:
            return True
        model = self.env.get(self.model)
        *steps, last = self.field_path.split(".")
        for step in steps:
            field = model is not None and model._fields.get(step)
            model = field and self.env.get(field.comodel_name)
        return model is not None and model is not False and self._is_allowed_field(model, last)

    @api.model
    def _is_allowed_field(self, model, name) -> bool:
        field = model._fields.get(name)
        if field and field.relational:
            model, name = self.env[field.comodel_name], "display_name"
        return name in self._get_allowed_fields().get(model._name, ())

    @api.model
    def _get_allowed_fields(self) -> dict:
        """Hook: return {model: names of the fields whose values may stand in a template}."""
        return ALLOWED_FIELDS


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_wordings(self):
        """A patient may be called Lider: of a template only what the clinic says itself is looked at."""
        written = self.filtered("template_id")
        by_template = {template: template._get_wording() for template in written.template_id}
        return super()._get_wordings() | {message: by_template[message.template_id] for message in written}
