"""The health of a number as its form shows it: what is wrong with the next step, and what is well."""

from datetime import timedelta

from babel.dates import format_timedelta
from odoo import api, fields, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang

from . import health
from .account_diagnosis import QUALITY_FINDINGS

GOOD = "good"
ICONS = {
    GOOD: "fa-check-circle text-success",
    health.INFO: "fa-info-circle text-info",
    health.WARNING: "fa-exclamation-circle text-warning",
    health.PROBLEM: "fa-times-circle text-danger",
}
TOKEN_FINDINGS = (
    health.TOKEN_INVALID,
    health.TOKEN_EXPIRES_NOW,
    health.TOKEN_EXPIRES_SOON,
    health.SETTINGS_MISSING,
    health.ENCRYPTION_KEY,
)
UNUSABLE = (health.NUMBER_UNUSABLE, health.META_BLOCKS)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    health_panel = fields.Html("Health", compute="_compute_health_panel", sanitize=False)

    @api.depends(
        "findings",
        "health_checked_at",
        "last_webhook_at",
        "messaging_limit",
        "number_status",
        "quality_rating",
        "throughput_level",
        "token_expires_at",
        "verified_name",
        "whatsapp_username",
    )
    @api.depends_context("lang", "tz", "uid")
    def _compute_health_panel(self):
        for account in self:
            account.health_panel = self.env["ir.qweb"]._render(
                "clinic_whatsapp.health_panel",
                {
                    "lines": [*account._get_finding_lines(), *account._get_good_lines()],
                    "checked": account._get_checked_text(),
                },
            )

    def _get_finding_lines(self):
        # sudo: clinic.whatsapp.account - whether a secret is there is told to whoever may read the number
        account = self.sudo()
        return [account._get_finding_line(*row) for row in account._get_findings()]

    def _get_finding_line(self, finding, key, entry):
        title, advice = self._explain_finding(key, entry)
        return {
            "icon": ICONS[finding.level],
            "level": finding.level,
            "title": title,
            "detail": self._get_detail(key, entry),
            "advice": advice,
            "since": self._get_since_text(entry),
        }

    def _get_since_text(self, entry):
        since = self._tell_day(entry["since"])
        if entry["until"]:
            return self.env._("since %(day)s, until %(end)s", day=since, end=self._tell_day(entry["until"]))
        return self.env._("since %(day)s", day=since)

    def _tell_day(self, moment):
        local = fields.Datetime.context_timestamp(self, fields.Datetime.to_datetime(moment))
        return format_date(self.env, local.date())

    def _get_good_lines(self):
        findings = self.findings or {}
        lines = [
            not any(code in findings for code in TOKEN_FINDINGS) and self._get_token_text(),
            not any(code in findings for code in UNUSABLE) and self._get_name_text(),
            not any(code in findings for code in QUALITY_FINDINGS.values()) and self._get_quality_text(),
            self.messaging_limit and self._get_sendable_text(),
            health.WEBHOOKS_SILENT not in findings and self._get_webhook_text(),
        ]
        return [{"icon": ICONS[GOOD], "level": GOOD, "title": line} for line in lines if line]

    def _get_token_text(self):
        if not self.number_status:  # Meta has never answered
            return False
        if not self.token_expires_at:
            return self.env._("The access token never expires")
        return self.env._("The access token works until %(day)s", day=self._tell_day(self.token_expires_at))

    def _get_name_text(self):
        if not self.verified_name:
            return False
        if self.whatsapp_username:
            return self.env._(
                "Patients see “%(name)s”, user name %(username)s",
                name=self.verified_name,
                username=self.whatsapp_username,
            )
        return self.env._("Patients see “%(name)s”", name=self.verified_name)

    def _get_quality_text(self):
        if self.quality_rating == "green":
            return self.env._("Quality green")
        return self.quality_rating and self.env._("Quality not rated yet: Meta has seen too few messages")

    def _get_sendable_text(self):
        return self.env._("Limit: %(limit)s; answers to patients do not count", limit=self._get_limit_text())

    def _get_webhook_text(self):
        if not self.last_webhook_at:
            return False
        return self.env._(
            "Webhooks: the last one %(ago)s (%(moment)s)",
            ago=self._tell_ago(self.last_webhook_at),
            moment=format_datetime(self.env, self.last_webhook_at, dt_format="short"),
        )

    def _get_checked_text(self):
        if not self.health_checked_at:
            return self.env._("Not checked yet. Press “Test connection”.")
        return self.env._("Checked %(ago)s.", ago=self._tell_ago(self.health_checked_at))

    def _tell_ago(self, moment):
        """Return how long ago a moment was, for example “3 minutes ago”."""
        passed = min(moment - fields.Datetime.now(), timedelta(seconds=-1))
        return format_timedelta(passed, add_direction=True, locale=babel_locale_parse(get_lang(self.env).code))
