"""What the patient of a conversation decided, shown between the messages beside what happened to the conversation.

Nothing is written for it: the lines are the entries of the ledger, read under the rights of who looks. What another
branch has recorded is shown to nobody who could not read it there.
"""

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain

from ..consent.consent_states import GRANTED, NOTICE, REFUSED, WITHDRAWN
from .notes import EVENT, MOST_NOTES

BY_THE_PERSON = (GRANTED, REFUSED, WITHDRAWN)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _find_notes(self, since, until):
        entries = self._find_decisions(since, until)
        # One decision may be several entries: of each kind of record that a purpose asks for.
        lines = {(entry.happened_at, entry.purpose_code, entry.status): entry for entry in entries}
        return super()._find_notes(since, until) + [entry._prepare_decision() for entry in lines.values()]

    def _find_decisions(self, since, until):
        """Return the entries of one conversation's patient between two moments, oldest first."""
        entries = self.env["clinic.consent"]
        if not self.partner_id:
            return entries
        given = Domain("given_at", "!=", False) & self._get_between("given_at", since, until)
        recorded = Domain("given_at", "=", False) & self._get_between("recorded_at", since, until)
        found = entries.search(
            Domain("partner_id", "=", self.partner_id.id)
            & Domain("controller_id", "=", self.company_id._get_controller().id)
            & Domain("record_kind", "!=", NOTICE)
            & Domain("status", "in", BY_THE_PERSON)
            & (given | recorded),
            order="id desc",
            limit=MOST_NOTES,
        )
        return found[::-1]


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: whoever has a conversation of the patient open sees the decision at once."""
        entries = super().create(vals_list)
        # sudo: clinic.whatsapp.conversation - news in ids for the branches; who records consents need not read these
        conversations = self.env["clinic.whatsapp.conversation"].sudo()
        for controller, group in entries.grouped("controller_id").items():
            theirs = [("partner_id", "in", group.partner_id.ids), ("company_id", "child_of", controller.id)]
            conversations.search(theirs)._notify()
        return entries

    def _prepare_decision(self):
        """Return one entry as an event of the thread; its id is not that of any note."""
        return {
            "id": f"consent_{self.id}",
            "kind": EVENT,
            "at": self.happened_at.strftime("%Y-%m-%d %H:%M:%S"),
            "author": self._get_recorder(),
            "body": self._describe_decision(),
        }

    def _get_recorder(self):
        # sudo: res.users - who recorded an entry is told to whoever may read it; programs and guests have no name
        user = self.sudo().recorded_by_id
        return False if user.id == SUPERUSER_ID or user.share else user.name

    def _describe_decision(self):
        facts = {"purpose": self.purpose_id.name, "how": self.env["res.partner"]._get_source(self)}
        return {
            GRANTED: lambda: self.env._("Agreed: %(purpose)s (%(how)s)", **facts),
            REFUSED: lambda: self.env._("Said no: %(purpose)s (%(how)s)", **facts),
            WITHDRAWN: lambda: self.env._("Taken back: %(purpose)s (%(how)s)", **facts),
        }[self.status]()
