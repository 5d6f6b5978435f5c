"""What the form says beside a template while it is written."""

from odoo import api, fields, models

from ..consent.lint import PROMO

DOTLESS = str.maketrans("ıİ", "ii")  # as a part of a name
UTILITY, MARKETING = "utility", "marketing"


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    model_name = fields.Char(related="model_id.model", string="Model name")
    category_hint = fields.Text("What Meta will probably think", compute="_compute_category_hint")

    @api.depends("category", "body", "header_type", "header_text", "footer", "button_ids.text", "company_id")
    @api.depends_context("lang")
    def _compute_category_hint(self):
        for template in self:
            template.category_hint = template._guess_category()

    @api.onchange("title")
    def _onchange_title(self):
        """Suggest a name that Meta takes: “Randevu hatırlatma” becomes ``randevu_hatirlatma``."""
        if self.title and not self.name:
            self.name = self.env["ir.http"]._slugify(self.title.translate(DOTLESS)).replace("-", "_")

    def _guess_category(self):
        """Return what Meta's reviewer will probably make of category and wording; False where Meta is not asked.

        It moves a utility template that promotes something to marketing without asking (cloud_api.md §4.6).
        """
        if self.category not in (UTILITY, MARKETING):
            return False
        lint_words = self.env["clinic.lint.word"]
        found = lint_words._find(self._get_shown_wording(), (PROMO,), self.company_id)
        if self.category == MARKETING:
            return not found and self.env._(
                "Nothing in it reads as advertising. If it is about an appointment or a request of the patient, "
                "Utility reaches more patients: those who take no advertising, too."
            )
        return bool(found) and self.env._(
            "%(found)s Meta will probably move it to Marketing, which only reaches patients who agreed to advertising.",
            found=" ".join(lint_words._explain(found)),
        )

    def _get_shown_wording(self) -> str:
        header = self.header_text if self.header_type == "text" else ""
        return "\n".join(part for part in (header, self.body, self.footer, *self.button_ids.mapped("text")) if part)
