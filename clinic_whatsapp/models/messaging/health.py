"""What can be wrong with a number, in plain words: one table.

A finding is stored on the number by its code (``account_health``); its words stand here, and are told in the language
of whoever reads them. They may name what :meth:`ClinicWhatsappAccount._get_finding_values` offers, for example
``%(detail)s``.
"""

from dataclasses import dataclass

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

INFO, WARNING, PROBLEM = "info", "warning", "problem"
LEVELS = (PROBLEM, WARNING, INFO)  # the worst first


@dataclass(frozen=True)
class Finding:
    """What a finding means.

    :param level: ``problem``: the number cannot be used as it is; ``warning``: it works, but somebody must act;
        ``info``: worth knowing. The first two give the branch manager an activity.
    :param title: what is the case
    :param advice: the next step
    :param is_news: Meta said it once and nobody can ask about it again: it stays until its activity is done, or until
        the moment that Meta named
    """

    level: str
    title: LazyGettext
    advice: LazyGettext
    is_news: bool = False


# What the health check finds out by itself.
ENCRYPTION_KEY = "encryption_key"
SETTINGS_MISSING = "settings_missing"
SETTINGS_INVALID = "settings_invalid"
UNREACHABLE = "unreachable"
META_REFUSES = "meta_refuses"
TOKEN_INVALID = "token_invalid"
TOKEN_EXPIRES_SOON = "token_expires_soon"
TOKEN_EXPIRES_NOW = "token_expires_now"
PERMISSION_MISSING = "permission_missing"
NUMBER_UNUSABLE = "number_unusable"
NUMBER_LIMITED = "number_limited"
NUMBER_STATUS_UNKNOWN = "number_status_unknown"
META_BLOCKS = "meta_blocks"
META_LIMITS = "meta_limits"
QUALITY_MEDIUM = "quality_medium"
QUALITY_LOW = "quality_low"
NAME_DECLINED = "name_declined"
NAME_EXPIRED = "name_expired"
NAME_IN_REVIEW = "name_in_review"
NOT_SUBSCRIBED = "not_subscribed"
WEBHOOK_FIELDS = "webhook_fields"
WEBHOOK_ELSEWHERE = "webhook_elsewhere"
NO_WEBHOOK_YET = "no_webhook_yet"
WEBHOOKS_SILENT = "webhooks_silent"

# What sending or a webhook tells us.
SENDING_STOPPED = "sending_stopped"
REGISTER_AGAIN = "register_again"
LIMIT_LOWERED = "limit_lowered"
POLICY_VIOLATION = "policy_violation"
RESTRICTED = "restricted"
RESTRICTED_STARTING = "restricted_starting"
RESTRICTED_REPLYING = "restricted_replying"
RESTRICTED_UTILITY = "restricted_utility"
RESTRICTED_ADDING = "restricted_adding"
RESTRICTED_CALLING = "restricted_calling"
BAN_SCHEDULED = "ban_scheduled"
BANNED = "banned"
ACCOUNT_DELETED = "account_deleted"
OFFBOARDED = "offboarded"
PARTNER_REMOVED = "partner_removed"
APP_REMOVED = "app_removed"
REVIEW_REJECTED = "review_rejected"
REVIEW_PENDING = "review_pending"
ALERT = "alert"
ALERT_INFO = "alert_info"
PICTURE_LOST = "picture_lost"
BADGE_APPROVED = "badge_approved"
BADGE_REJECTED = "badge_rejected"
LIMIT_RAISE_DEFERRED = "limit_raise_deferred"
LIMIT_RAISE_FAILED = "limit_raise_failed"
LIMIT_RAISE_QUESTION = "limit_raise_question"
PIN_CHANGED = "pin_changed"
PIN_RESET_REQUESTED = "pin_reset_requested"
PIN_RESET = "pin_reset"
USERNAME_REVOKED = "username_revoked"
TEMPLATE_STOPPED = "template_stopped"
TEMPLATE_CATEGORY = "template_category"
TEMPLATE_FIELD = "template_field"
AUTOMATION_STOPPED = "automation_stopped"

