import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...cloud_api import errors as cloud_errors
from ...encryption import EncryptedText, Unreadable
from .reasons import BLOCK_ADVICE, BLOCK_REASONS

IN, OUT = "in", "out"
QUEUED, SENDING, SENT, DELIVERED, READ = "queued", "sending", "sent", "delivered", "read"
FAILED, UNKNOWN, CANCELLED, BLOCKED, RECEIVED = "failed", "unknown", "cancelled", "blocked", "received"
UNSETTLED = (QUEUED, SENDING)
PREVIEW_LENGTH = 80

# What a message is, for the law: written by a person, sent by an automation, or one of the few that a clinic may send
# by itself while the patient's window is open, without an opt-in (legal.md LR-26).
REPLY, AUTOMATIC, AUTO_REPLY = "reply", "automatic", "auto_reply"
GREETING, OUT_OF_HOURS = "greeting", "out_of_hours"
SHORT_NOTICE, CONSENT_REQUEST, GRANT_CONFIRM = "short_notice", "consent_request", "grant_confirm"
OPTOUT_CONFIRM, IPTAL_CLARIFY, WRONG_NUMBER = "optout_confirm", "iptal_clarify", "wrong_number"
MEDICAL_REDIRECT, EMERGENCY = "medical_redirect", "emergency"
DSAR_ACK, LEGAL_NOTICE = "dsar_ack", "legal_notice"
ANSWER, MOVE_OFFER = "answer", "move_offer"
KINDS = [
    (REPLY, "Written by staff"),
    (AUTOMATIC, "Automatic"),
    (AUTO_REPLY, "Automatic reply"),
    (GREETING, "Greeting"),
    (SHORT_NOTICE, "Short privacy notice"),
    (CONSENT_REQUEST, "Question about consent"),
    (GRANT_CONFIRM, "Confirmation of consent"),
    (OUT_OF_HOURS, "Outside opening hours"),
    (OPTOUT_CONFIRM, "Opt-out confirmation"),
    (IPTAL_CLARIFY, "Question what “cancel” means"),
    (WRONG_NUMBER, "Answer to “wrong number”"),
    (MEDICAL_REDIRECT, "No medical answers here"),
    (EMERGENCY, "Emergency call 112"),
    (DSAR_ACK, "Data request received"),
    (LEGAL_NOTICE, "Legal notice"),
    (ANSWER, "Answer to a button"),
    (MOVE_OFFER, "Times to choose from"),
]
SERVICE_KINDS = frozenset(kind for kind, _label in KINDS) - {REPLY, AUTOMATIC, AUTO_REPLY}


