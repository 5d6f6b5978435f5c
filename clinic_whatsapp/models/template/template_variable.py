import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, format_datetime

from .helper_codes import HELPERS

FIELD, HELPER, TEXT = "field", "helper", "text"
HEADER, BODY, BUTTON = "header", "body", "button"
PATH_TYPES = ("many2one", "char", "text", "selection", "integer", "float", "monetary", "boolean", "date", "datetime")
_SPACES = re.compile(r"\s+")  # Meta refuses line breaks, tabs and runs of spaces in values, cloud_api.md §2.4


class ClinicWhatsappTemplateVariable(models.Model):
    """Where the value of {{1}}, {{2}} … comes from: in the body, in the header or at the end of a button's address."""

    _name = "clinic.whatsapp.template.variable"
    _inherit = ["clinic.shared.mixin"]
    _description = "WhatsApp template variable"
    _order = "template_id, place, index, id"
    _rec_name = "index"

    template_id = fields.Many2one(
        "clinic.whatsapp.template",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    place = fields.Selection(
        [(HEADER, "Header"), (BODY, "Text"), (BUTTON, "Button")], "Where", required=True, default=BODY
    )
    button_id = fields.Many2one(
        "clinic.whatsapp.template.button", index="btree_not_null", ondelete="cascade", help="Whose address it ends."
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, precompute=True, default=None)
    model = fields.Char(related="template_id.model_id.model", string="Model name")
    index = fields.Integer("No.", required=True, default=1)
    source = fields.Selection(
        [(FIELD, "Field"), (HELPER, "Computed value"), (TEXT, "Fixed text")], required=True, default=FIELD
    )
    field_path = fields.Char("Field", help="For example patient_id.name.")
    helper = fields.Selection(HELPERS, "Value", help="Written in the branch's time zone and the language of the text.")
    text = fields.Char(help="Empty: whoever sends the message types it.")
    fallback = fields.Char(help="Used when there is no value. Without it the message is blocked.")
    sample = fields.Char(help="Shown in the preview and to Meta's reviewer. Not a real patient's data.")

    _index_unique = models.UniqueIndex(
        "(template_id, place, COALESCE(button_id, 0), index)", "Each variable is bound once."
    )
    _button_place = models.Constraint(
        "CHECK ((place = 'button') = (button_id IS NOT NULL))", "Say to which button the variable belongs."
    )

    @api.depends("button_id.template_id")
    def _compute_template_id(self):
        for variable in self:
            variable.template_id = variable.button_id.template_id or variable.template_id

    @api.constrains("button_id", "template_id")
    def _check_button(self):
        for variable in self:
            if variable.button_id and variable.button_id.template_id != variable.template_id:
                raise ValidationError(self.env._("The button of a variable belongs to another template."))

    @api.model_create_multi
    def create(self, vals_list):
        """What is written inside a button belongs to the template of the button; said here, lest it be listed twice."""
        buttons = self.env["clinic.whatsapp.template.button"]
        return super().create(
            [
                {**vals, "template_id": buttons.browse(vals["button_id"]).template_id.id}
                if vals.get("button_id") and not vals.get("template_id")
                else vals
                for vals in vals_list
            ]
        )

    @api.constrains("source", "field_path", "template_id")
    def _check_field_path(self):
        for variable in self.filtered(lambda variable: variable.source == FIELD):
            if not variable.field_path or not variable._is_path(variable.field_path):
                raise ValidationError(
                    self.env._(
                        "{{%(index)s}}: “%(path)s” is not a field of %(model)s.",
                        index=variable.index,
                        path=variable.field_path or "",
                        model=variable.template_id.model_id.name or self.env._("any record"),
                    )
                )

    def _is_path(self, path) -> bool:
        """Tell whether a path leads over single records to a value that its author may read himself.

        Values are read without rules when a message is written: a list could hold rows of another branch, and a field
        may be hidden from staff for good.
        """
        model = self.env.get(self.model)
        for name in path.split("."):
            field = model is not None and model._fields.get(name)
            if not field or field.type not in PATH_TYPES or not self._is_readable(model, field):
                return False
            model = self.env.get(field.comodel_name)
        return True

    @api.model
    def _is_readable(self, model, field) -> bool:
        model = model.sudo(False)  # constraints run as superuser
        return model.has_access("read") and model._has_field_access(field, "read")

    def _get_text(self, record, partner=None, account=None) -> str:
        """Return the value for one message as WhatsApp accepts it; empty when there is none.

        :param record: the source record with language and zone in its context, or None
        :param res.partner | None partner: the patient
        :param clinic.whatsapp.account | None account: the number that sends; its branch speaks
        """
        value = self._get_value(record, partner, account)
        return _SPACES.sub(" ", str(value or self.fallback or "")).strip()

    def _get_value(self, record, partner, account):
        """Hook: return the value of one variable, empty when there is none."""
        return self._read_path(record) if self.source == FIELD else self.text if self.source == TEXT else ""

    def _describe(self) -> str:
        """Return number and source of one variable, for people: “{{2}} Time of the appointment”."""
        labels = dict(self._fields["helper"]._description_selection(self.env))
        source = {FIELD: self.field_path, HELPER: labels.get(self.helper)}.get(self.source)
        return f"{{{{{self.index}}}}} {source or ''}".strip()

    def _read_path(self, record):
        if not record:
            return ""
        *steps, last = self.field_path.split(".")
        for step in steps:
            record = record[step][:1]
        return self._format(record, last)

    def _format(self, record, name):
        value, field = record[name], record._fields[name]
        if field.type == "datetime":
            return value and format_datetime(record.env, value, tz=record.env.context.get("tz"))
        if field.type == "date":
            return value and format_date(record.env, value)
        if field.type == "selection":
            return dict(field._description_selection(record.env)).get(value, "")
        return value.display_name if field.relational else value
