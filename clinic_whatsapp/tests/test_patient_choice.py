from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .inbound_common import InboundCase


@tagged("post_install", "-at_install")
class TestFamily(InboundCase):
    """One number, several patients: staff chooses, nobody guesses."""

    def setUp(self):
        super().setUp()
        self.sibling = self.create_patient("Kardeş Örnek", "0530 000 00 01")

    def write(self, wamid, **values):
        return self.take("text", wamid, text={"body": "Merhaba"}, **values)

    def header(self, conversation):
        return conversation.with_user(self.user_a).get_thread()["conversation"]

    def test_staff_gets_the_candidates_and_is_asked_once(self):
        message = self.write("wamid.1")
        self.write("wamid.2")
        conversation = message.conversation_id
        self.assertFalse(conversation.partner_id or message.partner_id)
        names = {candidate["name"] for candidate in self.header(conversation)["candidates"]}
        self.assertEqual(names, {"Deniz Örnek", "Kardeş Örnek"})
        self.assertEqual(len(self.activities(conversation, "activity_choose_patient")), 1)

    def test_a_choice_is_remembered(self):
        first = self.write("wamid.1")
        conversation = first.conversation_id
        conversation.with_user(self.user_a).action_choose_patient(self.sibling.id)
        self.assertEqual((conversation.partner_id, first.partner_id), (self.sibling, self.sibling))
        self.assertEqual(self.write("wamid.2").partner_id, self.sibling)
        self.assertEqual(self.header(conversation)["candidates"], [])
        self.assertEqual(len(self.header(conversation)["patients"]), 2, "to choose anew")
        self.assertFalse(self.activities(conversation, "activity_choose_patient"), "the question is answered")

    def test_a_choice_can_be_changed_and_what_was_said_before_stays_where_it_was(self):
        first = self.write("wamid.1")
        conversation = first.conversation_id.with_user(self.user_a)
        conversation.action_choose_patient(self.sibling.id)
        conversation.action_choose_patient(self.patient.id)
        self.assertEqual(first.partner_id, self.sibling)
        self.assertEqual(self.write("wamid.2").partner_id, self.patient)

    def test_a_choice_in_the_form_counts_as_well(self):
        first = self.write("wamid.1")
        first.conversation_id.with_user(self.user_a).partner_id = self.sibling
        self.assertEqual(self.write("wamid.2").partner_id, self.sibling)

    def test_a_second_patient_with_the_number_ends_what_followed_from_the_number_alone(self):
        self.sibling.is_patient = False
        first = self.write("wamid.1")
        self.assertEqual(first.partner_id, self.patient)
        self.sibling.is_patient = True
        second = self.write("wamid.2")
        self.assertFalse(second.partner_id or second.conversation_id.partner_id)
        self.assertEqual(first.partner_id, self.patient)

    def test_who_was_taken_away_from_a_number_does_not_come_back_with_the_next_message(self):
        contact = self.write("wamid.1").conversation_id.contact_id
        contact.partner_ids -= self.sibling
        self.assertEqual(self.write("wamid.2").partner_id, self.patient)
        self.assertEqual(contact.partner_ids, self.patient)
        contact.partner_ids |= self.sibling
        self.assertFalse(contact.former_partner_ids)

    def test_somebody_who_is_no_candidate_can_be_chosen_too(self):
        other = self.create_patient("Torun Örnek", "")
        message = self.write("wamid.1")
        message.conversation_id.with_user(self.user_a).action_choose_patient(other.id)
        self.assertIn(other, message.conversation_id.contact_id.partner_ids)

    def test_only_patients_who_may_be_read_can_be_chosen_in_conversations_of_the_branch(self):
        message = self.write("wamid.1")
        conversation = message.conversation_id
        with self.assertRaises(AccessError):
            conversation.with_user(self.user_b).action_choose_patient(self.sibling.id)
        with self.assertRaises(UserError):
            conversation.with_user(self.user_a).action_choose_patient(self.user_a.partner_id.id)
        stranger = self.env["res.company"].create({"name": "Başka Klinik"})
        foreign = self.env["res.partner"].create({"name": "F", "is_patient": True, "company_id": stranger.id})
        with self.assertRaises(UserError):
            conversation.with_user(self.user_a).action_choose_patient(foreign.id)

    def test_who_chose_cannot_be_forged(self):
        message = self.write("wamid.1")
        with self.assertRaises(AccessError):
            message.conversation_id.with_user(self.user_a).write({"is_patient_chosen": True})
