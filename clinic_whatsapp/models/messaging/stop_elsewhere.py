"""“No messages at all”, said somewhere else than in the chat: on the page of the preferences, at the desk (LR-42).

It does what STOP does (:mod:`.opt_out_reaction`): the stop lies on the number, and what was agreed to is withdrawn. The
stop comes first, so that nothing leaves while the withdrawals are written. One confirmation goes to a number whose
window is open, and none when the stop was there already (LR-41).
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..consent.consent_states import LINK, STAFF_ACT, WITHDRAWN
from .opt_out_reaction import AGREED


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_stop_all_messages(self):
        """Let one patient get nothing over WhatsApp any more, because he said so at the desk (LR-16c, LR-42)."""
        self.ensure_one()
        self.check_access("write")
        if not self.is_patient:
            raise UserError(self.env._("Only patients have consents. Tick “Patient” on the contact first."))
        self._stop_all_messages(self.env.company, STAFF_ACT)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Nothing is sent to this patient over WhatsApp any more. Appointments stay."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _stop_all_messages(self, company, method, **proof):
        """Do what STOP in the chat does, for all numbers of one patient.

        :param res.company company: the branch where it was said
        :param str method: how
        :param proof: what proves that this patient said so, as keywords of ``clinic.consent._record``
        """
        moment = fields.Datetime.now()
        contacts = self._get_numbers(company)
        stopped = contacts._suppress(moment)
        self._withdraw_everything(company, method=method, **proof)
        for contact in contacts:  # whoever else has the number: the stop is his, too
            contact._withdraw_consents(moment, method=method)
        for contact in stopped:
            contact._confirm_stop_where_open()

    def _get_numbers(self, company):
        """Return the numbers of one patient, as contacts of a branch's controller; a stop makes the missing one."""
        controller = company._get_controller()
        # sudo: clinic.whatsapp.contact - a stop holds for all branches of the controller
        patient = self.sudo().with_company(company)
        mine = patient.whatsapp_contact_ids.filtered(lambda contact: contact.company_id == controller)
        return mine | mine._for_patients(patient, controller)[patient]

    def _withdraw_everything(self, company, **proof):
        ledger = self.env["clinic.consent"]
        for (_partner, _code, kind), entry in ledger._get_standing(self, company._get_controller()).items():
            if entry.status in AGREED:
                ledger._record(self, entry.purpose_id, WITHDRAWN, company=company, record_kind=kind, **proof)

    def _is_stopped(self, company) -> bool:
        """Tell whether nothing leaves for one patient, because he or his number said so."""
        controller = company._get_controller()
        # sudo: clinic.whatsapp.contact - a stop holds for all branches of the controller
        contacts = self.sudo().whatsapp_contact_ids.filtered(lambda contact: contact.company_id == controller)
        return bool(contacts) and all(contact.suppressed_at for contact in contacts)


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    def _stop_all(self, trace):
        """End all messages to the patient, as he asked on the page of his preferences.

        :param dict trace: ``ip`` and ``user_agent``
        """
        self._lock()
        self.partner_id._stop_all_messages(self.company_id, LINK, request=self, **trace)

    def _is_stopped(self) -> bool:
        return self.partner_id._is_stopped(self.company_id)


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _confirm_stop_where_open(self):
        """Confirm a stop in the conversation in which the person wrote last, if one may still write there (LR-41)."""
        conversations = self.env["clinic.whatsapp.conversation"].search([("contact_id", "=", self.id)])
        newest = conversations.filtered("is_window_open").sorted("window_expires_at", reverse=True)[:1]
        if newest:
            newest.with_company(newest.company_id)._confirm_stop()
