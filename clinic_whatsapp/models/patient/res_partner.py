from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...cloud_api import phone as phone_numbers

DEFAULT_REGION = "TR"
ADULT_AGE = 18
STAFF = "clinic_whatsapp.group_user"  # that somebody is a patient is health data (legal.md §1.1)


class ResPartner(models.Model):
    """A patient is a contact of the controller; what is said to him is kept by branch, in our own models."""

    _name = "res.partner"
    _inherit = ["res.partner", "clinic.link.mixin"]

    is_patient = fields.Boolean("Patient", index=True, groups=STAFF)
    birth_date = fields.Date(groups=STAFF)
    is_minor = fields.Boolean("Under 18", compute="_compute_is_minor", groups=STAFF)
    guardian_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        groups=STAFF,
        help="Parent or guardian who decides for this patient.",
    )
    home_branch_id = fields.Many2one(
        "res.company",
        "Home branch",
        index="btree_not_null",
        groups=STAFF,
        help="The branch this patient usually visits.",
    )
    whatsapp_phone = fields.Char(
        "WhatsApp number",
        compute="_compute_whatsapp_phone",
        store=True,
        index="btree_not_null",
        groups=STAFF,
        help="The phone number in international form (E.164), as WhatsApp needs it. Empty: the number on file "
        "cannot be read.",
    )
    whatsapp_contact_ids = fields.Many2many(
        "clinic.whatsapp.contact",
        "clinic_whatsapp_contact_partner_rel",
        "partner_id",
        "contact_id",
        "WhatsApp identities",
        readonly=True,
        groups=STAFF,
    )

    def get_formview_id(self, access_uid=None):
        """Open a patient in the form for patients, from wherever a member of staff clicks on him."""
        if self.env.user.has_group(STAFF) and self.is_patient:
            return self.env.ref("clinic_whatsapp.res_partner_view_form_patient").id
        return super().get_formview_id(access_uid=access_uid)

    @api.depends("birth_date")
    def _compute_is_minor(self):
        limit = fields.Date.context_today(self) - relativedelta(years=ADULT_AGE)
        for partner in self:
            partner.is_minor = bool(partner.birth_date and partner.birth_date > limit)

    @api.depends("phone", "is_patient", "country_id.code", "company_id")
    def _compute_whatsapp_phone(self):
        for partner in self:
            region = partner.country_id.code or partner.company_id.country_id.code or DEFAULT_REGION
            partner.whatsapp_phone = partner.is_patient and partner._to_e164(partner.phone, region)

    @api.model
    def _to_e164(self, phone, region):
        try:
            return phone_numbers.to_e164(phone or "", region)
        except phone_numbers.InvalidPhone:
            return False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("is_patient"):
                vals.setdefault("company_id", self.env.company._get_controller().id)
        return super().create(vals_list)

    def write(self, vals):
        """Keep a patient with the clinic that answers for his data; what was said to him does not follow."""
        if "company_id" in vals and not self.env.su:
            self._check_stays(vals["company_id"])
        return super().write(vals)

    def _check_stays(self, company_id):
        # sudo: res.partner - employees outside the clinic's groups edit contacts too, and must not see who is a patient
        patients = self.sudo().filtered(lambda partner: partner.is_patient and partner.company_id)
        if any(patient.company_id.id != company_id for patient in patients):
            raise AccessError(self.env._("A patient cannot be moved to another company."))

    @api.model
    def _check_links(self, vals_list):
        """Check our own link only: what others add to contacts is theirs to guard."""
        return super()._check_links([{"guardian_id": vals.get("guardian_id")} for vals in vals_list])

    @api.model
    def _find_patients_by_phone(self, controller, phone):
        """Return the patients of a controller with this number.

        :param res.company controller: the legal entity
        :param str phone: E.164; its national variants are tried too (cloud_api.md §12)
        """
        return self.search(
            [
                ("is_patient", "=", True),
                ("company_id", "in", [controller.id, False]),
                ("whatsapp_phone", "in", phone_numbers.variants(phone)),
            ]
        )
