from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ClinicWhatsappStarterWizard(models.TransientModel):
    """Which starter texts a number gets. All that it lacks are ticked; what is not submitted yet says why."""

    _name = "clinic.whatsapp.starter.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Add starter templates"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, readonly=True)
    line_ids = fields.One2many(
        "clinic.whatsapp.starter.line",
        "wizard_id",
        "Texts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    submit_count = fields.Integer("Submitted now", compute="_compute_counts")
    held_count = fields.Integer("Copied only", compute="_compute_counts")

    @api.depends("account_id")
    def _compute_line_ids(self):
        for wizard in self:
            starters = wizard.account_id._get_missing_starters() if wizard.account_id else ()
            wizard.line_ids = [Command.clear(), *(Command.create({"template_id": starter.id}) for starter in starters)]

    @api.depends("line_ids.is_chosen")
    def _compute_counts(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            held = chosen.filtered(lambda line: line.note or line.category == "service")
            wizard.held_count, wizard.submit_count = len(held), len(chosen - held)

    def action_add(self):
        """Copy the chosen texts to the number, and submit what can be."""
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen").template_id
        if not chosen:
            raise UserError(self.env._("Choose at least one text."))
        self.account_id.check_access("write")
        self.account_id._add_starter_templates(chosen & self.account_id._get_missing_starters())
        return self.account_id.action_open_templates()


class ClinicWhatsappStarterLine(models.TransientModel):
    _name = "clinic.whatsapp.starter.line"
    _inherit = ["clinic.link.mixin"]
    _description = "Starter template to add"

    wizard_id = fields.Many2one("clinic.whatsapp.starter.wizard", required=True, ondelete="cascade", index=True)
    template_id = fields.Many2one("clinic.whatsapp.template", "Text", required=True, ondelete="cascade")
    is_chosen = fields.Boolean("Add", default=True)
    title = fields.Char(related="template_id.title")
    language = fields.Selection(related="template_id.language")
    category = fields.Selection(related="template_id.category")
    purpose_code = fields.Selection(related="template_id.purpose_code")
    preview = fields.Html(related="template_id.preview", sanitize=False)
    note = fields.Char("Not submitted yet", compute="_compute_note")

    @api.depends("template_id", "wizard_id.account_id")
    @api.depends_context("lang")
    def _compute_note(self):
        for line in self:
            line.note = line.template_id._get_hold_reason(line.wizard_id.account_id.company_id)
