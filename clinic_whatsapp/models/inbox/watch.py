"""Nobody is forgotten: what was put aside comes back, what is overdue reaches a manager, no day ends with open ends.

Every five minutes, for all branches. Each wait is escalated once, to the managers of the branch; the activity goes when
somebody answers. When a branch closes, its managers get the number of what is still open, once a day, on the branch's
number. Activities carry no text of a patient, and no e-mail is sent about them.
"""

import logging
import time

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL

from ..messaging.conversation import CLOSED, OPEN

OVERDUE = "clinic_whatsapp.activity_overdue"
DAY_END = "clinic_whatsapp.activity_day_end"
BATCH = 200

_logger = logging.getLogger(__name__)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    overdue_told_for = fields.Datetime(
        readonly=True, help="Of which wait the managers were told that it is overdue: its beginning."
    )

    _overdue_told_idx = models.Index("(overdue_told_for) WHERE overdue_told_for IS NOT NULL")

    @api.model
    def _cron_inbox_watch(self):
        """Do each part in a transaction of its own: people write in these conversations meanwhile."""
        started, cron = time.monotonic(), self.env["ir.cron"]
        woken = len(self._wake_due())
        cron._commit_progress(woken)
        freed = self._free_of_leavers()
        freed._notify()
        cron._commit_progress(len(freed))
        escalated = len(self._escalate_overdue())
        self._end_escalations()
        cron._commit_progress(escalated, remaining=BATCH if escalated == BATCH else 0)
        told = len(self.env["res.company"]._get_inbox_branches()._tell_day_end(fields.Datetime.now()))
        cron._commit_progress(told)
        if woken or freed or escalated or told:
            _logger.info(
                "inbox watch: woken=%s freed=%s escalated=%s day_end=%s ms=%.0f",
                woken,
                len(freed),
                escalated,
                told,
                (time.monotonic() - started) * 1000,
            )

    @api.model
    def _escalate_overdue(self):
        """Tell the managers of the branches what is overdue, once for each wait; return it.

        Raw SQL: a column is compared with another one.
        """
        self.flush_model(["reply_due_at", "waiting_since", "overdue_told_for", "state", "snoozed_until"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM clinic_whatsapp_conversation
                 WHERE waiting_since IS NOT NULL
                   AND reply_due_at <= %(now)s
                   AND overdue_told_for IS DISTINCT FROM waiting_since
                   AND state != %(closed)s
                   AND snoozed_until IS NULL
              ORDER BY waiting_since, id
                 LIMIT %(most)s""",
                now=fields.Datetime.now(),
                closed=CLOSED,
                most=BATCH,
            )
        )
        overdue = self.browse(row[0] for row in rows)
        for company, conversations in overdue.grouped("company_id").items():
            conversations._tell_managers(company._get_inbox_managers())
        for conversation in overdue:
            conversation.overdue_told_for = conversation.waiting_since
        overdue._notify()
        return overdue

    def _tell_managers(self, managers):
        """Put an activity on each manager, in place of those about an earlier wait."""
        self.activity_unlink([OVERDUE])
        for manager in managers:
            env = self.with_context(lang=manager.lang).env
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                OVERDUE,
                summary=env._("A patient waits longer than promised"),
                note=env._("Answer, give it to somebody who does, or say that no answer is needed."),
                user_id=manager.id,
            )

    def _refresh_waiting(self):
        result = super()._refresh_waiting()
        self.filtered("overdue_told_for")._end_escalation()
        return result

    def _end_escalation(self):
        """Take back what was told the managers of those who do not wait any more."""
        answered = self.filtered(lambda conversation: not conversation.waiting_since)
        # sudo: mail.activity - the manager's, whoever has answered
        answered.sudo().activity_unlink([OVERDUE])
        answered.sudo().overdue_told_for = False

    @api.model
    def _end_escalations(self):
        """Do so for what was answered in ways that nobody foresaw."""
        self.search([("overdue_told_for", "!=", False), ("waiting_since", "=", False)])._end_escalation()


class ResCompany(models.Model):
    _inherit = "res.company"

    def _tell_day_end(self, now):
        """Tell the managers of those branches that have closed today what is still open there; return the branches.

        :param datetime now: naive UTC
        """
        told = self.browse()
        # sudo: res.company - whether the managers were told today is written by the cron only
        for branch in self.sudo():
            today = fields.Date.context_today(branch.with_context(tz=branch._get_tz()), now)
            if branch.whatsapp_day_end_on == today:
                continue
            closing = branch._get_closing(now)
            if closing and closing <= now:
                branch.whatsapp_day_end_on = today
                branch._list_open_conversations()
                told |= branch
        return told

    def _list_open_conversations(self):
        """Replace yesterday's list by today's; no list when nothing is open."""
        # sudo: clinic.whatsapp.account, clinic.whatsapp.conversation - called by the cron, for one branch
        account = self.env["clinic.whatsapp.account"].sudo().search([("company_id", "=", self.id)], order="id", limit=1)
        account.activity_unlink([DAY_END])
        counts = self._count_at_day_end()
        if not counts["open"]:
            return
        for manager in self._get_inbox_managers():
            env = self.with_context(lang=manager.lang).env
            note = env._(
                "Unanswered: %(waiting)s. Without a colleague: %(free)s. Put aside: %(snoozed)s.",
                waiting=counts["waiting"],
                free=counts["free"],
                snoozed=counts["snoozed"],
            )
            link = Markup('<p><a href="/odoo/whatsapp-open">%s</a></p>') % env._("Open the list")
            account.with_context(mail_activity_quick_update=True).activity_schedule(
                DAY_END,
                summary=env._("Open at the end of the day: %(count)s", count=counts["open"]),
                note=Markup("<p>%s</p>") % note + link,
                user_id=manager.id,
            )

    def _count_at_day_end(self) -> dict:
        # sudo: clinic.whatsapp.conversation - called by the cron, for one branch
        conversations = self.env["clinic.whatsapp.conversation"].sudo()
        here = [("company_id", "=", self.id), ("state", "!=", CLOSED)]
        parts = {
            "open": [("state", "=", OPEN)],
            "waiting": [("waiting_since", "!=", False)],
            "free": [("state", "=", OPEN), ("assigned_user_id", "=", False)],
            "snoozed": [("snoozed_until", "!=", False)],
        }
        return {name: conversations.search_count([*here, *part]) for name, part in parts.items()}
