"""When a message may leave, and how many are too many (legal.md LR-34).

Quiet hours, of the purpose and of the branch, and caps concern what the clinic sends without being asked. An answer to
a patient's message is never late, whoever or whatever gives it. What an automation sends waits for the next opening; a
person is told, and may give a reason why it cannot wait (``urgent``). Nothing leaves on a public holiday: those are the
days on which the branch's working calendar is closed for everybody. The planner of automations counts with the same
hours and days, so that nothing is planned for a moment at which it may not leave.
"""

from collections import Counter, defaultdict
from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..patient.res_partner import STAFF
from . import reasons
from .message import AUTO_REPLY, DELIVERED, OUT, QUEUED, READ, REPLY, SENDING, SENT, UNKNOWN
from .send_window import SendWindow

COUNTED = (QUEUED, SENDING, SENT, DELIVERED, READ, UNKNOWN)
HOLIDAYS_AHEAD = timedelta(days=31)


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _deny_quiet(self, messages):
        facts = self._get_facts(messages)
        late = [case for case in self._find_unasked(messages) if case.message.kind != AUTO_REPLY]
        cases = [case for case in late if not case.message.urgent_reason]
        openings = self._get_openings({(case.message.company_id, case.purpose) for case in cases}, facts.now)
        return self._denied_cases(
            [case for case in cases if openings[case.message.company_id, case.purpose] > facts.now], reasons.QUIET_HOURS
        )

    @api.model
    def _get_openings(self, pairs, now):
        """Return {(branch, purpose): the first moment from now on at which a message may leave}, naive UTC."""
        holidays = self._get_holidays({branch for branch, _purpose in pairs}, now, now + HOLIDAYS_AHEAD)
        return {
            (branch, purpose): purpose._get_window(branch, holidays[branch]).forward(now) for branch, purpose in pairs
        }

    @api.model
    def _get_holidays(self, branches, first, last):
        """Return {branch: ((begin, end), …)} of the holidays between two moments, naive UTC, in order."""
        # sudo: resource.calendar.leaves - the calendar is not readable by everybody who writes to patients
        leaves = self.env["resource.calendar.leaves"].sudo()
        closed = {branch: branch._get_days_off_domain() for branch in branches}
        when = Domain("date_to", ">", first) & Domain("date_from", "<", last) & Domain("resource_id", "=", False)
        found = leaves.search(when & Domain.OR(closed.values()), order="date_from")
        return {
            branch: tuple((leave.date_from, leave.date_to) for leave in found.filtered_domain(domain))
            for branch, domain in closed.items()
        }

    def _deny_too_many(self, messages):
        """Return what is more than a purpose allows one person, or for one occasion; the older ones count."""
        cases = [case for case in self._find_unasked(messages) if not case.message.urgent_reason]
        capped = [case for case in cases if case.purpose.cap_count and case.purpose.cap_days and case.partner]
        about = [case for case in cases if case.purpose.cap_per_occasion and case.message.occasion]
        if not capped and not about:
            return {}
        facts = self._get_facts(messages)
        ignored = facts.cases.keys() - set(messages._ids)  # judged with these, and denied
        by_person = self._count_older(capped, ignored, "partner_id", lambda case: case.partner._origin.id)
        by_occasion = self._count_older(about, ignored, "occasion", lambda case: case.message.occasion)
        over = [case for case in capped if by_person[case.message.id] >= case.purpose.cap_count]
        over += [case for case in about if by_occasion[case.message.id] >= case.purpose.cap_per_occasion]
        return self._denied_cases(over, reasons.FREQ_CAP)

    def _count_older(self, cases, ignored, column, get_key):
        """Return {id of a message: how many older ones there are of its purpose, for its person or occasion}.

        Raw SQL: the rows of all at once, without reading the messages.
        """
        if not cases:
            return Counter()
        rows = defaultdict(list)
        for key, code, message_id, moment in self._find_counted({get_key(case) for case in cases}, column):
            if message_id not in ignored:
                rows[key, code].append((message_id, moment))
        return Counter(
            {c.message.id: self._count_before(c, rows[get_key(c), c.purpose.code], column) for c in cases}
        )

    def _count_before(self, case, rows, column) -> int:
        since = None
        if column == "partner_id":
            since = fields.Datetime.now() - timedelta(days=case.purpose.cap_days)
        own = self._get_turn(case.message)
        return sum(message_id < own and (since is None or moment > since) for message_id, moment in rows)

    @api.model
    def _get_turn(self, message):
        """Return the number before which other messages are older. Hook: a draft comes after everything."""
        return message.id or float("inf")

    def _find_counted(self, keys, column):
        """Return (key, code of the purpose, id, moment) of the messages that count. Hook."""
        self.env["clinic.whatsapp.message"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT message.%(column)s, purpose.code, message.id, message.create_date
                  FROM clinic_whatsapp_message message
                  JOIN clinic_consent_purpose purpose ON purpose.id = message.purpose_id
                 WHERE message.%(column)s = ANY(%(keys)s) AND message.direction = %(out)s
                   AND message.state = ANY(%(counted)s) AND message.kind IS NOT NULL
                   AND NOT (message.kind = %(reply)s AND message.message_type != 'template')""",
                column=SQL.identifier(column),
                keys=list(keys),
                out=OUT,
                counted=list(COUNTED),
                reply=REPLY,
            )
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    whatsapp_send_from = fields.Float("Messages leave from", default=0.0, groups=STAFF, help="Hour of the day here.")
    whatsapp_send_to = fields.Float("Messages leave until", default=24.0, groups=STAFF, help="Hour of the day here.")

    _whatsapp_send_hours = models.Constraint(
        "CHECK (whatsapp_send_from >= 0 AND whatsapp_send_from < whatsapp_send_to AND whatsapp_send_to <= 24)",
        "The hours in which messages may leave must begin before they end, within one day.",
    )


class ClinicConsentPurpose(models.Model):
    _inherit = "clinic.consent.purpose"

    def _get_window(self, branch, holidays) -> SendWindow:
        """Return the hours in which one branch may send for one purpose: its own, inside those of the purpose.

        Where they have none in common, those of the purpose hold.
        """
        zone = pytz.timezone(branch._get_tz())
        # sudo: res.company - hours of a branch, needed by whoever books or writes
        own = branch.sudo()
        hours = SendWindow(self.quiet_from, self.quiet_to, zone, holidays)
        return SendWindow(own.whatsapp_send_from, own.whatsapp_send_to, zone).within(hours)

    @api.model
    def _get_windows(self, branches, first, last):
        """Return {(branch, code of a purpose): hours}, with the holidays between two moments, in two queries."""
        holidays = self.env["clinic.whatsapp.gate"]._get_holidays(branches, first, last)
        controllers = {branch: branch._get_controller() for branch in branches}
        # sudo: clinic.consent.purpose - a setting of the controller, needed by whoever books
        purposes = self.sudo().with_context(active_test=False)
        rows = purposes.search([("company_id", "in", [False, *(owner.id for owner in controllers.values())])])
        rows = rows.sorted(lambda row: bool(row.company_id))  # the controller's own row wins over its pattern
        return {
            (branch, row.code): row._get_window(branch, holidays[branch])
            for branch, owner in controllers.items()
            for row in rows
            if row.company_id <= owner
        }


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    urgent_reason = fields.Char(
        "Why it could not wait", readonly=True, help="Why somebody sent it outside the hours, or above the limit."
    )
    held_until = fields.Datetime(readonly=True, help="The next opening, if it waits for one.")
    occasion = fields.Char(readonly=True, help="What a limit counts by, for example one appointment.")

    _occasion_idx = models.Index("(occasion) WHERE occasion IS NOT NULL")

    def _wait_for_opening(self):
        """Let these messages wait until they may leave; they are asked about again then."""
        groups = self.grouped(lambda message: (message.company_id, message.purpose_id))
        rows = {(branch, purpose): purpose._of(branch._get_controller()) for branch, purpose in groups}
        pairs = {(branch, row) for (branch, _purpose), row in rows.items()}
        openings = self.env["clinic.whatsapp.gate"]._get_openings(pairs, fields.Datetime.now())
        for key, waiting in groups.items():
            opening = openings[key[0], rows[key]]
            waiting.write(
                {"state": QUEUED, "claimed_at": False, "next_attempt_at": opening, "held_until": opening}
            )
            waiting.account_id._schedule_dispatch(opening)
