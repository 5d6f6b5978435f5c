"""The day somebody comes of age, to those who write to him: his guardian's word counts no longer (LR-22)."""

from odoo import models

COME_OF_AGE = "mail.mail_activity_data_todo"


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _come_of_age(self):
        """Extended: tell each branch that talks to one of these patients to ask him anew (LR-22)."""
        result = super()._come_of_age()
        # sudo: clinic.whatsapp.conversation - the cron looks after all branches; the activity stays in its own
        for conversation in self.env["clinic.whatsapp.conversation"].sudo().search([("partner_id", "in", self.ids)]):
            conversation._ask_grown_up()
        return result


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _ask_grown_up(self):
        user = self._get_responsible_user()
        env = self.with_context(lang=user.lang).env
        self.activity_schedule(
            COME_OF_AGE,
            summary=env._("The patient has come of age"),
            note=env._(
                "What the guardian agreed to has ended. Ask the patient at the desk or by telephone, and check the "
                "number on the patient's form: nothing is sent until then."
            ),
            user_id=user.id,
        )


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _has(self, case, code, kind, for_number=False) -> bool:
        """Extended: on the birthday itself, too, and wherever else the one who agreed does not decide any more."""
        entry = case.controller.get_entry(case, code, kind)
        if entry and not case.partner._is_bound_by(entry):
            return False
        return super()._has(case, code, kind, for_number)
