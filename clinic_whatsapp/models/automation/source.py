from odoo import api, fields, models


class ClinicWhatsappSource(models.Model):
    """A kind of record that automations may be about, and where its patient, its branch and its date stand."""

    _name = "clinic.whatsapp.source"
    _inherit = ["clinic.shared.mixin"]
    _description = "Records that WhatsApp automations are about"
    _order = "name, id"

    name = fields.Char(required=True, translate=True, help="What your staff call these records, e.g. appointment.")
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model",
        ondelete="set null",
        domain=[("transient", "=", False), ("abstract", "=", False)],
    )
    model = fields.Char("Model name", compute="_compute_model", store=True, precompute=True)
    partner_path = fields.Char(
        "Patient", help="The field that leads to the patient, for example patient_id. Empty: the record is the patient."
    )
    company_path = fields.Char(
        "Branch", help="The field that leads to the branch, for example company_id. Empty: that of the automation."
    )
    date_path = fields.Char("Date", help="The moment that messages usually hang on, for example start.")
    problem = fields.Text("What is wrong", compute="_compute_problem")
    is_editable = fields.Boolean(compute="_compute_is_editable")

    @api.depends("model_id.model")
    def _compute_model(self):
        """Keep the name of a model that is gone, so that one can say which."""
        for source in self:
            source.model = source.model_id.model or source.model

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_editable(self):
        editable = self._origin._filtered_access("write")
        for source in self:
            source.is_editable = not source._origin or source._origin in editable

    def _compute_problem(self):
        """See ``source_check.py``."""
        self.problem = False
