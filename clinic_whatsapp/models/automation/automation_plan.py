"""What an automation wants, in the words of the planner: its conditions, its hours and its anchor."""

import ast
from datetime import timedelta

import pytz
from odoo import models
from odoo.fields import Domain

from ..messaging.send_window import SendWindow
from .subject import Paths, follow, to_moment
from .trigger import FOLLOWUP, OF_APPOINTMENT, OF_CHAT, OF_DATE, ON_CANCELLED, TRIGGERS
from .wish import Plan

VISIT = "clinic.appointment"
OF_CONVERSATION = Paths("partner_id", "company_id", is_optional=True)


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _plan_again(self):
        """Let the planner look at what these automations have planned again, soon and in batches."""
        if not self:
            return
        self.write({"needs_planning": True, "planned_up_to": 0})
        # sudo: ir.cron - whoever may change an automation may wake the planner
        self.env.ref("clinic_whatsapp.ir_cron_plan").sudo()._trigger()

    def _get_trigger(self):
        return TRIGGERS[self.trigger]

    def _get_paths(self) -> Paths:
        """Return where patient, branch and date stand in the records of one automation."""
        if self.trigger in OF_CHAT:
            return OF_CONVERSATION
        source = self.source_id
        date = (self.date_path or source.date_path) if self.trigger in OF_DATE else ""
        return Paths(source.partner_path or "", source.company_path or "", date or "")

    def _get_date_path(self) -> str:
        return self._get_trigger().anchor or self._get_paths().date

    def _read_anchor(self, record, company):
        """Return the moment that messages hang on, naive UTC; None without one."""
        return to_moment(follow(record, self._get_date_path()), pytz.timezone(company._get_tz()))

    def _covers(self, company) -> bool:
        line = company.parent_ids
        here = not self.company_id or self.company_id in line
        return here and (not self.branch_ids or bool(self.branch_ids & line))

    def _is_for(self, record) -> bool:
        """Tell whether the conditions of an appointment hold; :meth:`_get_scope_domain` is their twin in SQL."""
        if self.trigger not in OF_APPOINTMENT:
            return True
        is_service = not self.service_ids or record.service_id in self.service_ids
        by = self.trigger == ON_CANCELLED and self.cancelled_by
        return is_service and (not by or record.cancelled_by == by)

    def _get_conditions(self) -> Domain:
        """Return what records must fulfil beside their state. Hook.

        :raise ValueError: when the domain cannot be read
        """
        own = Domain(ast.literal_eval(self.domain)) if self.domain else Domain.TRUE
        return own & Domain("automation_id", "=", self.id) if self.trigger == FOLLOWUP else own

    def _find_cases(self, look, noted):
        """Return what :meth:`Look.find_cases` finds for one automation. Hook: it may not work any more."""
        return list(look.find_cases(self, noted))

    def _find_matching(self, records) -> set[int] | None:
        """Return the ids of the records that fulfil the conditions, in one query; None when all do.

        Archived records do not: they are gone for whoever works with them.
        """
        conditions = self._get_conditions()
        if conditions.is_true() and not records._active_name:
            return None
        living = records.with_context(active_test=True)
        return set(living.search(Domain("id", "in", records.ids) & conditions).ids)

    def _get_scope_domain(self) -> Domain:
        """Return the records that the conditions on company, branch and service leave."""
        domain, path = Domain.TRUE, self._get_paths().company
        if self.company_id and path:
            domain &= Domain(path, "child_of", self.company_id.ids)
        if self.branch_ids and path:
            domain &= Domain(path, "child_of", self.branch_ids.ids)
        if self.service_ids and self.trigger in OF_APPOINTMENT:
            domain &= Domain("service_id", "in", self.service_ids.ids)
        return domain

    def _get_plan(self, company, windows) -> Plan:
        """Return what one automation wants in a branch.

        :param dict windows: see ``clinic.consent.purpose._get_windows``
        """
        return Plan(
            automation_id=self.id,
            company_id=company.id,
            trigger=self._get_trigger(),
            window=self._get_window(company, windows),
            zone=pytz.timezone(company._get_tz()),
            offsets=tuple(step._get_offset() for step in self.step_ids),
            enabled_at=self.enabled_at,
            date_path=self._get_date_path(),
            move=self._get_move(company),
        )

    def _get_template_models(self) -> dict[str, str]:
        """Return {model that a template may be about: path to it from the record; empty: itself}. Hook."""
        paths = {self.model: "", "res.partner": self._get_paths().partner}
        if self.trigger == FOLLOWUP:
            paths[VISIT] = "appointment_id"
        return paths

    def _get_template_record(self, template, record):
        """Return the record from which a template reads its values; None when it reads none."""
        path = self._get_template_models().get(template.model_id.model)
        return None if path is None else follow(record, path)

    def _get_move(self, company):
        """Hook: return (moment, Offset) → moment where offsets are not counted by the clock; None where they are."""
        return None

    def _get_window(self, company, windows) -> SendWindow:
        """Return the hours in which messages of a branch may leave: ours, inside those of the purpose (LR-34)."""
        zone = pytz.timezone(company._get_tz())
        if self._get_trigger().any_hour:
            return SendWindow(0, 24, zone)
        own = SendWindow(self.window_from, self.window_to, zone)
        # sudo: clinic.consent.purpose - the pattern, read by whoever books
        quiet = windows.get((company, self.purpose_id.sudo().code))
        return own.within(quiet) if quiet else own

    def _get_reach(self) -> timedelta:
        """Return how far the longest step reaches from its anchor."""
        return max((step._get_length() for step in self.step_ids), default=timedelta())
