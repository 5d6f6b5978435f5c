from odoo import api, fields, models
from odoo.tools import SQL

from ...cloud_api import phone as phone_numbers


class ClinicWhatsappContact(models.Model):
    """A WhatsApp identity, as the controller knows it.

    Meta names a person by a business-scoped id (BSUID) that is always there, and by a phone that may be absent
    (cloud_api.md §8). One identity may stand for several patients: a mother writes for her children.
    """

    _name = "clinic.whatsapp.contact"
    _description = "WhatsApp contact"
    _rec_names_search = ["profile_name", "phone"]

    company_id = fields.Many2one("res.company", "Controller", required=True, index=True)
    user_ref = fields.Char("Business-scoped user id", help="Meta's id of this person for this business (BSUID).")
    wa_id = fields.Char("WhatsApp id", help="The digits under which WhatsApp knows the number.")
    phone = fields.Char("Phone (E.164)")
    profile_name = fields.Char(help="The name this person chose in WhatsApp. It proves nothing.")
    partner_ids = fields.Many2many(
        "res.partner",
        "clinic_whatsapp_contact_partner_rel",
        "contact_id",
        "partner_id",
        "Patients",
        help="The patients this person writes for: the person himself, children, parents.",
    )
    suppressed_at = fields.Datetime(
        "Stopped at",
        readonly=True,
        help="When this person asked to receive no more WhatsApp messages. Lifted by a new opt-in.",
    )

    _user_ref_unique = models.UniqueIndex(
        "(company_id, user_ref) WHERE user_ref IS NOT NULL", "This WhatsApp user is known already."
    )
    _wa_id_unique = models.UniqueIndex(
        "(company_id, wa_id) WHERE wa_id IS NOT NULL", "This WhatsApp number is known already."
    )

    _phone_unique = models.UniqueIndex(
        "(company_id, phone) WHERE phone IS NOT NULL", "This phone number is known already."
    )

    @api.depends("profile_name", "phone", "partner_ids.name")
    def _compute_display_name(self):
        for contact in self:
            patient = contact.partner_ids if len(contact.partner_ids) == 1 else contact.partner_ids.browse()
            contact.display_name = patient.name or contact.profile_name or contact.phone or self.env._("Unknown sender")

    @api.model
    def _resolve(self, controller, *, wa_id=None, user_ref=None, profile_name=None):
        """Return the contact of a sender, creating it when it is new.

        :param res.company controller: the legal entity that the number belongs to
        :param str | None wa_id: digits as Meta sent them
        :param str | None user_ref: BSUID as Meta sent it
        :param str | None profile_name: as Meta sent it
        :return: one contact; a known phone under a new BSUID is not linked silently (cloud_api.md §8.4)
        """
        seen = {"profile_name": profile_name, "wa_id": wa_id, "user_ref": user_ref}
        contact = self._find_identity(controller, wa_id, user_ref)
        if taken_over := bool(contact.user_ref and user_ref and contact.user_ref != user_ref):
            contact._forget_number()
        if not contact or taken_over:
            return self._create_contact(self._prepare_new_vals(controller, **seen))
        contact._update_seen(seen)
        return contact

    def _update_seen(self, seen):
        """Take over what the sender's message shows of him; a number that another contact has stays there."""
        new = {name: value for name, value in seen.items() if value and self[name] != value}
        if "wa_id" in new:
            phone = phone_numbers.wa_id_to_e164(new["wa_id"])
            if self._get_holder("wa_id", new["wa_id"]) or self._get_holder("phone", phone):
                del new["wa_id"]
            elif not self.phone:
                new["phone"] = phone
        if new:
            self.write(new)

    @api.model
    def _create_contact(self, vals):
        """Create one contact; one with a phone by the way on which two transactions may meet."""
        if not vals["phone"]:
            return self.create(vals)
        controller = self.env["res.company"].browse(vals.pop("company_id"))
        contact = self._create_for_phones(controller, [vals["phone"]])[vals.pop("phone")]
        contact.write(vals)
        return contact

    @api.model
    def _find_identity(self, controller, wa_id, user_ref):
        mine = [("company_id", "=", controller.id)]
        contact = self.search([*mine, ("user_ref", "=", user_ref)], limit=1) if user_ref else self.browse()
        if contact or not wa_id:
            return contact
        phones = phone_numbers.variants(phone_numbers.wa_id_to_e164(wa_id))
        return self.search([*mine, ("wa_id", "=", wa_id)], limit=1) or self.search(
            [*mine, ("phone", "in", phones)], limit=1
        )

    def _forget_number(self):
        """The number has a new owner. The old identity keeps its history; who the new one is, a person must say."""
        self.write({"wa_id": False, "phone": False, "previous_phone": self.phone or self.previous_phone})
        self.flush_recordset()

    @api.model
    def _prepare_new_vals(self, controller, *, wa_id, user_ref, profile_name):
        """Return the values of a new contact; without patients when the number was somebody else's before."""
        phone = phone_numbers.wa_id_to_e164(wa_id) if wa_id else False
        had_owner = bool(phone and self._find_former_owners(controller, phone))
        patients = self.env["res.partner"]
        if phone and not had_owner:
            patients = patients._find_patients_by_phone(controller, phone)
        return {
            "company_id": controller.id,
            "wa_id": wa_id,
            "user_ref": user_ref,
            "phone": phone,
            "profile_name": profile_name,
            "is_unverified": had_owner,
            "partner_ids": [fields.Command.set(patients.ids)],
        }

    @api.model
    def _find_former_owners(self, controller, phone):
        """Return the contacts that had a number (E.164) before."""
        return self.search(
            [("company_id", "=", controller.id), ("previous_phone", "in", phone_numbers.variants(phone))]
        )

    @api.model
    def _for_patients(self, partners, controller):
        """Return {patient: contact} for patients, creating the missing contacts.

        A patient is reached under the number on his file, one with a guardian under the guardian's (LR-22). One without
        a usable number keeps a contact too: what could not be sent to him is part of his history.
        """
        found = self._find_reached(partners, controller)
        lost = partners.filtered(lambda partner: partner not in found)
        missing = list(dict.fromkeys(lost.filtered("reached_phone").mapped("reached_phone")))
        taken = self._find_by_phones(controller, missing)
        created = self._create_for_phones(controller, [phone for phone in missing if phone not in taken])
        found.update((partner, created.get(partner.reached_phone)) for partner in lost)
        nameless = lost.filtered(lambda partner: not found[partner])
        placeholders = self.create([{"company_id": controller.id} for _partner in nameless])
        found.update(zip(nameless, placeholders, strict=True))
        for partner, contact in found.items():
            if partner not in contact.partner_ids:
                contact.partner_ids = [fields.Command.link(partner.id)]
        return found

    @api.model
    def _find_reached(self, partners, controller):
        """Return {patient: known contact}: of his number, or his own former one where the number passed on.

        A contact that staff has yet to verify stands only for the patients who were chosen for it.
        """
        phones = partners.filtered("reached_phone").mapped("reached_phone")
        by_phone = self._find_by_phones(controller, phones)
        own = self._find_own(partners, controller)
        found = {}
        for partner in partners:
            former = own.get(partner, self.browse())
            contact = by_phone.get(partner.reached_phone, self.browse())
            if partner not in contact.partner_ids:
                if former._had_number(partner.reached_phone):
                    contact = former
                elif contact.is_unverified or not partner.reached_phone:
                    contact = former.filtered(lambda contact: not contact.phone)
            if contact:
                found[partner] = contact
        return found

    def _had_number(self, phone) -> bool:
        """Tell whether an E.164 number is the one that this person had before."""
        return bool(self.previous_phone and phone and phone in phone_numbers.variants(self.previous_phone))

    @api.model
    def _find_by_phones(self, controller, phones):
        """Return {phone: contact}, by the number as it is on file or its national variant (cloud_api.md §12)."""
        forms = {form: phone for phone in phones for form in reversed(phone_numbers.variants(phone))}
        contacts = self.search([("company_id", "=", controller.id), ("phone", "in", list(forms))])
        by_form = {contact.phone: contact for contact in contacts}
        return {
            phone: contact
            for phone in phones
            for contact in [next((by_form[f] for f in phone_numbers.variants(phone) if f in by_form), None)]
            if contact
        }

    @api.model
    def _find_own(self, partners, controller):
        """Return {patient: contact that is linked to him and has no number, or had another one before}."""
        contacts = self.search(
            [
                ("company_id", "=", controller.id),
                ("partner_ids", "in", partners.ids),
                "|",
                ("phone", "=", False),
                ("previous_phone", "!=", False),
            ],
            order="id",
        )
        return {partner: contact for contact in contacts for partner in contact.partner_ids}

    @api.model
    def _create_for_phones(self, controller, phones):
        """Return {phone: new contact}.

        Raw SQL: when the patient writes in the very moment in which we write to him, two transactions want the same
        contact. ``ON CONFLICT`` turns the second one into a serialization failure, which is repeated; a unique
        violation would be an error.
        """
        if not phones:
            return {}
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO clinic_whatsapp_contact (company_id, phone, create_uid, create_date)
                VALUES %s ON CONFLICT (company_id, phone) WHERE phone IS NOT NULL DO NOTHING RETURNING id, phone""",
                SQL(", ").join(SQL("%s", (controller.id, phone, self.env.uid, now)) for phone in phones),
            )
        )
        return {phone: self.browse(contact_id) for contact_id, phone in rows}
