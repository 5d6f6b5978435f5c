import time

from odoo.tests import tagged

from .common import PATIENT_PHONE
from .inbound_common import SENDER, InboundCase

NEW_PHONE = "905300000099"
NOW = int(time.time())


@tagged("post_install", "-at_install")
class TestIdentity(InboundCase):
    """A WhatsApp user is known by Meta's id; a phone number alone never makes him somebody."""

    def contact(self, **domain):
        return self.env["clinic.whatsapp.contact"].search(
            [("company_id", "=", self.root.id), *((name, "=", value) for name, value in domain.items())]
        )

    def write(self, wamid, **values):
        return self.take("text", wamid, text={"body": "Merhaba"}, **values)

    def test_the_bsuid_is_looked_up_before_the_phone(self):
        first = self.write("wamid.1", user_id="TR.1")
        self.write("wamid.x", sender="905300000055", user_id="TR.2")
        again = self.write("wamid.2", sender=None, user_id="TR.1")
        self.assertEqual(again.conversation_id, first.conversation_id)

    def test_a_sender_known_by_phone_only_learns_his_bsuid(self):
        first = self.write("wamid.1")
        self.write("wamid.2", user_id="TR.1")
        self.assertEqual(first.conversation_id.contact_id.user_ref, "TR.1")
        self.assertEqual(self.write("wamid.3", sender=None, user_id="TR.1").conversation_id, first.conversation_id)

    def test_a_bsuid_only_sender_learns_his_phone_and_becomes_a_patient(self):
        message = self.write("wamid.1", sender=None, user_id="TR.1")
        self.assertFalse(message.partner_id)
        again = self.write("wamid.2", user_id="TR.1")
        self.assertEqual(again.conversation_id.contact_id.phone, PATIENT_PHONE)
        self.assertEqual((again.partner_id, message.partner_id), (self.patient, self.patient))

    def test_a_number_of_another_contact_is_not_taken_away_from_it(self):
        by_phone = self.write("wamid.1")
        hidden = self.write("wamid.2", sender=None, user_id="TR.1")
        both = self.write("wamid.3", user_id="TR.1")
        self.assertEqual(both.conversation_id, hidden.conversation_id)
        self.assertEqual(by_phone.conversation_id.contact_id.phone, PATIENT_PHONE)
        self.assertFalse(hidden.conversation_id.contact_id.phone, "two identities are never merged silently")

    def test_national_variants_of_a_number_are_the_same_person_both_ways(self):
        pairs = (
            ("5511987654321", "551187654321"),
            ("5491155550000", "541155550000"),
            ("5215512345678", "525512345678"),
        )
        for number, (one, other) in enumerate(pairs):
            for wire, on_file in ((one, other), (other, one)):
                with self.subTest(wire=wire, on_file=on_file):
                    patient = self.create_patient("Ada", f"+{on_file}")
                    patient.whatsapp_phone = f"+{on_file}"
                    message = self.write(f"wamid.{wire}.{number}", sender=wire)
                    self.assertEqual(message.partner_id, patient)
                    contact = message.conversation_id.contact_id
                    self.assertEqual(contact._for_patients(patient, self.root)[patient], contact)
                    contact.write({"phone": False, "wa_id": False})
                    patient.is_patient = False

    def test_a_patient_who_wrote_before_he_had_a_file_gets_his_conversation(self):
        first = self.write("wamid.1", sender="905300000044")
        patient = self.create_patient("Yeni Örnek", "+905300000044")
        self.write("wamid.2", sender="905300000044")
        self.assertEqual((first.conversation_id.partner_id, first.partner_id), (patient, patient))

    # a number that passed on

    def take_over(self):
        """Let the patient's number be used by somebody else; return (old message, new message)."""
        old = self.write("wamid.old", user_id="TR.old")
        new = self.write("wamid.new", user_id="TR.new")
        return old, new

    def test_a_known_phone_under_a_new_bsuid_is_not_linked_and_staff_is_asked_once(self):
        old, new = self.take_over()
        self.assertNotEqual(new.conversation_id, old.conversation_id)
        self.assertEqual(old.partner_id, self.patient)
        self.assertFalse(new.partner_id or new.conversation_id.partner_id)
        self.assertFalse(new.conversation_id.contact_id.partner_ids)
        self.write("wamid.new2", user_id="TR.new")
        self.assertEqual(len(self.activities(new.conversation_id, "activity_verify_identity")), 1)

    def test_reminders_do_not_follow_a_number_that_passed_on(self):
        old, new = self.take_over()
        contact = self.env["clinic.whatsapp.contact"]._for_patients(self.patient, self.root)[self.patient]
        self.assertEqual(contact, old.conversation_id.contact_id)
        self.assertFalse(new.conversation_id.contact_id.partner_ids)

    def test_another_patient_with_the_number_on_file_is_not_linked_either(self):
        _old, new = self.take_over()
        other = self.create_patient("Öteki Örnek", PATIENT_PHONE)
        contact = self.env["clinic.whatsapp.contact"]._for_patients(other, self.root)[other]
        self.assertNotEqual(contact, new.conversation_id.contact_id)
        self.assertFalse(contact.phone)

    def test_staff_says_who_the_new_owner_is(self):
        _old, new = self.take_over()
        new.conversation_id.with_user(self.user_a).action_choose_patient(self.patient.id)
        contact = new.conversation_id.contact_id
        self.assertEqual((contact.partner_ids, new.partner_id), (self.patient, self.patient))
        self.assertFalse(contact.is_unverified)
        self.assertEqual(contact._for_patients(self.patient, self.root)[self.patient], contact)

    # what sending teaches

    def test_a_status_teaches_the_identity_of_whom_we_wrote_to(self):
        ours = self.outbound()
        self.take_statuses(self.status("delivered", recipient_user_id="TR.1"))
        contact = ours.conversation_id.contact_id
        self.assertEqual((contact.user_ref, contact.wa_id), ("TR.1", SENDER))
        self.assertEqual(self.write("wamid.1", sender=None, user_id="TR.1").conversation_id, ours.conversation_id)

    def test_a_status_never_overwrites_an_identity_and_staff_is_asked_once(self):
        first = self.write("wamid.1", user_id="TR.1")
        self.outbound(first.conversation_id)
        self.take_statuses(self.status("sent", recipient_user_id="TR.2"))
        self.take_statuses(self.status("delivered", recipient_user_id="TR.2"))
        contact = first.conversation_id.contact_id
        self.assertEqual((contact.user_ref, contact.doubted_user_ref), ("TR.1", "TR.2"))
        self.assertEqual(len(self.activities(first.conversation_id, "activity_verify_identity")), 1)

    def test_a_status_does_not_merge_two_identities(self):
        hidden = self.write("wamid.1", sender=None, user_id="TR.1")
        ours = self.outbound()
        self.take_statuses(self.status("delivered", recipient_user_id="TR.1"))
        self.assertFalse(ours.conversation_id.contact_id.user_ref)
        self.assertEqual(hidden.conversation_id.contact_id.user_ref, "TR.1")
        self.assertEqual(len(self.activities(ours.conversation_id, "activity_verify_identity")), 1)

    def test_a_status_for_another_number_teaches_nothing(self):
        ours = self.outbound()
        self.take_statuses(self.status("sent", recipient_id="905300000066", recipient_user_id="TR.6"))
        self.take_statuses(self.status("delivered", recipient_id=None, recipient_user_id="TR.6"))
        self.assertFalse(ours.conversation_id.contact_id.user_ref)

    # what Meta says about changes

    def system(self, wamid, kind, *, sender=None, **system):
        message = self.incoming("system", wamid, sender=sender, system={"type": kind, **system})
        self.arrive(self.value(messages=[message]))
        return self.find(wamid)

    def test_a_changed_number_moves_with_its_stops_when_the_former_id_is_ours(self):
        first = self.write("wamid.1", user_id="TR.1")
        contact = first.conversation_id.contact_id
        stops = ("suppressed_at", "marketing_stopped_at", "unreachable_at")
        contact.write(dict.fromkeys(stops, "2026-01-01"))
        line = self.system("wamid.s", "user_changed_number", sender=SENDER, previous_user_id="TR.1", user_id="TR.2",
                           wa_id=NEW_PHONE, body="User A changed from X to Y")  # fmt: skip
        self.assertEqual((contact.user_ref, contact.wa_id, contact.phone), ("TR.2", NEW_PHONE, f"+{NEW_PHONE}"))
        self.assertTrue(contact.suppressed_at and contact.marketing_stopped_at)
        self.assertFalse(contact.unreachable_at, "the new number may be reachable")
        self.assertEqual(self.patient.phone, PATIENT_PHONE, "the patient's file is a matter of staff")
        self.assertEqual(line.conversation_id, first.conversation_id)
        self.assertIn(NEW_PHONE, self.bubble(line)["system"])
        self.assertEqual(len(self.activities(first.conversation_id)), 1)
        self.assertEqual(self.write("wamid.2", sender=NEW_PHONE, user_id="TR.2").conversation_id, first.conversation_id)
        self.assertEqual(first.conversation_id.unread_count, 2, "the line is no message of his")

    def test_reminders_follow_a_changed_number_and_its_next_owner_gets_none(self):
        first = self.write("wamid.1", user_id="TR.1")
        contact = first.conversation_id.contact_id
        self.system("wamid.s", "user_changed_number", previous_user_id="TR.1", user_id="TR.2", wa_id=NEW_PHONE)
        contacts = self.env["clinic.whatsapp.contact"]
        self.assertEqual(contacts._for_patients(self.patient, self.root)[self.patient], contact)
        stranger = self.write("wamid.3", user_id="TR.9")
        self.assertFalse(stranger.partner_id, "the old number has a new owner")
        self.assertEqual(len(self.activities(stranger.conversation_id, "activity_verify_identity")), 1)
        self.assertEqual(contacts._for_patients(self.patient, self.root)[self.patient], contact)
        self.patient.phone = f"+{NEW_PHONE}"
        self.assertEqual(contacts._for_patients(self.patient, self.root)[self.patient], contact)

    def test_a_changed_user_id_without_a_number_forgets_the_old_number(self):
        first = self.write("wamid.1", user_id="TR.1")
        self.system("wamid.s", "user_changed_user_id", previous_user_id="TR.1", user_id="TR.2")
        contact = first.conversation_id.contact_id
        self.assertEqual((contact.user_ref, contact.phone, contact.previous_phone), ("TR.2", False, PATIENT_PHONE))

    def test_a_change_that_names_no_known_id_moves_nothing(self):
        first = self.write("wamid.1", user_id="TR.1")
        contact = first.conversation_id.contact_id
        for number, previous in enumerate(({}, {"previous_user_id": "TR.other"})):
            line = self.system(f"wamid.s{number}", "user_changed_number", sender=SENDER, user_id="TR.2",
                               wa_id=NEW_PHONE, **previous)  # fmt: skip
            self.assertTrue(self.bubble(line)["system"])
        self.assertEqual((contact.user_ref, contact.phone), ("TR.1", PATIENT_PHONE))
        self.assertEqual(len(self.activities(first.conversation_id)), 1)

    def test_a_change_to_an_identity_that_writes_already_merges_nothing_but_takes_the_stop_along(self):
        first = self.write("wamid.1", user_id="TR.1")
        first.conversation_id.contact_id.suppressed_at = "2026-01-01"
        second = self.write("wamid.2", sender=NEW_PHONE, user_id="TR.2")
        self.system("wamid.s", "user_changed_number", previous_user_id="TR.1", user_id="TR.2", wa_id=NEW_PHONE)
        self.assertEqual(first.conversation_id.contact_id.user_ref, "TR.1")
        self.assertTrue(second.conversation_id.contact_id.suppressed_at)
        self.assertFalse(second.conversation_id.contact_id.partner_ids)
        self.assertEqual(len(self.activities(first.conversation_id)), 1)

    def test_each_branch_is_told_about_a_change_though_it_is_made_once(self):
        first = self.write("wamid.1", user_id="TR.1")
        there = self.write("wamid.b", user_id="TR.1", account=self.account_b)
        for account in (self.account_a, self.account_b):
            system = {"type": "user_changed_number", "previous_user_id": "TR.1", "user_id": "TR.2", "wa_id": NEW_PHONE}
            message = self.incoming("system", "wamid.s", sender=None, system=system)
            self.arrive(self.value(account, messages=[message]), account=account)
        self.assertEqual(first.conversation_id.contact_id, there.conversation_id.contact_id)
        for conversation in (first | there).conversation_id:
            self.assertEqual(len(self.activities(conversation)), 1)
            self.assertIn("system", conversation.whatsapp_message_ids.mapped("message_type"))

    def test_a_new_telephone_asks_staff_to_make_sure(self):
        first = self.write("wamid.1", user_id="TR.1")
        line = self.system("wamid.s", "customer_identity_changed", sender=SENDER, identity={"hash": "x"})
        self.assertEqual(line.conversation_id, first.conversation_id)
        self.assertIn("same person", self.activities(first.conversation_id).summary)
        self.assertEqual(first.conversation_id.contact_id.user_ref, "TR.1")

    def test_a_change_about_a_stranger_leaves_nothing(self):
        change = {"previous_user_id": "TR.x", "user_id": "TR.y", "wa_id": NEW_PHONE}
        self.assertFalse(self.system("wamid.s", "user_changed_number", **change))
        self.assertFalse(self.contact(user_ref="TR.y"))
        self.assertEqual(self.event("message:wamid.s").state, "done")

    def test_the_field_of_its_own_moves_too(self):
        first = self.write("wamid.1", user_id="TR.1")
        update = {"wa_id": SENDER, "user_id": {"previous": "TR.1", "current": "TR.2"}}
        for _delivery in range(2):
            self.arrive(self.value(user_id_update=[update]), field="user_id_update")
        contact = first.conversation_id.contact_id
        self.assertEqual((contact.user_ref, contact.phone), ("TR.2", PATIENT_PHONE))
        self.assertEqual(len(self.activities(first.conversation_id)), 1)
