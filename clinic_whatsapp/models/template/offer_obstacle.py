"""What keeps a template that staff would send by hand from leaving, asked before anybody has typed anything.

The gate is asked about a message that nothing stores, as if all that is still to be typed stood there. Where the
patient has not agreed or has no notice yet, the way that his form offers is offered here, too: one asks at the desk.
"""

import uuid

from odoo import api, models

from ..consent.consent_badges import WEAK_WAYS
from ..consent.consent_purpose import APPOINTMENT, COMMERCIAL, OPT_IN
from ..consent.lint import HEALTH, PROMO
from ..messaging import reasons
from ..messaging.message import BLOCKED, OUT, REPLY
from .write_obstacle import ABOUT_CONTENT

ASKED_AT_DESK = (reasons.NO_OPTIN, reasons.RENEWAL_REQUIRED, reasons.NO_P3)
NO_APPOINTMENT = "no_appointment"  # no rule of the gate: a button would act upon nothing


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _get_template_obstacle(self, template, visit, values):
        """Return ``{"reason", "label", "advice", "action"}``; None when it may leave."""
        if template._needs_record() and not visit:
            return self._explain_no_appointment()
        draft = self._draft_template(template, visit, {index: text or "–" for index, text in values.items()})
        reason = self.env["clinic.whatsapp.gate"]._judge(draft)[draft]
        if not reason or reason in ABOUT_CONTENT:
            return None
        patient = self.partner_id.with_company(self.company_id)
        return {
            "reason": reason,
            "label": patient._get_rule(reason),
            "advice": patient._get_next_step(reason) or "",
            "action": self._get_way_out(patient, draft.purpose_id, reason),
        }

    def _explain_no_appointment(self):
        return {
            "reason": NO_APPOINTMENT,
            "label": self.env._("No appointment"),
            "advice": self.env._(
                "The patient has no appointment in this branch. Book one first, or choose another text."
            ),
            "action": False,
        }

    def _draft_template(self, template, visit, values):
        record = self._get_source(template, visit)
        # sudo: clinic.whatsapp.message - the draft is never stored; the gate sees the whole truth
        return self.env["clinic.whatsapp.message"].sudo().new(
            {
                "conversation_id": self.id,
                "partner_id": self.partner_id.id,
                "purpose_id": self._get_template_purpose(template).id,
                "direction": OUT,
                "kind": REPLY,
                "client_ref": uuid.uuid4().hex,
                "occasion": self.partner_id._get_whatsapp_occasion(record),
                **template._prepare_content_vals(values),
            }
        )

    @api.model
    def _get_way_out(self, patient, purpose, reason):
        """Return what the form of the patient offers against a reason, the most usual first; else False."""
        if reason == reasons.NO_NOTICE:
            return patient._prepare_hand_over("main")
        if reason not in ASKED_AT_DESK:
            return False
        is_own = purpose.gate in (OPT_IN, COMMERCIAL) or reason == reasons.NO_P3
        code = purpose.code if is_own else APPOINTMENT  # whose opt-in it is, see gate_consent
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        asked = self.env["clinic.consent.purpose"].sudo()._get(code, patient.env.company)
        ways = sorted(patient._get_ways_to_ask(asked), key=lambda way: way["name"] in WEAK_WAYS)
        return ways[0] if ways else False


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _judge_typed(self, texts, company):
        """Return the refusal of words that had better not leave; None when there are none.

        The template was read before it went to Meta; what is typed into it is read here (LR-30, LR-31). Nobody can
        give a reason for such words: where they are needed, a text or a call says them.

        :param res.company company: the branch that writes
        """
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purpose = self.env["clinic.consent.purpose"].sudo()._get(self.purpose_code, company)
        kinds = (HEALTH,) if purpose.gate == COMMERCIAL else (PROMO, HEALTH)
        found = self.env["clinic.lint.word"]._find("\n".join(texts), kinds, company)
        if not found:
            return None
        return {
            "id": False,
            "state": BLOCKED,
            "problem": "\n".join(self.env["clinic.lint.word"]._explain(found)),
            "advice": self.env._("Leave it out. Tell the patient at the clinic or by phone."),
        }
