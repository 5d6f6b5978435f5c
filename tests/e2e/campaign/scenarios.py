"""All scenarios, in the order in which they are played. A new one goes into `kills`, `trouble` or a file of its own."""

from __future__ import annotations

from .kills import (
    DatabaseCrashes,
    KilledAfterAcceptance,
    KilledAtAnyMoment,
    KilledBeforeCall,
    KilledInDownload,
    KilledInInbox,
    OneOfTwoServersKilled,
)
from .scenario import Scenario
from .trouble import (
    AnswersDropped,
    MetaAway,
    Nothing,
    ServerErrors,
    TooFastStorms,
    TwoServers,
    WebhookDisorder,
)

ALL: tuple[type[Scenario], ...] = (
    Nothing,
    KilledAfterAcceptance,
    KilledBeforeCall,
    KilledInInbox,
    KilledInDownload,
    AnswersDropped,
    ServerErrors,
    TooFastStorms,
    WebhookDisorder,
    MetaAway,
    TwoServers,
    OneOfTwoServersKilled,
    KilledAtAnyMoment,
    DatabaseCrashes,
)
