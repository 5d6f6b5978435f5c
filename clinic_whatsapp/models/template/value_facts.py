"""What the values of one batch of messages have in common, found out once.

Links are made for messages that are queued, never for a look at what a message would say: a draft shows where the link
is going to stand.
"""

from datetime import timedelta

import pytz
from odoo import fields

from ..consent.consent_request import PATHS, PREFERENCES
from ..consent.privacy_notice import NOTICE

GAP = "…"  # where a link is going to stand
AHEAD = timedelta(days=31)


class Facts:
    """
    :param Environment env: of the superuser
    :param targets: (patient, record, account) triples of the messages that are being made; none for a draft
    """

    def __init__(self, env, targets=()):
        self.env = env
        self._targets = targets
        self._tokens = None
        self._known = {}

    def once(self, key, find):
        """Return what ``find()`` returned the first time for a key."""
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def get_file(self, branch):
        """Return the file of the legal entity of a branch."""
        return self.once(
            ("file", branch), lambda: self.env["clinic.privacy.controller"]._get_for(branch).with_env(self.env)
        )

    def get_notice(self, branch, lang):
        """Return the published privacy notice; empty when there is none."""
        notices, controller = self.env["clinic.privacy.notice"], branch._get_controller()
        return self.once(
            ("notice", controller, lang), lambda: notices._get_published(controller, NOTICE, None, lang)
        )

    def get_opening(self, branch):
        """Return when a branch opens next, naive UTC; None when its calendar does not say."""
        return self.once(("opening", branch), lambda: find_opening(branch.with_env(self.env)))

    def get_token(self, partner, branch):
        """Return what follows the address in the link to the preferences; empty for who has no preferences to set."""
        if not self._targets:
            return GAP
        if self._tokens is None:
            pairs = {(patient, account.company_id) for patient, _record, account in self._targets}
            self._tokens = self.env["clinic.consent.request"]._create_preference_tokens(pairs)
        return self._tokens.get((partner, branch), "")

    def get_preferences_path(self):
        return f"{self.env['clinic.consent.request'].get_base_url()}{PATHS[PREFERENCES]}"


def find_opening(branch):
    """Return the first moment from now on at which the working hours of a branch begin, naive UTC; else None."""
    calendar = branch.resource_calendar_id
    if not calendar:
        return None
    now = pytz.utc.localize(fields.Datetime.now())
    hours = calendar._work_intervals_batch(now, now + AHEAD, domain=branch._get_days_off_domain())
    begins = (begin.astimezone(pytz.utc) for begin, _end, _lines in hours[False])
    opening = next((begin for begin in begins if begin > now), None)
    return opening and opening.replace(tzinfo=None)
