"""Who would get the messages of an automation in the next days, and who would not and why: before it is switched on.

The planner says which messages there would be and when (``prospects``), the gate is asked about each of them as if it
left now, about messages that nothing stores (``forecast_gate``), and what they cost follows from the prices of the
numbers (``cost``). Nothing is written. Only records that the reader may see count, so a manager of one branch sees what
his branch sends. However many records there are, the number of queries grows with batches of them, and no more than
``MOST`` are looked at one by one; the others are only counted, and that is said.
"""

from collections import Counter

from odoo import api, fields, models
from odoo.tools.misc import format_datetime

from .cost import BRANCH_MANAGER
from .prospects import AHEAD, BACK, UNKNOWN

WHEN = "EEE d MMM HH:mm"
LOOK = "clinic_whatsapp.look_at_automation"


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def action_preview(self):
        """Show what the patients of single records would read."""
        return self._look("preview")

    def action_forecast(self):
        """Show who would get it, and offer to switch it on."""
        return self._look("forecast")

    def _look(self, tab):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": LOOK,
            "target": "new",
            "params": {"automation_id": self.id, "tab": tab},
        }

    def action_switch_on(self):
        """Let these automations send from now on."""
        self.write({"active": True})
        return True

    def action_switch_off(self):
        """Let these automations send nothing more; what they had planned does not leave."""
        self.write({"active": False})
        return True

    def get_forecast(self):
        """Return who would get the messages of one automation in the next 30 days, for its screen.

        :return: ``{"name", "is_active", "may_switch", "mode", "intro", "found", "judged", "reached", "reached_label",
            "left", "left_label", "groups", "cost", "rows"}``. ``found`` records are concerned, the first ``judged`` of
            them were looked at; ``groups`` say how many get it (reason False) and how many do not, by reason; ``rows``
            say it of each message; ``cost`` is for branch managers, see ``_estimate_cost``
        :raise AccessError: when the reader may not see the automation
        """
        self.ensure_one()
        self.check_access("read")
        now = fields.Datetime.now()
        prospects, found, judged = self._find_prospects(now)
        verdicts = self._judge_prospects(prospects)
        mode = self._get_outlook()
        return {
            **self._describe_for_look(),
            "mode": mode,
            "intro": self._introduce_forecast(mode),
            "found": found,
            "judged": judged,
            **self._count_verdicts(mode, verdicts),
            "groups": self._group_verdicts(verdicts),
            "cost": self._forecast_cost(verdicts, found > judged and judged),
            "rows": [self._describe_prospect(prospect, verdict) for prospect, verdict in verdicts.items()],
        }

    def _describe_for_look(self):
        may_switch = self.is_editable and bool(self.step_ids)
        return {"name": self.name, "is_active": self.active, "may_switch": may_switch}

    def _introduce_forecast(self, mode):
        if not self.step_ids:
            return self.env._("There is nothing to send yet. Add a message first.")
        if problem := self._find_present_problem():
            return self.env._("It cannot work as it is: %(problem)s", problem=problem)
        return {
            AHEAD: self.env._("What would leave in the next 30 days, by what stands in the calendar today."),
            BACK: self.env._(
                "Nobody knows yet to whom it is going to happen. These are those to whom it happened in the last 30 "
                "days, as if it happened today."
            ),
            UNKNOWN: self.env._(
                "This cannot be foretold: it depends on what patients and staff are going to do. "
                "“What they read” shows the message."
            ),
        }[mode]

    def _count_verdicts(self, mode, verdicts):
        left = sum(1 for verdict in verdicts.values() if verdict.reason)
        is_ahead = mode == AHEAD
        return {
            "reached": len(verdicts) - left,
            "reached_label": self.env._("would get it") if is_ahead else self.env._("would have got it"),
            "left": left,
            "left_label": self.env._("would not") if is_ahead else self.env._("would not have got it"),
        }

    def _group_verdicts(self, verdicts):
        """Return ``[{"reason", "label", "advice", "count"}]``, those who get it first."""
        counts = Counter(verdict.reason for verdict in verdicts.values())
        groups = sorted(counts.items(), key=lambda item: (bool(item[0]), -item[1]))
        return [
            dict(zip(("label", "advice"), self._explain_verdict(reason), strict=True), reason=reason, count=count)
            for reason, count in groups
        ]

    def _forecast_cost(self, verdicts, first):
        """Return what the messages that would leave cost; only managers see prices.

        :param int | bool first: how many records were looked at, if not all of them
        """
        nothing = {"lines": [], "total": False, "label": "", "hint": False}
        if not self.env.user.has_group(BRANCH_MANAGER):
            return nothing
        counts = Counter(
            (verdict.account, verdict.category)
            for verdict in verdicts.values()
            if not (verdict.reason or verdict.is_along)
        )
        if not counts:
            return nothing
        # sudo: clinic.whatsapp.account - a branch may write through the number of its parent company
        cost = self.env["clinic.whatsapp.account"].sudo()._estimate_cost(counts)
        label = self.env._("to Meta at the most")
        if first:
            label = self.env._("to Meta at the most, for the first %(count)s", count=first)
        return {**cost, "label": label, "hint": self._hint_at_cost(cost)}

    def _hint_at_cost(self, cost):
        if not cost["is_complete"]:
            return self.env._(
                "Enter what Meta charges you on the number, under “Prices”, and the cost is shown here. Meta counts by "
                "category."
            )
        return self.env._("By the prices of the number. Meta charges what is delivered, so it may be less.")

    def _describe_prospect(self, prospect, verdict):
        return {
            "key": f"{prospect.step.id}-{prospect.record.id}-{prospect.anchor}",
            "res_id": prospect.record._name == self.model and prospect.record.id,
            "patient": prospect.partner.name or prospect.record.display_name,
            "partner_id": prospect.partner.id,
            "about": prospect.about,
            "due": self._format_moment(prospect.due_at, prospect.company),
            "step": prospect.step.when_text,
            "reason": verdict.reason,
            "detail": verdict.detail,
        }

    @api.model
    def _format_moment(self, moment, company):
        """Return a moment (naive UTC) as the branch reads it."""
        return format_datetime(self.env, moment, tz=company._get_tz(), dt_format=WHEN)
