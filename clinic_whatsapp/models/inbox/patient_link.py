"""An unknown sender becomes somebody: a patient on file, or a new one.

A new patient gets what reception knows at that moment and nothing else: consents, numbers that were verified and
branches have forms of their own.
"""

from odoo import models
from odoo.exceptions import UserError

ASKED = frozenset({"name", "phone", "email", "lang", "birth_date", "guardian_id", "guardian_relation", "number_owner"})


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_link_patient(self, partner_id):
        """Say that one conversation is about a patient on file; see :meth:`action_choose_patient`."""
        self.ensure_one()
        return self.action_choose_patient(partner_id)

    def action_create_patient(self, vals):
        """Create a patient and say that one conversation is about him.

        :param dict vals: of ``res.partner``, only ``ASKED``; without ``phone`` he gets the number that writes
        :return: id of the patient
        :raise UserError: when the name is missing or a field is none of these
        """
        self.ensure_one()
        self.check_access("write")
        if strange := sorted(vals.keys() - ASKED):
            raise UserError(
                self.env._("These fields belong on the patient's form: %(fields)s.", fields=", ".join(strange))
            )
        if not (vals.get("name") or "").strip():
            raise UserError(self.env._("Enter the patient's name."))
        patient = self.env["res.partner"].create({**vals, **self._prepare_patient_vals(vals)})
        self.action_choose_patient(patient.id)
        return patient.id

    def _prepare_patient_vals(self, vals):
        return {
            "name": vals["name"].strip(),
            "phone": vals.get("phone", self.contact_id.phone),
            "is_patient": True,
            "company_id": self.company_id._get_controller().id,
            "home_branch_id": self.company_id.id,
        }
