"""Meta's error codes that can reach a sender, in words for a receptionist.

Codes, retry rules and meanings: cloud_api.md §6.2 and §6.3. Those about templates stand in
template_errors.py, those of setting up a number in setup_errors.py.
"""

from __future__ import annotations

from .policy import HOUR, MINUTE, ErrorMeaning, Policy, means
from .setup_errors import SETUP
from .template_errors import WHEN_SENT, WHEN_WRITTEN
from .terms import _

NOT_GRAPH = -1
"""Somebody refused the request, but the answer is not Meta's (a proxy, a wrong address)."""
UNREADABLE = -2
"""Meta reported an error without a number."""
WRONG_APP_SECRET = -3
"""Meta's code 100 for an ``appsecret_proof`` that does not fit the token."""

RATE_LIMITS = frozenset({4, 80007})
"""Meta's answer says when these lift (usage.py)."""

_ASK_ADMIN = _("Tell your administrator and give the error number.")
_NEW_TOKEN = _("Ask your administrator to enter a new access token in the account settings.")
_GRANT = _("Ask your administrator to check the rights of the access token at Meta.")
_WAIT = _("It is tried again by itself. If it failed for good, send it again later.")
_UPGRADE = (MINUTE, MINUTE, MINUTE, 2 * MINUTE, 10 * MINUTE)

_HICCUPS = (
    means(1, _("WhatsApp could not handle the request."), _WAIT, Policy.RETRY, (2.0,)),
    means(2, _("WhatsApp is down or overloaded."), _WAIT, Policy.RETRY),
    means(131000, _("Something went wrong at WhatsApp."), _WAIT, Policy.RETRY, (2.0, 8.0)),
    means(131016, _("WhatsApp is not available right now."), _WAIT, Policy.RETRY),
    means(133004, _("WhatsApp is not available right now."), _WAIT, Policy.RETRY),
    means(
        131057,
        _("WhatsApp is upgrading your number."),
        _WAIT,
        Policy.RETRY,
        _UPGRADE,
    ),
    means(
        2494100,
        _("WhatsApp is doing maintenance on your number."),
        _WAIT,
        Policy.RETRY,
        _UPGRADE,
    ),
)

_LIMITS = (
    means(4, _("Too many requests to WhatsApp."), _WAIT, Policy.RETRY_LATER),
    means(80007, _("Too many requests to WhatsApp."), _WAIT, Policy.RETRY_LATER),
    means(
        130429,
        _("Messages were sent too fast."),
        _WAIT,
        Policy.RETRY,
        (1.0, 2.0, 4.0, 8.0, 16.0),
    ),
    means(131056, _("Too many messages to this patient."), _WAIT, Policy.RETRY_RECIPIENT),
    means(
        131048,
        _("WhatsApp limits your number: too many people blocked or reported it."),
        _("Stop bulk messages and ask a manager to check the quality rating at Meta."),
        Policy.RETRY_LATER,
        (6 * HOUR,),
    ),
    means(
        131049,
        _("WhatsApp held the message back to spare the patient too many messages."),
        _("Wait at least a day, or contact the patient another way."),
        Policy.RETRY_LATER,
        (24 * HOUR,),
    ),
    means(
        131064,
        _("WhatsApp limits your templates: several had the wrong category."),
        _("Ask a manager to correct the template categories at Meta."),
        Policy.RETRY_LATER,
        (6 * HOUR,),
    ),
    means(
        132069,
        _("The form in this message is slowed down by WhatsApp."),
        _ASK_ADMIN,
        Policy.RETRY_LATER,
        (HOUR,),
    ),
)