class ClinicWhatsappMessage(models.Model):
    """One message, in or out. Written by the connector only: staff read it, and nobody can change what was said."""

    _name = "clinic.whatsapp.message"
    _inherit = ["clinic.branch.mixin"]
    _description = "WhatsApp message"
    _order = "id desc"
    _rec_names_search = ["conversation_id"]

    conversation_id = fields.Many2one(
        "clinic.whatsapp.conversation", required=True, readonly=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one(
        related="conversation_id.account_id", store=True, precompute=True, index=True, string="Number"
    )
    company_id = fields.Many2one(
        related="conversation_id.company_id", store=True, precompute=True, index=True, required=True, default=None
    )
    partner_id = fields.Many2one("res.partner", "Patient", readonly=True, index="btree_not_null")
    direction = fields.Selection([(IN, "Received"), (OUT, "Sent")], required=True, readonly=True)
    kind = fields.Selection(KINDS, default=REPLY, readonly=True)
    message_type = fields.Selection(
        [
            ("text", "Text"),
            ("template", "Template"),
            ("image", "Picture"),
            ("video", "Video"),
            ("audio", "Sound"),
            ("document", "Document"),
            ("sticker", "Sticker"),
            ("location", "Location"),
            ("contacts", "Contact card"),
            ("button", "Button of a template"),
            ("interactive", "Buttons, list or form"),
            ("reaction", "Reaction"),
            ("edit", "Correction"),
            ("revoke", "Deletion"),
            ("order", "Order"),
            ("system", "Change of number or identity"),
            ("unsupported", "Not handed over by WhatsApp"),
            ("unknown", "Unknown kind"),
        ],
        "Type",
        required=True,
        default="text",
        readonly=True,
    )
    wire_type = fields.Char("Type named by WhatsApp", readonly=True)
    body = EncryptedText(readonly=True)
    content = EncryptedText(
        readonly=True, help="JSON: what a message holds beside its text, as the protocol layer writes and reads it."
    )
    button_payload = fields.Char(readonly=True)
    reply_to_id = fields.Many2one("clinic.whatsapp.message", "In reply to", readonly=True, index="btree_not_null")
    purpose_id = fields.Many2one("clinic.consent.purpose", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [
            (QUEUED, "Waiting"),
            (SENDING, "Sending"),
            (SENT, "Sent"),
            (DELIVERED, "Delivered"),
            (READ, "Read"),
            (FAILED, "Failed"),
            (UNKNOWN, "Not confirmed"),
            (CANCELLED, "Cancelled"),
            (BLOCKED, "Blocked"),
            (RECEIVED, "Received"),
        ],
        required=True,
        readonly=True,
        default=QUEUED,
    )
    block_reason = fields.Selection(BLOCK_REASONS, "Rule", readonly=True)
    block_detail = fields.Char("Which", readonly=True)
    error_code = fields.Integer(readonly=True, aggregator=None)
    error_detail = EncryptedText(readonly=True)  # Meta's words may quote what was sent
    error_log = EncryptedText(readonly=True, help="JSON: every error that WhatsApp reported with the failure.")
    problem = fields.Char("What happened", compute="_compute_problem")
    advice = fields.Char("What to do", compute="_compute_problem")
    wamid = fields.Char("WhatsApp ID", readonly=True)
    client_ref = fields.Char("Reference", readonly=True, default=lambda self: uuid.uuid4().hex, index=True)
    sent_by_id = fields.Many2one("res.users", "Written by", readonly=True)
    sent_at = fields.Datetime(readonly=True, help="When WhatsApp took it, or when the patient wrote it.")
    delivered_at = fields.Datetime(readonly=True)
    read_at = fields.Datetime(readonly=True)
    played_at = fields.Datetime(readonly=True, help="When the patient played the voice message.")
    pricing_type = fields.Char(readonly=True)
    pricing_category = fields.Char("Price category", readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    claimed_at = fields.Datetime(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(readonly=True, help="Not sent after this moment.")
    is_reported = fields.Boolean(readonly=True)
    settled_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, help="Who decided about a message that WhatsApp did not confirm."
    )
    res_model = fields.Char("About (model)", readonly=True)
    res_id = fields.Many2oneReference("About", model_field="res_model", readonly=True)

    _wamid_unique = models.UniqueIndex("(account_id, wamid) WHERE wamid IS NOT NULL", "This message is stored already.")
    _client_ref_unique = models.UniqueIndex("(client_ref)", "References are unique.")
    _thread_idx = models.Index("(conversation_id, id)")
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _unknown_idx = models.Index("(account_id, claimed_at) WHERE state = 'unknown'")

    @api.depends("partner_id", "conversation_id")
    def _compute_display_name(self):
        for message in self:
            message.display_name = message.conversation_id.display_name

    @api.depends("state", "block_reason", "block_detail", "error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_problem(self):
        for message in self:
            message.problem, message.advice = message._explain()

    def _explain(self):
        """Return (what happened, what to do) of one message in the user's language; (False, False) when all is well."""
        if self.block_reason:
            labels = dict(self._fields["block_reason"]._description_selection(self.env))
            return self._with_detail(labels[self.block_reason], self.block_detail), str(BLOCK_ADVICE[self.block_reason])
        if self.state == UNKNOWN:
            return (
                self.env._("WhatsApp did not answer"),
                self.env._("It may have arrived: wait for a tick, or ask the patient, before you write again."),
            )
        if not self.error_code:
            return False, False
        meaning = cloud_errors.meaning(self.error_code, self.error_detail or "")
        return self.env._(meaning.title), self.env._(meaning.advice)

    @api.model
    def _with_detail(self, label, detail):
        return f"{label}: {detail}" if detail else label

    @api.ondelete(at_uninstall=False)
    def _unlink_never_by_hand(self):
        if not self.env.su:
            raise UserError(self.env._("Messages are part of the patient's history and cannot be deleted."))

    def _is_readable(self) -> bool:
        """Tell whether all that this message says can be decrypted with the keys of this server."""
        try:
            for field in self._fields.values():
                if isinstance(field, EncryptedText):
                    field.reveal(self)
        except Unreadable:
            return False
        return True

    def _get_preview(self) -> str:
        """Return the first line of a message for a list, for those who may read it."""
        self.ensure_one()
        text = (self.body or "").split("\n", 1)[0]
        if not text:
            return dict(self._fields["message_type"]._description_selection(self.env))[self.message_type]
        return text if len(text) <= PREVIEW_LENGTH else f"{text[:PREVIEW_LENGTH]}…"

    def _pressed(self):
        """Return (action, our message) for a button that the patient pressed.

        The payload of our buttons is ``<action>:<client reference of our message>:<number>``. The reference is looked
        up within the same conversation, so a payload can never reach another patient's record.
        """
        self.ensure_one()
        action, reference, *_number = [*(self.button_payload or "").split(":"), ""]
        asked = reference and self.search(
            [("conversation_id", "=", self.conversation_id.id), ("client_ref", "=", reference)], limit=1
        )
        return (action, asked) if asked else (None, self.browse())

    def _react(self):
        """Hook: let the clinic react to new inbound messages, in the transaction that stores them."""

    def _on_requeued(self):
        """Hook: WhatsApp has not taken the messages, and they wait for another attempt."""

    def _on_settled(self):
        """Hook: the messages have left the queue, well or not; or WhatsApp says now that it ended otherwise."""
