"""The words of the consent ledger: what was recorded, in which state, how, and what may follow what (legal.md LR-12).

A state never changes; a new entry follows it. ``TRANSITIONS`` says which new state may follow the one that stands. Two
things hold for every line of it: a person can always take back or refuse, and nothing but what the person does leads to
``granted``.
"""

NOTICE = "notice"
CHANNEL_OPTIN = "channel_optin"
EXPLICIT_CONSENT = "explicit_consent"
APPROVAL = "approval"
CONSENT_KINDS = (CHANNEL_OPTIN, EXPLICIT_CONSENT, APPROVAL)
RECORD_KINDS = [
    (NOTICE, "Notice handed over"),
    (CHANNEL_OPTIN, "Channel preference"),
    (EXPLICIT_CONSENT, "Explicit consent"),
    (APPROVAL, "Approval of commercial messages"),
]

DELIVERED = "delivered"
DRAFT = "draft"
PENDING = "pending"
GRANTED = "granted"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"
RENEWAL_REQUIRED = "renewal_required"
SUPERSEDED = "superseded"
UNPROVEN = "unproven"
TERMINATED_DEATH = "terminated_death"
EXPIRED_MAJORITY = "expired_majority"
STATUSES = [
    (DELIVERED, "Handed over"),
    (DRAFT, "Draft"),
    (PENDING, "Signature to be checked"),
    (GRANTED, "Given"),
    (REFUSED, "Refused"),
    (WITHDRAWN, "Withdrawn"),
    (EXPIRED, "Expired"),
    (RENEWAL_REQUIRED, "To be renewed"),
    (SUPERSEDED, "Number changed"),
    (UNPROVEN, "Without proof"),
    (TERMINATED_DEATH, "Ended by death"),
    (EXPIRED_MAJORITY, "Ended at majority"),
]
WAITING = (DRAFT, PENDING, UNPROVEN)  # these say nothing yet: they never hide a grant that stands
AGREEING = (PENDING, GRANTED)
ENDING = (EXPIRED, RENEWAL_REQUIRED, SUPERSEDED, TERMINATED_DEATH, EXPIRED_MAJORITY)  # set by the program
OPEN_STATES = (GRANTED, *WAITING)  # what can still end
CLOSING = (REFUSED, WITHDRAWN, *ENDING)  # what ends a grant

_BY_THE_PERSON = {DRAFT, PENDING, GRANTED, REFUSED, WITHDRAWN}
TRANSITIONS = {
    None: _BY_THE_PERSON | {UNPROVEN},
    DRAFT: _BY_THE_PERSON | set(ENDING),
    PENDING: _BY_THE_PERSON | {UNPROVEN} | set(ENDING),
    UNPROVEN: _BY_THE_PERSON | {UNPROVEN} | set(ENDING),
    GRANTED: (_BY_THE_PERSON - {DRAFT}) | set(ENDING),
    REFUSED: _BY_THE_PERSON,
    WITHDRAWN: _BY_THE_PERSON,
    EXPIRED: _BY_THE_PERSON | {TERMINATED_DEATH},
    RENEWAL_REQUIRED: _BY_THE_PERSON | {EXPIRED, SUPERSEDED, TERMINATED_DEATH, EXPIRED_MAJORITY},
    SUPERSEDED: _BY_THE_PERSON | {TERMINATED_DEATH},
    TERMINATED_DEATH: _BY_THE_PERSON,
    EXPIRED_MAJORITY: _BY_THE_PERSON | {TERMINATED_DEATH},
}

PAPER = "paper"
TABLET = "tablet"
LINK = "link"
CHAT = "chat"
SPOKEN = "spoken"
IMPORT = "import"
STAFF_ACT = "staff"
SYSTEM = "system"
METHODS = [
    (PAPER, "Signed paper"),
    (TABLET, "Tablet at the desk"),
    (LINK, "Link"),
    (CHAT, "WhatsApp message"),
    (SPOKEN, "Spoken to staff"),
    (IMPORT, "Imported list"),
    (STAFF_ACT, "Staff"),
    (SYSTEM, "Automatic"),
]
GRANTING_METHODS = (PAPER, TABLET, LINK, CHAT, SPOKEN)  # by which a person can agree at all

SELF = "self"
GUARDIAN = "guardian"
LEGAL_GUARDIAN = "legal_guardian"
REPRESENTATIVE = "representative"
ACTING = [
    (SELF, "The patient"),
    (GUARDIAN, "Parent"),
    (LEGAL_GUARDIAN, "Guardian by court order"),
    (REPRESENTATIVE, "Representative"),
]
