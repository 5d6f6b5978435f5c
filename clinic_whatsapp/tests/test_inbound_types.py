import json
import time

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.tests import tagged

from .inbound_common import InboundCase

MEDIA = {"id": "77", "mime_type": "image/jpeg", "sha256": "x"}
capture_triggers = CronMixinCase.capture_triggers
NOW = int(time.time())


@tagged("post_install", "-at_install")
class TestInboundTypes(InboundCase):
    """Every kind of message is stored once, and shown as what it is."""

    def test_a_picture_waits_for_its_file_and_its_caption_is_its_text(self):
        with capture_triggers(self, "clinic_whatsapp.ir_cron_media") as scheduled:
            message = self.take("image", "wamid.pic", **MEDIA, caption="Raporum")
        self.assertEqual((message.message_type, message.body), ("image", "Raporum"))
        self.assertEqual((message.media_state, message.media_ref, message.media_type), ("pending", "77", "image/jpeg"))
        self.assertTrue(scheduled.records, "the scheduled action that fetches it is woken")
        media = self.bubble(message)["media"]
        self.assertEqual((media["state"], media["kind"], media["voice"]), ("pending", "image", False))
        self.assertEqual(media["url"], f"/clinic_whatsapp/media/{message.id}")

    def test_document_voice_video_and_sticker(self):
        document = self.take("document", "wamid.doc", **MEDIA, filename="rapor.pdf")
        self.assertEqual(self.bubble(document)["media"]["name"], "rapor.pdf")
        voice = self.take("audio", "wamid.voice", **MEDIA, voice=True)
        self.assertTrue(self.bubble(voice)["media"]["voice"])
        for kind in ("video", "sticker"):
            message = self.take(kind, f"wamid.{kind}", **MEDIA)
            self.assertEqual(self.bubble(message)["media"]["kind"], kind)

    def test_a_location_can_be_opened_on_a_map(self):
        message = self.take("location", "wamid.loc", latitude=41.01, longitude=28.97, name="Ev")
        location = self.bubble(message)["location"]
        self.assertEqual((location["latitude"], location["longitude"], location["name"]), (41.01, 28.97, "Ev"))
        self.assertTrue(location["url"].startswith("https://"))

    def test_an_address_that_a_browser_would_run_never_becomes_a_link(self):
        evil = "javascript:alert(1)"
        message = self.take("location", "wamid.evil", latitude=1, longitude=1, url=evil)
        self.assertTrue(self.bubble(message)["location"]["url"].startswith("https://"))
        referral = {"source_url": evil, "headline": "x"}
        incoming = {**self.incoming("text", "wamid.evil2", body="x"), "referral": referral}
        self.arrive(self.value(messages=[incoming]))
        self.assertEqual(self.bubble(self.find("wamid.evil2"))["referral"]["url"], "")

    def test_contact_cards(self):
        cards = [{"name": {"formatted_name": "Ali Örnek"}, "phones": [{"phone": "+90 555 000 00 13"}]}]
        message = self.take("contacts", "wamid.card", contacts=cards)
        (card,) = self.bubble(message)["contacts"]
        self.assertEqual((card["name"], card["phones"]), ("Ali Örnek", ["+90 555 000 00 13"]))

    def test_the_answers_of_a_form(self):
        answer = {"name": "flow", "body": "Sent", "response_json": json.dumps({"flow_token": "t", "Ağrı": "evet"})}
        message = self.take("interactive", "wamid.flow", type="nfm_reply", nfm_reply=answer)
        bubble = self.bubble(message)
        self.assertEqual(bubble["answers"], [{"label": "Ağrı", "value": "evet"}])
        self.assertEqual(bubble["body"], "", "WhatsApp's own word says nothing beside the answers")
        self.assertEqual(message._get_preview(), "Filled-in form")

    def test_an_order_is_described(self):
        items = [{"product_retailer_id": "krem", "quantity": 2}]
        message = self.take("order", "wamid.order", text="İki", product_items=items)
        self.assertEqual(message.body, "İki")
        self.assertIn("2 × krem", self.bubble(message)["description"])

    def test_where_a_message_comes_from_is_kept(self):
        referral = {"source_url": "https://example.com/ad", "headline": "İndirim", "body": "Gelin"}
        incoming = self.incoming("text", "wamid.ad", text={"body": "Bilgi"}, context={"forwarded": True})
        self.arrive(self.value(messages=[{**incoming, "referral": referral}]))
        bubble = self.bubble(self.find("wamid.ad"))
        self.assertEqual(bubble["referral"], {"headline": "İndirim", "body": "Gelin", "url": "https://example.com/ad"})
        self.assertTrue(bubble["forwarded"])

    def test_what_whatsapp_does_not_hand_over_is_said_in_words(self):
        incoming = self.incoming("unsupported", "wamid.poll", type="poll_creation")
        incoming["errors"] = [{"code": 131051, "title": "Message type unknown"}]
        self.arrive(self.value(messages=[incoming]))
        message = self.find("wamid.poll")
        self.assertEqual((message.message_type, message.wire_type), ("unsupported", "poll_creation"))
        self.assertIn("Poll", self.bubble(message)["description"])
        self.assertEqual(json.loads(message.content)["errors"][0]["code"], 131051)

    def test_a_type_of_the_future_is_kept_with_its_object(self):
        message = self.take("hologram", "wamid.holo", beam={"colour": "blue"})
        self.assertEqual((message.message_type, message.wire_type), ("unknown", "hologram"))
        self.assertEqual(json.loads(message.content)["raw"], {"hologram": {"beam": {"colour": "blue"}}})
        self.assertIn("hologram", self.bubble(message)["description"])

    def test_what_a_message_holds_is_ciphertext_in_the_database(self):
        message = self.take("location", "wamid.secret", latitude=41.01, longitude=28.97, name="Gizli yer")
        self.env.cr.execute("SELECT content FROM clinic_whatsapp_message WHERE id = %s", [message.id])
        self.assertNotIn("Gizli", self.env.cr.fetchone()[0])

    def test_only_what_a_patient_writes_opens_the_window(self):
        conversation = self.outbound().conversation_id
        conversation.window_expires_at = False
        for kind, content in (
            ("reaction", {"message_id": "wamid.out", "emoji": "👍"}),
            ("unsupported", {"type": "poll_creation"}),
            ("edit", {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "y"}}}),
            ("revoke", {"original_message_id": "wamid.x"}),
            ("hologram", {}),
        ):
            self.take(kind, f"wamid.{kind}", **content)
            self.assertFalse(conversation.window_expires_at, kind)
        self.take("sticker", "wamid.opens", **MEDIA)
        self.assertTrue(conversation.is_window_open)

    def test_several_messages_of_several_senders_in_one_body(self):
        other = self.create_patient("Ece Örnek", "+905300000002")
        contacts = [
            {"wa_id": "905300000002", "profile": {"name": "E"}},
            {"wa_id": "905300000001", "profile": {"name": "D"}},
        ]
        messages = [
            self.incoming("text", "wamid.m1", body="bir"),
            self.incoming("text", "wamid.m2", sender="905300000002", body="iki"),
            self.incoming("text", "wamid.m3", body="üç"),
        ]
        ours = self.outbound()
        self.arrive(self.value(contacts=contacts, messages=messages, statuses=[self.status("read")]))
        self.assertEqual([self.find(f"wamid.m{n}").body for n in (1, 2, 3)], ["bir", "iki", "üç"])
        self.assertEqual(self.find("wamid.m2").partner_id, other)
        self.assertEqual(self.find("wamid.m2").conversation_id.contact_id.profile_name, "E")
        self.assertEqual(ours.state, "read")


