"""What is wrong with a number, told once.

Whoever notices something (the health check, a webhook, the dispatcher) reports a finding by its code; ``health`` has
the words. It is kept on the number until whoever can tell says that it is gone. A new one gives the branch manager one
activity, which is closed with the finding; as long as it stays, nobody is told again.

Findings of a number are one value, so two transactions that report at the same time conflict and one of them begins
anew (``conflicts``): none is lost.
"""

import logging
from datetime import timedelta
from functools import partial

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import formatLang

from ...cloud_api import errors as cloud_errors
from ...cloud_api.exceptions import UNREACHABLE_REASONS
from . import health
from .account import CONNECTED, NEEDS_ATTENTION
from .conflicts import repeated
from .failure import trace

_logger = logging.getLogger(__name__)

QUALITIES = {"GREEN": "green", "YELLOW": "yellow", "RED": "red"}  # everything else is unknown, cloud_api.md §10
NEWS_AGE = timedelta(days=30)  # how long news without an activity are shown
UNLIMITED = -1
CRON = "clinic_whatsapp.ir_cron_health"
KEPT = frozenset({"findings", "latest_events"})
ORDER = {code: number for number, code in enumerate(health.FINDINGS)}


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    quality_rating = fields.Selection(
        [("green", "Green"), ("yellow", "Yellow"), ("red", "Red"), ("unknown", "Not rated yet")],
        "Quality",
        readonly=True,
        copy=False,
        help="What patients think of the messages of this number, as Meta sees it.",
    )
    messaging_limit = fields.Integer(
        "New people in 24 hours",
        readonly=True,
        copy=False,
        aggregator=None,
        help="How many people Meta lets you write to outside their 24-hour window. -1: any number; 0: unknown.",
    )
    verified_name = fields.Char("Name that patients see", readonly=True, copy=False)
    name_status = fields.Char("State of the name", readonly=True, copy=False)
    number_status = fields.Char("State of the number", readonly=True, copy=False)
    throughput_level = fields.Char("Throughput", readonly=True, copy=False)
    whatsapp_username = fields.Char("WhatsApp user name", readonly=True, copy=False)
    token_expires_at = fields.Datetime("Token expires", readonly=True, copy=False)
    health_checked_at = fields.Datetime("Last health check", readonly=True, copy=False)
    findings = fields.Json(readonly=True, copy=False)

    # Findings

    def _report_finding(self, code, detail=False, *, subject="", until=None):
        """Keep a finding about these numbers; its manager is asked once to look.

        :param str code: a key of ``health.FINDINGS``
        :param detail: what the words do not know, for example Meta's own
        :param str subject: what it is about, where a number can have several findings with the same code
        :param datetime | None until: naive UTC, when it ends by itself
        """
        key = f"{code}:{subject}" if subject else code
        vals = {"detail": detail or False, "until": fields.Datetime.to_string(until) if until else False}
        # sudo: clinic.whatsapp.account - findings are kept by the connector, whoever makes it look
        for account in self.sudo():
            known = (account.findings or {}).get(key)
            entry = {**(known or account._open_finding(key, vals)), **vals}
            if entry != known:
                account.findings = {**(account.findings or {}), key: entry}

    def _clear_finding(self, code, *, subject=""):
        """Forget a finding, if there is one, and close its activity."""
        key = f"{code}:{subject}" if subject else code
        # sudo: clinic.whatsapp.account - findings are kept by the connector, whoever makes it look
        for account in self.sudo().filtered(lambda account: key in (account.findings or {})):
            findings = dict(account.findings)
            account._get_activity(findings.pop(key)).action_feedback(
                feedback=account._for_manager().env._("No longer the case; closed by itself.")
            )
            account.findings = findings

    def _open_finding(self, key, vals):
        """Return a new entry of ``findings``, its activity included."""
        told = self._for_manager()
        activity = self.env["mail.activity"]
        if self.active and self._get_finding(key).level != health.INFO:
            title, advice = told._explain_finding(key, vals)
            activity = told.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=title,
                note=Markup("<p>%s</p>") % Markup("<br>").join(filter(None, (self._get_detail(key, vals), advice))),
                user_id=self._get_manager().id,
            )
        return {"since": fields.Datetime.to_string(fields.Datetime.now()), "activity": bool(activity) and activity.id}

    def _get_activity(self, entry):
        """Return the activity of a finding while it is to be done."""
        activity = self.env["mail.activity"].browse(entry["activity"] or ()).exists()
        return activity.filtered(lambda it: it.active and (it.res_model, it.res_id) == (self._name, self.id))

    @api.model
    def _get_finding(self, key) -> health.Finding | None:
        """Return what a key of ``findings`` means; None when this version does not know it."""
        return health.FINDINGS.get(key.partition(":")[0])

    def _get_findings(self):
        """Return [(finding, key, entry)] of one number, the worst first, then the oldest, then as in the table."""
        known = [(self._get_finding(key), key, entry) for key, entry in (self.findings or {}).items()]
        return sorted(
            (row for row in known if row[0]),
            key=lambda row: (health.LEVELS.index(row[0].level), row[2]["since"], ORDER[row[1].partition(":")[0]]),
        )

    def _explain_finding(self, key, entry):
        """Return (what is the case, what to do) in the language of the environment."""
        finding = self._get_finding(key)
        values = self._get_finding_values(entry)
        title, advice = self.env._(finding.title), self.env._(finding.advice)
        return title % values, advice % values

    def _get_detail(self, key, entry):
        """Return what is to be told beside the words, for example Meta's own; False when they say it all."""
        in_words = "%(detail)s" in str(self._get_finding(key).title)
        return not in_words and key not in health.DETAIL_IS_A_KEY and entry["detail"]

    def _get_finding_values(self, entry):
        """Return what the words of a finding may name."""
        detail = entry["detail"] or ""
        status = health.NUMBER_STATUSES.get(self.number_status)
        refused = cloud_errors.meaning(int(detail) if detail.lstrip("-").isdecimal() else cloud_errors.UNREADABLE)
        expires = self.token_expires_at
        return {
            "detail": detail,
            "api_url": self.api_url,
            "missing": ", ".join(self._get_missing_labels()),
            "status": self.env._(status) if status else self.number_status,
            "limit": self._get_limit_text(),
            "token_date": expires and self._tell_day(expires),
            "token_days": expires and max((expires - fields.Datetime.now()).days, 0),
            "error_title": self.env._(refused.title),
            "error_advice": self.env._(refused.advice),
            "unreachable_reason": self.env._(UNREACHABLE_REASONS[detail]) if detail in UNREACHABLE_REASONS else "",
        }

    def _get_limit_text(self):
        if self.messaging_limit == UNLIMITED:
            return self.env._("any number of new people in 24 hours")
        count = formatLang(self.env, self.messaging_limit, digits=0)
        return self.env._("up to %(count)s new people in 24 hours", count=count)

    def _forget_outdated_findings(self):
        """Forget what has ended, and news whose activity is done."""
        now = fields.Datetime.now()
        for account in self:
            for finding, key, entry in account._get_findings():
                over = entry["until"] and fields.Datetime.to_datetime(entry["until"]) <= now
                if over or (finding.is_news and account._is_old_news(entry, now)):
                    code, _colon, subject = key.partition(":")
                    account._clear_finding(code, subject=subject)

    def _is_old_news(self, entry, now) -> bool:
        if entry["until"]:
            return False
        if entry["activity"]:
            # sudo: clinic.whatsapp.account - the activity may be somebody else's
            return not self.sudo()._get_activity(entry)
        return fields.Datetime.to_datetime(entry["since"]) < now - NEWS_AGE

    # What follows from them

    def write(self, vals):
        """Whoever connects a number again says that what stopped it is mended.

        :raise AccessError: when somebody writes what only the connector keeps
        """
        if not self.env.su and not KEPT.isdisjoint(vals):
            raise AccessError(self.env._("What is wrong with a number is kept by the connector, not written."))
        result = super().write(vals)
        if vals.get("state") == CONNECTED:
            self._clear_finding(health.SENDING_STOPPED)
        return result

    def _get_causes(self):
        """Return [sentences] about why one number cannot be used, in the language of the environment."""
        return [
            " – ".join(self._explain_finding(key, entry))
            for finding, key, entry in self._get_findings()
            if finding.level == health.PROBLEM and key != health.SENDING_STOPPED
        ]

    def _stop_on_problems(self):
        """Stop sending over numbers that cannot be used."""
        # sudo: clinic.whatsapp.account - the state is kept by the connector
        for account in (account._for_manager() for account in self.sudo()):
            causes = account._get_causes()
            if causes and account.state in (CONNECTED, NEEDS_ATTENTION) and account.state_reason != causes[0]:
                account.write({"state": NEEDS_ATTENTION, "state_reason": causes[0]})

    def _resume_without_problems(self):
        """Go on sending over numbers that Meta was asked about and that can be used again."""
        # sudo: clinic.whatsapp.account - the state is kept by the connector
        mended = self.sudo().filtered(lambda account: account.state == NEEDS_ATTENTION and account._is_mended())
        mended.write({"state": CONNECTED, "state_reason": False})
        mended._schedule_dispatch()

    def _is_mended(self) -> bool:
        """Tell whether nothing is known that prevents sending. What sending ran into, a person has to look at."""
        levels = {finding.level for finding, _key, _entry in self._get_findings()}
        return health.PROBLEM not in levels and health.UNREACHABLE not in (self.findings or {})

    # The check

    def _check_health(self):
        """Ask Meta about these numbers, and keep what it says as values and findings. Changes nothing at Meta."""
        for account in self:
            account._learn_health(account._ask_health())

    @api.model
    def _schedule_health(self):
        """Let the check run soon."""
        # sudo: ir.cron - webhooks wake the check
        self.env.ref(CRON).sudo()._trigger()

    @api.model
    def _cron_health(self):
        """Check all numbers in use, each on its own; those first whose last check is the oldest."""
        accounts = self.search([("state", "in", (CONNECTED, NEEDS_ATTENTION))], order="health_checked_at NULLS FIRST")
        if self._is_neutralized():
            return
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=len(accounts))
        for account in accounts:
            if not left:
                break
            account._check_health_alone()
            left = cron._commit_progress(1)

    def _check_health_alone(self):
        """Check one number between commits: asking may take a while, and writing must not meet an old snapshot."""
        told = self._for_manager()
        try:
            diagnosis = told._ask_health()
            self.env["ir.cron"]._commit_progress()
            repeated(self.env, partial(told._learn_and_follow, diagnosis))
        except Exception as error:  # pylint: disable=broad-except
            self.env.cr.rollback()
            _logger.error("The health of WhatsApp number %s could not be checked: %s", self.id, trace(error))

    def _learn_and_follow(self, diagnosis):
        self._learn_health(diagnosis)
        self._stop_on_problems()
        self._resume_without_problems()
