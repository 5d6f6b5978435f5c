"""For whom a conversation is, when the number alone does not tell (design.md §4 "never guesses between patients").

One patient with the number: the conversation is his. Several: staff is asked once and the answer is remembered; until
then conversation and messages have no patient. A number that passed on to somebody else is asked about as well.
"""

from odoo import fields, models
from odoo.exceptions import UserError

CHOOSE_PATIENT = "clinic_whatsapp.activity_choose_patient"
VERIFY_IDENTITY = "clinic_whatsapp.activity_verify_identity"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    is_patient_chosen = fields.Boolean(
        "Patient chosen by staff", readonly=True, help="Else the patient follows from the number."
    )
    is_patient_asked = fields.Boolean(readonly=True, help="Staff was asked for whom this conversation is.")

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals and not self.env.su:
            # sudo: clinic.whatsapp.conversation - what follows from a choice is written by the connector
            self.sudo()._remember_choice()
        return result

    def action_choose_patient(self, partner_id):
        """Remember for whom this conversation is; can be changed at any time.

        :param int partner_id: a patient, usually one of ``candidates`` of the thread's header
        """
        self.check_access("write")
        patient = self.env["res.partner"].browse(partner_id).exists()
        patient.check_access("read")
        if not patient.is_patient:
            raise UserError(self.env._("Choose a patient. Other contacts have no conversation with the clinic."))
        self.partner_id = patient
        if self.env.su:  # ``write`` does it for users
            self._remember_choice()
        return True

    def _remember_choice(self):
        """Give the chosen patient the messages that nobody had, and the number that writes here."""
        for conversation in self:
            patient = conversation.partner_id
            conversation.is_patient_chosen = bool(patient)
            if patient:
                contact = conversation.contact_id
                contact.write({"partner_ids": [fields.Command.link(patient.id)], "is_unverified": False})
                conversation._get_messages_of_nobody().partner_id = patient
                conversation.activity_unlink([CHOOSE_PATIENT])
        self._notify()

    def _get_messages_of_nobody(self):
        return self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", self.id), ("partner_id", "=", False)]
        )

    def _settle_patient(self):
        """Find out for whom the next message of this conversation is, as far as nobody has to guess."""
        contact = self.contact_id
        contact._link_patients()
        if self.is_patient_chosen:
            return
        if contact.is_unverified:
            self._ask_for_patient(self._ask_who_this_is)
        elif len(contact.partner_ids) > 1:
            self.partner_id = False
            self._ask_for_patient(self._ask_which_patient)
        elif contact.partner_ids and contact.partner_ids != self.partner_id:
            self.partner_id = contact.partner_ids
            self._get_messages_of_nobody().partner_id = contact.partner_ids

    def _ask_for_patient(self, ask):
        if not self.is_patient_asked:
            self.is_patient_asked = True
            ask()

    def _ask_which_patient(self):
        env, user = self._for_responsible_user()
        self.activity_schedule(
            CHOOSE_PATIENT,
            summary=env._("Several patients have this number: choose one"),
            note=env._("Read what was written, ask if need be, and choose the patient in the conversation."),
            user_id=user.id,
        )

    def _ask_who_this_is(self):
        """Ask to look who writes under a number that was somebody else's; not while the question is open."""
        env, user = self._for_responsible_user()
        self._ask_to_verify(
            user,
            env._("Make sure who this is"),
            env._(
                "WhatsApp knows this phone number under another user than before: it may belong to somebody else now. "
                "Write nothing personal. Ask for the name and date of birth, then choose the patient in the "
                "conversation, or correct the number on the patient's form."
            ),
        )

    def _ask_to_verify(self, user, summary, note):
        if not self.activity_search([VERIFY_IDENTITY], additional_domain=[("summary", "=", summary)]):
            self.activity_schedule(VERIFY_IDENTITY, summary=summary, note=note, user_id=user.id)

    def _for_responsible_user(self):
        """Return (environment in his language, who is to be asked about this conversation)."""
        user = self._get_responsible_user()
        return self.with_context(lang=user.lang).env, user

    def _get_patients(self):
        """Return the patients with this number whom the user may read: ``[{"id", "name"}]``."""
        patients = self.contact_id.partner_ids._filtered_access("read")
        return [{"id": patient.id, "name": patient.name} for patient in patients]

    def _get_candidates(self):
        """Return the patients to choose from; empty when there is nothing to choose."""
        patients = [] if self.partner_id else self._get_patients()
        return patients if len(patients) > 1 else []