_ACCOUNT = (
    means(0, _("The access token is no longer valid."), _NEW_TOKEN, Policy.STOP_ACCOUNT),
    means(102, _("The access token is no longer valid."), _NEW_TOKEN, Policy.STOP_ACCOUNT),
    means(104, _("The access token was not accepted."), _NEW_TOKEN, Policy.STOP_ACCOUNT),
    means(190, _("The access token has expired."), _NEW_TOKEN, Policy.STOP_ACCOUNT),
    means(3, _("The access token may not do this."), _GRANT, Policy.STOP_ACCOUNT),
    means(10, _("A permission is missing at Meta."), _GRANT, Policy.STOP_ACCOUNT),
    means(
        200,
        _("The access token has no right to this WhatsApp account."),
        _("Ask your administrator to assign the WhatsApp account to the system user at Meta."),
        Policy.STOP_ACCOUNT,
    ),
    means(131005, _("The access token may not do this."), _GRANT, Policy.STOP_ACCOUNT),
    means(
        33,
        _("Meta does not know this phone number ID."),
        _("Ask your administrator to check the IDs in the account settings."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        803,
        _("Meta does not know one of the IDs."),
        _("Ask your administrator to check the IDs in the account settings."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        368,
        _("Meta has blocked the account for a while."),
        _("Ask your administrator to appeal at Meta Business Support."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        131031,
        _("Meta has locked the account."),
        _("Ask your administrator to look at the account at Meta."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        131037,
        _("The display name of your number is not approved."),
        _("Ask your administrator to get the display name approved at Meta."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        131042,
        _("Meta could not charge for messages."),
        _("Ask your administrator to check the payment method at Meta."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        131045,
        _("Your number is not registered properly."),
        _("Ask your administrator to register the number again."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        133006,
        _("Meta wants the number to be verified again."),
        _("Ask your administrator to verify the number at Meta."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        133010,
        _("Your number is not registered with WhatsApp."),
        _("Ask your administrator to register the number."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        WRONG_APP_SECRET,
        _("The app secret does not fit the access token."),
        _("Ask your administrator to enter the secret of the app that issued the token."),
        Policy.STOP_ACCOUNT,
    ),
    means(
        NOT_GRAPH,
        _("Somebody refused the request, but it was not WhatsApp."),
        _("Ask your administrator to check the API address and the network proxy."),
        Policy.STOP_ACCOUNT,
    ),
)

_RECIPIENT = (
    means(
        131026,
        _("This number cannot be reached on WhatsApp."),
        _("Check the number with the patient, or use phone, SMS or e-mail."),
        Policy.SUPPRESS_RECIPIENT,
    ),
    means(
        130403,
        _("Your clinic has blocked this person on WhatsApp."),
        _("Unblock the person first."),
        Policy.SUPPRESS_RECIPIENT,
    ),
    means(
        131047,
        _("The patient last wrote more than 24 hours ago."),
        _("Send an approved template instead."),
        Policy.CLOSE_WINDOW,
    ),
    means(
        131050,
        _("The patient stopped marketing messages from you in WhatsApp."),
        _("Do not send marketing to this patient."),
        Policy.STOP_MARKETING,
    ),
    means(
        130472,
        _("WhatsApp does not deliver marketing to this patient at present."),
        _("Contact the patient another way."),
    ),
    means(
        130497,
        _("WhatsApp does not let you message this country."),
        _("Contact the patient another way."),
    ),
    means(
        131021,
        _("The message was addressed to your own number."),
        _("Correct the phone number of the patient."),
    ),
    means(
        131030,
        _("This number is not on the list of your test number."),
        _("Add it to the allowed numbers at Meta, or use a real business number."),
    ),
    means(
        131062,
        _("This message can only go to a phone number."),
        _("Ask the patient for a phone number and enter it."),
    ),
    means(
        137000,
        _("The patient has a new phone or a new WhatsApp account."),
        _("Make sure that it is still the same person, then send again."),
    ),
)

_CONTENT = (
    means(100, _("WhatsApp did not understand the request."), _ASK_ADMIN),
    means(131008, _("Something is missing in the message."), _ASK_ADMIN),
    means(131009, _("WhatsApp did not accept a value of the message."), _ASK_ADMIN),
    means(
        131051,
        _("WhatsApp does not support this kind of message."),
        _("Ask for the content as text, picture or document."),
    ),
    means(
        131052,
        _("The file could not be downloaded from WhatsApp."),
        _("Ask the patient to send it another way."),
    ),
    means(
        131053,
        _("WhatsApp did not accept the file."),
        _("Use JPEG, PNG, PDF or MP4, and a smaller file."),
    ),
    means(
        131060,
        _("WhatsApp does not hand over this message."),
        _("Ask the patient to send it again."),
    ),
    means(
        131070,
        _("Another program is in charge of this conversation."),
        _("Ask your administrator to take the conversation over at Meta."),
    ),
)

ERRORS: dict[int, ErrorMeaning] = {
    meaning.code: meaning
    for group in (
        _HICCUPS,
        _LIMITS,
        _ACCOUNT,
        _RECIPIENT,
        WHEN_SENT,
        _CONTENT,
        WHEN_WRITTEN,
        SETUP,
    )
    for meaning in group
}
