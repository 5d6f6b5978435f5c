"""Whether a patient has the privacy notice, and handing it over at the desk when he does not (LR-05, KVKK art. 10).

A hand-over is an entry of its own: nobody has to agree to anything to get the notice. So who agreed before the notice
was kept on record is put right by handing it over once.
"""

from odoo import api, fields, models

from .consent_badges import DUE, GOOD
from .consent_states import DELIVERED, NOTICE
from .privacy_notice import NOTICE as FULL_NOTICE
from .privacy_notice import PUBLISHED
from .res_partner import NONE


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _has_handed_over(self, partner, notice, moment) -> bool:
        """Tell whether this very version was in a patient's hands at a moment (UTC)."""
        # sudo: clinic.consent - what one branch handed over, all of the controller's did
        found = self.sudo().search_count(
            [
                ("controller_id", "=", notice.company_id.id),
                ("partner_id", "=", partner.id),
                ("record_kind", "=", NOTICE),
                ("notice_id", "=", notice.id),
                ("given_at", "<=", moment),
            ],
            limit=1,
        )
        return bool(found)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_hand_over_notice(self):
        """Open the dialog that records that the privacy notice was handed over, and nothing else."""
        return self._open_consent_wizard(DELIVERED, self.env._("Record the hand-over of the privacy notice"))

    @api.depends("consent_ids", "deceased_on")
    @api.depends_context("company", "lang")
    def _compute_consent_badges(self):
        """Extended: the notice stands before everything that is agreed to."""
        result = super()._compute_consent_badges()
        controller = self.env.company._get_controller()
        had = self._origin._find_notices(controller)
        for partner in self:
            badge = partner._prepare_notice_badge(had.get(partner._origin))
            partner.consent_badges = [badge, *partner.consent_badges]
        return result

    def _find_notices(self, controller):
        """Return {patient: newest delivery of a notice that is still good}, to him or to a number that is only his."""
        # sudo: clinic.whatsapp.contact - numbers of the controller; whoever sees the patient sees what he was told
        contacts = self.sudo().whatsapp_contact_ids.filtered(
            lambda contact: contact.company_id == controller and len(contact.partner_ids) == 1
        )
        found = self.env["clinic.consent"]._get_delivered(self, contacts, controller)
        own = {contact.partner_ids.with_env(self.env): found[contact] for contact in contacts if contact in found}
        return own | {partner: found[partner] for partner in self if partner in found}

    def _prepare_notice_badge(self, entry):
        """Return the badge of the notice, from its delivery if there was one.

        Who has had the short notice only, or a version before the published one, can be given that as well.
        """
        is_newest = bool(entry) and (entry.notice_id.document_type, entry.notice_id.state) == (FULL_NOTICE, PUBLISHED)
        way = self._prepare_hand_over("more" if entry else "main")
        return {
            "code": NOTICE,
            "name": self.env._("Privacy notice"),
            "state": DELIVERED if entry else NONE,
            "label": self.env._("Handed over") if entry else self.env._("Not handed over"),
            "tone": GOOD if entry else DUE,
            "source": self._get_source(entry),
            "date": entry and fields.Datetime.to_string(entry.given_at),
            "until": False,
            "actions": [] if is_newest or self.deceased_on else [way],
        }

    def _prepare_hand_over(self, kind):
        label = self.env._("Record the hand-over")
        return {"name": "action_hand_over_notice", "label": label, "args": [], "context": {}, "kind": kind}
