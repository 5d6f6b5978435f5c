import secrets

from odoo import api, fields, models

from ...encryption import SecretChar


class ClinicConsentSubject(models.Model):
    """The person behind entries of the ledger, to one controller: a random key, and nothing else.

    What an entry says about a person enters the chain only as an HMAC under this key. Who throws the key away has cut
    the person loose from the chain, and the chain stays whole (legal.md §6).
    """

    _name = "clinic.consent.subject"
    _description = "Person in the consent ledger"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", "Controller", required=True, readonly=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", "Patient", readonly=True, ondelete="restrict")
    contact_id = fields.Many2one("clinic.whatsapp.contact", "WhatsApp contact", readonly=True, ondelete="restrict")
    secret = SecretChar(readonly=True)
    forgotten_at = fields.Datetime("Forgotten", readonly=True)

    _partner_unique = models.UniqueIndex(
        "(company_id, partner_id) WHERE partner_id IS NOT NULL", "A person has one key for each controller."
    )
    _contact_unique = models.UniqueIndex(
        "(company_id, contact_id) WHERE contact_id IS NOT NULL", "A contact has one key for each controller."
    )
    _is_somebody = models.Constraint(
        "CHECK (forgotten_at IS NOT NULL OR num_nonnulls(partner_id, contact_id) = 1)",
        "A key belongs to a patient or to a contact.",
    )

    @api.model
    def _for_all(self, controller, vals_list):
        """Return {(patient id, contact id): row}; a contact has one of its own only where no patient is named.

        The caller holds the lock of the controller's ledger: nobody else creates one meanwhile.
        """
        keys = {(vals["partner_id"], vals["contact_id"]) for vals in vals_list}
        patients = {partner_id for partner_id, _contact_id in keys if partner_id}
        contacts = {contact_id for partner_id, contact_id in keys if not partner_id}
        by_patient = self._find_or_create(controller, "partner_id", patients)
        by_contact = self._find_or_create(controller, "contact_id", contacts)
        return {(p, c): by_patient[p] if p else by_contact[c] for p, c in keys}

    @api.model
    def _find_or_create(self, controller, name, ids):
        found = self.search([("company_id", "=", controller.id), (name, "in", list(ids))])
        missing = sorted(ids - set(found[name].ids))
        found |= self.create(
            [{"company_id": controller.id, name: record_id, "secret": secrets.token_hex(32)} for record_id in missing]
        )
        return {subject[name].id: subject for subject in found}

    def _get_secret(self) -> str:
        """Return the key of one person; empty when it was thrown away.

        :raise Unreadable: when none of the configured keys opens it
        """
        return self._fields["secret"].reveal(self)

    def _throw_away(self):
        self.write({"secret": False, "partner_id": False, "contact_id": False, "forgotten_at": fields.Datetime.now()})