_FINDINGS_OF_THE_CHECK = {
    ENCRYPTION_KEY: Finding(
        PROBLEM,
        _lt("The server cannot read or store confidential data"),
        _lt("Ask your administrator to set the encryption key of the server and to restart Odoo."),
    ),
    SETTINGS_MISSING: Finding(
        PROBLEM,
        _lt("Empty settings: %(missing)s"),
        _lt("Fill them in from the Meta App Dashboard, then press “Test connection”."),
    ),
    SETTINGS_INVALID: Finding(
        PROBLEM,
        _lt("One of the values is not what Meta gives"),
        _lt("IDs are digits, and the API address begins with https://. Correct them, then press “Test connection”."),
    ),
    UNREACHABLE: Finding(
        INFO,
        _lt("Meta could not be asked at %(api_url)s"),
        _lt("%(unreachable_reason)s It is tried again by itself."),
    ),
    META_REFUSES: Finding(
        PROBLEM,
        _lt("Meta refuses to tell about the number. %(error_title)s"),
        _lt("%(error_advice)s Then press “Test connection”."),
    ),
    TOKEN_INVALID: Finding(
        PROBLEM,
        _lt("The access token is not valid or has expired"),
        _lt(
            "Create a new token of a system user in Meta's Business settings (it never expires), enter it as access "
            "token, then press “Test connection”."
        ),
    ),
    TOKEN_EXPIRES_NOW: Finding(
        WARNING,
        _lt("The access token stops working on %(token_date)s, in %(token_days)s days"),
        _lt("Replace it today by a token of a system user, which never expires. Without it nothing can be sent."),
    ),
    TOKEN_EXPIRES_SOON: Finding(
        WARNING,
        _lt("The access token stops working on %(token_date)s"),
        _lt("Replace it by a token of a system user, which never expires (Meta's Business settings › System users)."),
    ),
    PERMISSION_MISSING: Finding(
        PROBLEM,
        _lt("The token lacks the permission %(detail)s"),
        _lt("Create the token of the system user again and tick this permission, then press “Test connection”."),
    ),
    NUMBER_UNUSABLE: Finding(
        PROBLEM,
        _lt("Meta says that the number cannot be used: %(status)s"),
        _lt(
            "Open the number in WhatsApp Manager, which says why. If it waits for its registration, register it; if "
            "it was blocked, ask Meta for a review there."
        ),
    ),
    NUMBER_LIMITED: Finding(
        WARNING,
        _lt("Meta restricts the number for now: %(status)s"),
        _lt(
            "Answers still leave, reminders may be refused. Send less for a day, and only what patients expect; Meta "
            "lifts it by itself."
        ),
    ),
    NUMBER_STATUS_UNKNOWN: Finding(
        WARNING,
        _lt("Meta reports a state of the number that we do not know: %(detail)s"),
        _lt("Open the number in WhatsApp Manager and see what it says."),
    ),
    META_BLOCKS: Finding(
        PROBLEM,
        _lt("Meta lets this number send nothing"),
        _lt("Do what Meta says here, in WhatsApp Manager or in the Business settings, then press “Test connection”."),
    ),
    META_LIMITS: Finding(
        WARNING,
        _lt("Meta limits what this number can send"),
        _lt("Do what Meta says here, in WhatsApp Manager or in the Business settings."),
    ),
    QUALITY_MEDIUM: Finding(
        WARNING,
        _lt("Quality yellow: some patients blocked or reported the number"),
        _lt("Send only what patients asked for. The quality recovers by itself within days; red would cost messages."),
    ),
    QUALITY_LOW: Finding(
        WARNING,
        _lt("Quality red: many patients blocked or reported the number"),
        _lt(
            "Switch off what is not needed, marketing first, and check that your texts say who writes and why. Meta "
            "lowers the limit or pauses templates if it stays red."
        ),
    ),
    NAME_DECLINED: Finding(
        WARNING,
        _lt("Meta declined the name that patients would see"),
        _lt("Choose one that clearly belongs to your clinic, in WhatsApp Manager › Phone numbers › Display name."),
    ),
    NAME_EXPIRED: Finding(
        WARNING,
        _lt("The approval of the name has expired"),
        _lt("Ask for the name again in WhatsApp Manager › Phone numbers › Display name, then register the number."),
    ),
    NAME_IN_REVIEW: Finding(
        INFO,
        _lt("Meta reviews the name that patients will see"),
        _lt("Nothing to do; it takes a day or two."),
    ),
    NOT_SUBSCRIBED: Finding(
        PROBLEM,
        _lt("Your app does not get the webhooks of this WhatsApp Business Account"),
        _lt("Patients' messages do not arrive. Press “Test connection”: it subscribes your app."),
    ),
    WEBHOOK_FIELDS: Finding(
        WARNING,
        _lt("Meta does not tell us about: %(detail)s"),
        _lt("Tick these fields in the Meta App Dashboard › WhatsApp › Configuration › Webhook fields."),
    ),
    WEBHOOK_ELSEWHERE: Finding(
        WARNING,
        _lt("Webhooks go to another address: %(detail)s"),
        _lt("Enter webhook address and verify token of this number in Meta App Dashboard › WhatsApp › Configuration."),
    ),
    NO_WEBHOOK_YET: Finding(
        INFO,
        _lt("No webhook has arrived yet"),
        _lt("Enter the webhook address and the verify token in your app, then write a message to the number."),
    ),
    WEBHOOKS_SILENT: Finding(
        WARNING,
        _lt("Messages leave, but Meta reports nothing back"),
        _lt(
            "Patients' answers do not arrive either. Check that the webhook address is reachable from the internet and "
            "is the one in the Meta App Dashboard, and that the app is in Live mode."
        ),
    ),
}

