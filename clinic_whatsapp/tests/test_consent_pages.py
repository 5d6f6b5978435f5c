"""The pages that patients open without a login, over real HTTP."""

import hashlib
import logging
import re
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from .pages_common import PagesMixin, draw_signature

GRANTED, REFUSED, WITHDRAWN = "granted", "refused", "withdrawn"
OPT_IN, CONSENT, APPROVAL = "channel_optin", "explicit_consent", "approval"


@tagged("post_install", "-at_install")
class TestSignaturePage(PagesMixin, HttpCase):
    def test_lr05_the_notice_comes_first_and_is_logged_before_the_grant(self):
        _request, path = self.ask()
        page = self.open(path)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(set(self.read_fields(page)), {"csrf_token", "notice"})
        self.assertFalse(self.entries(), "opening a page records nothing")
        answer = self.post(path, page)
        self.assertEqual((answer.status_code, answer.headers["Location"].endswith(path)), (303, True))
        delivery = self.entries()
        self.assertEqual((delivery.record_kind, delivery.status, delivery.method), ("notice", "delivered", "link"))
        self.assertEqual(self.sign(path).status_code, 200)
        grant = self.entries() - delivery
        self.assertEqual((grant.status, grant.delivery_id), (GRANTED, delivery))
        self.assertLessEqual(delivery.given_at, grant.given_at)

    def test_lr05_an_answer_before_the_notice_is_refused(self):
        _request, path = self.ask()
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "optin", "appointment", "tr")
        token = self.read_fields(self.open(path))["csrf_token"]
        signed = {"decision": GRANTED, "signer": "Deniz", "signature": draw_signature(), "text": text.sha256}
        answer = self.opener.post(self.base_url() + path, {"csrf_token": token, **signed}, timeout=30)
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.entries())

    def test_lr05_a_notice_that_was_read_once_is_not_read_again(self):
        _request, path = self.ask()
        page = self.open(path)
        self.post(path, page)
        self.post(path, page)
        self.assertEqual(len(self.entries()), 1)

    def test_lr11_a_signed_link_keeps_its_whole_proof(self):
        self.hand_over_notice()
        request, path = self.ask()
        page = self.open(path)
        text = self.env["clinic.privacy.notice"].search([("sha256", "=", self.read_fields(page)["text"])])
        self.assertIn(text.title, page.text)
        answer = self.sign(path)
        self.assertEqual(answer.status_code, 200)
        entry = self.entries()[-1]
        self.assertEqual((entry.method, entry.status, entry.record_kind), ("link", GRANTED, OPT_IN))
        self.assertEqual((entry.text_id, entry.text_hash, entry.text_lang), (text, text.sha256, text.lang))
        self.assertEqual((entry.signer_name, entry.ip), ("Deniz Örnek", "127.0.0.1"))
        self.assertTrue(entry.user_agent)
        self.assertEqual(entry.evidence_ids.mapped("kind"), ["signature"])
        self.assertEqual(entry.request_ref, f"clinic.consent.request,{request.id}")
        self.assertEqual((entry.company_id, entry.controller_id), (self.branch_a, self.root))
        self.assertTrue(request.used_at)
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))

    def test_lr11_the_drawing_is_kept_as_it_was_drawn(self):
        self.hand_over_notice()
        _request, path = self.ask()
        drawing = draw_signature()
        self.sign(path, signature=drawing)
        kept = self.entries()[-1].evidence_ids._read_content()
        self.assertTrue(kept.startswith(b"\x89PNG"))
        self.assertEqual(hashlib.sha256(kept).hexdigest(), self.entries()[-1].evidence_ids.sha256)

    def test_lr17_refusing_needs_neither_name_nor_signature_and_ends_the_request(self):
        self.hand_over_notice()
        _request, path = self.ask()
        answer = self.post(path, decision=REFUSED)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.decisions(), [("appointment", OPT_IN, REFUSED)])
        self.assertEqual(self.open(path).status_code, 404)

    def test_lr02_nothing_is_ticked_and_both_answers_look_alike(self):
        self.hand_over_notice()
        page = self.open(self.ask()[1]).text
        self.assertNotIn("checked", page.split("<main>")[1])
        self.assertNotIn('type="checkbox"', page)
        self.assertNotIn('type="radio"', page)
        self.assertEqual(page.count('name="decision"'), 2)
        self.assertEqual(page.count('class="btn btn-outline-primary btn-lg"'), 2)

    def test_lr02_each_agreement_of_a_purpose_has_a_page_and_an_answer_of_its_own(self):
        self.hand_over_notice()
        _request, path = self.ask("marketing")
        first = self.read_fields(self.open(path))["text"]
        self.assertEqual(self.sign(path).status_code, 303)
        self.assertEqual(self.decisions(), [("marketing", APPROVAL, GRANTED)])
        self.assertNotEqual(self.read_fields(self.open(path))["text"], first)
        self.assertEqual(self.sign(path).status_code, 200)
        self.assertEqual(self.decisions(), [("marketing", APPROVAL, GRANTED), ("marketing", CONSENT, GRANTED)])

    def test_lr02_refusing_the_second_agreement_takes_back_the_first(self):
        self.hand_over_notice()
        _request, path = self.ask("marketing")
        self.sign(path)
        self.post(path, decision=REFUSED)
        standing = self.env["clinic.consent"]._get_standing(self.patient, self.root)
        self.assertEqual({entry.status for entry in standing.values()}, {REFUSED})

    def test_lr03_no_link_asks_for_consent_where_none_is_needed(self):
        with self.assertRaisesRegex(UserError, "does not rest on an agreement"):
            service = self.env["clinic.consent.purpose"]._get("service", self.root)
            service.is_on = True
            self.requests._create_for(self.patient, service, company=self.branch_a)

    def test_lr60_no_link_for_a_purpose_that_is_not_in_use(self):
        self.purposes["health"].is_on = False
        with self.assertRaisesRegex(UserError, "is not in use"):
            self.ask("health")

    def test_a_page_that_was_opened_before_its_purpose_was_switched_off_records_nothing(self):
        self.hand_over_notice()
        _request, path = self.ask("health")
        page = self.open(path)
        self.purposes["health"].is_on = False
        answer = self.post(path, page, decision=GRANTED, signer="Deniz", signature=draw_signature())
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.decisions())

    def test_lr08_an_answer_to_a_text_that_was_replaced_meanwhile_is_refused(self):
        self.hand_over_notice()
        _request, path = self.ask()
        page = self.open(path)
        shown = self.env["clinic.privacy.notice"].search([("sha256", "=", self.read_fields(page)["text"])])
        new = self.env["clinic.privacy.notice"].browse(shown.action_new_version()["res_id"])
        new.source = new.body = f"{shown.body}\n\nYeni."
        new.action_publish()
        answer = self.post(path, page, decision=GRANTED, signer="Deniz", signature=draw_signature())
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.decisions())
        self.assertEqual(self.read_fields(self.open(path))["text"], new.sha256)

    def test_the_text_is_read_in_the_language_that_is_chosen_and_recorded_in_it(self):
        self.hand_over_notice()
        _request, path = self.ask()
        for lang in ("tr", "en"):
            self.assertIn(f'lang="{lang}"', self.open(f"{path}?lang={lang}").text)
        self.assertEqual(self.sign(f"{path}?lang=en").status_code, 200)
        self.assertEqual(self.entries()[-1].text_lang, "en")

    def ask_guardian(self):
        """Return (guardian, child, path of the page on which the guardian signs)."""
        mother = self.env["res.partner"].create({"name": "Ayşe Örnek", "phone": "+905300000077"})
        child = self.create_patient(
            "Can Örnek", False, birth_date=Datetime.now().date() - timedelta(days=3000), guardian_id=mother.id,
            guardian_relation="mother",
        )  # fmt: skip
        with self.assertRaises(UserError, msg="without a document of the guardian"):
            self.ask(patient=child)
        self.hand_over_notice(child)
        self.env["clinic.consent"]._record(
            child, self.purposes["appointment"], REFUSED, method="staff", company=self.branch_a, acting="guardian",
            acting_partner=mother, authority=(b"%PDF-1.4 register", "nufus.pdf", "application/pdf"),
        )  # fmt: skip
        _request, path = self.ask(patient=child)
        return mother, child, path

    def test_lr22_a_guardian_signs_for_a_minor_with_the_addendum(self):
        mother, child, path = self.ask_guardian()
        self.assertIn("Can Örnek", self.open(path).text)
        self.assertEqual(self.sign(path, signer="Ayşe Örnek").status_code, 200)
        entry = self.entries(child)[-1]
        self.assertEqual((entry.status, entry.acting, entry.acting_partner_id), (GRANTED, "guardian", mother))

    def test_lr08_what_the_guardian_declared_is_in_the_ledger_with_version_and_hash(self):
        _mother, child, path = self.ask_guardian()
        self.sign(path, signer="Ayşe Örnek")
        entry = self.entries(child)[-1]
        addendum = self.get_addendum(entry.text_lang)
        self.assertEqual(
            (entry.guardian_text_id, entry.guardian_text_version, entry.guardian_text_hash),
            (addendum, addendum.version, addendum.sha256),
        )
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))

    def get_addendum(self, lang):
        return self.env["clinic.privacy.notice"]._get_published(self.root, "guardian", None, lang)

    def test_lr08_an_answer_beside_an_addendum_that_was_replaced_meanwhile_is_refused(self):
        _mother, child, path = self.ask_guardian()
        page = self.open(path)
        newer = self.get_addendum(child.lang).action_new_version()["res_id"]
        newer = self.env["clinic.privacy.notice"].browse(newer)
        newer.body += "\n{{minor_name}}"
        newer.action_publish()
        signed = {"decision": "granted", "signer": "Ayşe Örnek", "signature": draw_signature()}
        self.assertEqual(self.post(path, page, **signed).status_code, 422)
        self.assertEqual(self.decisions(child)[-1][-1], REFUSED, "nothing new")
        self.assertEqual(self.post(path, **signed).status_code, 200)

    def test_lr22_who_came_of_age_since_the_page_was_opened_is_asked_himself(self):
        _mother, child, path = self.ask_guardian()
        page = self.open(path)
        child.birth_date = "1990-01-01"
        signed = {"decision": "granted", "signer": "Ayşe Örnek", "signature": draw_signature()}
        self.assertEqual(self.post(path, page, **signed).status_code, 404, "the guardian's link opens nothing more")
        self.assertNotIn(GRANTED, [status for *_what, status in self.decisions(child)])

    def test_lr23_no_page_for_who_has_died(self):
        _request, path = self.ask()
        self.patient.deceased_on = Datetime.now().date()
        self.assertEqual(self.open(path).status_code, 404)
        with self.assertRaises(UserError):
            self.ask()


