"""What the gate looks at, read once for a whole set of messages.

Whatever the number of messages, it costs the same number of queries: rows are fetched for all of them at once, and what
the ledger says is asked once for each legal entity, only when a rule wants to know it.
"""

from functools import cached_property
from typing import NamedTuple

from odoo import fields

from ..consent.consent_purpose import APPOINTMENT, WINDOW
from .message import REPLY, SERVICE_KINDS

ANSWERED_FOR = (WINDOW,)  # the gates of purposes under which a person may answer freely, beside appointments


class Case(NamedTuple):
    """One message and what it is about."""

    message: object
    contact: object
    partner: object
    purpose: object  # the controller's row; empty when there is none
    controller: object  # what is known of the legal entity, see Entity
    is_answer: bool  # to what the patient wrote in the last 24 hours: it needs no opt-in (LR-26)


class Facts:
    """Everything about the messages of one judgement."""

    def __init__(self, messages):
        self.env = messages.env
        self.now = fields.Datetime.now()
        self.cases = {}  # by id of the message
        fetch_columns(messages)
        conversations = fetch_columns(messages.conversation_id)
        contacts = fetch_columns(conversations.contact_id)
        fetch_columns(messages.account_id)
        fetch_columns(messages.partner_id)
        fetch_columns(messages.template_id)
        entities = self._group_by_entity(messages)
        for message in messages:
            self.cases[message.id] = self._look_at(message, entities[message.company_id.id])
        self.contacts = contacts

    def of(self, messages):
        """Return the cases of these messages."""
        return [self.cases[message_id] for message_id in messages._ids]

    def _group_by_entity(self, messages):
        """Return {id of a branch: its legal entity}."""
        by_branch = {branch: branch._get_controller() for branch in messages.company_id}
        companies = {controller.id: controller for controller in by_branch.values()}
        entities = {key: Entity(controller, self) for key, controller in companies.items()}
        return {branch.id: entities[controller.id] for branch, controller in by_branch.items()}

    def _look_at(self, message, entity):
        conversation = message.conversation_id
        purpose = entity.purposes.get(message.purpose_id.code) or message.purpose_id.browse()
        return Case(
            message, conversation.contact_id, message.partner_id, purpose, entity,
            conversation.is_window_open and message._needs_window() and _is_answer(message, purpose),
        )  # fmt: skip


class Entity:
    """One legal entity: its file, its purposes, and what its ledger says about the patients of this judgement."""

    def __init__(self, company, facts):
        self.company = company
        self._facts = facts
        self.env = facts.env

    @cached_property
    def file(self):
        """The controller's file; empty when it has none."""
        # sudo: clinic.privacy.controller - the law asks for the whole truth, not for what the sender may see
        return self.env["clinic.privacy.controller"].sudo().search([("company_id", "=", self.company.id)], limit=1)

    @cached_property
    def purposes(self):
        """{code: purpose}, those out of use included."""
        # sudo: clinic.consent.purpose - as above
        rows = self.env["clinic.consent.purpose"].sudo().with_context(active_test=False)
        return {row.code: row for row in rows.search([("company_id", "=", self.company.id)])}

    @cached_property
    def cases(self):
        return [case for case in self._facts.cases.values() if case.controller is self]

    @cached_property
    def partners(self):
        ids = dict.fromkeys(case.partner._origin.id for case in self.cases if case.partner)
        return self.env["res.partner"].browse(ids)

    @cached_property
    def standing(self):
        """{(id of the patient, code of the purpose, kind of record): the entry that stands}."""
        found = self.env["clinic.consent"]._get_standing(self.partners, self.company)
        return {(partner.id, code, kind): entry for (partner, code, kind), entry in found.items()}

    @cached_property
    def _delivered(self):
        ids = dict.fromkeys(case.contact._origin.id for case in self.cases)
        contacts = self.env["clinic.whatsapp.contact"].browse(ids)
        found = self.env["clinic.consent"]._get_delivered(self.partners, contacts, self.company)
        return {(record._name, record.id) for record in found}

    def has_notice(self, case) -> bool:
        """Tell whether a notice that is still good reached the patient, or this number."""
        who = (case.partner._origin, case.contact._origin)
        return any((record._name, record.id) in self._delivered for record in who)

    def get_entry(self, case, code, kind):
        """Return the entry of the ledger that stands for the patient of a message; None without one."""
        return self.standing.get((case.partner._origin.id, code, kind))


def _is_answer(message, purpose) -> bool:
    """Tell whether a person answers, or the clinic says one of the few things it may say by itself (LR-26)."""
    if message.kind == REPLY:
        return purpose.gate in ANSWERED_FOR or purpose.code == APPOINTMENT
    return message.kind in SERVICE_KINDS


def fetch_columns(records):
    """Read the columns of all these records in one query, however many they are; drafts have none."""
    stored = records.browse(record_id for record_id in records._ids if record_id)
    names = [
        name for name, field in records._fields.items() if field.store and field.column_type and field.prefetch is True
    ]
    stored.fetch(names)
    return records
