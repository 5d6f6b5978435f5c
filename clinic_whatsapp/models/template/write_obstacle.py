"""Why a branch cannot write to a patient: the rule, the law behind it, and the next lawful step (legal.md LR-35).

The gate itself is asked, about messages that nobody sends and nothing stores: a reminder, as we would write first, and
an answer, as we may write while the patient's own message is fresh. So what the form says is what the gate will do.
"""

from odoo import api, fields, models
from odoo.tools import LazyTranslate
from odoo.tools.misc import format_datetime

from ..consent.consent_purpose import APPOINTMENT, SERVICE
from ..messaging import reasons
from ..messaging.message import OUT, QUEUED
from ..patient.res_partner import STAFF

_lt = LazyTranslate(__name__)

# About the words of one message: nothing that would keep the branch from writing another one.
ABOUT_CONTENT = ("missing_value", "empty_text", "text_too_long", "invalid_content", "unreadable", "expired")
FREE, ANSWER, CLOSED = "open", "answer", "closed"

_HEALTH_DATA = _lt("KVKK art. 6/3: that somebody is a patient is health data.")
_WHATSAPP_OPT_IN = _lt("KVKK art. 5–6; WhatsApp Business policy: nobody is written to first without an opt-in.")
_RIGHT_TO_REFUSE = _lt("Whoever refuses must be left alone at once (Law 6563 art. 8; KVKK art. 11).")
_TRANSFER = _lt("KVKK art. 9: WhatsApp carries data abroad, which needs a valid safeguard.")
_COMMERCIAL = _lt("Law 6563 art. 6 and 11: commercial messages need a registered approval.")
_PROMOTION = _lt("Law 3359 suppl. art. 11; Regulation of 12.11.2025 on promotion in health services.")
_WINDOW = _lt("WhatsApp Business policy: free text only within 24 hours of the patient's own message.")
_MINIMISED = _lt("KVKK art. 4/2-d: no more data than needed; nothing about health in a message.")
_CAPACITY = _lt("Civil Code art. 11, 14 and 335–342: parents or guardians decide for minors and restricted adults.")
LAW = {
    "no_notice": _lt("KVKK art. 10: the privacy notice comes before everything else."),
    "no_optin": _WHATSAPP_OPT_IN,
    "no_signoff": _lt("KVKK art. 12: the controller answers for every purpose it uses."),
    "stop_all": _RIGHT_TO_REFUSE,
    "stop_marketing": _RIGHT_TO_REFUSE,
    "window_closed": _WINDOW,
    "no_p2": _TRANSFER,
    "transfer_invalid": _TRANSFER,
    "no_p3": _HEALTH_DATA,
    "no_etk": _COMMERCIAL,
    "no_iys": _COMMERCIAL,
    "no_sender": _COMMERCIAL,
    "promo_lint": _PROMOTION,
    "health_lint": _MINIMISED,
    "unverified_number": _lt("KVKK art. 4/2-b and 12: data must be right and reach the right person."),
    "number_suspended": _lt("KVKK art. 12: data must not reach anybody else."),
    "minor_rule": _CAPACITY,
    "deceased": _lt("Civil Code art. 28: personality ends with death, and with it every consent."),
    "renewal_required": _lt(
        "KVKK art. 3 and 10: an agreement counts for the text that was read, and by whoever decides today."
    ),
    "public_institution": _lt("Presidential Circular 2019/12: critical data stay in the country."),
    "no_purpose": _lt("KVKK art. 4/2-c: every message has one purpose."),
    "quiet_hours": _lt("Good practice: nobody is disturbed at night or on a public holiday."),
    "freq_cap": _lt("KVKK art. 4/2-ç: no more messages than the purpose needs."),
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    write_obstacle = fields.Json("May we write?", compute="_compute_write_obstacle", groups=STAFF)

    @api.depends("consent_ids", "reached_phone", "deceased_on", "number_owner", "whatsapp_contact_ids")
    @api.depends_context("uid", "company", "lang", "tz")
    def _compute_write_obstacle(self):
        for partner in self:
            partner.write_obstacle = partner._origin.is_patient and partner._origin._get_write_obstacle()

    def _get_write_obstacle(self):
        """Return what keeps the current branch from writing to one patient.

        :return: ``{"state", "title", "reason", "law", "next", "action"}``; state is ``open`` (we may write first),
            ``answer`` (only answers, while the window is open) or ``closed``; the action is what staff can do at once
        """
        self.ensure_one()
        reason = self._ask_gate("template", APPOINTMENT)
        if not reason:
            return self._describe_obstacle(FREE, self.env._("You can write to this patient."))
        until = self._get_window_end()
        if until and not self._ask_gate("text", SERVICE):
            title = self.env._(
                "You can answer until %(time)s. Writing first is not possible: %(rule)s",
                time=format_datetime(self.env, until, tz=self.env.user.tz, dt_format="short"),
                rule=self._get_rule(reason),
            )
            return self._describe_obstacle(ANSWER, title, reason)
        title = self.env._("You cannot write to this patient: %(rule)s", rule=self._get_rule(reason))
        return self._describe_obstacle(CLOSED, title, reason)

    def _describe_obstacle(self, state, title, reason=None):
        law = LAW.get(reason)
        return {
            "state": state,
            "title": title,
            "reason": reason or False,
            "law": law and self.env._(law),
            "next": reason and self._get_next_step(reason),
            "action": self._prepare_hand_over("main") if reason == reasons.NO_NOTICE else False,
        }

    def _get_next_step(self, reason):
        """Return what staff does next; what keeps this patient's answer from being recorded comes first."""
        if reason in (reasons.NO_OPTIN, reasons.RENEWAL_REQUIRED):
            # sudo: res.partner - whoever decides for this patient may lie behind other rules
            patient = self.sudo()
            if problem := patient._get_decider_problem(**patient._get_decider()):
                return problem
        advice = reasons.BLOCK_ADVICE.get(reason)
        return advice and self.env._(advice)

    @api.model
    def _get_rule(self, reason):
        labels = dict(self.env["clinic.whatsapp.message"]._fields["block_reason"]._description_selection(self.env))
        return labels.get(reason, reason)

    def _ask_gate(self, message_type, code):
        """Return why the gate would deny a message of this kind now; None when it would let it leave."""
        # sudo: clinic.whatsapp.account, clinic.whatsapp.message - what the gate reads is not all readable by staff
        account = self.env["clinic.whatsapp.account"].sudo()._for_companies(self.env.company)[self.env.company]
        if not account:
            return reasons.ACCOUNT_NOT_CONNECTED
        message = self.env["clinic.whatsapp.message"].sudo().new(
            {
                "conversation_id": self._find_conversation_to_ask(account),
                "company_id": account.company_id.id,
                "account_id": account.id,
                "partner_id": self.id,
                "direction": OUT,
                "state": QUEUED,
                "kind": "reply",
                "message_type": message_type,
                # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
                "purpose_id": self.env["clinic.consent.purpose"].sudo()._get(code, account.company_id).id,
                **self._prepare_words_to_ask(message_type, account),
            }
        )
        reason = self.env["clinic.whatsapp.gate"]._judge(message)[message]
        return None if reason in ABOUT_CONTENT else reason

    def _prepare_words_to_ask(self, message_type, account):
        """Return what the message would say: an approved text of this number, or a word."""
        if message_type != "template":
            return {"body": "✓"}
        # sudo: clinic.whatsapp.template - any approved text of the number stands for all of them
        templates = self.env["clinic.whatsapp.template"].sudo()
        template = templates.search(
            [("waba_id", "=", account.waba_id), ("status", "=", "approved"), ("category", "=", "utility")], limit=1
        )
        samples = {variable._get_key(): variable.sample or "–" for variable in template.variable_ids}
        return template._prepare_content_vals(samples) if template else {"body": "–"}

    def _find_conversation_to_ask(self, account):
        """Return the conversation in which this patient would be written to; a draft of one if there is none."""
        # sudo: clinic.whatsapp.contact - only whether the gate would let it pass
        contacts = self.env["clinic.whatsapp.contact"].sudo()
        controller = account.company_id._get_controller()
        contact = contacts._find_reached(self.sudo(), controller).get(self.sudo())
        contact = contact or contacts.new({"company_id": controller.id, "phone": self.reached_phone})
        # sudo: clinic.whatsapp.conversation - only whether the gate would let it pass
        conversations = self.env["clinic.whatsapp.conversation"].sudo()
        found = conversations.search([("account_id", "=", account.id), ("contact_id", "=", contact.id)], limit=1)
        vals = {"account_id": account.id, "company_id": account.company_id.id, "contact_id": contact}
        return found or conversations.new({**vals, "partner_id": self.id})

    def _get_window_end(self):
        """Return until when this branch may write freely to this patient, naive UTC; None when it may not."""
        conversations = self.env["clinic.whatsapp.conversation"].search(
            [("contact_id.partner_ids", "in", self.ids), ("company_id", "=", self.env.company.id)]
        ).filtered("is_window_open")
        return max(conversations.mapped("window_expires_at"), default=None)
