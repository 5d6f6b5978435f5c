from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _whatsapp_send_template(self, template, *, purpose, record=None, values=None, account=None):
        """Queue a template to patients.

        :param clinic.whatsapp.template template: any language variant; each patient gets his own
        :param clinic.consent.purpose | str purpose: the purpose or its code
        :param record: the record that the variables are read from; the patient himself by default
        :param dict[int, str] | None values: by variable number, instead of what the record says
        :param clinic.whatsapp.account | None account: the number that sends; that of the current branch by default
        :return: one message a patient, ``queued`` or ``blocked`` with its reason
        :raise UserError: when the branch has no number, or the clinic does not use the purpose
        """
        company = account.company_id if account else self.env.company
        account = account or self.env["clinic.whatsapp.account"]._for_companies(company)[company]
        account._ensure_usable(company)
        if isinstance(purpose, str):
            # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
            purpose = self.env["clinic.consent.purpose"].sudo()._get(purpose, company)
        targets = [(partner, partner if record is None else record, account) for partner in self]
        return template._queue_messages(purpose, targets, kind="reply", values=values)
