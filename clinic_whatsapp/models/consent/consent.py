"""The consent ledger.

Each entry says that a notice was handed to a person, or that a person agreed to one purpose, refused it or took it
back: who, when, how, after reading which text, on which evidence. Three kinds of record are never mixed: the notice,
the preference for the channel, and the explicit consent with the approval of commercial messages (legal.md §0.1).
Nothing is ever changed or deleted, by nobody; what holds today follows from the newest entries of a person within a
controller (LR-11, LR-12, LR-20). Every entry carries the hash of the one before it (``consent_proof``), so a row
changed behind our back is found by :meth:`ClinicConsent._verify_chain` (``consent_verify``).

Entries are written by ``_record``, ``_record_delivery`` and, for what ends many at once, ``_end`` (``consent_record``);
what must not get in is in ``consent_rules``. They are looked up by ``_get_current``, ``_get_standing`` and
``_get_delivered`` (``consent_lookup``).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .consent_purpose import HEALTH_BASES, LEGAL_BASES
from .consent_states import ACTING, METHODS, RECORD_KINDS, SELF, STATUSES


class ClinicConsent(models.Model):
    _name = "clinic.consent"
    _inherit = ["clinic.branch.mixin"]
    _description = "Consent entry"
    _order = "id desc"
    _rec_name = "partner_id"

    company_id = fields.Many2one(readonly=True)
    controller_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    record_kind = fields.Selection(RECORD_KINDS, "Kind", required=True, readonly=True)
    status = fields.Selection(STATUSES, required=True, readonly=True)
    method = fields.Selection(METHODS, "How", required=True, readonly=True)

    # Who
    partner_id = fields.Many2one("res.partner", "Patient", readonly=True, index=True, ondelete="restrict")
    contact_id = fields.Many2one("clinic.whatsapp.contact", "WhatsApp contact", readonly=True, ondelete="restrict")
    subject_id = fields.Many2one(
        "clinic.consent.subject", readonly=True, index=True, ondelete="restrict", groups=fields.NO_ACCESS
    )
    acting = fields.Selection(ACTING, "Acting person", readonly=True, default=SELF)
    acting_partner_id = fields.Many2one(
        "res.partner", "Acted for the patient", readonly=True, ondelete="restrict", help="Who decided for the patient."
    )
    phone = fields.Char("Phone (E.164)", readonly=True, help="The number the entry was made for.")
    user_ref = fields.Char("WhatsApp user id", readonly=True, help="Meta's id of this person for this business.")
    verified_at = fields.Datetime("Number verified", readonly=True, help="When this number had been verified.")

    # What, and after reading what
    purpose_id = fields.Many2one("clinic.consent.purpose", readonly=True, ondelete="restrict")
    purpose_code = fields.Char(readonly=True)
    legal_basis = fields.Selection(LEGAL_BASES, readonly=True, help="The legal basis of the purpose at that moment.")
    health_basis = fields.Selection(HEALTH_BASES, "Legal basis for health data", readonly=True)
    notice_id = fields.Many2one("clinic.privacy.notice", readonly=True, ondelete="restrict")
    notice_version = fields.Integer(readonly=True)
    notice_hash = fields.Char("SHA-256 of the notice", readonly=True)
    delivery_id = fields.Many2one(
        "clinic.consent", readonly=True, ondelete="restrict", help="How that notice had reached the person before."
    )
    text_id = fields.Many2one("clinic.privacy.notice", "Text agreed to", readonly=True, ondelete="restrict")
    text_version = fields.Integer(readonly=True)
    text_hash = fields.Char("SHA-256 of the text", readonly=True)
    text_lang = fields.Char("Language of the text", readonly=True)
    guardian_text_id = fields.Many2one(
        "clinic.privacy.notice",
        "Guardian's addendum",
        readonly=True,
        ondelete="restrict",
        help="What a guardian declared beside the text.",
    )
    guardian_text_version = fields.Integer("Version of the addendum", readonly=True)
    guardian_text_hash = fields.Char("SHA-256 of the addendum", readonly=True)

    # When
    given_at = fields.Datetime("When", readonly=True, help="When the person decided.")
    happened_at = fields.Datetime(
        "Date",
        compute="_compute_happened_at",
        help="When the person decided; for entries of older versions, when it was recorded.",
    )
    withdrawn_at = fields.Datetime("Taken back", readonly=True)
    effective_until = fields.Datetime("Holds until", readonly=True, help="Empty: without end.")
    recorded_at = fields.Datetime(required=True, readonly=True)
    recorded_by_id = fields.Many2one("res.users", "Recorded by", required=True, readonly=True)
    checked_by_id = fields.Many2one("res.users", "Signature checked by", readonly=True)

    # On which evidence
    origin_id = fields.Many2one(
        "clinic.consent", "Follows", readonly=True, ondelete="restrict", help="The entry whose evidence this one uses."
    )
    evidence_ids = fields.One2many("clinic.consent.evidence", "consent_id", readonly=True)
    signer_name = fields.Char("Signed as", readonly=True)
    ip = fields.Char("IP address", readonly=True)
    user_agent = fields.Char("Browser", readonly=True)
    question_id = fields.Many2one("clinic.whatsapp.message", readonly=True, ondelete="set null")
    question_wamid = fields.Char("Meta's id of the question", readonly=True)
    answer_id = fields.Many2one("clinic.whatsapp.message", readonly=True, ondelete="set null")
    answer_wamid = fields.Char("Meta's id of the answer", readonly=True)
    request_ref = fields.Char("Request", readonly=True, help="The link or the printed form by which it was asked for.")
    challenge_ref = fields.Char("Id of the code that was entered", readonly=True)
    iys_ref = fields.Char("İYS reference", readonly=True)
    note = fields.Char(readonly=True)

    # The chain
    formula = fields.Integer(required=True, readonly=True, default=1, help="By which rule the hash was made.")
    sequence = fields.Integer("No.", required=True, readonly=True)
    personal_digest = fields.Char(readonly=True)
    previous_hash = fields.Char(readonly=True)
    entry_hash = fields.Char(required=True, readonly=True)

    _standing_idx = models.Index("(controller_id, partner_id, purpose_code, record_kind, id)")
    _delivered_idx = models.Index("(controller_id, contact_id, id) WHERE record_kind = 'notice'")
    _sequence_unique = models.UniqueIndex("(controller_id, sequence)", "The consent ledger cannot fork.")

    @api.depends("given_at", "recorded_at")
    def _compute_happened_at(self):
        for entry in self:
            entry.happened_at = entry.given_at or entry.recorded_at

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Consent entries are never changed. Record a new one instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Consent entries are never deleted."))
