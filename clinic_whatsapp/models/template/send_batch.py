"""One message to several patients: who is meant, who would get it, and who would not and why.

The gate is asked about all of them in one go, about messages that nothing stores. Whoever is asked about and whoever
gets the message is found by the same method, under the rights of whoever sends.
"""

import uuid
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..messaging import reasons
from ..messaging.message import AUTOMATIC, OUT, QUEUED, REPLY
from .offer import PATIENT, VISIT
from .offer_obstacle import NO_APPOINTMENT
from .value_facts import Facts
from .value_helpers import FACTS

SOURCES = (PATIENT, VISIT)  # what can be selected
NO_PATIENT = "no_patient"  # no rule of the gate: the contact is not a patient
SEEN_NOTHING = {"clinic_whatsapp_seen_id": 1}  # what is sent from a list answers nobody who waits


class Recipient(NamedTuple):
    """One selected row, and what a message to it is about."""

    row: object  # the patient or appointment that was selected
    partner: object
    record: object  # that the values are read from; None when there is none
    account: object  # the number that writes; empty when the branch has none

    def as_target(self):
        return self.partner, self.record, self.account


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _get_recipients(self, rows) -> list[Recipient]:
        """Return what this message would be about for each of some rows, in a constant number of queries.

        :param rows: patients or appointments that the user may read; patients are written to by the current branch
        """
        is_visit, about = rows._name == VISIT, self.model_id.model
        branches = {row: row.company_id if is_visit else self.env.company for row in rows}
        accounts = self.env["clinic.whatsapp.account"]._for_companies(rows.company_id.union(*branches.values()))
        visits = rows._find_next_visits() if about == VISIT and not is_visit else {}
        recipients = []
        for row in rows:
            partner = row.patient_id if is_visit else row
            record = partner if about == PATIENT else row if is_visit else visits.get(row)
            recipients.append(Recipient(row, partner, record if about else None, accounts[branches[row]]))
        return recipients

    def _judge_recipients(self, recipients, values, is_alone):
        """Return {row: (message that nothing stores, or None; reason or None)}.

        :param dict values: by key of the variable, instead of what the record says
        :param bool is_alone: whether nobody else gets the message
        """
        reachable = [recipient for recipient in recipients if not self._get_own_reason(recipient)]
        messages = self._draft_messages(reachable, values, is_alone)
        drafts = dict(zip((recipient.row for recipient in reachable), messages, strict=True))
        messages = self.env["clinic.whatsapp.message"].union(*drafts.values())
        verdicts = self.env["clinic.whatsapp.gate"]._judge(messages)
        return {
            recipient.row: (draft, verdicts[draft])
            if (draft := drafts.get(recipient.row)) is not None
            else (None, self._get_own_reason(recipient))
            for recipient in recipients
        }

    def _get_own_reason(self, recipient):
        """Return why there is nothing to ask the gate about; None when there is."""
        if not recipient.partner.is_patient:
            return NO_PATIENT
        if not recipient.account:
            return reasons.ACCOUNT_NOT_CONNECTED
        return NO_APPOINTMENT if self._needs_record() and not recipient.record else None

    def _draft_messages(self, recipients, values, is_alone):
        # sudo: clinic.whatsapp.template, clinic.whatsapp.message - drafts are never stored; the gate sees all
        this = self.sudo().with_context(**{FACTS: Facts(self.sudo().env)})
        targets = [
            (recipient.partner.sudo(), recipient.record and recipient.record.sudo(), recipient.account.sudo())
            for recipient in recipients
        ]
        conversations = this._draft_conversations(targets)
        variants = {account: this._get_variants(account) for account in {account for _p, _r, account in targets}}
        return [
            this._choose_variant(variants[target[-1]], target[-1], target[0].lang)._draft_message(
                target, conversations, values, self._get_kind(is_alone)
            )
            for target in targets
        ]

    def _draft_message(self, target, conversations, values, kind):
        partner, record, account = target
        rendered = {**self._render_values(record, partner, account), **values}
        return self.env["clinic.whatsapp.message"].new(
            {
                "conversation_id": conversations[partner, account],
                "company_id": account.company_id.id,
                "account_id": account.id,
                "partner_id": partner.id,
                "purpose_id": self._get_purpose_for(account).id,
                "direction": OUT,
                "state": QUEUED,
                "kind": kind,
                "client_ref": uuid.uuid4().hex,
                "occasion": partner._get_whatsapp_occasion(record),
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
                **self._prepare_content_vals(rendered),
            }
        )

    @api.model
    def _get_kind(self, is_alone) -> str:
        """Return what a message is: one that a person writes, or one of several, which wait for the hours (LR-34)."""
        return REPLY if is_alone else AUTOMATIC

    def _get_purpose_for(self, account):
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purposes = self.env["clinic.consent.purpose"].sudo()
        facts = self.env["clinic.whatsapp.template.variable"]._get_facts()
        key = ("purpose", self.purpose_code, account.company_id._get_controller())
        return facts.once(key, lambda: purposes._get(self.purpose_code, account.company_id))

    @api.model
    def _draft_conversations(self, targets):
        """Return {(patient, account): conversation} without making any: one that there is not is not stored."""
        contacts, conversations = self.env["clinic.whatsapp.contact"], self.env["clinic.whatsapp.conversation"]
        drafts = {}
        for account in {account for _partner, _record, account in targets}:
            partners = self.env["res.partner"].union(*(partner for partner, _r, target in targets if target == account))
            controller = account.company_id._get_controller()
            reached = contacts._find_reached(partners, controller)
            known = conversations.search(
                [("account_id", "=", account.id), ("contact_id", "in", [contact.id for contact in reached.values()])]
            )
            by_contact = {conversation.contact_id: conversation for conversation in known}
            for partner in partners:
                contact = reached.get(partner) or contacts.new(
                    {"company_id": controller.id, "phone": partner.reached_phone}
                )
                drafts[partner, account] = by_contact.get(contact) or conversations.new(
                    {
                        "account_id": account.id,
                        "company_id": account.company_id.id,
                        "contact_id": contact,
                        "partner_id": partner.id,
                    }
                )
        return drafts


    # What the composer shows

    def _prepare_batch_draft(self, row, is_alone):
        """Return what one row would get: see ``clinic.whatsapp.send.wizard.get_draft``."""
        recipient = self._get_recipients(row)[0]
        # sudo: clinic.whatsapp.template - values may come from fields that the sender cannot read; they go to the
        # patient himself
        this, account, patient = self.sudo(), recipient.account.sudo(), recipient.partner.sudo()
        variant = this._choose_variant(this._get_variants(account), account, patient.lang) if account else this
        record = recipient.record and recipient.record.sudo()
        values = variant._render_values(record, patient, account) if account else {}
        return {
            **variant._describe_draft(values, is_common=not is_alone),
            "id": self.id,
            "name": recipient.partner.display_name,
            "records": [],
            "res_id": False,
            "obstacle": None,
        }

    def _describe_recipients(self, rows, typed, is_alone):
        """Return who would get it and who would not: see ``clinic.whatsapp.send.wizard.get_recipients``."""
        verdicts = self._judge_recipients(recipients := self._get_recipients(rows), typed, is_alone)
        return [self._describe_recipient(recipient, *verdicts[recipient.row]) for recipient in recipients]

    def _describe_recipient(self, recipient, draft, reason):
        waits = reason == reasons.QUIET_HOURS and draft.kind != REPLY
        label, advice = self._explain_reason(reason)
        detail = draft is not None and reason and draft._get_block_detail(reason)
        return {
            "id": recipient.row.id,
            "partner_id": recipient.partner.id,
            "name": recipient.row.display_name,
            "language": draft.template_id.language if draft is not None else False,
            "state": "waits" if waits else "denied" if reason else "ready",
            "reason": reason or False,
            "label": f"{label}: {detail}" if detail else label,
            "advice": advice,
        }

    @api.model
    def _explain_reason(self, reason):
        """Return (what is the case, what to do next) in the user's language; empty for no reason."""
        if reason == NO_APPOINTMENT:
            told = self.env["clinic.whatsapp.conversation"]._explain_no_appointment()
            return told["label"], told["advice"]
        if reason == NO_PATIENT:
            return self.env._("No patient"), self.env._("Tick “Patient” on the contact first.")
        if not reason:
            return "", ""
        return self.env["res.partner"]._get_rule(reason), self.env._(reasons.BLOCK_ADVICE[reason])

    # Sending

    def _send_to(self, recipients, typed, is_alone, urgent_reason=None):
        """Queue this message to some recipients.

        :return: {row: (message or None, reason or None)}; a reason where there was nothing to queue
        """
        now, sent, groups = fields.Datetime.now(), {}, {}
        # sudo: clinic.consent.purpose - what is found out is a setting of the controller
        this = self.with_context(**{FACTS: Facts(self.sudo().env)})
        for recipient in recipients:
            reason = self._get_own_reason(recipient)
            sent[recipient.row] = (None, reason)
            if not reason:
                groups.setdefault(this._get_purpose_for(recipient.account), []).append(recipient)
        for purpose, group in groups.items():
            messages = self.with_context(**SEEN_NOTHING)._queue_messages(
                purpose,
                [recipient.as_target() for recipient in group],
                kind=self._get_kind(is_alone),
                values=typed,
                expires_at=[self._get_end(recipient.record, now) for recipient in group],
                occasions=[recipient.partner._get_whatsapp_occasion(recipient.record) for recipient in group],
                urgent_reason=urgent_reason,
            )
            sent.update((r.row, (message, None)) for r, message in zip(group, messages, strict=True))
        return sent

    @api.model
    def _get_end(self, record, now):
        """Return after which moment a message about a record helps nobody, naive UTC; False when it always does."""
        is_ahead = record is not None and record._name == VISIT and record.start > now
        return is_ahead and record.start

    @api.model
    def _open_composer(self, rows):
        """Return the action that opens the composer for some patients or appointments.

        :raise UserError: without any
        """
        self.env["clinic.whatsapp.send.wizard"].check_access("create")
        rows.check_access("read")
        if not rows:
            raise UserError(self.env._("Select those who are to get the message."))
        return {
            "type": "ir.actions.client",
            "tag": "clinic_whatsapp.send_template",
            "target": "new",
            "params": {"model": rows._name, "ids": rows.ids},
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_compose_template(self):
        """Open the composer of templates for these patients."""
        return self.env["clinic.whatsapp.template"]._open_composer(self)

    def _find_next_visits(self):
        """Return {patient: his next appointment in the current branch, else his last one}."""
        visits = self.env[VISIT].search(
            [
                ("patient_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                ("state", "in", ("booked", "confirmed", "arrived", "done", "no_show")),
            ],
            order="start, id",
        )
        now, found = fields.Datetime.now(), {}
        for visit in visits:
            known = found.get(visit.patient_id)
            if not known or known.start < now:
                found[visit.patient_id] = visit
        return found