@tagged("post_install", "-at_install")
class TestAboutOtherMessages(InboundCase):
    """Reactions, edits, revokes and quotes belong to another message, whenever that arrives."""

    def react(self, wamid, emoji, target="wamid.out", **values):
        return self.take("reaction", wamid, message_id=target, **({"emoji": emoji} if emoji else {}), **values)

    def test_a_reaction_is_shown_on_its_message_and_not_as_a_bubble(self):
        ours = self.outbound()
        reaction = self.react("wamid.r1", "👍")
        self.assertEqual(reaction.reply_to_id, ours)
        shown = self.thread(ours.conversation_id)
        self.assertNotIn(reaction.id, shown)
        self.assertEqual([entry["emoji"] for entry in shown[ours.id]["reactions"]], ["👍"])
        self.assertEqual(ours.conversation_id.unread_count, 1, "somebody should see it")

    def test_the_newest_reaction_counts_and_can_be_taken_back(self):
        ours = self.outbound()
        self.react("wamid.r1", "👍", at=NOW)
        self.react("wamid.r2", "❤️", at=NOW + 1)
        self.assertEqual([entry["emoji"] for entry in self.bubble(ours)["reactions"]], ["❤️"])
        self.react("wamid.r3", None, at=NOW + 2)
        self.assertEqual(self.bubble(ours)["reactions"], [])
        self.react("wamid.late", "😮", at=NOW - 5)
        self.assertEqual(self.bubble(ours)["reactions"], [], "one that comes late is older than the removal")

    def test_a_reaction_of_ours_and_one_of_theirs_stand_side_by_side(self):
        theirs = self.take("text", "wamid.t", body="Teşekkürler")
        own = theirs.conversation_id._send_reaction(theirs, "🙏")
        own.sudo().write({"state": "sent", "wamid": "wamid.own"})
        self.react("wamid.r1", "👍", target="wamid.t")
        found = {(entry["emoji"], entry["direction"]) for entry in self.bubble(theirs)["reactions"]}
        self.assertEqual(found, {("🙏", "out"), ("👍", "in")})

    def test_a_reaction_to_an_unknown_message_is_kept_and_attached_when_that_comes(self):
        reaction = self.react("wamid.r1", "👍", target="wamid.later")
        self.assertFalse(reaction.reply_to_id)
        self.assertIn(reaction.id, self.thread(reaction.conversation_id), "nothing is hidden meanwhile")
        target = self.take("text", "wamid.later", body="Ben yazdım")
        self.assertEqual(reaction.reply_to_id, target)
        self.assertNotIn(reaction.id, self.thread(reaction.conversation_id))

    def test_a_reaction_that_is_quicker_than_our_own_commit_is_attached(self):
        ours = self.outbound(state="sending", wamid=False)
        reaction = self.react("wamid.r1", "👍")
        self.take_statuses(self.status("delivered", client_ref=ours.client_ref))
        self.assertEqual(reaction.reply_to_id, ours)

    def test_a_quote_is_bound_to_a_message_that_comes_later(self):
        answer = self.take("text", "wamid.a", text={"body": "Evet"}, context={"id": "wamid.q"})
        self.assertFalse(self.bubble(answer)["quoted"])
        question = self.take("text", "wamid.q", body="Hangi gün?")
        self.assertEqual(self.bubble(answer)["quoted"]["id"], question.id)

    def test_nobody_reacts_in_the_conversation_of_somebody_else(self):
        ours = self.outbound()
        reaction = self.react("wamid.r1", "👍", sender="905300000055")
        self.assertFalse(reaction.reply_to_id)
        self.assertEqual(self.bubble(ours)["reactions"], [])

    def edit(self, wamid, body, target="wamid.t", **values):
        message = {"type": "text", "text": {"body": body}}
        return self.take("edit", wamid, original_message_id=target, message=message, **values)

    def test_an_edit_shows_the_new_text_and_keeps_the_old_one(self):
        original = self.take("text", "wamid.t", body="saat 3")
        self.edit("wamid.e1", "saat 4", at=NOW + 10)
        self.edit("wamid.e0", "saat 5", at=NOW + 5)
        bubble = self.bubble(original)
        self.assertEqual((bubble["body"], bubble["edited"]), ("saat 4", True))
        self.assertEqual(original.body, "saat 3")
        self.assertEqual(original.conversation_id.unread_count, 3, "a correction must be seen")

    def test_an_edit_of_an_unknown_message_is_shown_by_itself(self):
        edit = self.edit("wamid.e1", "saat 4")
        bubble = self.bubble(edit)
        self.assertEqual((bubble["body"], bubble["edited"]), ("saat 4", True))

    def test_a_revoked_message_is_shown_as_deleted_without_its_text(self):
        original = self.take("image", "wamid.t", **MEDIA, caption="gizli")
        quoting = self.take("text", "wamid.q", text={"body": "bunu"}, context={"id": "wamid.t"})
        self.take("revoke", "wamid.v", original_message_id="wamid.t")
        bubble = self.bubble(original)
        self.assertEqual((bubble["body"], bubble["media"], bubble["revoked"]), ("", False, True))
        self.assertNotIn("gizli", self.bubble(quoting)["quoted"]["preview"])
        self.assertEqual(original.body, "gizli", "it stays part of the record")

    def test_a_revoke_that_comes_first_works_too(self):
        self.take("revoke", "wamid.v", original_message_id="wamid.t")
        original = self.take("text", "wamid.t", body="gizli")
        self.assertTrue(self.bubble(original)["revoked"])
        self.assertTrue(original.is_revoked)

    def test_a_patient_cannot_delete_or_correct_what_we_wrote(self):
        ours = self.outbound(body="Randevunuz 10:00")
        self.take("revoke", "wamid.v", original_message_id="wamid.out")
        self.edit("wamid.e", "Randevunuz 11:00", target="wamid.out")
        bubble = self.bubble(ours)
        self.assertEqual((bubble["body"], bubble["revoked"], bubble["edited"]), ("Randevunuz 10:00", False, False))
        self.assertFalse(ours.is_revoked)

    def test_a_thumb_up_reopens_nothing(self):
        ours = self.outbound()
        ours.conversation_id.action_close()
        self.react("wamid.r1", "👍")
        self.assertEqual(ours.conversation_id.state, "closed")

    def test_what_was_taken_back_is_nothing_to_read(self):
        ours = self.outbound()
        self.react("wamid.r1", None)
        self.take("revoke", "wamid.v", original_message_id="wamid.x")
        self.assertEqual(ours.conversation_id.unread_count, 0)

    def test_who_corrects_his_message_to_stop_means_it(self):
        original = self.take("text", "wamid.t", body="durr")
        self.edit("wamid.e", "DUR")
        self.assertTrue(original.conversation_id.contact_id.suppressed_at)


