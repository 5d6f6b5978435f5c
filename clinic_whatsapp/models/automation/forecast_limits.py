"""What limits and pauses leave of a forecast: the rules of ``limits``, asked about messages that nothing stores.

The messages are gone through in the order in which they are due, with what automations have told these patients so far,
and what the others have planned for them. Whom the gate denies a message has not been told anything. While a branch is
paused, nobody there gets anything.

Of a reply, a complaint and a new appointment nobody knows before they happen, and of an expiry not before something
waits: these are left out. What another automation plans later than today is taken for said.
"""

from collections import deque

from odoo import api, models

from .reasons import PAUSED
from .sayings import Tally, get_listener
from .scheduled import DONE, PLANNED, QUEUED


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _judge_prospects(self, prospects):
        """Extended: those who would get it do not while their branch is paused, nor beyond the limits."""
        verdicts = super()._judge_prospects(prospects)
        paused = self.env["res.company"]._find_paused()
        for prospect in self._get_allowed(verdicts):
            if prospect.company in paused:
                verdicts[prospect] = verdicts[prospect]._replace(reason=PAUSED)
        held = self._judge_limits(self._get_allowed(verdicts))
        return {it: verdict._replace(reason=held[it]) if it in held else verdict for it, verdict in verdicts.items()}

    @api.model
    def _get_allowed(self, verdicts):
        return [prospect for prospect, verdict in verdicts.items() if not verdict.reason]

    def _judge_limits(self, prospects):
        """Return {prospect: why it is too much for its patient} of messages that would leave otherwise."""
        # sudo: clinic.whatsapp.automation, clinic.whatsapp.scheduled - rules of the planner; the reader may see the
        # records, and learns of what others tell the patient no more than that it is the same
        this = self.sudo()
        if not prospects or not this._counts():
            return {}
        sayings = {it: this._get_prospective(it) for it in sorted(prospects, key=lambda it: (it.due_at, it.record.id))}
        others, tally, reasons = deque(this._find_others(sayings.values())), Tally(), {}
        for prospect, saying in sayings.items():
            while others and others[0].moment <= saying.moment:
                tally.add(others.popleft())
            lead = self._get_lead(prospect)
            if lead not in reasons:
                reasons[lead] = this._judge_saying(saying, tally)
                if not reasons[lead]:
                    tally.add(saying)
        return {it: reason for it in sayings if (reason := reasons[self._get_lead(it)])}

    def _get_lead(self, prospect):
        """Hook: return what messages have in common that one patient gets as one; by default nothing."""
        return prospect

    def _get_prospective(self, prospect):
        """Return what one message would say."""
        step = prospect.step.sudo()  # sudo: clinic.whatsapp.automation.step - see above
        about = step._get_about(prospect) if step.template_id._tells_of_record() else None
        return self._make_saying(
            prospect.company,
            get_listener(prospect.company.id, prospect.partner.id),
            prospect.due_at,
            step._get_words(about),
            (prospect.record._name, prospect.record.id, prospect.anchor),
        )

    def _find_others(self, sayings):
        """Return what has been told to these listeners, and what other automations mean to tell them, oldest first."""
        rows, listeners = self.env["clinic.whatsapp.scheduled"], {saying.listener for saying in sayings}
        since = min(saying.moment for saying in sayings) - self._get_memory()
        left = rows._find_sayings(listeners, since, (QUEUED, DONE), self.browse())
        others = rows._find_sayings(listeners, since, (PLANNED,), self)
        return sorted(left + others, key=lambda saying: saying.moment)

    @api.model
    def _explain_verdict(self, reason):
        if reason == PAUSED:
            return (
                self.env._("Automations are paused in this branch"),
                self.env._("Let them go on, on the list of automations."),
            )
        return super()._explain_verdict(reason)
