"""What the gate asks of the clinic before anything leaves, as steps of a number's set-up (legal.md LR-25, LR-33).

Both are matters of the legal entity, not of the number: whoever sets a second number up finds them done.
"""

from odoo import models

from ..consent.privacy_notice import NOTICE, PUBLISHED
from ..consent.privacy_transfer import SIGNED
from .account_checklist import DONE, TODO, WAITING


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def action_open_controller_file(self):
        self.check_access("read")
        return self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_privacy_controller")

    def action_open_texts(self):
        self.check_access("read")
        return self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_privacy_notice")

    def _get_setup_steps(self):
        *steps, first_message = super()._get_setup_steps()
        return [*steps, self._get_transfer_step(), self._get_notice_step(), first_message]

    def _get_transfer_step(self):
        title, button = self.env._("Put the transfer file in order"), self.env._("Controller file")
        file = self.env["clinic.privacy.controller"]._get_for(self.company_id)
        if file._is_barred_as_public():
            text = self.env._(
                "A public institution may use WhatsApp only for a written reason. Enter it in the controller file, "
                "under “Transfer abroad”."
            )
            return self._step(TODO, title, text, "action_open_controller_file", button)
        if file._may_transfer():
            return self._step(DONE, title, self.env._("Messages may pass through WhatsApp's servers abroad."))
        text = self.env._(
            "Nothing leaves before it: enter in the controller file, under “Transfer abroad”, the standard contract "
            "and its notification to the authority, or the adequacy decision."
        )
        state = WAITING if file.transfer_state == SIGNED else TODO
        return self._step(state, title, text, "action_open_controller_file", button)

    def _get_notice_step(self):
        title, button = self.env._("Publish the privacy notice"), self.env._("Texts for patients")
        # sudo: clinic.privacy.notice - its state only
        notices = self.env["clinic.privacy.notice"].sudo().search(
            [
                ("company_id", "=", self.company_id._get_controller().id),
                ("document_type", "=", NOTICE),
                ("state", "=", PUBLISHED),
            ]
        )
        if notices and not any(notices.mapped("stale_since")):
            return self._step(DONE, title, self.env._("Patients can be handed the notice, and asked."))
        text = self.env._(
            "Nobody is written to first without having got it. Let your counsel adapt the drafts under Data "
            "protection › Texts for patients, then publish them."
        )
        if notices:
            text = self.env._(
                "The published notice no longer says what the registers say. Publish a new version under Data "
                "protection › Texts for patients."
            )
        return self._step(WAITING if notices else TODO, title, text, "action_open_texts", button)
