"""What a forecast says where a family gets one message: everybody is told, in fewer messages."""

from collections import defaultdict

import pytz
from odoo import models

from ..messaging.send_window import to_local
from .family import MOST
from .reasons import FAMILY
from .trigger import BEFORE


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _judge_prospects(self, prospects):
        """Extended: of the visits that are told together, all but one need no message of their own."""
        verdicts = super()._judge_prospects(prospects)
        if not (self.one_for_family and self.trigger == BEFORE):
            return verdicts
        along = {"is_along": True, "detail": self._explain_verdict(FAMILY)[0]}
        for family in self._group_prospects([it for it, verdict in verdicts.items() if not verdict.reason]):
            for number, prospect in enumerate(family):
                if number % MOST:
                    verdicts[prospect] = verdicts[prospect]._replace(**along)
        return verdicts

    def _get_lead(self, prospect):
        """Extended: further visits of a patient on a day are no more messages to him."""
        # sudo: clinic.appointment - the reader may see the visit
        is_together = self.one_for_family and self.trigger == BEFORE and prospect.step.family_template_id
        if not is_together or prospect.record.sudo().is_confidential:
            return super()._get_lead(prospect)
        day = to_local(prospect.anchor, pytz.timezone(prospect.company._get_tz())).date()
        return prospect.step, prospect.company, day, prospect.partner

    def _group_prospects(self, prospects):
        """Return lists of prospects that are told together, each in the order of the visits."""
        zones = {company: pytz.timezone(company._get_tz()) for company in {it.company for it in prospects}}
        families = defaultdict(list)
        for it in sorted(prospects, key=lambda it: (it.anchor, it.record.id)):
            # sudo: res.partner, clinic.appointment - the number is not shown; the reader may see the visit
            number, visit = it.partner.sudo().reached_phone, it.record.sudo()
            if number and it.step.family_template_id and not visit.is_confidential:
                day = to_local(it.anchor, zones[it.company]).date()
                families[it.step, it.company, day, number].append(it)
        return families.values()

    def _count_verdicts(self, mode, verdicts):
        counted = super()._count_verdicts(mode, verdicts)
        if along := sum(1 for verdict in verdicts.values() if verdict.is_along):
            counted["reached_label"] = self.env._(
                "would get it, %(count)s of them along with their family", count=along
            )
        return counted
