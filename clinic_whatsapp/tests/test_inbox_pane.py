"""The patient beside the conversation, and words found within it; all under the rights of the one who looks."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..cloud_api.messages import ContactCard, Contacts, ListMessage, Location, Row, Section
from .common import ClinicCase
from .inbound_common import InboundCase


@tagged("post_install", "-at_install")
class TestPatientPane(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.now = fields.Datetime.now()

    def pane(self, user=None, conversation=None):
        return (conversation or self.conversation).with_user(user or self.user_a).get_patient_pane()

    def book(self, days, branch=None, **vals):
        return self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": (branch or self.branch_a).id,
                "start": self.now + timedelta(days=days),
                **vals,
            }
        )

    def test_it_says_who_the_patient_is_and_whether_one_may_write(self):
        self.patient.write({"birth_date": "2016-05-01", "lang": "en_US", "home_branch_id": self.branch_a.id})
        pane = self.pane()
        self.assertEqual(pane["patient"]["name"], "Deniz Örnek")
        self.assertEqual(pane["patient"]["phone"], "+90 530 000 00 01")
        self.assertEqual((pane["patient"]["birth_date"], pane["patient"]["is_minor"]), ("2016-05-01", True))
        self.assertEqual(pane["patient"]["home_branch"], "Kadıköy")
        self.assertIn("English", pane["patient"]["language"])
        self.assertEqual(pane["badges"], self.patient.with_user(self.user_a).consent_badges)
        self.assertIn(pane["obstacle"]["state"], ("open", "answer", "closed"))
        self.assertEqual(pane["similar"], [])

    def test_a_patient_who_is_at_home_at_another_branch_is_shown_as_well(self):
        self.patient.home_branch_id = self.branch_b
        self.env.invalidate_all()
        self.assertEqual(self.pane()["patient"]["home_branch"], "Çankaya")

    def test_visits_ahead_come_nearest_first_and_the_others_latest_first(self):
        later, sooner = self.book(9), self.book(2)
        cancelled, past, older = self.book(3, state="cancelled"), self.book(-1, state="done"), self.book(-9)
        pane = self.pane()
        self.assertEqual([visit["id"] for visit in pane["next_appointments"]], [sooner.id, later.id])
        self.assertEqual([visit["id"] for visit in pane["past_appointments"]], [cancelled.id, past.id, older.id])
        self.assertEqual(pane["next_appointments"][0]["state_label"], "Booked")
        self.assertEqual(pane["next_appointments"][0]["branch"], "Kadıköy")

    def test_nothing_of_another_branch_is_shown(self):
        self.book(2, self.branch_b)
        theirs = self.open_conversation(self.account_b, self.patient)
        pane = self.pane()
        self.assertEqual((pane["next_appointments"], pane["other_conversations"]), ([], []))
        with self.assertRaises(AccessError):
            self.pane(conversation=theirs)
        both = self.clinic_manager
        context = {"allowed_company_ids": (self.branch_a | self.branch_b).ids}
        pane = self.conversation.with_user(both).with_context(**context).get_patient_pane()
        self.assertEqual([other["id"] for other in pane["other_conversations"]], theirs.ids)
        self.assertEqual(len(pane["next_appointments"]), 1)

    def test_the_rule_is_asked_for_the_branch_of_the_conversation(self):
        """A manager of several branches looks at one of them with another one as his first."""
        self.opt_in(self.patient)
        self.create_template()
        self.account_b.state = "disabled"
        context = {"allowed_company_ids": (self.branch_b | self.branch_a).ids}
        pane = self.conversation.with_user(self.clinic_manager).with_context(**context).get_patient_pane()
        self.assertEqual(pane["obstacle"], self.pane()["obstacle"])

    def test_family_is_who_decides_for_whom_he_decides_and_who_has_the_number(self):
        mother = self.env["res.partner"].create({"name": "Anne", "company_id": self.root.id})
        child = self.create_patient("Çocuk", False, guardian_id=self.patient.id)
        sibling = self.create_patient("Kardeş", "0530 000 00 01")
        self.patient.guardian_id = mother
        self.conversation.contact_id.partner_ids |= sibling
        family = {person["id"]: person["relation"] for person in self.pane()["family"]}
        self.assertEqual(family, {mother.id: "guardian", child.id: "ward", sibling.id: "number"})

    def test_who_decides_is_named_however_many_have_the_number(self):
        self.patient.guardian_id = self.env["res.partner"].create({"name": "Anne", "company_id": self.root.id})
        child = self.create_patient("Çocuk", False, guardian_id=self.patient.id)
        for number in range(12):
            self.conversation.contact_id.partner_ids |= self.create_patient(f"Komşu {number}", False)
        family = self.pane()["family"]
        self.assertEqual([person["relation"] for person in family], ["guardian", "ward", *["number"] * 8])
        self.assertEqual([person["id"] for person in family[:2]], [self.patient.guardian_id.id, child.id])

    def test_notes_of_the_patient_are_plain_text(self):
        self.assertEqual(self.pane()["patient"]["notes"], "")
        self.patient.comment = "<p>Asansörsüz gelemez</p><p>&lt;b&gt; &amp; <b>erken</b> arayın</p>"
        notes = self.pane()["patient"]["notes"]
        self.assertEqual(notes.split("\n")[0], "Asansörsüz gelemez")
        self.assertIn("<b> & *erken* arayın", notes)

    def test_for_an_unknown_sender_similar_patients_are_named_and_nobody_is_chosen(self):
        near = self.create_patient("Yakın Numara", "+902165550077")
        namesake = self.create_patient("Ayşe Yılmaz", "+905309999999")
        contact = self.env["clinic.whatsapp.contact"].create(
            {"company_id": self.root.id, "phone": "+905305550077", "profile_name": "Ayşe Yılmaz %"}
        )
        conversation = self.env["clinic.whatsapp.conversation"]._find_or_create(self.account_a, contact)[contact]
        pane = self.pane(conversation=conversation)
        self.assertEqual((pane["patient"], pane["badges"], pane["obstacle"]), (False, [], False))
        self.assertEqual([patient["id"] for patient in pane["similar"]], [near.id, namesake.id])
        self.assertFalse(conversation.partner_id)
        contact.write({"phone": False, "profile_name": "% _ 👍"})
        self.assertEqual(self.pane(conversation=conversation)["similar"], [])

    def test_patients_of_another_clinic_are_not_similar(self):
        other = self.env["res.company"].create({"name": "Gül Klinik"})
        self.create_patient("Ayşe Yılmaz", "+905305550077", company_id=other.id)
        contact = self.env["clinic.whatsapp.contact"].create(
            {"company_id": self.root.id, "phone": "+905305550077", "profile_name": "Ayşe Yılmaz"}
        )
        conversation = self.env["clinic.whatsapp.conversation"]._find_or_create(self.account_a, contact)[contact]
        self.assertEqual(self.pane(conversation=conversation)["similar"], [])

    def test_it_costs_as_much_for_a_long_history_as_for_a_short_one(self):
        prices = []
        for days in (range(1, 3), range(3, 30)):
            for day in days:
                self.book(-day, state="done")
            for _warm_up in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.pane()
            prices.append(self.env.cr.sql_log_count - before)
        self.assertEqual(prices[0], prices[1])


@tagged("post_install", "-at_install")
class TestTextSearch(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.now = fields.Datetime.now()

    def say(self, body, *, minutes=0, conversation=None, **vals):
        conversation = conversation or self.conversation
        number = self.env["clinic.whatsapp.message"].search_count([]) + 1
        return self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "partner_id": self.patient.id,
                "direction": "in",
                "kind": False,
                "state": "received",
                "body": body,
                "wamid": f"wamid.say.{number}",
                "sent_at": self.now - timedelta(minutes=minutes),
                **vals,
            }
        )

    def find(self, query, user=None, conversation=None):
        return (conversation or self.conversation).with_user(user or self.user_a).search_texts(query)

    def test_words_are_found_however_they_are_written_the_newest_first(self):
        old, new = self.say("Işık ağrısı VAR", minutes=60), self.say("ışığı açık", minutes=5)
        out = self.say("Işıktan mı?", minutes=30, direction="out", state="sent", kind="reply")
        self.say("başka", minutes=1)
        self.assertEqual(self.find("IŞIK"), [out.id, old.id])
        self.assertEqual(self.find("isi"), [new.id, out.id, old.id])
        self.assertEqual(self.find("var isik"), old.ids)

    def test_names_of_files_are_found(self):
        image = self.say("", message_type="document", media_name="Röntgen 2026.pdf", media_state="ready")
        self.assertEqual(self.find("rontgen"), image.ids)

    def test_what_is_not_shown_is_not_found(self):
        self.say("silinen söz", is_revoked=True)
        edited = self.say("yanlış söz")
        self.say("doğru söz", message_type="edit", reply_to_id=edited.id)
        self.say("👍", message_type="reaction", reply_to_id=edited.id)
        self.assertEqual(self.find("söz"), edited.ids)
        self.assertEqual(self.find("doğru"), edited.ids)
        self.assertEqual(self.find("yanlış"), [])
        self.assertEqual(self.find("silinen"), [])
        self.assertEqual(self.find("👍"), [])

    def test_only_this_conversation_is_searched_and_only_by_who_may_read_it(self):
        self.say("gizli")
        theirs = self.open_conversation(self.account_b, self.patient)
        self.say("gizli", conversation=theirs)
        self.assertEqual(len(self.find("gizli")), 1)
        for user, conversation in ((self.user_b, self.conversation), (self.user_a, theirs)):
            with self.assertRaises(AccessError):
                self.find("gizli", user, conversation)

    def test_a_long_conversation_is_searched_to_its_beginning(self):
        first = self.say("iğne", minutes=10_000)
        for number in range(250):
            self.say(f"saman {number}", minutes=number)
        self.assertEqual(self.find("iğne"), first.ids)
        self.assertEqual(len(self.find("saman")), 100)

    def test_a_page_costs_the_same_whatever_it_holds(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.find("ev")
            return self.env.cr.sql_log_count - before

        def fill(count):
            for number in range(count):
                place = {"latitude": 1, "longitude": 2, "name": f"Ev {number}"}
                self.say("", minutes=number, message_type="location", content=json.dumps({"location": place}))
                self.say("ev", minutes=number, direction="out", state="sent", kind="reply")

        fill(2)
        count_queries()  # what Odoo asks once
        few = count_queries()
        fill(20)
        self.assertEqual(count_queries(), few)
        self.assertEqual(len(self.find("ev")), 44)

    def test_too_little_finds_nothing(self):
        self.say("a b c")
        for query in ("", " ", "a", None, "‮", "‏ ‏"):
            with self.subTest(query=query):
                self.assertEqual(self.find(query), [])


@tagged("post_install", "-at_install")
class TestSearchOfEverythingShown(InboundCase):
    """Whatever one reads in a bubble is found, whatever kind of message it is."""

    def assertFinds(self, query, message):
        found = message.conversation_id.with_user(self.user_a).search_texts(query)
        self.assertEqual(found, message.ids, query)

    def send(self, content):
        self.deliver_notice(self.patient)
        conversation = self.take("text", "wamid.open", text={"body": "Merhaba"}).conversation_id
        return conversation._send_content(content)

    def test_places_by_name_and_address(self):
        message = self.take("location", "wamid.1", latitude=41.01, longitude=28.97, name="Evim", address="Gül Sokak 5")
        for query in ("evim", "gul sokak"):
            self.assertFinds(query, message)
        sent = self.send(Location(41.0151, 28.9795, "Papatya Klinik", "Örnek Cad. 1"))
        self.assertFinds("papatya ornek", sent)

    def test_contact_cards_by_name_number_and_organization(self):
        name, phones = {"formatted_name": "Ali Örnek"}, [{"phone": "+90 555 000 00 13"}]
        org = {"company": "Eczane"}
        message = self.take("contacts", "wamid.1", contacts=[{"name": name, "phones": phones, "org": org}])
        for query in ("ali ornek", "555 000 00 13"):
            self.assertFinds(query, message)
        sent = self.send(Contacts((ContactCard("Dr. Şule Çınar", "Şule"),)))
        self.assertFinds("sule cinar", sent)

    def test_answers_of_a_form_and_not_what_whatsapp_writes_for_it(self):
        answer = {"name": "flow", "body": "Sent", "response_json": json.dumps({"flow_token": "t", "Ağrı": "dişimde"})}
        message = self.take("interactive", "wamid.1", type="nfm_reply", nfm_reply=answer)
        for query in ("agri", "disimde"):
            self.assertFinds(query, message)
        self.assertEqual(message.conversation_id.with_user(self.user_a).search_texts("sent"), [])

    def test_what_was_chosen_from_a_list_and_what_there_was_to_choose_from(self):
        reply = {"id": "slot:1", "title": "Salı 09:00", "description": "Dr. Örnek"}
        message = self.take("interactive", "wamid.1", type="list_reply", list_reply=reply)
        for query in ("sali 09", "dr. ornek"):
            self.assertFinds(query, message)
        rows = (Row("slot:2", "Perşembe 10:00", "Uzm. Kaya"),)
        sent = self.send(ListMessage("Hangi saat?", "Saat seç", (Section("Boş saatler", rows),)))
        for query in ("hangi", "saat sec", "bos saatler", "persembe", "uzm. kaya"):
            self.assertFinds(query, sent)

    def test_templates_by_text_and_buttons(self):
        self.opt_in(self.patient)
        template = self.create_template()
        sent = self.patient._whatsapp_send_template(template, purpose="appointment", account=self.account_a)
        self.assertEqual(sent.state, "queued")
        for query in ("sayin deniz", template.button_ids[0].text):
            self.assertFinds(query, sent)

    def test_addresses_of_links_and_names_of_kinds_are_not_read_and_not_found(self):
        message = self.take("location", "wamid.1", latitude=1, longitude=2, name="Ev", url="https://ornek.example/x")
        conversation = message.conversation_id.with_user(self.user_a)
        for query in ("https", "example", "location", "maps.google"):
            self.assertEqual(conversation.search_texts(query), [], query)
