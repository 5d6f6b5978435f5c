"""The health check: asks Meta everything that it tells about a number.

Asking and writing are apart: what Meta says is collected first, as plain values, since an answer may take half a minute
and others write to the number meanwhile. A question that could not be asked leaves what was known before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields, models
from odoo.exceptions import UserError

from ... import encryption
from ...cloud_api.client import CloudApiError, InvalidCredentials, Rejected, Unreachable
from ...cloud_api.errors import WRONG_APP_SECRET, Policy
from . import health
from .account import DEFAULT_RATE
from .account_connection import SCOPES
from .account_health import QUALITIES, UNLIMITED
from .account_setup import WEBHOOK_FIELDS

_logger = logging.getLogger(__name__)

TOKEN_REFUSED = (0, 102, 104, 190)  # cloud_api.md §1.3
ASK_LATER = (Policy.RETRY, Policy.RETRY_LATER)
NEEDED_SETTINGS = ("phone_number_id", "waba_id", "app_id", "access_token", "app_secret")
SOON, NOW = timedelta(days=14), timedelta(days=3)  # before a token expires
SILENCE = timedelta(minutes=15)  # the status of a message takes seconds, cloud_api.md §5.3
RATES = {"STANDARD": DEFAULT_RATE, "HIGH": 1000}  # messages per second, cloud_api.md §6.1
DISPROVED = (health.BANNED, health.ACCOUNT_DELETED, health.OFFBOARDED, health.REVIEW_REJECTED)  # by a number that sends
HEALTH_STATES = {"BLOCKED": health.META_BLOCKS, "LIMITED": health.META_LIMITS}
ONE_CAUSE = (
    (health.META_BLOCKS, health.NUMBER_UNUSABLE),
    (health.META_LIMITS, health.NUMBER_LIMITED),
    (health.META_REFUSES, health.TOKEN_INVALID),
    (health.META_REFUSES, health.PERMISSION_MISSING),
)  # (what follows from it, what it is): one activity
NAME_FINDINGS = {
    "DECLINED": health.NAME_DECLINED,
    "EXPIRED": health.NAME_EXPIRED,
    "PENDING_REVIEW": health.NAME_IN_REVIEW,
}
QUALITY_FINDINGS = {"yellow": health.QUALITY_MEDIUM, "red": health.QUALITY_LOW}


@dataclass
class Diagnosis:
    """What was learned about one number.

    :param asked: codes of the findings that this check can confirm or rule out
    :param found: {code: detail} of those that are the case
    :param vals: values of the number
    :param templates: see the template domain
    """

    asked: set[str] = field(default_factory=set)
    found: dict[str, str | bool] = field(default_factory=dict)
    vals: dict = field(default_factory=dict)
    templates: list | None = None


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    learned_rate = fields.Integer(default=DEFAULT_RATE, readonly=True, copy=False, aggregator=None)

    def _ask_health(self) -> Diagnosis:
        """Return what Meta says about one number; writes nothing."""
        self.ensure_one()
        diagnosis = Diagnosis(asked={health.ENCRYPTION_KEY, health.SETTINGS_MISSING, health.SETTINGS_INVALID})
        if problem := encryption.problem(self.env):
            diagnosis.found[health.ENCRYPTION_KEY] = problem
            return diagnosis
        if self._get_missing_labels():
            diagnosis.found[health.SETTINGS_MISSING] = False
            return diagnosis
        try:
            with self._cloud_api() as api:
                self._ask_everything(api, diagnosis)
        except InvalidCredentials:
            diagnosis.found[health.SETTINGS_INVALID] = False
        except UserError as error:  # a secret that the keys of this server cannot read
            diagnosis.found[health.ENCRYPTION_KEY] = str(error)
        return diagnosis

    def _get_missing_labels(self):
        return [self._fields[name]._description_string(self.env) for name in NEEDED_SETTINGS if not self[name]]

    def _ask_everything(self, api, diagnosis):
        diagnosis.asked |= {health.UNREACHABLE, health.META_REFUSES}
        for question in self._get_health_questions():
            if health.UNREACHABLE not in diagnosis.found:
                self._ask_one(question, api, diagnosis)
        if health.UNREACHABLE in diagnosis.found:
            diagnosis.asked.discard(health.META_REFUSES)
        diagnosis.asked |= diagnosis.found.keys()
        for vague, named in ONE_CAUSE:
            if named in diagnosis.found and vague in diagnosis.found:
                detail = diagnosis.found.pop(vague)
                diagnosis.found[named] = diagnosis.found[named] or (vague in HEALTH_STATES.values() and detail)

    def _get_health_questions(self) -> list[Callable]:
        """Return methods ``(api, diagnosis)``, each of which asks Meta one thing."""
        return [
            self._ask_about_token,
            self._ask_about_number,
            self._ask_about_sending,
            self._ask_about_subscription,
            self._ask_about_webhook_fields,
            self._look_for_webhooks,
        ]

    def _ask_one(self, question, api, diagnosis):
        try:
            question(api, diagnosis)
        except Rejected as rejected:
            error = rejected.error
            if error.code in TOKEN_REFUSED:
                diagnosis.found[health.TOKEN_INVALID] = False
            elif error.meaning.policy in ASK_LATER:
                _logger.info("Meta does not answer a question about WhatsApp number %s now: %s", self.id, error)
            else:
                diagnosis.found.setdefault(health.META_REFUSES, str(error.meaning.code))
        except InvalidCredentials:
            raise
        except CloudApiError as error:
            diagnosis.found[health.UNREACHABLE] = error.reason if isinstance(error, Unreachable) else "timeout"

    # Questions

    def _ask_about_token(self, api, diagnosis):
        try:
            token = api.inspect_token()
        except Rejected as rejected:
            if rejected.error.code not in TOKEN_REFUSED:
                raise
            diagnosis.found[health.META_REFUSES] = str(WRONG_APP_SECRET)  # asked in the name of the app
            return
        codes = (health.TOKEN_INVALID, health.PERMISSION_MISSING, health.TOKEN_EXPIRES_SOON, health.TOKEN_EXPIRES_NOW)
        diagnosis.asked.update(codes)
        expires = token.expires_at and token.expires_at.replace(tzinfo=None)
        diagnosis.vals["token_expires_at"] = expires or False
        missing = [scope for scope in SCOPES if scope not in token.scopes]
        if not token.is_valid:
            diagnosis.found[health.TOKEN_INVALID] = False
        elif missing:
            diagnosis.found[health.PERMISSION_MISSING] = ", ".join(missing)
        elif expires and expires < fields.Datetime.now() + NOW:
            diagnosis.found[health.TOKEN_EXPIRES_NOW] = False
        elif expires and expires < fields.Datetime.now() + SOON:
            diagnosis.found[health.TOKEN_EXPIRES_SOON] = False

    def _ask_about_number(self, api, diagnosis):
        number = api.phone_number()
        quality = QUALITIES.get(number.quality_rating, "unknown")
        wanted = number.new_name_status  # of a name that is not in use yet
        name_status = wanted if wanted not in ("", "NONE") else number.name_status
        diagnosis.vals.update(
            phone_number=self.phone_number or number.display_phone_number,
            number_status=number.status,
            quality_rating=quality,
            verified_name=number.verified_name,
            name_status=name_status,
            messaging_limit=self._read_limit(number.messaging_limit) or self.messaging_limit,
            **self._prepare_throughput_vals(number.throughput),
        )
        diagnosis.asked.update(QUALITY_FINDINGS.values(), NAME_FINDINGS.values())
        diagnosis.asked |= {health.NUMBER_UNUSABLE, health.NUMBER_LIMITED, health.NUMBER_STATUS_UNKNOWN}
        if finding := self._judge_status(number.status):
            diagnosis.found[finding] = finding == health.NUMBER_STATUS_UNKNOWN and number.status
        for finding in (QUALITY_FINDINGS.get(quality), NAME_FINDINGS.get(name_status)):
            if finding:
                diagnosis.found[finding] = False
        self._look_at_address(number, diagnosis)
        again = (self.findings or {}).get(health.REGISTER_AGAIN)
        if again and number.verified_name == again["detail"]:
            diagnosis.asked.add(health.REGISTER_AGAIN)

    def _judge_status(self, status):
        if status in health.UNUSABLE_STATUSES:
            return health.NUMBER_UNUSABLE
        if status in health.LIMITED_STATUSES:
            return health.NUMBER_LIMITED
        return False if status in ("CONNECTED", "") else health.NUMBER_STATUS_UNKNOWN

    def _look_at_address(self, number, diagnosis):
        """Find out whether the messages of this number are delivered to this Odoo: the narrowest address counts."""
        address = number.callback
        if not address:
            return
        diagnosis.asked.add(health.WEBHOOK_ELSEWHERE)
        if not any(address.endswith(f"/{account.webhook_key}") for account in self._get_sharing_app()):
            diagnosis.found[health.WEBHOOK_ELSEWHERE] = urlsplit(address).hostname or address

    def _ask_about_sending(self, api, diagnosis):
        answer = api.health()
        diagnosis.asked.update(HEALTH_STATES.values())
        if finding := HEALTH_STATES.get(answer.can_send):
            errors = [error for entity in answer.entities for error in entity.errors]
            texts = [" ".join(filter(None, (error.description, error.solution))) for error in errors]
            diagnosis.found[finding] = "\n".join(dict.fromkeys(filter(None, texts))) or False
        elif answer.can_send == "AVAILABLE":
            diagnosis.asked.update(DISPROVED)  # the webhook that took it back may have been lost

    def _ask_about_subscription(self, api, diagnosis):
        diagnosis.asked.add(health.NOT_SUBSCRIBED)
        if self.app_id not in api.subscribed_app_ids():
            diagnosis.found[health.NOT_SUBSCRIBED] = False

    def _ask_about_webhook_fields(self, api, diagnosis):
        """Compare the fields of the app's subscription; Meta may refuse to tell them (cloud_api.md §5.4)."""
        try:
            subscription = api.app_subscription()
        except Rejected as rejected:
            _logger.info("Meta does not tell the webhook fields of WhatsApp number %s: %s", self.id, rejected)
            return
        if not subscription:
            return
        diagnosis.asked.add(health.WEBHOOK_FIELDS)
        if missing := [name for name in WEBHOOK_FIELDS if name not in subscription.fields]:
            diagnosis.found[health.WEBHOOK_FIELDS] = ", ".join(missing)

    def _look_for_webhooks(self, _api, diagnosis):
        """Compare what we sent with what we were told: the status of a message comes within seconds."""
        diagnosis.asked |= {health.NO_WEBHOOK_YET, health.WEBHOOKS_SILENT}
        sent = self.env["clinic.whatsapp.message"].search(
            [
                ("account_id", "=", self.id),
                ("direction", "=", "out"),
                ("wamid", "!=", False),
                ("sent_at", "<", fields.Datetime.now() - SILENCE),
            ],
            order="id desc",
            limit=1,
        )
        if sent and (not self.last_webhook_at or self.last_webhook_at < sent.sent_at):
            diagnosis.found[health.WEBHOOKS_SILENT] = False
        elif not self.last_webhook_at:
            diagnosis.found[health.NO_WEBHOOK_YET] = False

    # Answers

    def _read_limit(self, limit) -> int:
        """Return a messaging limit as a number: ``TIER_2K``, ``TIER_UNLIMITED``, 250, -1; 0 when it is not known."""
        text = str(limit or "").removeprefix("TIER_")
        if text in ("UNLIMITED", str(UNLIMITED)):
            return UNLIMITED
        digits = text.removesuffix("K")
        return int(digits) * (1000 if text.endswith("K") else 1) if digits.isdecimal() and len(digits) < 7 else 0

    def _prepare_throughput_vals(self, level):
        """Return the throughput, and the rate that goes with it unless the manager has set one of his own.

        The rate is ours as long as it is the one that we learned last.
        """
        vals = {"throughput_level": level}
        rate = RATES.get(level)
        if rate and self.messages_per_second == self.learned_rate != rate:
            vals.update(messages_per_second=rate, learned_rate=rate)
        return vals

    def _learn_health(self, diagnosis):
        """Keep what was learned about one number.

        :param Diagnosis diagnosis:
        """
        # sudo: clinic.whatsapp.account - values and findings are kept by the connector, whoever makes it look
        account = self.sudo()
        changed = {name: value for name, value in diagnosis.vals.items() if account[name] != value}
        account.write({**changed, "health_checked_at": fields.Datetime.now()})
        for code in diagnosis.asked - diagnosis.found.keys():
            account._clear_finding(code)
        for code, detail in diagnosis.found.items():
            account._report_finding(code, detail)
        if any(health.FINDINGS[code].level == health.PROBLEM for code in diagnosis.found):
            account._clear_finding(health.SENDING_STOPPED)  # its cause has a name now
        account._forget_outdated_findings()
