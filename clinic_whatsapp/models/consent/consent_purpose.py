"""What messages are for, and what the law asks for each of it.

The law allows or forbids a message by its purpose (legal.md §1.2). Six purposes ship as patterns without a company;
every legal entity gets its own copy of each, which it may adapt: the change is recorded (:mod:`.privacy_change`).
What a purpose asks of the patient follows from its basis and is never chosen: where the processing does not rest on
consent, nobody can be asked for consent (LR-03, decision 2026/347).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

SERVICE = "service"
APPOINTMENT = "appointment"
TRANSFER = "transfer"
HEALTH = "health"
MARKETING = "marketing"
FEEDBACK = "feedback"
CODES = [
    (SERVICE, "Service reply"),
    (APPOINTMENT, "Appointment messages"),
    (TRANSFER, "Transfer abroad"),
    (HEALTH, "Treatment reminders"),
    (MARKETING, "Promotion and greetings"),
    (FEEDBACK, "Feedback"),
]
FREE_OF_SIGN_OFF = (SERVICE, APPOINTMENT)  # all others are off until somebody answers for them (§1.2, LR-60)
ABOUT_HEALTH = (APPOINTMENT, HEALTH, FEEDBACK)  # that somebody is a patient is health data (§1.1, m.6/1)

CONSENT = "consent"
LEGITIMATE_INTEREST = "legitimate_interest"
CONTRACT = "contract"
LEGAL_BASES = [
    (CONSENT, "Explicit consent (KVKK 5/1)"),
    ("law", "Provided for by law (KVKK 5/2-a)"),
    ("impossibility", "Life or limb, consent impossible (KVKK 5/2-b)"),
    (CONTRACT, "Contract (KVKK 5/2-c)"),
    ("legal_obligation", "Legal obligation (KVKK 5/2-ç)"),
    ("made_public", "Made public by the person (KVKK 5/2-d)"),
    ("legal_claims", "Legal claims (KVKK 5/2-e)"),
    (LEGITIMATE_INTEREST, "Legitimate interest (KVKK 5/2-f)"),
]
EXPLICIT_CONSENT = "explicit_consent"
HEALTH_BASES = [
    (EXPLICIT_CONSENT, "Explicit consent (KVKK 6/3-a)"),
    ("law", "Provided for by law (KVKK 6/3-b)"),
    ("impossibility", "Life or limb, consent impossible (KVKK 6/3-c)"),
    ("made_public", "Made public by the person (KVKK 6/3-ç)"),
    ("legal_claims", "Legal claims (KVKK 6/3-d)"),
    ("health_care", "Diagnosis, treatment and planning of health services (KVKK 6/3-e)"),
]

WINDOW, OPT_IN, COMMERCIAL = "window", "opt_in", "commercial"
GATES = {SERVICE: WINDOW, TRANSFER: TRANSFER, HEALTH: HEALTH, MARKETING: COMMERCIAL}  # all others: OPT_IN
REGIMES = {TRANSFER: "transfer", MARKETING: COMMERCIAL}  # all others: "kvkk"

NO_RECORD, CHANNEL_OPT_IN, APPROVAL, APPROVAL_AND_CONSENT = "none", "channel_optin", "approval", "approval_and_consent"
REQUIRED_KINDS = {
    NO_RECORD: (),
    CHANNEL_OPT_IN: (CHANNEL_OPT_IN,),
    EXPLICIT_CONSENT: (EXPLICIT_CONSENT,),
    APPROVAL_AND_CONSENT: (APPROVAL, EXPLICIT_CONSENT),
}
DERIVED = frozenset({"gate", "regime", "record_kind", "requires_opt_in", "needs_sign_off"})  # never written by hand


class ClinicConsentPurpose(models.Model):
    _name = "clinic.consent.purpose"
    _inherit = ["clinic.audited.mixin", "clinic.shared.mixin"]
    _description = "Message purpose"
    _order = "sequence, id"

    company_id = fields.Many2one(
        "res.company", "Controller", default=False, help="The legal entity that uses this purpose. Empty: the pattern."
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="The name under which programs know this purpose.")
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    legal_basis = fields.Selection(LEGAL_BASES, required=True, default=CONSENT, help="KVKK article 5.")
    health_basis = fields.Selection(HEALTH_BASES, help="KVKK article 6/3; needed where health data are concerned.")
    sensitivity = fields.Selection(
        [("ordinary", "Ordinary data"), (HEALTH, "Health data")], required=True, default="ordinary"
    )
    regime = fields.Selection(
        [("kvkk", "Data protection"), ("transfer", "Transfer abroad"), (COMMERCIAL, "Commercial messages")],
        compute="_compute_from_code",
        store=True,
        precompute=True,
    )
    gate = fields.Selection(
        [
            (WINDOW, "Only while the patient's own message is fresh"),
            (OPT_IN, "Notice and opt-in"),
            (TRANSFER, "Transfer file"),
            (HEALTH, "Notice, opt-in and a grant of its own"),
            (COMMERCIAL, "Approval, consent and registration"),
        ],
        compute="_compute_from_code",
        store=True,
        precompute=True,
        help="What is demanded before a message of this purpose leaves.",
    )
    record_kind = fields.Selection(
        [
            (NO_RECORD, "None"),
            (CHANNEL_OPT_IN, "Channel opt-in"),
            (EXPLICIT_CONSENT, "Explicit consent"),
            (APPROVAL_AND_CONSENT, "Commercial approval and explicit consent"),
        ],
        "What the patient gives",
        compute="_compute_record_kind",
        store=True,
        precompute=True,
        help="Follows from the legal basis: consent is asked only where the processing rests on it.",
    )
    requires_opt_in = fields.Boolean(
        "Needs an opt-in",
        compute="_compute_from_code",
        store=True,
        precompute=True,
        help="Without a recorded opt-in of the patient, no message leaves for this purpose. Otherwise only answers "
        "within 24 hours of the patient's own message are possible.",
    )
    is_on = fields.Boolean("In use", help="Nothing is sent and nothing is asked for a purpose that is not in use.")
    needs_sign_off = fields.Boolean(compute="_compute_from_code", store=True, precompute=True)
    sign_off_by = fields.Char("Signed off by", help="The counsel who answers for using this purpose.")
    sign_off_on = fields.Date("Signed off on")
    review_months = fields.Integer("Asked again after (months)", help="0: a grant does not expire.")
    quiet_from = fields.Float("Sent from", default=9.0, help="Hour of the branch's day.")
    quiet_to = fields.Float("Sent until", default=20.0, help="Hour of the branch's day.")
    cap_count = fields.Integer("Messages at most", help="To one person within the days beside. 0: no limit.")
    cap_days = fields.Integer("Within days")
    cap_per_occasion = fields.Integer("Messages per occasion", help="For example about one appointment. 0: no limit.")

    _code_unique = models.UniqueIndex("(code, company_id) NULLS NOT DISTINCT", "This purpose exists already.")

    _audited = (
        "name",
        "active",
        "legal_basis",
        "health_basis",
        "sensitivity",
        "is_on",
        "sign_off_by",
        "sign_off_on",
        "review_months",
        "quiet_from",
        "quiet_to",
        "cap_count",
        "cap_days",
        "cap_per_occasion",
    )

    @api.depends("code")
    def _compute_from_code(self):
        for purpose in self:
            purpose.gate = GATES.get(purpose.code, OPT_IN)
            purpose.regime = REGIMES.get(purpose.code, "kvkk")
            purpose.requires_opt_in = purpose.gate != WINDOW
            purpose.needs_sign_off = purpose.code not in FREE_OF_SIGN_OFF

    @api.depends("gate", "legal_basis", "health_basis")
    def _compute_record_kind(self):
        for purpose in self:
            purpose.record_kind = purpose._get_record_kind()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{k: v for k, v in vals.items() if k not in DERIVED} for vals in vals_list])

    def write(self, vals):
        if "code" in vals and any(purpose.code != vals["code"] for purpose in self):
            raise UserError(self.env._("The code of a purpose is fixed: programs and records know it by that."))
        if DERIVED & vals.keys():
            self.check_access("write")
            raise UserError(self.env._("What a purpose asks for follows from its code and its legal basis."))
        result = super().write(vals)
        if {"legal_basis", "health_basis", "code"} & vals.keys():
            self.env["clinic.privacy.notice"]._retire_unasked(self)
        return result

    def _get_record_kind(self) -> str:
        if self.gate == WINDOW:
            return NO_RECORD
        if self.gate == COMMERCIAL:
            return APPROVAL_AND_CONSENT
        if self._rests_on_consent():
            return EXPLICIT_CONSENT
        return CHANNEL_OPT_IN if self.gate == OPT_IN else NO_RECORD

    def _rests_on_consent(self) -> bool:
        """Tell whether the configured basis of one purpose is the patient's explicit consent (KVKK 5/1 or 6/3-a)."""
        return self.legal_basis == CONSENT or self.health_basis == EXPLICIT_CONSENT

    def _get_required_kinds(self) -> tuple:
        """Return the kinds of ledger records one purpose needs, all of them; the first is its main one."""
        return REQUIRED_KINDS[self.record_kind]

    @api.model
    def _get(self, code, company):
        """Return the purpose that a branch uses: its controller's row, made from the pattern when it is missing.

        :param str code: ``service``, ``appointment`` …
        :param res.company company: branch or controller
        :raise UserError: when there is no such purpose; then nothing may be sent for it
        """
        controller = company._get_controller()
        domain = [("code", "=", code), ("company_id", "=", controller.id)]
        purpose = self.search(domain, limit=1)
        if not purpose and self._ensure_for(controller):
            purpose = self.search(domain, limit=1)
        if not purpose:
            raise UserError(
                self.env._("%(company)s does not use the purpose “%(code)s”.", company=controller.name, code=code)
            )
        return purpose

    def _check_kind(self, record_kind):
        """Refuse to present or to record a kind of agreement that one purpose does not rest on (LR-03).

        :param str record_kind: ``channel_optin``, ``explicit_consent`` or ``approval``
        :raise ValidationError: which says what the law says
        """
        if record_kind in self._get_required_kinds():
            return
        if record_kind == EXPLICIT_CONSENT:
            raise ValidationError(
                self.env._(
                    "“%(purpose)s” does not rest on explicit consent. Asking for consent where another basis of the "
                    "law applies is unlawful (decision 2026/347 of the data-protection board).",
                    purpose=self.name,
                )
            )
        raise ValidationError(
            self.env._("“%(purpose)s” does not ask patients for this kind of agreement.", purpose=self.name)
        )

    def _of(self, controller):
        """Return the rows of a controller for the same codes as these purposes; patterns included."""
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purposes = self.sudo().browse()
        for code in dict.fromkeys(self.sudo().mapped("code")):
            purposes |= purposes._get(code, controller)
        return purposes.with_env(self.env)

    @api.model
    def _ensure_for(self, controllers):
        """Give every one of some controllers its own copy of each pattern it lacks; return the new copies."""
        # sudo: clinic.consent.purpose - made on first use, by whoever comes first
        rows = self.sudo().with_context(active_test=False)
        patterns = rows.search([("company_id", "=", False)])
        existing = set(rows._read_group([("company_id", "in", controllers.ids)], ["company_id", "code"]))
        created = self.sudo().browse()
        for controller in controllers:
            for pattern in patterns:
                if (controller, pattern.code) not in existing:
                    created |= pattern.copy({"company_id": controller.id})
        return created.with_env(self.env)