@tagged("post_install", "-at_install")
class TestThreadOrder(InboundCase):
    """A thread stands in the order in which it was written."""

    def order(self, conversation, **options):
        return [bubble["body"] for bubble in conversation.with_user(self.user_a).get_thread(**options)["messages"]]

    def test_a_delayed_message_does_not_stand_below_a_later_one(self):
        later = self.take("text", "wamid.2", body="iki", at=NOW - 10)
        self.take("text", "wamid.1", body="bir", at=NOW - 60)
        self.assertEqual(self.order(later.conversation_id), ["bir", "iki"])
        self.assertEqual(later.conversation_id.last_message_preview, "iki")

    def test_pages_have_neither_gaps_nor_repetitions(self):
        for number in (5, 2, 8, 1, 9, 3, 7, 4, 6, 0):
            message = self.take("text", f"wamid.{number}", body=str(number), at=NOW - 1000 + number // 2)
        conversation = message.conversation_id.with_user(self.user_a)
        seen, before, has_more = [], None, True
        while has_more:
            page = conversation.get_thread(before_id=before, limit=3)
            seen = [bubble["body"] for bubble in page["messages"]] + seen
            before, has_more = page["messages"][0]["id"], page["has_more"]
        self.assertEqual(sorted(seen), [str(number) for number in range(10)])
        self.assertEqual([int(body) // 2 for body in seen], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])

    def test_what_was_written_while_nothing_was_sent_yet_stands_below(self):
        first = self.take("text", "wamid.1", body="bir", at=NOW - 60)
        first.conversation_id._send_text("cevap")
        self.assertEqual(self.order(first.conversation_id), ["bir", "cevap"])

    def test_a_page_is_read_by_index(self):
        message = self.take("text", "wamid.1", body="bir")
        conversation = message.conversation_id
        self.env.flush_all()
        # Whatever the statistics of a small table say: a sort would grow with the conversation.
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM clinic_whatsapp_message WHERE conversation_id = %s"
            " ORDER BY COALESCE(sent_at, create_date) DESC, id DESC LIMIT 51",
            [conversation.id],
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("moment_idx", plan)
        self.assertNotIn("Sort", plan)
