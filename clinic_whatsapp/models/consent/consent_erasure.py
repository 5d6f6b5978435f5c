from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .consent_proof import FORGOTTEN
from .consent_states import OPEN_STATES, WITHDRAWN


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _forget_person(self, partner, controller, contacts=None):
        """Cut a person loose from the ledger of a controller: nothing in it says any more who it was about.

        What still stands is closed first, as entries that stay. Then the person's key is thrown away, with every value
        and file that tells something about him; the chain stays whole, because only an HMAC under that key is part of
        it (legal.md §6). Requests and open dialogs about him disappear whole. Whether the law allows it yet is for the
        caller to know: retention is not asked here.

        :param res.partner partner: the patient
        :param clinic.whatsapp.contact | None contacts: numbers that stand for nobody else; what was sent to them before
            a patient was known is forgotten too
        :raise UserError: when the ledger is broken; the evidence of that must not disappear
        """
        # sudo: clinic.consent - in all branches of the controller
        ledger = self.sudo()
        if broken := ledger._verify_chain(controller):
            raise UserError(
                self.env._("Entry %(number)s of the ledger is not as it was written. Clear that up first.",
                           number=broken.sequence)
            )  # fmt: skip
        ledger._close_all(partner, controller)
        ledger._forget_requests(partner, controller)
        mine = [("controller_id", "=", controller.id)]
        ledger.search([*mine, ("partner_id", "=", partner.id)])._forget(controller, "partner_id", partner)
        for contact in contacts or ():
            entries = ledger.search([*mine, ("partner_id", "=", False), ("contact_id", "=", contact.id)])
            entries._forget(controller, "contact_id", contact)

    @api.model
    def _close_all(self, partner, controller):
        standing = self.union(*self._get_standing(partner, controller).values())
        standing.filtered(lambda entry: entry.status in OPEN_STATES)._end(WITHDRAWN)

    @api.model
    def _forget_requests(self, partner, controller):
        """Delete what was asked of a person, with its links, and what dialogs keep until they are swept up."""
        asked = [("partner_id", "=", partner.id), ("company_id", "child_of", controller.id)]
        self.env["clinic.consent.request"].search(asked).unlink()
        entry = [("entry_id.partner_id", "=", partner.id), ("entry_id.controller_id", "=", controller.id)]
        self.env["clinic.consent.check.wizard"].search(entry).unlink()
        self.env["clinic.consent.wizard"].search([("partner_id", "=", partner.id)]).unlink()
        partner.ask_consent = False

    def _forget(self, controller, name, person):
        if not self:
            return
        subject = self.env["clinic.consent.subject"]._find_or_create(controller, name, {person.id})[person.id]
        self.evidence_ids._erase()
        self._empty(self, subject)
        subject._throw_away()

    @api.model
    def _empty(self, entries, subject):
        """Raw SQL: the ORM refuses every change of the ledger, on purpose and to everybody."""
        self.env.flush_all()
        names = [name for name in FORGOTTEN if self._fields[name].store]
        self.env.cr.execute(
            SQL(
                "UPDATE clinic_consent SET subject_id = %s, %s WHERE id = ANY(%s)",
                subject.id,
                SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
                entries.ids,
            )
        )
        self.env.invalidate_all()


class ClinicConsentEvidence(models.Model):
    _inherit = "clinic.consent.evidence"

    def _erase(self):
        """Delete files for good; their hashes stay, which tell nothing. Raw SQL as above, for the names."""
        self._fields["file"].find(self).unlink()
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE clinic_consent_evidence SET name = NULL WHERE id = ANY(%s)", self.ids))
        self.env.invalidate_all()