@tagged("post_install", "-at_install")
class TestBadForms(PagesMixin, HttpCase):
    """Everything that our page would not send: a clear answer, and nothing recorded."""

    def setUp(self):
        super().setUp()
        self.hand_over_notice()
        self.request, self.path = self.ask()
        self.before = self.entries()

    def assertRefused(self, answer, status=422):
        self.assertEqual(answer.status_code, status)
        self.assertEqual(self.entries(), self.before)
        self.assertFalse(self.request.used_at)

    def test_lr02_a_form_with_two_purposes_is_refused(self):
        self.assertRefused(self.sign(self.path, purpose=["appointment", "marketing"]))
        self.assertRefused(self.sign(self.path, purpose="marketing"))

    def test_lr02_a_form_that_says_both_is_refused(self):
        self.assertRefused(self.sign(self.path, decision=[REFUSED, GRANTED]))

    def test_lr02_an_accept_all_is_refused(self):
        self.assertRefused(self.sign(self.path, accept_all="1"))
        self.assertRefused(self.sign(self.path, decision="all"))

    def test_lr02_an_answer_in_the_address_is_refused(self):
        page = self.open(f"{self.path}?decision=granted&checked=1")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("checked", page.text.split("<main>")[1])
        signed = {"signer": "Deniz", "signature": draw_signature(), "decision": GRANTED}
        self.assertRefused(self.post(f"{self.path}?decision=granted", page, **signed))

    def test_a_form_without_an_answer_is_refused(self):
        self.assertRefused(self.post(self.path))

    def test_a_date_of_its_own_is_refused(self):
        self.assertRefused(self.sign(self.path, given_at="2030-01-01 00:00:00"))

    def test_a_file_is_refused(self):
        hidden = self.read_fields(self.open(self.path))
        values = {**hidden, "decision": GRANTED, "signer": "Deniz", "signature": draw_signature()}
        files = {"signature": ("x.png", b"\x89PNG")}
        answer = self.opener.post(self.base_url() + self.path, values, files=files, timeout=30)
        self.assertRefused(answer)

    def test_the_text_of_another_purpose_is_refused(self):
        other = self.env["clinic.privacy.notice"]._get_published(self.root, "explicit_consent", "health", "tr")
        self.assertRefused(self.sign(self.path, text=other.sha256))
        self.assertRefused(self.sign(self.path, text="0" * 64))

    def test_a_grant_without_a_name_or_a_drawing_shows_the_page_again(self):
        for values in (
            {"signer": "  "},
            {"signer": "x" * 101},
            {"signature": ""},
            {"signature": draw_signature(ink=False)},
            {"signature": "data:image/png;base64,AAAA"},
            {"signature": "not base64 at all!"},
            {"signature": draw_signature(size=(5000, 20))},
            {"signature": "data:image/svg+xml,<svg/>"},
            {"signature": "A" * 500_000},
        ):
            with self.subTest(values={name: value[:30] for name, value in values.items()}):
                answer = self.sign(self.path, **values)
                self.assertRefused(answer)
                self.assertIn("Nothing has been recorded yet", answer.text)

    def test_a_huge_body_is_refused(self):
        hidden = self.read_fields(self.open(self.path))
        values = {**hidden, "decision": GRANTED, "signer": "D", "signature": "A" * 2_000_000}
        answer = self.opener.post(self.base_url() + self.path, values, timeout=30)
        self.assertRefused(answer, 413)

    def test_a_form_of_another_site_is_refused(self):
        hidden = self.read_fields(self.open(self.path))
        values = {**hidden, "csrf_token": "0", "decision": REFUSED}
        answer = self.opener.post(self.base_url() + self.path, values, timeout=30)
        self.assertRefused(answer, 400)

    def test_only_a_post_records_anything(self):
        self.assertEqual(self.open(f"{self.path}?decision=refused").status_code, 200)
        self.assertEqual(self.opener.head(self.base_url() + self.path, timeout=30).status_code, 200)
        answer = self.opener.put(self.base_url() + self.path, {"decision": REFUSED}, timeout=30)
        self.assertRefused(answer, 405)

    def test_a_replayed_answer_is_refused(self):
        page = self.open(self.path)
        signed = {"decision": GRANTED, "signer": "Deniz", "signature": draw_signature()}
        self.assertEqual(self.post(self.path, page, **signed).status_code, 200)
        self.before = self.entries()
        answer = self.post(self.path, page, **signed)
        self.assertEqual((answer.status_code, self.entries()), (404, self.before))

    def test_a_replayed_first_answer_does_not_answer_the_second_question(self):
        _request, path = self.ask("marketing")
        page = self.open(path)
        signed = {"decision": GRANTED, "signer": "Deniz", "signature": draw_signature()}
        self.post(path, page, **signed)
        self.assertEqual(self.post(path, page, **signed).status_code, 422)
        self.assertEqual(self.decisions(), [("marketing", APPROVAL, GRANTED)])


