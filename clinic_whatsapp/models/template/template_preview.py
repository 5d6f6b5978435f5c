"""What the patient sees of a template: one description of it, for the phone beside the editor and for the thread."""

from odoo import api, fields, models

from .template import fill_in
from .template_definition import HEADER_TEXT, LOCATION, WITH_FILE


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    preview = fields.Html(compute="_compute_preview", sanitize=False)
    bubble = fields.Json(
        compute="_compute_preview",
        help="What a bubble of the thread shows of it, with the samples as values: header, body, footer, buttons, "
        "media and location.",
    )

    @api.depends("problems", "header_filename", "remote_components")
    @api.depends_context("lang")
    def _compute_preview(self):
        for template in self:
            template.bubble = bubble = template._prepare_bubble(template._get_samples())
            template.preview = self.env["ir.qweb"]._render("clinic_whatsapp.template_preview", bubble)

    def _get_samples(self):
        """Return {key of a variable: sample}; one without a sample stands there as {{1}}."""
        return {variable._get_key(): text for variable in self.variable_ids if (text := variable._get_example())}

    def _prepare_bubble(self, values):
        """Return what the phone shows of a message made of one template.

        :param dict values: by key of the variable, see ``_get_key``
        :return: ``{"header", "body", "footer", "buttons", "media", "location"}``, as ``_prepare_bubble`` of a message
        """
        is_text = self.header_type == HEADER_TEXT
        return {
            "header": fill_in(self.header_text, {1: values["header"]} if "header" in values else {}) if is_text else "",
            "body": self._fill(values),
            "footer": self.footer or "",
            "buttons": [self.button_ids._name_label(kind, text) for kind, text in self._get_button_rows()],
            "media": self._prepare_sample_media(),
            "location": self._prepare_place() if self.header_type == LOCATION else False,
        }

    def _get_button_rows(self):
        """Return [[kind, text]] of the buttons, in their order."""
        if self.is_foreign:
            return self._get_foreign_buttons()
        return [[button.kind, button.text or ""] for button in self._get_buttons()]

    def _prepare_sample_media(self):
        if self.header_type not in WITH_FILE or not self.header_file:
            return False
        return {"kind": self.header_type, "name": self.header_filename or "", "state": "ready"}

    def _prepare_place(self, account=None):
        """Return where the branch of a number is, as a bubble shows it."""
        branch = (account or self.account_id).company_id or self.company_id or self.env.company
        # sudo: res.partner - name and address of a branch are no secret
        place = branch.sudo().partner_id
        address = place._display_address(without_company=True).strip().replace("\n", ", ")
        return {
            "latitude": place.partner_latitude,
            "longitude": place.partner_longitude,
            "name": branch.name,
            "address": address,
        }
