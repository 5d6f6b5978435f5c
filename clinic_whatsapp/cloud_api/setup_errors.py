"""Meta's error codes of setting up a number, and of what nothing here uses (cloud_api.md §6.3).

Most come once, to the person who presses the button, so few are tried again.
"""

from __future__ import annotations

from collections.abc import Iterable

from .policy import HOUR, MINUTE, ErrorMeaning, Policy, means
from .terms import _

_ASK_ADMIN = _("Tell your administrator and give the error number.")
_LOOK_AT_META = _("Ask your administrator to look at the number in WhatsApp Manager.")
_TRY_LATER = _("Try again later.")


def _each(codes: Iterable[int], title: str, advice: str = _ASK_ADMIN) -> tuple[ErrorMeaning, ...]:
    return tuple(means(code, title, advice) for code in codes)


_REGISTRATION = (
    means(
        133000,
        _("The number was not taken out of service properly."),
        _("Take it out of service at Meta once more, then register it."),
        Policy.RETRY,
    ),
    *_each(range(133001, 133004), _("The number could not be registered."), _LOOK_AT_META),
    means(
        133005,
        _("The PIN is wrong."),
        _("Enter the PIN that was set for the number, or set a new one in WhatsApp Manager."),
    ),
    means(
        133008,
        _("The PIN was wrong too often."),
        _("Wait as long as Meta says, then try with the right PIN."),
        Policy.RETRY_LATER,
    ),
    means(133009, _("The PIN was tried too fast."), _TRY_LATER, Policy.RETRY_LATER),
    means(
        133015,
        _("The number was deleted a moment ago."),
        _("Wait five minutes, then register it again."),
        Policy.RETRY_LATER,
        (5 * MINUTE,),
    ),
    means(
        133016,
        _("The number was registered too often."),
        _("Wait three days, then register it again."),
        Policy.RETRY_LATER,
        (72 * HOUR,),
    ),
    means(136024, _("The number is verified already."), _("Go on to the next step.")),
    means(
        136025,
        _("Codes were requested too often."),
        _("Wait some hours, then request a new code."),
        Policy.RETRY_LATER,
    ),
    *_each(
        (2388012, 2388091, 2388093, 2388103),
        _("The number could not be moved to this account."),
        _LOOK_AT_META,
    ),
    *_each(
        (2593107, 2593108),
        _("The history of the WhatsApp app could not be taken over."),
        _("Ask your administrator to connect the number anew."),
    ),
)

_NOT_USED = (
    means(
        613,
        _("WhatsApp was asked too often for permission to call."),
        _TRY_LATER,
        Policy.RETRY_LATER,
    ),
    *_each(
        (131020, 131041, *range(131201, 131216)),
        _("WhatsApp did not accept this for a group."),
    ),
    means(
        131044,
        _("Meta could not charge for calls."),
        _("Ask your administrator to check the payment method at Meta."),
    ),
    means(
        134011,
        _("The terms for payments in WhatsApp are not accepted."),
        _("Ask your administrator to accept them at Meta."),
    ),
    *_each(range(138000, 138039), _("WhatsApp did not accept this call.")),
    *_each(range(147001, 147006), _("WhatsApp did not accept the user name of your business.")),
    *_each(
        (200005, 200006, 200007),
        _("Meta has no statistics about templates."),
        _("Ask your administrator to switch them on at Meta."),
    ),
)

_FLOWS = (
    means(139000, _("Meta has blocked the form."), _ASK_ADMIN),
    means(139001, _("The form could not be changed."), _ASK_ADMIN),
    means(139002, _("The form could not be published."), _ASK_ADMIN),
    means(139003, _("The form could not be withdrawn."), _ASK_ADMIN),
    means(139004, _("The form could not be deleted."), _ASK_ADMIN),
)

_BLOCKING = (
    means(
        139100,
        _("Some people could not be blocked in WhatsApp."),
        _("Only those who wrote within 24 hours can be blocked."),
    ),
    means(139101, _("The list of blocked people is full."), _("Unblock somebody first.")),
    means(139102, _("The list of blocked people was just being changed."), _TRY_LATER),
    means(139103, _("Blocking did not work at WhatsApp."), _TRY_LATER, Policy.RETRY),
)

SETUP: tuple[ErrorMeaning, ...] = (*_REGISTRATION, *_NOT_USED, *_FLOWS, *_BLOCKING)