_FINDINGS_OF_SENDING_AND_WEBHOOKS = {
    SENDING_STOPPED: Finding(
        PROBLEM,
        _lt("WhatsApp number needs attention"),
        _lt("Sending has stopped, and the queue is kept. Mend the cause, then press “Test connection”."),
    ),
    REGISTER_AGAIN: Finding(
        WARNING,
        _lt("Meta approved the name “%(detail)s”: register the number again within 14 days"),
        _lt("Press “Register” on the number. Patients see the new name afterwards; later the approval is lost."),
    ),
    LIMIT_LOWERED: Finding(
        WARNING,
        _lt("Meta lowered the limit: %(limit)s"),
        _lt("Reminders beyond it are refused. Send only what patients expect: good quality raises the limit again."),
        is_news=True,
    ),
    POLICY_VIOLATION: Finding(
        WARNING,
        _lt("Meta reports a violation of its rules: %(detail)s"),
        _lt("Look in Meta's Business Support Home for what it was about, correct it, or ask for a review there."),
        is_news=True,
    ),
    RESTRICTED: Finding(
        WARNING,
        _lt("Meta has restricted the account: %(detail)s"),
        _lt("Look in Meta's Business Support Home for what it is about, or ask for a review there."),
        is_news=True,
    ),
    RESTRICTED_STARTING: Finding(
        WARNING,
        _lt("Meta lets you start no conversations: reminders do not leave"),
        _lt("Answering patients works. Meta's Business Support Home says why; ask for a review there."),
        is_news=True,
    ),
    RESTRICTED_REPLYING: Finding(
        WARNING,
        _lt("Meta does not let you answer patients"),
        _lt("Call patients who write. Meta's Business Support Home says why; ask for a review there."),
        is_news=True,
    ),
    RESTRICTED_UTILITY: Finding(
        WARNING,
        _lt("Meta lets you send no utility templates, because texts were in the wrong category"),
        _lt("Take everything that promotes out of your reminders. Meta's Business Support Home says more."),
        is_news=True,
    ),
    RESTRICTED_ADDING: Finding(
        INFO,
        _lt("Meta lets you add no further numbers for now"),
        _lt("The numbers you have go on working."),
        is_news=True,
    ),
    RESTRICTED_CALLING: Finding(
        INFO,
        _lt("Meta has restricted calls over WhatsApp"),
        _lt("Messages are not affected."),
        is_news=True,
    ),
    BAN_SCHEDULED: Finding(
        WARNING,
        _lt("Meta is going to disable the WhatsApp Business Account"),
        _lt("Ask for a review in Meta's Business Support Home at once; messages leave until then."),
    ),
    BANNED: Finding(
        PROBLEM,
        _lt("Meta has disabled the WhatsApp Business Account"),
        _lt("Nothing can be sent. Ask for a review in Meta's Business Support Home, and call your patients meanwhile."),
    ),
    ACCOUNT_DELETED: Finding(
        PROBLEM,
        _lt("The WhatsApp Business Account was deleted at Meta"),
        _lt("Connect the number to another account, enter its IDs here, then press “Test connection”."),
    ),
    OFFBOARDED: Finding(
        PROBLEM,
        _lt("The number was taken out of the WhatsApp platform"),
        _lt("It is used in the WhatsApp Business app only. Connect it again if Odoo is to write from it."),
    ),
    PARTNER_REMOVED: Finding(
        WARNING,
        _lt("A partner was removed from the WhatsApp Business Account"),
        _lt("If nobody of you did this, check in Meta's Business settings who has access."),
        is_news=True,
    ),
    APP_REMOVED: Finding(
        WARNING,
        _lt("An app was removed from the WhatsApp Business Account"),
        _lt("If it was yours, add it again in Meta's Business settings, then press “Test connection”."),
        is_news=True,
    ),
    REVIEW_REJECTED: Finding(
        PROBLEM,
        _lt("Meta's review rejected the WhatsApp Business Account"),
        _lt("Meta's Business Support Home says why; correct it and ask for another review."),
    ),
    REVIEW_PENDING: Finding(
        INFO,
        _lt("Meta reviews the WhatsApp Business Account"),
        _lt("Nothing to do; it takes a day or two."),
    ),
    ALERT: Finding(
        WARNING,
        _lt("Meta warns: %(detail)s"),
        _lt("Look in WhatsApp Manager for what it is about, and mark this activity as done."),
        is_news=True,
    ),
    ALERT_INFO: Finding(
        INFO,
        _lt("Meta says: %(detail)s"),
        _lt("Nothing to do."),
        is_news=True,
    ),
    PICTURE_LOST: Finding(
        WARNING,
        _lt("The profile picture was lost"),
        _lt("Upload it again in the profile of the number; patients trust a number with your logo."),
        is_news=True,
    ),
    BADGE_APPROVED: Finding(
        INFO,
        _lt("Meta approved your official business account: patients see the blue badge"),
        _lt("Nothing to do."),
        is_news=True,
    ),
    BADGE_REJECTED: Finding(
        INFO,
        _lt("Meta did not approve an official business account"),
        _lt("The number works as before. You may apply again after 30 days."),
        is_news=True,
    ),
    LIMIT_RAISE_DEFERRED: Finding(
        INFO,
        _lt("Meta does not raise your limit yet"),
        _lt("Nothing to do; it is looked at again by itself."),
        is_news=True,
    ),
    LIMIT_RAISE_FAILED: Finding(
        WARNING,
        _lt("Meta will not raise your limit"),
        _lt("Verify your business in Meta's Business settings, or improve the quality of the number."),
        is_news=True,
    ),
    LIMIT_RAISE_QUESTION: Finding(
        WARNING,
        _lt("Meta needs more information before it raises your limit"),
        _lt("Answer Meta's question in WhatsApp Manager."),
        is_news=True,
    ),
    PIN_CHANGED: Finding(
        WARNING,
        _lt("Somebody changed the PIN of the number"),
        _lt("If it was none of you, check in Meta's Business settings who has access, and set a new PIN."),
        is_news=True,
    ),
    PIN_RESET_REQUESTED: Finding(
        WARNING,
        _lt("Somebody asked Meta to switch off the PIN of the number"),
        _lt("If it was none of you, refuse it: Meta has sent an e-mail to the owners of the business."),
        is_news=True,
    ),
    PIN_RESET: Finding(
        WARNING,
        _lt("The PIN of the number was switched off"),
        _lt("Set a new PIN in WhatsApp Manager › Phone numbers › Two-step verification."),
        is_news=True,
    ),
    USERNAME_REVOKED: Finding(
        WARNING,
        _lt("Meta took away the WhatsApp user name of the number"),
        _lt("Choose another one in WhatsApp Manager; patients still find you by your number."),
        is_news=True,
    ),
    TEMPLATE_STOPPED: Finding(
        WARNING,
        _lt("A template that automations need cannot be sent: %(detail)s"),
        _lt("Open the template: it says why. Mend it, or choose another one in the automation."),
    ),
    TEMPLATE_CATEGORY: Finding(
        WARNING,
        _lt("Meta changes the category of a template that automations need: %(detail)s"),
        _lt("Marketing needs a consent of its own and costs more. Take everything that promotes out of the text."),
        is_news=True,
    ),
    TEMPLATE_FIELD: Finding(
        WARNING,
        _lt("Templates need fields that do not exist any more. %(detail)s"),
        _lt("Open the templates and choose other fields; until then their messages are not sent."),
    ),
    AUTOMATION_STOPPED: Finding(
        WARNING,
        _lt("An automation does not work any more and has stopped itself. %(detail)s"),
        _lt("Open it under Automations › Stopped by itself, mend it and switch it on again."),
        is_news=True,
    ),
}

DETAIL_IS_A_KEY = (UNREACHABLE, META_REFUSES)  # to words in the protocol layer, and not to be shown

FINDINGS = _FINDINGS_OF_THE_CHECK | _FINDINGS_OF_SENDING_AND_WEBHOOKS

NUMBER_STATUSES = {
    "CONNECTED": _lt("connected"),
    "PENDING": _lt("not registered yet"),
    "UNVERIFIED": _lt("not verified yet"),
    "DISCONNECTED": _lt("disconnected"),
    "BANNED": _lt("blocked because of Meta's rules"),
    "DELETED": _lt("deleted"),
    "MIGRATED": _lt("moved to another account"),
    "FLAGGED": _lt("flagged for low quality"),
    "RESTRICTED": _lt("its limit is used up"),
    "RATE_LIMITED": _lt("too many messages in a short time"),
}  # cloud_api.md §10
UNUSABLE_STATUSES = ("PENDING", "UNVERIFIED", "DISCONNECTED", "BANNED", "DELETED", "MIGRATED")
LIMITED_STATUSES = ("FLAGGED", "RESTRICTED", "RATE_LIMITED")
