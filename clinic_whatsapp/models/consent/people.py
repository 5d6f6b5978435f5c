"""What happens in people's lives and ends a consent: a birthday, a death, a new number (legal.md §5.1).

Nothing is rewritten: each end is one more entry in the ledger, made by the program, with its own state. Whoever loses
an opt-in while he still comes to the clinic is to be asked again at the next visit. Nothing of it touches appointments
(LR-17).
"""

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from ...cloud_api import phone as phone_numbers
from ..patient.guardian import RELATIVE
from ..patient.res_partner import ADULT_AGE
from .consent_states import (
    CHANNEL_OPTIN,
    EXPIRED_MAJORITY,
    GRANTED,
    GUARDIAN,
    LEGAL_GUARDIAN,
    OPEN_STATES,
    PENDING,
    REFUSED,
    RENEWAL_REQUIRED,
    SUPERSEDED,
    TERMINATED_DEATH,
    WITHDRAWN,
)

STANDING = (*OPEN_STATES, RENEWAL_REQUIRED)  # what a person could still rely on, or be held to
ANSWERS = (PENDING, GRANTED, REFUSED, WITHDRAWN)
BATCH = 100
CHANGES_NUMBER = frozenset({"phone", "country_id", "company_id", "is_patient", "number_owner"})
CHANGES_DECIDER = frozenset({"guardian_id", "guardian_relation", "birth_date", "is_restricted", "deceased_on"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Let a death, a new number or another decider end what was agreed to before, in the same transaction."""
        if (CHANGES_NUMBER | CHANGES_DECIDER).isdisjoint(vals):
            return super().write(vals)
        # sudo: res.partner - whoever may edit a contact changes a fact that ends consents, without seeing them
        patients = self.sudo()._with_wards().filtered("is_patient")
        before = {patient: patient._get_circumstances() for patient in patients}
        alive = patients.filtered(lambda patient: patient in self.sudo() and not patient.deceased_on)
        result = super().write(vals)
        if vals.get("deceased_on"):
            alive._die()
        for patient, circumstances in before.items():
            patient._follow(*circumstances)
        return result

    def _get_circumstances(self):
        """Return under which number one patient is reached, whose it is, and who decides."""
        return self.reached_phone, self.number_owner, self._get_decider()

    def _follow(self, number, owner, decider):
        """End what rested on the former circumstances of one patient."""
        self._leave_number(number)
        if self.number_owner != owner:
            self._change_owner()
        if self._get_decider() != decider:
            self._change_decider()

    def _with_wards(self):
        """Return these people and the patients for whom they decide."""
        return self | self.search([("guardian_id", "in", self.ids), ("is_patient", "=", True)])

    def _die(self):
        """End every consent, and let nothing that is waiting leave (LR-23)."""
        self._close_links()
        self._end_consents(TERMINATED_DEATH)
        self.whatsapp_contact_ids._shut()
        self.ask_consent = False

    def _leave_number(self, former):
        """End the opt-ins of one patient for a number under which he is not reached any more (LR-19).

        :param str | False former: E.164
        """
        if not former or self.reached_phone in phone_numbers.variants(former):
            return
        kept = phone_numbers.variants(self.reached_phone) if self.reached_phone else ()
        self._close_links()
        self._end_verification(phone_numbers.variants(former))
        self._end_consents(
            SUPERSEDED, lambda entry: entry.record_kind == CHANNEL_OPTIN and entry.phone not in kept, ask=True
        )
        self.whatsapp_contact_ids._shut()

    def _change_owner(self):
        """Let opt-ins for a number that turns out to be a relative's stand on a written permission only (LR-19, §5.1).

        Of a ward a relative agrees to nothing; there it matters where no number of the guardian's own is on file.
        """
        if self.number_owner != RELATIVE or self.reached_phone != self.whatsapp_phone:
            return
        self._close_links()
        self._end_verification(phone_numbers.variants(self.reached_phone or ""))
        self._end_consents(RENEWAL_REQUIRED, self._lacks_permission, ask=True)
        self.whatsapp_contact_ids._shut()

    def _lacks_permission(self, entry) -> bool:
        """Tell whether an opt-in for a number rests on nothing, now that the number is a relative's."""
        patient = entry.partner_id
        is_permitted = not patient.needs_guardian and patient._has_shown_authority(entry.acting_partner_id)
        return entry.record_kind == CHANNEL_OPTIN and not is_permitted

    def _end_verification(self, phones):
        """What was made sure of these numbers (E.164) of these patients has to be made sure of again (LR-19)."""
        # sudo: clinic.whatsapp.contact - identities are shared by all branches, and written by the connector
        contacts = self.sudo().whatsapp_contact_ids
        contacts.filtered(lambda contact: contact.verified_at and contact.phone in phones).write({"verified_at": False})

    def _end_opt_ins_for(self, phones):
        """End the opt-ins of these patients for numbers (E.164) that are not theirs any more."""
        self._end_consents(
            SUPERSEDED, lambda entry: entry.record_kind == CHANNEL_OPTIN and entry.phone in phones, ask=True
        )

    def _change_decider(self):
        """Somebody else decides for one patient from now on: what was agreed to before has to be agreed to anew."""
        self._close_links()
        self._end_consents(RENEWAL_REQUIRED, lambda entry: not entry.partner_id._is_bound_by(entry), ask=True)
        self.whatsapp_contact_ids._shut()

    def _end_consents(self, status, ends=lambda entry: True, *, ask=False):
        """Append an entry that ends what stands, for each of the patients' consents that `ends` is true of.

        :param str status: one of ``ENDING``
        :param ends: tells of an entry of the ledger whether it ends
        :param bool ask: ask these patients again at their next visit
        """
        for controller in self._get_consent_controllers():
            # sudo: clinic.consent - an end concerns what was agreed to in every branch, and stands beside it
            ledger = self.env["clinic.consent"].sudo()
            standing = ledger.union(*ledger._get_standing(self, controller).values())
            ended = standing.filtered(lambda entry: entry.status in STANDING and ends(entry))._end(status)
            ended.partner_id.ask_consent = ask

    def _get_consent_controllers(self):
        """Return the legal entities to whom these patients ever said anything."""
        # sudo: clinic.consent - entries of all branches, and of other clinics that share the patient
        groups = self.env["clinic.consent"].sudo()._read_group([("partner_id", "in", self.ids)], ["controller_id"])
        return [controller for (controller,) in groups]

    # Majority

    @api.model
    def _cron_majority(self):
        """End what guardians agreed to for those who decide for themselves now (LR-22), however long it was not run."""
        patients = self._find_grown_up()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(patients))
        for start in range(0, len(patients), BATCH):
            batch = patients[start : start + BATCH]
            batch._come_of_age()
            if not cron._commit_progress(len(batch)):
                break

    @api.model
    def _find_grown_up(self):
        """Return the patients who are of age and for whom a guardian's word still stands in the ledger."""
        born = fields.Date.context_today(self) - relativedelta(years=ADULT_AGE)
        # sudo: clinic.consent, res.partner - the cron looks after all branches
        entries = self.env["clinic.consent"].sudo()._read_group(
            [
                ("acting", "in", (GUARDIAN, LEGAL_GUARDIAN)),
                ("status", "in", STANDING),
                ("partner_id.birth_date", "<=", born),
                ("partner_id.is_restricted", "=", False),
                ("partner_id.deceased_on", "=", False),
            ],
            ["partner_id", "controller_id"],
        )
        # sudo: res.partner - patients of every branch come of age, whoever runs the cron
        grown_up = self.sudo().browse()
        by_controller = {}
        for partner, controller in entries:
            by_controller[controller] = by_controller.get(controller, grown_up) | partner
        for controller, partners in by_controller.items():
            # sudo: clinic.consent - what guardians agreed to in every branch ends
            standing = self.env["clinic.consent"].sudo()._get_standing(partners, controller)
            grown_up |= grown_up.union(
                *(partner for (partner, *_key), entry in standing.items() if self._is_guardians_word(entry))
            )
        return grown_up

    @api.model
    def _is_guardians_word(self, entry) -> bool:
        return entry.status in STANDING and entry.acting in (GUARDIAN, LEGAL_GUARDIAN)

    def _come_of_age(self):
        """The guardian's word ends; the patient is asked at the next visit. Extended to tell the branches at once."""
        self._close_links()
        self._end_consents(EXPIRED_MAJORITY, self._is_guardians_word, ask=True)


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def _apply(self):
        """Extended: whoever has answered need not be asked at the next visit."""
        result = super()._apply()
        # sudo: res.partner - the flag follows from the ledger, whoever wrote the entry
        self.filtered(lambda entry: entry.status in ANSWERS).sudo().partner_id.filtered("ask_consent").write(
            {"ask_consent": False}
        )
        return result


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _leave_number(self):
        """Extended: the opt-ins for a number end with it, its next owner has agreed to nothing (LR-19)."""
        result = super()._leave_number()
        for contact in self.filtered("phone"):
            # sudo: res.partner - a contact changes while an unknown person writes; the opt-ins are of all branches
            patients = contact.partner_ids.sudo()
            patients._close_links()
            patients._end_opt_ins_for(phone_numbers.variants(contact.phone))
        return result
