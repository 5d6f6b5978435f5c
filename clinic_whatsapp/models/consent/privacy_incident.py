"""Drafts of data incidents: somebody may have learned what was not meant for him (KVKK m.12/5, legal.md §7.3).

A draft is made by the program the moment it notices something; a person decides what it was. The clock of 72 hours runs
from the detection. What was written is not copied here: numbers and moments say how far it went.
"""

from datetime import timedelta

from odoo import api, fields, models

TIME_TO_NOTIFY = timedelta(hours=72)
DRAFT, ASSESSED, CLOSED = "draft", "assessed", "closed"


class ClinicPrivacyIncident(models.Model):
    _name = "clinic.privacy.incident"
    _inherit = ["clinic.branch.mixin"]
    _description = "Data incident"
    _order = "detected_at desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [("wrong_number", "Wrong number"), ("other", "Other")], required=True, default="other", string="What happened"
    )
    state = fields.Selection(
        [(DRAFT, "To be assessed"), (ASSESSED, "Assessed"), (CLOSED, "Closed")], required=True, default=DRAFT
    )
    detected_at = fields.Datetime("Noticed", required=True, default=fields.Datetime.now)
    notify_until = fields.Datetime(
        compute="_compute_notify_until", help="Until then the authority is told, if it has to be (72 hours)."
    )
    contact_id = fields.Many2one("clinic.whatsapp.contact", "WhatsApp contact", readonly=True, ondelete="set null")
    is_suspended = fields.Boolean("Number is suspended", compute="_compute_contact")
    phone = fields.Char("Number", compute="_compute_contact", help="Where the messages went.")
    patient_ids = fields.Many2many("res.partner", string="Patients concerned", help="Whose data it may be about.")
    message_count = fields.Integer("Messages", readonly=True, aggregator=None, help="Sent by this branch before.")
    first_at = fields.Datetime("First message", readonly=True)
    last_at = fields.Datetime("Last message", readonly=True)
    consequences = fields.Text(help="What may follow for the people concerned.")
    measures = fields.Text(help="What was done, and what will be done.")
    decision = fields.Text(help="Whether the authority and the people concerned are told, and why.")

    @api.depends("detected_at")
    def _compute_notify_until(self):
        for incident in self:
            incident.notify_until = incident.detected_at and incident.detected_at + TIME_TO_NOTIFY

    @api.depends("contact_id.phone", "contact_id.suspended_at")
    def _compute_contact(self):
        for incident in self:
            # sudo: clinic.whatsapp.contact - who assesses an incident need not be able to read conversations
            contact = incident.contact_id.sudo()
            incident.phone = contact.phone or contact.previous_phone
            incident.is_suspended = bool(contact.suspended_at)

    @api.model
    def _draft(self, kind, *, company, patients=None, contact=None, **vals):
        """Draft an incident in a branch.

        :param str kind: ``wrong_number`` or ``other``
        :param res.company company: the branch that answers for it
        :param res.partner | None patients: whose data it may be about
        :param clinic.whatsapp.contact | None contact: who may have got them
        :param vals: ``detected_at``, ``message_count``, ``first_at``, ``last_at``
        """
        # sudo: clinic.privacy.incident - noticed by the program while anybody works
        return (
            self.sudo()
            .with_company(company)
            .create(
                {
                    "kind": kind,
                    "company_id": company.id,
                    "contact_id": contact.id if contact else False,
                    "patient_ids": [fields.Command.set(patients.ids if patients else [])],
                    **vals,
                }
            )
        )

    def action_number_is_right(self):
        """Let messages leave to the number again: it was checked and belongs to the patient."""
        self.check_access("write")
        # sudo: clinic.whatsapp.contact - written by the connector only; who may decide about the incident was checked
        contacts = self.sudo().contact_id
        contacts.with_company(self.company_id[:1]).write({"suspended_at": False, "suspended_reason": False})
        return True

    def action_close(self):
        self.state = CLOSED
        return True
