from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _whatsapp_send_template(
        self, template, *, purpose, record=None, values=None, account=None, urgent_reason=None
    ):
        """Queue a template to patients.

        :param clinic.whatsapp.template template: any language variant; each patient gets his own
        :param clinic.consent.purpose | str purpose: the purpose or its code
        :param record: the record that the variables are read from; the patient himself by default
        :param dict[int, str] | None values: by variable number, instead of what the record says
        :param clinic.whatsapp.account | None account: the number that sends; that of the current branch by default
        :param str | None urgent_reason: why it cannot wait; lifts quiet hours and limits, nothing else (LR-34)
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
        return template._queue_messages(
            purpose,
            targets,
            kind="reply",
            values=values,
            occasions=[self._get_whatsapp_occasion(record)] * len(targets),
            urgent_reason=(urgent_reason or "").strip(),
        )

    @api.model
    def _get_whatsapp_occasion(self, record):
        """Hook: return what a limit counts by for a template about a record; False when nothing is counted."""
        return False