@tagged("post_install", "-at_install")
class TestLinks(PagesMixin, HttpCase):
    def test_all_links_that_do_not_open_say_the_same(self):
        expired, expired_path = self.ask()
        expired.expires_at = Datetime.now() - timedelta(seconds=1)
        used, used_path = self.ask()
        used.used_at = Datetime.now()
        archived = self.create_patient("Eski Hasta", "+905300000055")
        _request, archived_path = self.ask(patient=archived)
        archived.active = False
        foreign = self.ask(kind="preferences")[1].replace("/preferences/", "/consent/")
        paths = [expired_path, used_path, archived_path, foreign, "/clinic_whatsapp/consent/" + "A" * 43]
        pages = [self.open(path) for path in paths]
        self.assertEqual({page.status_code for page in pages}, {404})
        bodies = {page.text.split("<main>")[1].split("</main>")[0] for page in pages}
        self.assertEqual(len(bodies), 1)
        self.assertFalse(self.entries())

    def test_strange_links_are_answered_too(self):
        for path in ("consent/%00", "consent/%FF%FE", "consent/" + "x" * 5000, "text/%27--", "text/" + "0" * 64):
            with self.subTest(path=path[:30]):
                self.assertEqual(self.open(f"/clinic_whatsapp/{path}").status_code, 404)

    def test_the_database_holds_nothing_that_opens_a_page(self):
        request, path = self.ask()
        token = path.rsplit("/", 1)[1]
        self.env.flush_all()
        self.env.cr.execute("SELECT clinic_consent_request::text FROM clinic_consent_request")
        rows = str(self.env.cr.fetchall())
        self.assertNotIn(token, rows)
        self.assertIn(hashlib.sha256(token.encode()).hexdigest(), rows)
        self.assertGreaterEqual(len(token), 43)
        self.env.invalidate_all()
        self.assertFalse(self.requests.browse(request.id).sudo().token)

    def test_whoever_tries_links_is_slowed_down(self):
        _request, path = self.ask()
        codes = [self.open(f"/clinic_whatsapp/consent/{number}").status_code for number in range(22)]
        self.assertEqual(codes, [404] * 20 + [429] * 2)
        self.assertEqual(self.open(path).status_code, 429, "right and wrong links look alike to him")
        self.env["clinic.page.visit"].search([]).unlink()
        self.assertEqual(self.open(path).status_code, 200)

    def test_one_link_is_opened_so_and_so_often(self):
        request, path = self.ask()
        visits = self.env["clinic.page.visit"]
        for _visit in range(60):
            visits._count(f"visit {request.id}")
        self.assertEqual(self.open(path).status_code, 429)

    def test_no_address_of_a_visitor_is_stored(self):
        self.open("/clinic_whatsapp/consent/wrong")
        keys = self.env["clinic.page.visit"].search([]).mapped("key")
        self.assertTrue(keys)
        self.assertNotIn("127.0.0.1", str(keys))

    def test_the_page_is_kept_nowhere_and_tells_nobody_its_address(self):
        headers = self.open(self.ask()[1]).headers
        self.assertEqual(headers["Cache-Control"], "private, no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertIn("noindex", headers["X-Robots-Tag"])

    def test_the_log_of_the_web_server_holds_no_link(self):
        for kind in ("sign", "preferences"):
            _request, path = self.ask(kind=kind)
            line = logging.makeLogRecord({"msg": '"%s" %s', "args": (f"GET {path}?lang=tr HTTP/1.1", 200)})
            for hide in logging.getLogger("werkzeug").filters:
                hide.filter(line)
            self.assertNotIn(path.rsplit("/", 1)[1], line.getMessage())
            self.assertIn(f"{path.rsplit('/', 1)[0]}/", line.getMessage())

    def test_nothing_of_staff_is_on_the_tablet(self):
        self.hand_over_notice()
        patient = self.patient.with_user(self.user_a)
        action = patient.action_consent_tablet("appointment")
        self.assertEqual(action["tag"], "clinic_whatsapp.consent_tablet")
        path = action["params"]["url"]
        self.authenticate(self.user_a.login, self.user_a.login)
        page = self.open(path)
        self.assertNotIn(self.user_a.name, page.text)
        self.assertEqual(self.sign(path).status_code, 200)
        entry = self.entries()[-1]
        self.assertEqual((entry.method, entry.status), ("tablet", GRANTED))
        self.assertEqual(entry.recorded_by_id, self.env.ref("base.public_user"))

    def test_the_tablet_waits_for_half_an_hour_only(self):
        request, _path = self.ask(method="tablet")
        self.assertLessEqual(request.expires_at, Datetime.now() + timedelta(minutes=30))

    def test_reception_copies_a_link_for_a_purpose(self):
        action = self.patient.with_user(self.user_a).action_consent_link("appointment")
        self.assertEqual(action["tag"], "clinic_whatsapp.consent_link")
        self.assertIn(action["params"]["url"], action["params"]["message"])
        path = action["params"]["url"].removeprefix(self.patient.get_base_url())
        self.assertEqual(self.open(path).status_code, 200)
        request = self.requests.search([], limit=1)
        self.assertEqual((request.company_id, request.create_uid), (self.branch_a, self.user_a))

    def test_nobody_else_makes_links(self):
        for user in (self.env.ref("base.public_user"), self.create_user("clerk", self.branch_a, "base.group_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.patient.with_user(user).action_consent_link("appointment")
        with self.assertRaises(AccessError):
            self.requests.with_user(self.user_a).create({"partner_id": self.patient.id})

    def test_what_nobody_answered_is_forgotten(self):
        old, _path = self.ask()
        answered, _path = self.ask()
        new, _path = self.ask()
        (old | answered).expires_at = Datetime.now() - timedelta(days=31)
        answered.used_at = Datetime.now() - timedelta(days=31)
        self.requests._gc_requests()
        self.assertEqual((old | answered | new).exists(), answered | new)

    def test_a_printed_form_has_a_code_of_its_own(self):
        form = self.requests._create_for(self.patient, self.purposes["marketing"], "paper", self.branch_a)
        self.assertRegex(form.code, "^[2-9A-Z]{8}$")
        self.assertEqual(form.text_ids.mapped("document_type"), ["approval", "explicit_consent"])
        self.assertFalse(form.sudo().url)


@tagged("post_install", "-at_install")
class TestPreferencePage(PagesMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.hand_over_notice()
        self.opt_in(self.patient)
        _request, self.path = self.ask(kind="preferences")

    def is_granted(self, code="appointment", kind=OPT_IN):
        self.env.invalidate_all()
        entry = self.env["clinic.consent"]._get_standing(self.patient, self.root).get((self.patient, code, kind))
        return bool(entry and entry.status == GRANTED)

    def test_lr16b_a_purpose_is_taken_back_by_a_link_without_a_login(self):
        page = self.open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertTrue(self.is_granted())
        answer = self.post(self.path, page, action="withdraw", purpose="appointment")
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.is_granted())
        entry = self.entries()[-1]
        self.assertEqual((entry.status, entry.method, entry.ip), (WITHDRAWN, "link", "127.0.0.1"))

    def sign_afresh(self, **how):
        """Return the page after a new signature."""
        _request, path = self.ask(**how)
        page = self.sign(path)
        self.assertEqual(page.status_code, 200)
        return page

    def test_lr16b_the_page_after_signing_leads_to_taking_back_without_a_login(self):
        path = re.search(r'href="[^"]*(/clinic_whatsapp/preferences/[^"]+)"', self.sign_afresh().text)[1]
        self.assertEqual(self.post(path, action="withdraw", purpose="appointment").status_code, 200)
        self.assertFalse(self.is_granted())

    def test_lr16b_the_link_after_signing_is_stored_nowhere_and_expires_as_any_other(self):
        token = re.search(r"/clinic_whatsapp/preferences/([^\"]+)", self.sign_afresh().text)[1]
        self.env.flush_all()
        self.env.cr.execute("SELECT clinic_consent_request::text FROM clinic_consent_request")
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        self.env.invalidate_all()
        fresh, staffs = self.requests.search([("kind", "=", "preferences")], limit=2)
        self.assertEqual((fresh.partner_id, fresh.company_id, fresh.method), (self.patient, self.branch_a, "link"))
        self.assertAlmostEqual(fresh.expires_at, staffs.expires_at, delta=timedelta(minutes=5))

    def test_lr16b_on_the_clinics_tablet_the_link_is_only_for_the_patients_own_telephone(self):
        page = self.sign_afresh(method="tablet").text
        self.assertNotIn("/clinic_whatsapp/preferences/", page)
        self.assertIn('src="data:image/png;base64,', page)

    def test_who_refused_is_given_no_link(self):
        _request, path = self.ask()
        page = self.post(path, decision="refused").text
        self.assertNotIn("/clinic_whatsapp/preferences/", page)
        self.assertFalse(self.requests.search_count([("kind", "=", "preferences")]) - 1)

    def test_what_was_agreed_to_under_an_older_version_shows_its_date_too(self):
        """Older entries know only when they were recorded."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_consent SET given_at = NULL WHERE record_kind = %s", [OPT_IN])
        self.env.invalidate_all()
        self.assertIn(str(Datetime.now().year), self.open(self.path).text)

    def test_lr16b_everything_is_taken_back_at_once(self):
        _request, path = self.ask("health")
        self.sign(path)
        self.assertTrue(self.is_granted("health", CONSENT))
        page = self.open(self.path)
        hidden = {"csrf_token": self.read_fields(page)["csrf_token"], "action": "withdraw_all"}
        self.assertEqual(self.opener.post(self.base_url() + self.path, hidden, timeout=30).status_code, 200)
        self.assertFalse(self.is_granted())
        self.assertFalse(self.is_granted("health", CONSENT))

    def test_lr16_taking_back_twice_is_once(self):
        page = self.open(self.path)
        for _time in range(2):
            answer = self.post(self.path, page, action="withdraw", purpose="appointment")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual([status for *_key, status in self.decisions()], [GRANTED, WITHDRAWN])

    def test_lr17_appointments_stay_when_everything_is_taken_back(self):
        service = self.env["clinic.service"].create({"name": "Kontrol", "company_id": self.branch_a.id})
        appointment = self.env["clinic.appointment"].create(
            {
                "patient_id": self.patient.id,
                "company_id": self.branch_a.id,
                "service_id": service.id,
                "start": Datetime.now() + timedelta(days=3),
            }
        )
        state = appointment.state
        self.post(self.path, action="withdraw", purpose="appointment")
        self.env.invalidate_all()
        self.assertEqual(appointment.state, state)
        self.assertTrue(appointment.exists())

    def test_lr02_nobody_agrees_on_the_preference_page_itself(self):
        for values in (
            {"action": "grant", "purpose": "health"},
            {"action": "sign_all"},
            {"action": "withdraw", "purpose": ["appointment", "health"]},
            {"action": "withdraw_all", "purpose": "appointment"},
            {"action": ""},
            {"action": "withdraw", "purpose": "appointment", "decision": GRANTED},
        ):
            with self.subTest(values=values):
                page = self.open(self.path)
                token = self.read_fields(page)["csrf_token"]
                answer = self.opener.post(self.base_url() + self.path, {"csrf_token": token, **values}, timeout=30)
                self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.decisions(), [("appointment", OPT_IN, GRANTED)])

    def test_what_was_not_agreed_to_is_read_and_signed_on_a_page_of_its_own(self):
        answer = self.post(self.path, action="sign", purpose="health")
        self.assertEqual(answer.status_code, 303)
        path = "/clinic_whatsapp/consent/" + answer.headers["Location"].rsplit("/", 1)[1]
        self.assertEqual(self.sign(path).status_code, 200)
        self.assertTrue(self.is_granted("health", CONSENT))

    def test_a_purpose_of_nobody_is_refused(self):
        self.assertEqual(self.post(self.path, action="sign", purpose="nothing").status_code, 422)

    def test_only_what_is_in_use_or_was_agreed_to_is_shown(self):
        page = self.open(self.path).text
        self.assertIn('data-purpose="appointment"', page)
        self.assertIn('data-purpose="health"', page)
        self.assertNotIn('data-purpose="service"', page)
        self.assertNotIn('data-purpose="feedback"', page)

    def test_lr20_the_page_of_one_clinic_says_nothing_of_another(self):
        other = self.env["res.company"].create({"name": "Gül Klinik"})
        page = self.open(self.path).text
        self.assertNotIn(other.name, page)


@tagged("post_install", "-at_install")
class TestTextPage(PagesMixin, HttpCase):
    def test_lr08_anybody_reads_a_published_text_and_checks_its_hash(self):
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "notice", None, "tr")
        page = self.open(f"/clinic_whatsapp/text/{text.sha256}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("KVKK", page.text)
        exact = self.open(f"/clinic_whatsapp/text/{text.sha256}?exact=1")
        self.assertEqual(hashlib.sha256(exact.content).hexdigest(), text.sha256)
        self.assertTrue(exact.headers["Content-Type"].startswith("text/plain"))

    def test_lr08_a_text_that_was_replaced_can_still_be_read(self):
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "optin", "appointment", "tr")
        new = text.browse(text.action_new_version()["res_id"])
        new.source = new.body = f"{text.body}\n\nYeni."
        new.action_publish()
        page = self.open(f"/clinic_whatsapp/text/{text.sha256}")
        self.assertEqual((text.state, page.status_code), ("retired", 200))
        self.assertNotIn("{{", page.text)

    def test_drafts_are_read_by_nobody(self):
        text = self.env["clinic.privacy.notice"]._get_published(self.root, "notice", None, "tr")
        draft = text.browse(text.action_new_version()["res_id"])
        draft.sudo().sha256 = "a" * 64
        self.assertEqual(self.open(f"/clinic_whatsapp/text/{'a' * 64}").status_code, 404)
