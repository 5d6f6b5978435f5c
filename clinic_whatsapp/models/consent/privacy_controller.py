"""The file of one legal entity: who it is, how it can be reached, how long it keeps what.

Notices are written from this file (LR-07); what is missing here cannot be published (LR-06). The part about the
transfer abroad is in :mod:`.privacy_transfer`.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClinicPrivacyController(models.Model):
    _name = "clinic.privacy.controller"
    _inherit = ["clinic.audited.mixin", "clinic.shared.mixin"]
    _description = "Controller file"
    _rec_name = "trade_name"

    company_id = fields.Many2one(
        "res.company",
        "Controller",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company._get_controller(),
        help="The legal entity: the root of the branches.",
    )
    trade_name = fields.Char(required=True, help="As in the trade register.")
    mersis = fields.Char("MERSİS or tax number")
    address = fields.Char(help="In one line, as patients read it.")
    phone = fields.Char("Phone for patients", help="Where patients can take back an approval by telephone.")
    privacy_email = fields.Char("E-mail for data protection")
    kep = fields.Char("KEP address", help="Registered electronic mail.")
    verbis = fields.Char("VERBİS number", help="Empty: the notice does not mention the data controllers' registry.")
    application_channels = fields.Char(
        "Ways to apply", help="Where patients exercise their rights: e-mail, KEP, postal address (KVKK art. 11, 13)."
    )
    dpo = fields.Char("Data-protection officer")
    eu_representative = fields.Char("EU representative")
    is_gdpr = fields.Boolean("GDPR applies too", help="English notices then name its articles and rights.")
    lang = fields.Selection(
        [("tr", "Turkish"), ("en", "English")],
        "Language of texts",
        required=True,
        default="tr",
        help="Shown to patients for whose language there is no text.",
    )
    hosting_name = fields.Char("Hosted by", help="Who runs the server that this database is on.")
    hosting_country_id = fields.Many2one("res.country", "Hosted in")
    retention_message_months = fields.Integer("Appointment messages (months)", default=12)
    retention_media_days = fields.Integer("Received files (days)", default=90)
    retention_consent_years = fields.Integer("Consent records (years)", default=10)
    retention_approval_years = fields.Integer("Promotional approvals (years)", default=10)
    iys_policy = fields.Selection(
        [("require", "Registration is required"), ("off", "Not used")],
        "İYS",
        required=True,
        default="require",
        help="Whether a commercial message needs an approval that the national message management system confirms.",
    )
    processor_ids = fields.Many2many(
        "clinic.privacy.processor", compute="_compute_processor_ids", string="Processors"
    )
    notice_banner = fields.Char(compute="_compute_notice_banner")

    _company_unique = models.UniqueIndex("(company_id)", "A controller has one file.")
    _retention_limits = models.Constraint(
        "CHECK (retention_message_months BETWEEN 3 AND 24 AND retention_media_days BETWEEN 1 AND 3650"
        " AND retention_consent_years BETWEEN 3 AND 30 AND retention_approval_years BETWEEN 3 AND 30)",
        "Keep messages for 3 to 24 months, files for 1 to 3650 days, records for 3 to 30 years.",
    )

    _audited = (
        "trade_name", "mersis", "address", "phone", "privacy_email", "kep", "verbis", "application_channels", "dpo",
        "eu_representative", "is_gdpr", "lang", "hosting_name", "hosting_country_id", "retention_message_months",
        "retention_media_days", "retention_consent_years", "retention_approval_years", "iys_policy", "transfer_state",
        "sc_module", "sc_signed_on", "sc_notified_on", "sc_reference", "adequacy_country_id", "adequacy_published_on",
        "risk_accepted_by", "risk_accepted_on", "risk_reason", "transfer_ended_on", "public_institution",
        "public_institution_reason",
    )  # fmt: skip

    @api.constrains("company_id")
    def _check_root(self):
        for controller in self:
            if controller.company_id != controller.company_id._get_controller():
                raise ValidationError(self.env._("A controller is the legal entity itself, not one of its branches."))

    def _compute_processor_ids(self):
        for controller in self:
            controller.processor_ids = controller._get_processors()

    def _get_processors(self):
        """Return the register of one controller: those that get patients' data, and those that did."""
        return self.env["clinic.privacy.processor"].search([("company_id", "=", self.company_id.id)])

    def _compute_notice_banner(self):
        for controller in self:
            controller.notice_banner = self.env["clinic.privacy.notice"]._get_banner(controller.company_id)

    @api.model
    def _get_for(self, company):
        """Return the file of the controller of a branch; one is made when there is none.

        :param res.company company: branch or controller
        """
        return self._ensure_for(company._get_controller())

    @api.model
    def _ensure_for(self, companies):
        """Return the files of some controllers, made where they are missing."""
        # sudo: clinic.privacy.controller - made on first use, by whoever comes first
        rows = self.sudo()
        found = rows.search([("company_id", "in", companies.ids)])
        # sudo: res.company - staff of a branch need not be members of the legal entity
        missing = companies.sudo() - found.company_id
        found |= rows.create([rows._prepare_file_vals(company) for company in missing])
        return found.with_env(self.env)

    @api.model
    def _prepare_file_vals(self, company):
        """Return what is known of a legal entity before anybody has filled in its file."""
        address = [company.street, company.street2, " ".join(filter(None, (company.zip, company.city)))]
        return {
            "company_id": company.id,
            "trade_name": company.name,
            "mersis": company.vat,
            "address": ", ".join(filter(None, address)),
            "phone": company.phone,
            "privacy_email": company.email,
            "application_channels": company.email,
        }
