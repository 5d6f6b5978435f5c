"""Why the gate stops a message, and what a person can do about it (legal.md LR-35)."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

NEUTRALIZED = "neutralized"
ACCOUNT_NOT_CONNECTED = "account_not_connected"
NO_PURPOSE = "no_purpose"
NO_PHONE = "no_phone"
INVALID_PHONE = "invalid_phone"
STOP_ALL = "stop_all"
STOP_MARKETING = "stop_marketing"
CANCEL_UNEXPLAINED = "cancel_unexplained"
NOT_ON_WHATSAPP = "not_on_whatsapp"
UNREADABLE = "unreadable"
WINDOW_CLOSED = "window_closed"
NO_OPTIN = "no_optin"
TEMPLATE_NOT_APPROVED = "template_not_approved"
MISSING_VALUE = "missing_value"
EMPTY_TEXT = "empty_text"
TEXT_TOO_LONG = "text_too_long"
INVALID_CONTENT = "invalid_content"
EXPIRED = "expired"
NO_SIGNOFF = "no_signoff"
NO_NOTICE = "no_notice"
RENEWAL_REQUIRED = "renewal_required"
TRANSFER_INVALID = "transfer_invalid"
NO_P2 = "no_p2"
PUBLIC_INSTITUTION = "public_institution"
NO_P3 = "no_p3"
UNVERIFIED_NUMBER = "unverified_number"
NO_ETK = "no_etk"
NO_IYS = "no_iys"
NO_SENDER = "no_sender"
CATEGORY_MISMATCH = "category_mismatch"
PROMO_LINT = "promo_lint"
HEALTH_LINT = "health_lint"
MINOR_RULE = "minor_rule"
DECEASED = "deceased"
NUMBER_SUSPENDED = "number_suspended"
QUIET_HOURS = "quiet_hours"
FREQ_CAP = "freq_cap"
GATE_ERROR = "gate_error"

BLOCK_REASONS = [
    (NEUTRALIZED, "Copy of the database"),
    (ACCOUNT_NOT_CONNECTED, "Number not connected"),
    (NO_PURPOSE, "No purpose"),
    (NO_PHONE, "No phone number"),
    (INVALID_PHONE, "Phone number cannot be read"),
    (STOP_ALL, "Patient asked to stop"),
    (STOP_MARKETING, "Patient wants no promotion"),
    (CANCEL_UNEXPLAINED, "Patient wrote “cancel”"),
    (NOT_ON_WHATSAPP, "Not reached on WhatsApp before"),
    (UNREADABLE, "Text cannot be decrypted"),
    (WINDOW_CLOSED, "24 hours are over"),
    (NO_OPTIN, "No opt-in"),
    (TEMPLATE_NOT_APPROVED, "Template not approved"),
    (MISSING_VALUE, "A value is missing"),
    (EMPTY_TEXT, "Empty text"),
    (TEXT_TOO_LONG, "Text too long"),
    (INVALID_CONTENT, "WhatsApp would refuse it"),
    (EXPIRED, "Too late"),
    (NO_SIGNOFF, "No sign-off"),
    (NO_NOTICE, "Privacy notice not handed over"),
    (RENEWAL_REQUIRED, "Consent to be renewed"),
    (TRANSFER_INVALID, "No basis for the transfer abroad"),
    (NO_P2, "No consent to the transfer abroad"),
    (PUBLIC_INSTITUTION, "Public institution"),
    (NO_P3, "No consent to health messages"),
    (UNVERIFIED_NUMBER, "Number not verified"),
    (NO_ETK, "No commercial approval"),
    (NO_IYS, "Not registered in İYS"),
    (NO_SENDER, "Sender not named"),
    (CATEGORY_MISMATCH, "Category does not fit the purpose"),
    (PROMO_LINT, "Promotional words"),
    (HEALTH_LINT, "Health details"),
    (MINOR_RULE, "A guardian decides"),
    (DECEASED, "Patient has died"),
    (NUMBER_SUSPENDED, "Number suspended"),
    (QUIET_HOURS, "Quiet hours"),
    (FREQ_CAP, "Too many messages"),
    (GATE_ERROR, "Could not be checked"),
]

BLOCK_ADVICE = {
    NEUTRALIZED: _lt("This is a copy of the real database; it never writes to patients."),
    ACCOUNT_NOT_CONNECTED: _lt(
        "No WhatsApp number of this branch is connected. Ask a manager to open WhatsApp › Configuration › Numbers."
    ),
    NO_PURPOSE: _lt("Say what the message is for; without a purpose nothing may be sent."),
    NO_PHONE: _lt("Enter the patient's mobile number on the contact."),
    INVALID_PHONE: _lt("Correct the phone number on the contact, for example +90 5xx xxx xx xx."),
    STOP_ALL: _lt("The patient wrote STOP. Call instead; a new opt-in on the patient's form lifts the stop."),
    STOP_MARKETING: _lt(
        "The patient wants no promotion and no surveys: RET was written, marketing was stopped in WhatsApp, or a "
        "“cancel” was never explained. Messages about appointments are still possible."
    ),
    CANCEL_UNEXPLAINED: _lt(
        "The patient is being asked whether “cancel” means the appointment or these messages. Wait for the answer, "
        "or call."
    ),
    NOT_ON_WHATSAPP: _lt(
        "WhatsApp could not reach this number before, so nothing is sent by itself. Check the number with the patient; "
        "it is tried again when the patient writes, or when the number changes."
    ),
    UNREADABLE: _lt(
        "It was stored with an encryption key that this server does not have. Ask your administrator to put the key "
        "back, then write the message again."
    ),
    WINDOW_CLOSED: _lt(
        "Free text is possible for 24 hours after the patient's last message. Send an approved template or call."
    ),
    NO_OPTIN: _lt("Ask the patient at the desk and record the consent on the patient's form, then send again."),
    TEMPLATE_NOT_APPROVED: _lt(
        "Meta has not approved this template for this number. Choose another one, or wait for the approval."
    ),
    MISSING_VALUE: _lt("Fill in what the template needs, or give its variable a fallback."),
    EMPTY_TEXT: _lt("Write something first."),
    TEXT_TOO_LONG: _lt("WhatsApp takes 4,096 characters. Shorten the text, or send it in parts."),
    INVALID_CONTENT: _lt("The content breaks a limit of WhatsApp. Shorten texts and button titles."),
    EXPIRED: _lt("The moment of this message had passed before it could leave."),
    NO_SIGNOFF: _lt(
        "This purpose is off until a counsel has signed off. Ask a manager: WhatsApp › Data protection › Purposes."
    ),
    NO_NOTICE: _lt("Hand the patient the privacy notice and record it on the patient's form, then send again."),
    RENEWAL_REQUIRED: _lt(
        "What was agreed to counts no longer: the text has changed in an important way, or the number or the guardian "
        "is another one. Hand over the notice, ask again and record the answer."
    ),
    TRANSFER_INVALID: _lt(
        "The clinic's transfer file is not in order, so nothing may be sent over WhatsApp. Call the patient, and "
        "tell the data-protection officer."
    ),
    NO_P2: _lt(
        "The clinic has accepted the risk of the transfer, so each patient must agree to it. Ask at the desk and "
        "record the consent, or call."
    ),
    PUBLIC_INSTITUTION: _lt(
        "Public institutions may use WhatsApp only for a reason that is on file. Tell the data-protection "
        "officer."
    ),
    NO_P3: _lt("Ask the patient for the consent to treatment reminders and record it, or call."),
    UNVERIFIED_NUMBER: _lt(
        "Messages about health go to a verified number of the patient only. Check the number with the patient, or "
        "call."
    ),
    NO_ETK: _lt(
        "Ask the patient for the approval of commercial messages, on a form of its own. It can never be asked for "
        "by such a message."
    ),
    NO_IYS: _lt("A commercial message needs an approval that İYS confirms. Without it nothing promotional is sent."),
    NO_SENDER: _lt(
        "A commercial message says who sends it (trade name and MERSİS number) and how to stop it (for example "
        "“RET”). Complete the text."
    ),
    CATEGORY_MISMATCH: _lt(
        "A marketing template is for promotion only, and promotion needs one. Choose another template or purpose."
    ),
    PROMO_LINT: _lt(
        "The text reads like promotion, which needs an approval of its own. Change it, or say why it is none and "
        "send it again."
    ),
    HEALTH_LINT: _lt(
        "The text or file tells about health, or holds an identity or account number. Leave it out: tell the "
        "patient at the clinic or by phone."
    ),
    MINOR_RULE: _lt(
        "We write about this patient only to the guardian. Enter the guardian and the number on the patient's "
        "form, or call."
    ),
    DECEASED: _lt("Nothing is sent any more. The heirs can be reached by letter or telephone."),
    NUMBER_SUSPENDED: _lt(
        "The number may be somebody else's. Check it with the patient, and correct it on the contact."
    ),
    QUIET_HOURS: _lt(
        "It is too early, too late, or a public holiday. Send it within the hours. If it cannot wait, “Send now” below "
        "the message in the conversation asks for the reason."
    ),
    FREQ_CAP: _lt(
        "This patient has got as many messages of this kind as the clinic allows. Wait, or call. If this one has to "
        "leave, “Send now” below the message in the conversation asks for the reason."
    ),
    GATE_ERROR: _lt("The check failed, so nothing was sent. Tell your administrator; the server log says more."),
}
