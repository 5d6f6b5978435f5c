"""The list of the inbox: what stands in it, in what order, for whom, and at what price."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..cloud_api.phone import to_international
from ..models.consent.consent_purpose import SERVICE
from ..models.inbox.inbox_views import VIEWS
from .common import ClinicCase

ROW = {
    *("id", "name", "phone", "preview", "preview_direction", "unread_count", "last_at", "waiting_since"),
    *("reply_due_at", "window_expires_at", "state", "snoozed_until", "assignee", "branch", "branch_id", "account"),
    *("tags", "partner_id", "is_blocked"),
}


class InboxListCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.conversations = cls.env["clinic.whatsapp.conversation"]

    def add(self, name, *, minutes=10, account=None, body="Merhaba", waits=True, **vals):
        """Add a conversation whose patient wrote some minutes ago; return it."""
        number = self.conversations.search_count([]) + 1
        patient = self.create_patient(name, f"+90532000{number:04}")
        conversation = self.open_conversation(account or self.account_a, patient)
        moment = self.now - timedelta(minutes=minutes)
        self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": conversation.id,
                "partner_id": patient.id,
                "direction": "in",
                "kind": False,
                "state": "received",
                "body": body,
                "wamid": f"wamid.add.{number}",
                "sent_at": moment,
                "awaits_answer": waits,
            }
        )
        conversation.write({"last_message_at": moment, **vals})
        conversation._refresh_waiting()
        return conversation

    def inbox(self, user=None, *branches, **options):
        context = {"allowed_company_ids": [branch.id for branch in branches]} if branches else {}
        return self.conversations.with_user(user or self.user_a).with_context(**context).get_inbox(**options)

    def ids(self, *args, **options):
        return [row["id"] for row in self.inbox(*args, **options)["rows"]]


@tagged("post_install", "-at_install")
class TestInboxList(InboxListCase):
    def test_a_row_says_all_that_the_list_shows(self):
        message = self.text("Merhaba\nnasılsınız", wamid="wamid.1")
        conversation = self.receive(self.account_a, message).conversation_id
        tag = self.env["clinic.whatsapp.tag"].create({"name": "Fatura", "company_id": self.branch_a.id, "color": 3})
        conversation.write({"tag_ids": [fields.Command.set(tag.ids)], "assigned_user_id": self.user_a.id})
        [row] = self.inbox()["rows"]
        self.assertEqual(set(row), ROW)
        expected = {
            "id": conversation.id,
            "name": "Deniz Örnek",
            "phone": "+90 530 000 00 01",
            "preview": "Merhaba",
            "preview_direction": "in",
            "unread_count": 1,
            "state": "open",
            "snoozed_until": False,
            "assignee": {"id": self.user_a.id, "name": self.user_a.name},
            "branch": "Kadıköy",
            "branch_id": self.branch_a.id,
            "account": self.account_a.name,
            "tags": [{"id": tag.id, "name": "Fatura", "color": 3}],
            "partner_id": self.patient.id,
            "is_blocked": False,
        }
        self.assertEqual({name: row[name] for name in expected}, expected)
        for name in ("waiting_since", "reply_due_at", "window_expires_at"):
            self.assertEqual(row[name], fields.Datetime.to_string(conversation[name]))
        self.assertEqual(row["last_at"], fields.Datetime.to_string(conversation.last_message_at))

    def test_names_are_those_of_the_form(self):
        """A patient, the only patient of a number, a name in WhatsApp, a number, nothing."""
        mine = self.add("Ayşe")
        only, several, bare, nothing = self.add("Bora"), self.add("Can"), self.add("Efe"), self.add("Filiz")
        (only | several | bare | nothing).partner_id = False
        several.contact_id.partner_ids |= mine.partner_id
        several.contact_id.profile_name = "Can WhatsApp"
        (bare | nothing).contact_id.partner_ids = False
        nothing.contact_id.phone = False
        rows = {row["id"]: row["name"] for row in self.inbox()["rows"]}
        for conversation in mine | only | several | bare | nothing:
            conversation.invalidate_recordset(["display_name"])
            conversation.contact_id.invalidate_recordset(["display_name"])
            self.assertEqual(rows[conversation.id], to_international(conversation.display_name))
        self.assertRegex(rows[bare.id], r"^\+90 5\d\d \d{3} \d\d \d\d$")
        self.assertEqual(rows[nothing.id], "Unknown sender")

    def test_of_who_waits_it_shows_the_question_and_else_what_was_said_last(self):
        conversation = self.add("Ayşe", body="Yarın gelebilir miyim?")
        self.conversations.browse(conversation.id)._queue_text("Mesajınızı aldık.", SERVICE, kind="out_of_hours")
        [row] = self.inbox()["rows"]
        self.assertEqual((row["preview"], row["preview_direction"]), ("Yarın gelebilir miyim?", "in"))
        conversation.action_no_answer_needed()
        [row] = self.inbox(view="open")["rows"]
        self.assertEqual((row["preview"], row["preview_direction"]), ("Mesajınızı aldık.", "out"))

    def test_who_waits_longest_stands_first_and_elsewhere_the_newest(self):
        first, second, third = self.add("A", minutes=5), self.add("B", minutes=50), self.add("C", minutes=20)
        self.assertEqual(self.ids(), [second.id, third.id, first.id])
        self.assertEqual(self.ids(view="open"), [first.id, third.id, second.id])

    def test_each_view_holds_what_it_says(self):
        plain, mine, other = self.add("A"), self.add("B", assigned_user_id=self.user_a.id), self.add("C", waits=False)
        other.assigned_user_id = self.manager_a
        asleep = self.add("D", snoozed_until=self.now + timedelta(hours=2))
        due = self.add("E", snoozed_until=self.now - timedelta(minutes=1), waits=False)
        pending, closed = self.add("F", state="pending", waits=False), self.add("G", waits=False, state="closed")
        expected = {
            "unanswered": plain | mine,
            "mine": mine,
            "unassigned": plain | due | pending,
            "open": plain | mine | other | due | pending,
            "snoozed": asleep,
            "closed": closed,
        }
        self.assertEqual(set(expected), set(VIEWS))
        for view, conversations in expected.items():
            with self.subTest(view=view):
                inbox = self.inbox(view=view)
                self.assertEqual({row["id"] for row in inbox["rows"]}, set(conversations.ids))
                self.assertEqual(inbox["counts"], {name: len(found) for name, found in expected.items()})

    def test_pages_follow_each_other_without_gap_or_repetition(self):
        every = [self.add(f"P{n}", minutes=n % 7).id for n in range(9)]
        seen, offset, has_more = [], 0, True
        while has_more:
            page = self.inbox(view="open", offset=offset, limit=4)
            seen += [row["id"] for row in page["rows"]]
            offset, has_more = offset + 4, page["has_more"]
        self.assertEqual(sorted(seen), sorted(every))
        self.assertEqual(seen, self.ids(view="open"))

    def test_of_several_branches_one_page_is_made(self):
        in_a = [self.add(f"A{n}", minutes=2 * n) for n in range(3)]
        in_b = [self.add(f"B{n}", minutes=2 * n + 1, account=self.account_b) for n in range(3)]
        mixed = [conversation.id for pair in zip(in_a, in_b, strict=True) for conversation in pair]
        both = (self.clinic_manager, self.branch_a, self.branch_b)
        self.assertEqual(self.ids(*both, view="open"), mixed)
        self.assertEqual(self.ids(*both, view="open", offset=2, limit=2), mixed[2:4])
        self.assertEqual(self.ids(*both, branch_id=self.branch_b.id, view="open"), [c.id for c in in_b])
        self.assertEqual(self.inbox(*both, branch_id=self.branch_b.id)["counts"]["open"], 3)

    def test_a_tag_narrows_a_view(self):
        tag = self.env["clinic.whatsapp.tag"].create({"name": "Fatura", "company_id": self.branch_a.id})
        tagged_one, _other = self.add("A", tag_ids=[fields.Command.set(tag.ids)]), self.add("B")
        self.assertEqual(self.ids(tag_id=tag.id), [tagged_one.id])

    def test_nothing_of_another_branch_is_listed_counted_or_found(self):
        theirs = self.add("Zeynep Gizli", account=self.account_b, body="gizli")
        for options in ({}, {"view": "open"}, {"search": "zeynep"}, {"branch_id": self.branch_b.id}):
            with self.subTest(options=options):
                inbox = self.inbox(**options)
                self.assertFalse(inbox["rows"])
                self.assertFalse(any(inbox["counts"].values()))
        mine = self.conversations.with_user(self.user_a)
        self.assertEqual(mine.browse(theirs.ids).get_inbox_rows(), [])
        self.assertFalse(any(mine.get_inbox_counts().values()))
        only_a = (self.clinic_manager, self.branch_a)
        self.assertFalse(self.inbox(*only_a, view="open")["rows"])

    def test_a_row_that_may_not_be_read_any_more_is_missing(self):
        first, second = self.add("A"), self.add("B", account=self.account_b)
        both = (first | second).with_user(self.clinic_manager)
        both = both.with_context(allowed_company_ids=(self.branch_a | self.branch_b).ids)
        self.assertEqual([row["id"] for row in both.get_inbox_rows()], both.ids)
        narrowed = both.with_context(allowed_company_ids=self.branch_a.ids)
        self.assertEqual([row["id"] for row in narrowed.get_inbox_rows()], first.ids)
        self.assertEqual(self.conversations.browse(2**30).get_inbox_rows(), [])

    def test_who_is_no_staff_gets_nothing(self):
        theirs = self.add("A").with_user(self.create_user("employee.a", self.branch_a, "base.group_user"))
        for method in (theirs.get_inbox, theirs.get_inbox_counts):
            with self.assertRaises(AccessError):
                method()
        self.assertEqual(theirs.get_inbox_rows(), [])

    def test_senseless_wishes_get_an_empty_or_a_full_page(self):
        one = self.add("A")
        self.assertEqual(self.ids(view="nonsense"), [])
        self.assertEqual(self.ids(view="open", offset=-5, limit=0), [one.id])
        self.assertEqual(self.ids(view="open", limit=10**9), [one.id])
        self.assertEqual(self.ids(view="open", offset=10**6), [])

    def test_the_systray_counts_what_the_views_hold(self):
        self.branch_a.resource_calendar_id = False
        self.add("A", minutes=90)
        self.add("B", minutes=5, assigned_user_id=self.user_a.id)
        self.add("C", minutes=90, snoozed_until=self.now + timedelta(hours=1))
        counts = self.conversations.with_user(self.user_a).get_inbox_counts()
        self.assertEqual(counts, {"unanswered": 2, "mine": 1, "unassigned": 1, "overdue": 1})


@tagged("post_install", "-at_install")
class TestInboxSearch(InboxListCase):
    def test_somebody_is_found_in_whatever_view_he_is_by_any_way_of_writing_his_name(self):
        ipek = self.add("İpek Şuleoğlu", state="closed", waits=False)
        self.add("Deniz Kaya")
        for typed in ("ipek", "İPEK", "IPEK", "ıpek", "sule", "ŞULE", "oğlu", "OGLU", "şule  ipek", "ip", "i", "Ş"):
            with self.subTest(typed=typed):
                self.assertEqual(self.ids(search=typed), [ipek.id])

    def test_few_letters_are_looked_for_at_the_beginning_of_words(self):
        self.add("Murat Kaya")
        self.assertFalse(self.ids(search="ra"))
        self.assertTrue(self.ids(search="rat"))

    def test_a_number_is_found_however_it_is_written(self):
        one = self.add("Deniz")
        number = one.contact_id.phone  # +90532000…
        spaced = f"0532 {number[6:9]} {number[9:]}"
        for typed in (number, number[1:], f"00{number[1:]}", f"0{number[3:]}", spaced, number[-4:]):
            with self.subTest(typed=typed):
                self.assertEqual(self.ids(search=typed), one.ids)
        self.assertFalse(self.ids(search="0533 999"))

    def test_tags_family_and_names_in_whatsapp_find_a_conversation(self):
        mother, other = self.add("Anne Yıldız"), self.add("Başka Biri")
        child = self.create_patient("Küçük Yıldız", False)
        mother.contact_id.partner_ids |= child
        other.contact_id.profile_name = "~Gizemli~"
        tag = self.env["clinic.whatsapp.tag"].create({"name": "Fatura bekliyor", "company_id": self.branch_a.id})
        other.tag_ids = tag
        self.assertEqual(self.ids(search="küçük"), mother.ids)
        self.assertEqual(self.ids(search="gizemli"), other.ids)
        self.assertEqual(self.ids(search="fatura başka"), other.ids)
        tag.name = "Ödendi"
        self.assertFalse(self.ids(search="fatura"))
        child.name = "Ufak Yıldız"
        self.assertEqual(self.ids(search="ufak"), mother.ids)

    def test_signs_are_no_wildcards(self):
        self.add("Deniz Kaya")
        for typed in ("%", "_", "%%%", "' OR 1=1 --", "\\", "d_n", "‮", "👍", "%eni%z%"):
            with self.subTest(typed=typed):
                self.assertEqual(self.ids(search=typed), [])

    def test_the_words_by_which_somebody_is_found_are_nobodys_to_read(self):
        one = self.add("Deniz").with_user(self.clinic_manager)
        with self.assertRaises(AccessError):
            one.read(["search_key"])
        with self.assertRaises(AccessError):
            one.search([("search_key", "like", "deniz")])

    def test_the_text_of_messages_is_not_searched(self):
        self.add("Deniz", body="karaciğer")
        self.assertFalse(self.ids(search="karaciğer"))


@tagged("post_install", "-at_install")
class TestInboxQueries(InboxListCase):
    """However many rows there are, the database is asked as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tags = cls.env["clinic.whatsapp.tag"].create(
            [{"name": name, "company_id": cls.branch_a.id} for name in ("Fatura", "Ara")]
        )

    def fill(self, count):
        for number in range(count):
            self.add(f"Deniz {number}", tag_ids=[fields.Command.set(self.tags.ids)], assigned_user_id=self.user_a.id)

    def assertPrice(self, most, call):
        """Fail when a call costs more queries than it may, or more for thirty rows than for three."""
        prices = []
        for more in (3, 27):
            self.fill(more)
            self.env.flush_all()
            self.env.invalidate_all()
            call()  # every worker remembers rules and rights
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(call())
            prices.append(self.env.cr.sql_log_count - before)
        self.assertEqual(prices[0], prices[1])
        self.assertLessEqual(prices[1], most)

    def test_opening_the_inbox(self):
        self.assertPrice(6, lambda: self.inbox(view="unanswered"))

    def test_opening_it_for_several_branches(self):
        both = (self.clinic_manager, self.branch_a, self.branch_b)
        self.assertPrice(6, lambda: self.inbox(*both, view="open"))

    def test_searching(self):
        self.assertPrice(6, lambda: self.inbox(search="deniz"))

    def test_news(self):
        def call():
            found = self.conversations.search([("company_id", "=", self.branch_a.id)])
            return found.with_user(self.user_a).get_inbox_rows()

        self.assertPrice(7, call)  # one of them is the search above

    def test_counting(self):
        self.fill(2)
        conversations = self.conversations.with_user(self.user_a)
        conversations.get_inbox_counts()
        self.env.flush_all()
        with self.assertQueryCount(1):
            conversations.get_inbox_counts()
