"""What Meta reports about numbers and accounts by itself (cloud_api.md §5.9).

Each webhook field has one method, which changes the numbers that it is about (``account_concerned``). What this version
does not know is parked with its payload.
"""

from odoo import fields, models

from . import health
from .inbox import NotHandled
from .news import take_news
from .wire_values import mapping, moment, name, words

HANDLERS = {
    "phone_number_quality_update": "_learn_number_event",
    "phone_number_name_update": "_learn_name",
    "business_capability_update": "_learn_capability",
    "account_update": "_learn_account_event",
    "account_review_update": "_learn_review",
    "account_alerts": "_learn_alert",
    "security": "_learn_security_event",
    "business_username_updates": "_learn_username",
    "business_username_update": "_learn_username",  # as Meta's samples spell it
}
SECURITY_EVENTS = {
    "PIN_CHANGED": health.PIN_CHANGED,
    "PIN_RESET_REQUEST": health.PIN_RESET_REQUESTED,
    "PIN_REQUEST_SUCCESS": health.PIN_RESET,
}
RESTRICTIONS = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": health.RESTRICTED_STARTING,
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": health.RESTRICTED_REPLYING,
    "RESTRICTED_UTILITY_TEMPLATES": health.RESTRICTED_UTILITY,
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": health.RESTRICTED_ADDING,
    "RESTRICTED_BUSINESS_INITIATED_CALLING": health.RESTRICTED_CALLING,
    "RESTRICTED_USER_INITIATED_CALLING": health.RESTRICTED_CALLING,
}
BANS = {"SCHEDULE_FOR_DISABLE": health.BAN_SCHEDULED, "DISABLE": health.BANNED}
ALERTS = {
    "PROFILE_PICTURE_LOST": health.PICTURE_LOST,
    "OBA_APPROVED": health.BADGE_APPROVED,
    "OBA_REJECTED": health.BADGE_REJECTED,
    "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED": health.LIMIT_RAISE_DEFERRED,
    "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED": health.LIMIT_RAISE_FAILED,
    "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO": health.LIMIT_RAISE_QUESTION,
}
ENDED_ALERTS = ("RESOLVED", "INACTIVE", "DISMISSED")
NAME_DECISIONS = {
    "APPROVED": health.REGISTER_AGAIN,
    "REJECTED": health.NAME_DECLINED,
    "PENDING": health.NAME_IN_REVIEW,
    "DEFERRED": health.NAME_IN_REVIEW,
}
NAME_STATUSES = {"REJECTED": "DECLINED", "PENDING": "PENDING_REVIEW"}  # as the number has them, cloud_api.md §10
REVIEWS = {"REJECTED": health.REVIEW_REJECTED, "PENDING": health.REVIEW_PENDING, "DEFERRED": health.REVIEW_PENDING}
NOTHING_TO_DO = (
    "PARTNER_ADDED",
    "PARTNER_APP_INSTALLED",
    "VOLUME_BASED_PRICING_TIER_UPDATE",
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
    "MM_LITE_TERMS_SIGNED",
    "AD_ACCOUNT_LINKED",
    "VERIFIED_ACCOUNT",
)  # news for resellers and advertisers
CONNECTION, BAN, QUALITY, LIMIT = "connection", "ban", "quality", "limit"  # stories
CONNECTION_EVENTS = ("ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED")
QUALITY_EVENTS = ("FLAGGED", "UNFLAGGED")
BAN_EVENT = "DISABLED_UPDATE"


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    latest_events = fields.Json(readonly=True, copy=False)

    def _receive_change(self, field, payload):
        if field not in HANDLERS:
            return super()._receive_change(field, payload)
        value = payload["value"]
        numbers = self._get_concerned(payload)
        if story := self._get_story(field, value):
            numbers = take_news(numbers, story, payload.get("time"))
        if numbers:
            getattr(numbers, HANDLERS[field])(value)
            numbers._stop_on_problems()
        return None

    def _get_story(self, field, value) -> str | None:
        """Return what a webhook goes on telling about: an older one must not undo a newer one of the same story."""
        event = name(value.get("event"))
        if field == "account_update":
            return CONNECTION if event in CONNECTION_EVENTS else BAN if event == BAN_EVENT else None
        if field in ("phone_number_quality_update", "business_capability_update"):
            return QUALITY if event in QUALITY_EVENTS else LIMIT
        return None if field in ("account_alerts", "security") else HANDLERS[field]

    def _not_handled(self, event):
        """
        :raise NotHandled: about an event that this version does not know; it is kept
        """
        env = self[:1]._for_manager().env
        raise NotHandled(env._("Nothing is done with “%(field)s” yet; kept for later.", field=words(event)[:100]))

    def _learn_number_event(self, value):
        event = name(value.get("event"))
        if event == "FLAGGED":
            self._report_finding(health.QUALITY_LOW)
        elif event == "UNFLAGGED":
            self._clear_finding(health.QUALITY_LOW)
        elif event == "THROUGHPUT_UPGRADE":
            for account in self:
                account.write(account._prepare_throughput_vals("HIGH"))
        self._learn_limit(value)

    def _learn_capability(self, value):
        self._learn_limit(value)

    def _learn_limit(self, value):
        """Take over the messaging limit; the manager is told when it was lowered."""
        limit = self._read_limit(value.get("max_daily_conversations_per_business")) or self._read_limit(
            value.get("current_limit")
        )
        for account in self.filtered(lambda account: limit and account.messaging_limit != limit):
            before = account.messaging_limit
            account.messaging_limit = limit
            if before and limit > 0 and not 0 < before < limit:
                account._report_finding(health.LIMIT_LOWERED)
            else:
                account._clear_finding(health.LIMIT_LOWERED)

    def _learn_name(self, value):
        decision = name(value.get("decision"))
        finding = NAME_DECISIONS.get(decision) or self._not_handled(decision)
        for code in {*NAME_DECISIONS.values()} - {finding}:
            self._clear_finding(code)
        about = "rejection_reason" if finding == health.NAME_DECLINED else "requested_verified_name"
        self._report_finding(finding, words(value.get(about)))
        self.name_status = NAME_STATUSES.get(decision) or decision

    def _learn_account_event(self, value):
        event = name(value.get("event"))
        if event == "ACCOUNT_VIOLATION":
            violation = mapping(value.get("violation_info")).get("violation_type")
            self._report_finding(health.POLICY_VIOLATION, words(violation), subject=words(violation)[:100])
        elif event == "ACCOUNT_RESTRICTION":
            self._learn_restrictions(value.get("restriction_info"))
        elif event == "DISABLED_UPDATE":
            self._learn_ban(mapping(value.get("ban_info")))
        elif event == "ACCOUNT_DELETED":
            self._report_finding(health.ACCOUNT_DELETED)
        elif event == "ACCOUNT_OFFBOARDED":
            self._report_finding(health.OFFBOARDED)
        elif event == "ACCOUNT_RECONNECTED":
            self._clear_finding(health.OFFBOARDED)
            self._clear_finding(health.ACCOUNT_DELETED)
            self._schedule_health()
        elif event == "PARTNER_REMOVED":
            self._report_finding(health.PARTNER_REMOVED, words(mapping(value.get("disconnection_info")).get("reason")))
        elif event == "PARTNER_APP_UNINSTALLED":
            self._report_finding(health.APP_REMOVED)
            self._schedule_health()
        elif event not in NOTHING_TO_DO:
            self._not_handled(event)

    def _learn_restrictions(self, restrictions):
        """Keep what Meta restricts, each until the moment that Meta names."""
        for restriction in restrictions if isinstance(restrictions, list) else [restrictions]:
            kind, until = name(mapping(restriction).get("restriction_type")), mapping(restriction).get("expiration")
            if code := RESTRICTIONS.get(kind):
                self._report_finding(code, until=moment(until))
            else:
                self._report_finding(health.RESTRICTED, words(kind), subject=words(kind)[:100], until=moment(until))

    def _learn_ban(self, ban):
        states = ban.get("waba_ban_state")
        states = [name(state) for state in (states if isinstance(states, list) else [states])]
        finding = next((BANS[state] for state in reversed(states) if state in BANS), None)
        if "REINSTATE" in states:
            finding = None
            self._schedule_health()
        elif not finding:
            self._not_handled(" ".join(states))
        for code in {*BANS.values()} - {finding}:
            self._clear_finding(code)
        if finding:
            self._report_finding(finding, words(ban.get("waba_ban_date")))

    def _learn_review(self, value):
        decision = name(value.get("decision"))
        if decision not in ("APPROVED", *REVIEWS):
            self._not_handled(decision)
        for code in {*REVIEWS.values()} - {REVIEWS.get(decision)}:
            self._clear_finding(code)
        if decision in REVIEWS:
            self._report_finding(REVIEWS[decision])

    def _learn_alert(self, value):
        info = {**value, **mapping(value.get("alert_info"))}
        kind = name(info.get("alert_type")) or self._not_handled("account_alerts")
        severe = name(info.get("alert_severity")) in ("CRITICAL", "WARNING")
        code = ALERTS.get(kind) or (health.ALERT if severe else health.ALERT_INFO)
        subject = "" if kind in ALERTS else words(kind)[:100]
        if name(info.get("alert_status")) in ENDED_ALERTS:
            self._clear_finding(code, subject=subject)
        else:
            self._report_finding(code, words(info.get("alert_description")) or words(kind), subject=subject)

    def _learn_security_event(self, value):
        event = name(value.get("event"))
        self._report_finding(SECURITY_EVENTS.get(event) or self._not_handled(event))

    def _learn_username(self, value):
        status = name(value.get("status")).lower()
        if status == "approved":
            self.whatsapp_username = words(value.get("username"))[:100] or False
            self._clear_finding(health.USERNAME_REVOKED)
        elif status == "deleted":
            self.whatsapp_username = False
            if value.get("context") == "revoked":
                self._report_finding(health.USERNAME_REVOKED)
        elif status != "reserved":
            self._not_handled(status)
