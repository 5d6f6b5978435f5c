"""What is known of a WhatsApp identity, and how it changes without ever becoming another person's.

Meta's id of a person (BSUID) names the person; a phone number passes from one person to the next. So the id decides,
and a number that shows up under another id is a matter for staff: nothing is linked, moved or merged on a guess.
"""

from odoo import api, fields, models

from ...cloud_api import phone as phone_numbers

# What is known of a number says nothing about the next one of the same person (LR-19).
ABOUT_NUMBER = ("unreachable_at", "verified_at", "suspended_at", "suspended_reason")


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    previous_phone = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="The number before the last change. Patients with this number on file are still this person's.",
    )
    is_unverified = fields.Boolean(
        "To be verified",
        readonly=True,
        help="The number was known under another WhatsApp user. No patient is linked until staff has chosen one.",
    )
    doubted_user_ref = fields.Char(readonly=True, help="The id under which the number was seen, and staff was asked.")
    unreachable_at = fields.Datetime(
        "Not reached since",
        readonly=True,
        help="When WhatsApp said that it cannot deliver to this person. Lifted when the person writes, or when the "
        "number changes.",
    )
    marketing_stopped_at = fields.Datetime(
        "Marketing stopped at",
        readonly=True,
        help="When this person stopped marketing messages in WhatsApp. Lifted when the person resumes them there.",
    )
    marketing_chosen_at = fields.Datetime(readonly=True, help="When the person last decided about marketing messages.")
    resumed_at = fields.Datetime(readonly=True, help="When the person last asked to receive messages again.")

    verified_at = fields.Datetime(
        "Number verified at",
        readonly=True,
        help="When it was proven that this number belongs to the person on file. Ends when the number changes.",
    )
    suspended_at = fields.Datetime(
        readonly=True,
        help="Since when nothing is sent to this number, because it may be somebody else's. Ends when it changes.",
    )
    suspended_reason = fields.Char(readonly=True)

    former_partner_ids = fields.Many2many(
        "res.partner",
        "clinic_whatsapp_contact_former_partner_rel",
        "contact_id",
        "partner_id",
        "No longer writes for",
        readonly=True,
        help="Patients that somebody took away from this contact. The number alone does not bring them back.",
    )

    def write(self, vals):
        if "phone" in vals:
            changed = self.filtered(lambda contact: contact.phone != (vals["phone"] or False))
            changed._leave_number()
            for contact in changed:
                if outdated := [name for name in ABOUT_NUMBER if contact[name] and name not in vals]:
                    super(ClinicWhatsappContact, contact).write(dict.fromkeys(outdated, False))
        if "partner_ids" not in vals:
            return super().write(vals)
        before = {contact: contact.partner_ids for contact in self}
        result = super().write(vals)
        for contact, partners in before.items():
            if removed := partners - contact.partner_ids:
                contact.former_partner_ids |= removed
            if back := contact.former_partner_ids & contact.partner_ids:
                contact.former_partner_ids -= back
        return result

    def _leave_number(self):
        """Hook: these contacts are about to lose the number they have."""

    def _shut(self):
        """Hook: something ended for these numbers; what waits to be sent there is judged again before it leaves."""

    # What a message or a status tells

    def _wrote_at(self, moment):
        """The person has written (naive UTC), so WhatsApp reaches him."""
        if self.unreachable_at and moment >= self.unreachable_at:
            self.unreachable_at = False

    def _choose_marketing(self, wanted, moment):
        """Keep whether the person wants marketing messages; an older decision never undoes a newer one.

        :param bool wanted:
        :param datetime moment: naive UTC, of the decision
        """
        for contact in self:
            if not contact.marketing_chosen_at or contact.marketing_chosen_at <= moment:
                contact.write({"marketing_stopped_at": False if wanted else moment, "marketing_chosen_at": moment})

    def _knows(self, wa_id, user_ref) -> bool:
        """Tell whether a status says nothing new about this identity."""
        return (not user_ref or self.user_ref == user_ref) and (not wa_id or self.wa_id == wa_id)

    def _is_reached_at(self, wa_id) -> bool:
        """Tell whether a message that arrived at ``wa_id`` went to the number that is known of this identity."""
        if not (wa_id and self.phone):
            return False
        return self.phone in phone_numbers.variants(phone_numbers.wa_id_to_e164(wa_id))

    def _learn_identity(self, wa_id=None, user_ref=None) -> bool:
        """Complete this identity with what nobody else has; tell whether it is free of contradictions.

        :param str | None wa_id: digits under which WhatsApp reached the number of this contact
        :param str | None user_ref: BSUID of whom it reached there
        """
        if user_ref and self.user_ref and self.user_ref != user_ref:
            return False
        new = {
            name: value
            for name, value in (("user_ref", user_ref), ("wa_id", wa_id))
            if value and not self[name] and not self._get_holder(name, value)
        }
        if new:
            self.write(new)
            self.flush_recordset()  # another worker may learn the same: let it show here
        return not user_ref or self.user_ref == user_ref

    def _get_holder(self, name, value):
        """Return another contact of the same clinic that has this value."""
        return self.search(
            [("company_id", "=", self.company_id.id), (name, "=", value), ("id", "!=", self.id)], limit=1
        )

    def _doubt(self, user_ref) -> bool:
        """Remember under which other id the number was seen; tell whether that is new."""
        if not user_ref or self.doubted_user_ref == user_ref:
            return False
        self.doubted_user_ref = user_ref
        return True

    # Change of identity

    @api.model
    def _find_former(self, controller, identity, *, wa_id=None, user_ref=None):
        """Return the contact that a change of identity is about, also when it has been carried out already.

        :param cloud_api.inbound.IdentityChange identity:
        :param str | None wa_id: the sender's digits in the message, if Meta tells
        :param str | None user_ref: the sender's BSUID in the message, if Meta tells
        """
        for known in (identity.previous_user_id, identity.new_user_id, user_ref):
            if known and (contact := self._find_identity(controller, None, known)):
                return contact
        return self._find_identity(controller, wa_id, None)

    def _move_identity(self, identity) -> bool:
        """Give this contact its new number and id; tell whether that was safe.

        Only the former id proves that it is the same person (cloud_api.md §8.3). Where the new id or number belongs to
        another contact already, the two are not merged: only the stops are taken over, people must do the rest. The
        stops of this contact stay with it, and so do its patients.
        """
        if identity.new_user_id and self.user_ref == identity.new_user_id:
            return True
        if not identity.new_user_id or not identity.previous_user_id or self.user_ref != identity.previous_user_id:
            return False
        vals = self._prepare_moved_vals(identity)
        if takers := self._find_takers(vals):
            takers._take_over_stops(self)
            return False
        self.write(vals)
        self.flush_recordset()
        return True

    def _prepare_moved_vals(self, identity):
        """Without a new number the old one is gone too: an id changes with the number (cloud_api.md §8.1)."""
        return {
            "user_ref": identity.new_user_id,
            "wa_id": identity.new_wa_id,
            "phone": phone_numbers.wa_id_to_e164(identity.new_wa_id) if identity.new_wa_id else False,
            "previous_phone": self.phone or self.previous_phone,
        }

    def _find_takers(self, vals):
        phones = phone_numbers.variants(vals["phone"]) if vals["phone"] else ()
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                "|",
                ("user_ref", "=", vals["user_ref"]),
                ("phone", "in", phones),
            ]
        )

    def _take_over_stops(self, former):
        for contact in self:
            for name in ("suppressed_at", "marketing_stopped_at"):
                if former[name] and not contact[name]:
                    contact[name] = former[name]

    # Patients

    def _link_patients(self):
        """Link patients who have this number on file; not those whose number passed on to somebody else."""
        if not self.phone or self.is_unverified:
            return
        patients = self.env["res.partner"]._find_patients_by_phone(self.company_id, self.phone)
        new = patients - self.partner_ids - self.former_partner_ids
        if new:
            new -= self._find_former_owners(self.company_id, self.phone).partner_ids
            self.partner_ids = [fields.Command.link(patient.id) for patient in new]
