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
GATE_ERROR = "gate_error"

BLOCK_REASONS = [
    (NEUTRALIZED, "Copy of the database"),
    (ACCOUNT_NOT_CONNECTED, "Number not connected"),
    (NO_PURPOSE, "No purpose"),
    (NO_PHONE, "No phone number"),
    (INVALID_PHONE, "Phone number cannot be read"),
    (STOP_ALL, "Patient asked to stop"),
    (STOP_MARKETING, "Patient stopped marketing"),
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
    STOP_MARKETING: _lt("The patient stopped marketing from you in WhatsApp. Other messages are still possible."),
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
    GATE_ERROR: _lt("The check failed, so nothing was sent. Tell your administrator; the server log says more."),
}
