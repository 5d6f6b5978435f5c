"""Whether the messages of an automation could leave: the gate is asked about drafts that nothing stores."""

from typing import NamedTuple

from odoo import api, models

from ..messaging import reasons as gate_reasons
from ..template.send_batch import Recipient
from . import reasons

BATCH = 200
# What says nothing about a message that leaves later: the planner has chosen an hour in which it may.
OF_THE_MOMENT = (gate_reasons.QUIET_HOURS, gate_reasons.WINDOW_CLOSED)


class Verdict(NamedTuple):
    """What would become of one message."""

    reason: str | bool  # of the gate or of the planner; False when it would leave
    detail: str | bool = False  # which value is missing, which template …
    account: object = None  # the number that writes
    category: str | bool = False  # of the template, by which Meta charges
    is_along: bool = False  # told in the message to somebody else of the family


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _judge_prospects(self, prospects):
        """Return {prospect: Verdict}, in the order of the prospects; a constant number of queries a batch."""
        verdicts = {prospect: Verdict(prospect.reason) for prospect in prospects}
        open_ones = [prospect for prospect in prospects if not prospect.reason]
        for start in range(0, len(open_ones), BATCH):
            verdicts.update(self._judge_batch(open_ones[start : start + BATCH]))
        return verdicts

    def _judge_batch(self, prospects):
        accounts = self.env["clinic.whatsapp.account"]._for_companies(
            self.env["res.company"].union(*(prospect.company for prospect in prospects))
        )
        verdicts = {
            prospect: Verdict(reasons.NO_ACCOUNT) for prospect in prospects if not accounts[prospect.company]
        }
        drafts = {}
        for step in self.step_ids:
            ours = [it for it in prospects if it.step == step and it not in verdicts]
            drafts.update(zip(ours, step._draft_messages(ours, accounts), strict=True))
        # sudo: clinic.whatsapp.message - drafts are never stored; the gate sees the whole truth
        messages = self.env["clinic.whatsapp.message"].sudo().union(*drafts.values())
        judged = self.env["clinic.whatsapp.gate"]._judge(messages)
        for prospect, draft in drafts.items():
            verdicts[prospect] = self._read_verdict(draft, judged[draft])
        return verdicts

    @api.model
    def _read_verdict(self, draft, reason):
        if reason in OF_THE_MOMENT:
            reason = None
        detail = reason and draft._get_block_detail(reason)
        return Verdict(reason or False, detail or False, draft.account_id, draft.template_id.category)

    @api.model
    def _explain_verdict(self, reason):
        """Return (what is the case, what to do next) in the reader's language.

        :param str | bool reason: of the gate, or of the planner; False for none
        """
        if not reason:
            return self.env._("They get it"), ""
        if reason in gate_reasons.BLOCK_ADVICE:
            return self.env["clinic.whatsapp.template"]._explain_reason(reason)
        labels = self.env["clinic.whatsapp.scheduled"]._fields["skip_reason"]._description_selection(self.env)
        return dict(labels)[reason], ""


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _draft_messages(self, prospects, accounts):
        """Return the messages that some prospects would get of this step, in their order; nothing stores them."""
        if not prospects or not self.template_id:
            return []
        template = self.template_id.sudo()  # sudo: clinic.whatsapp.template - shared by whoever owns the number
        recipients = [Recipient(it, it.partner, self._get_about(it), accounts[it.company]) for it in prospects]
        drafts = template._draft_messages(recipients, {}, is_alone=False)
        purposes = self._get_purposes(prospects)
        for prospect, draft in zip(prospects, drafts, strict=True):
            draft.purpose_id = purposes[prospect.company]
            draft.occasion = prospect.occasion
        return drafts

    def _get_about(self, prospect):
        """Return the record from which the template reads its values; None when it reads none."""
        # sudo: of any model - values go to the patient himself
        about = self.automation_id.sudo()._get_template_record(self.template_id.sudo(), prospect.record.sudo())
        return about or None

    def _get_purposes(self, prospects):
        """Return {branch: the purpose of its controller}."""
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purposes = self.env["clinic.consent.purpose"].sudo().with_context(active_test=False)
        code = self.automation_id.purpose_id.sudo().code
        by_owner = {}
        found = {}
        for company in dict.fromkeys(prospect.company for prospect in prospects):
            owner = company._get_controller()
            if owner not in by_owner:
                by_owner[owner] = purposes._get(code, company)
            found[company] = by_owner[owner]
        return found
