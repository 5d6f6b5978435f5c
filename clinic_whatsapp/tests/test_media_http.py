"""The route of files, over real HTTP."""

import logging

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ClinicMixin
from .test_media import HTML, PNG, REPORT, MediaMixin

CONTROLLER = "odoo.addons.clinic_whatsapp.controllers.media"
ROUTE = "/clinic_whatsapp/media"
LARGE = bytes(range(256)) * 4096  # 1 MiB: four chunks


@tagged("post_install", "-at_install")
class TestMediaHttp(MediaMixin, ClinicMixin, HttpCase):
    def get(self, message, *, user=None, method="GET", companies=None, query="", **headers):
        user = user or self.user_a
        self.authenticate(user.login, user.login)
        if companies is not None:
            self.opener.cookies["cids"] = companies
        path = f"{ROUTE}/{getattr(message, 'id', message)}{query}"
        return self.opener.request(method, self.base_url() + path, headers=headers, allow_redirects=False, timeout=30)

    def range(self, message, value, **options):
        return self.get(message, Range=value, **options)

    def test_a_picture_is_shown_and_stays_in_the_branch(self):
        message = self.keep(PNG, "Ağrı günlüğü.png", "image/png", message_type="image")
        with self.assertLogs(CONTROLLER, logging.INFO) as logs:  # Odoo gives the name to another level
            answer = self.get(message)
            self.assertEqual((answer.status_code, answer.content), (200, PNG))
        headers = answer.headers
        self.assertEqual(headers["Content-Type"], "image/png")
        self.assertEqual(headers["Content-Length"], str(len(PNG)))
        self.assertEqual(
            headers["Content-Disposition"],
            "inline; filename*=UTF-8''A%C4%9Fr%C4%B1%20g%C3%BCnl%C3%BC%C4%9F%C3%BC.png",
        )
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "private, no-store")
        self.assertEqual(headers["Content-Security-Policy"], "default-src 'none'; sandbox")
        self.assertEqual(headers["Accept-Ranges"], "bytes")
        self.assertNotIn("ETag", headers)
        self.assertIn(str(message.id), logs.output[0])
        self.assertNotIn("günlü", "".join(logs.output))

    def test_a_pdf_is_shown_by_the_viewer_of_the_browser(self):
        answer = self.get(self.keep())
        self.assertEqual((answer.headers["Content-Type"], answer.content), ("application/pdf", REPORT))
        self.assertTrue(answer.headers["Content-Disposition"].startswith("inline;"))
        self.assertNotIn("sandbox", answer.headers["Content-Security-Policy"])
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_whoever_wants_may_save_it(self):
        answer = self.get(self.keep(), query="?download=true")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment;"))

    def test_what_could_run_in_a_browser_is_saved_only(self):
        for data, declared in ((HTML, "image/png"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")):
            answer = self.get(self.keep(data, "x.png", declared))
            self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
            self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment;"))
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_a_text_file_is_saved_with_its_type(self):
        answer = self.get(self.keep("Çok iyi".encode(), "not.txt", "text/plain"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment;"))

    def test_players_fetch_ranges(self):
        message = self.keep(LARGE, "ses.ogg", "audio/ogg; codecs=opus", message_type="audio")
        size = len(LARGE)
        for wanted, start, stop in (
            ("bytes=0-99", 0, 100),
            ("bytes=0-", 0, size),
            ("bytes=262140-262150", 262140, 262151),
            ("bytes=1000000-", 1000000, size),
            ("bytes=-10", size - 10, size),
            (f"bytes={size - 1}-{size + 500}", size - 1, size),
        ):
            with self.subTest(range=wanted):
                answer = self.range(message, wanted)
                self.assertEqual(answer.status_code, 206)
                self.assertEqual(answer.content, LARGE[start:stop])
                self.assertEqual(answer.headers["Content-Range"], f"bytes {start}-{stop - 1}/{size}")
                self.assertEqual(answer.headers["Content-Length"], str(stop - start))
                self.assertEqual(answer.headers["Content-Type"], "audio/ogg")
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_a_range_behind_the_end_is_refused(self):
        answer = self.range(self.keep(), f"bytes={len(REPORT)}-")
        self.assertEqual(answer.status_code, 416)
        self.assertEqual(answer.headers["Content-Range"], f"bytes */{len(REPORT)}")

    def test_a_range_that_nobody_understands_gives_no_error_of_ours(self):
        for wanted in ("bytes=", "lines=1-2", "bytes=5-2", "bytes=a-b", "bytes=0-1,5-6"):
            with self.subTest(range=wanted):
                self.assertIn(self.range(self.keep(), wanted).status_code, (200, 416))

    def test_the_head_tells_the_size_and_sends_nothing(self):
        answer = self.get(self.keep(LARGE, "x.ogg", "audio/ogg"), method="HEAD")
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertEqual(answer.headers["Content-Length"], str(len(LARGE)))
        self.assertEqual(answer.headers["Accept-Ranges"], "bytes")

    def test_nothing_is_changed_here(self):
        for method in ("POST", "PUT", "DELETE"):
            self.assertEqual(self.get(self.keep(), method=method).status_code, 405)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_nobody_else_gets_it_and_all_hear_the_same(self):
        message = self.keep()
        unknown = self.get(2**31 - 1)
        portal = new_test_user(self.env, "portal.patient", groups="base.group_portal")
        employee = new_test_user(self.env, "employee", groups="base.group_user", company_id=self.branch_a.id,
                                 company_ids=[(6, 0, self.branch_a.ids)])  # fmt: skip
        for user in (self.user_b, portal, employee):
            for method in ("GET", "HEAD"):
                with self.subTest(user=user.login, method=method):
                    answer = self.get(message, user=user, method=method)
                    self.assertEqual(answer.status_code, 404)
                    self.assertIn(answer.content, (unknown.content, b""))
                    self.assertNotIn("Rapor", repr(answer.headers))
        self.assertEqual(unknown.status_code, 404)

    def test_a_stranger_is_asked_to_log_in(self):
        message = self.keep()
        self.authenticate(None, None)
        answer = self.opener.get(f"{self.base_url()}{ROUTE}/{message.id}", allow_redirects=False, timeout=30)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertNotIn(REPORT, answer.content)

    def test_only_the_active_branches_count(self):
        user, message = self.clinic_manager, self.keep()
        a, b = self.branch_a.id, self.branch_b.id
        for companies, status in (
            (f"{a}", 200),
            (f"{b}-{a}", 200),
            (f"{b}", 404),
            ("", 404),  # his main one is the parent company
            ("rubbish", 404),
            (f"{b}-999999-x", 404),
        ):
            with self.subTest(companies=companies):
                self.assertEqual(self.get(message, user=user, companies=companies).status_code, status)

    def test_a_forged_cookie_opens_no_branch(self):
        message = self.keep()
        answer = self.get(message, user=self.user_b, companies=f"{self.branch_a.id}-{self.branch_b.id}")
        self.assertEqual(answer.status_code, 404)

    def test_a_file_that_is_not_here_is_explained(self):
        message = self.create_message("in")
        self.env.flush_all()
        answer = self.get(message)
        self.assertEqual((answer.status_code, answer.text), (404, "The file is on its way."))
        message.write({"media_state": "failed", "media_error": "gone"})
        self.env.flush_all()
        answer = self.get(message)
        self.assertEqual(answer.status_code, 410)
        self.assertIn("does not have this file", answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))

    def test_a_message_without_a_file_has_none(self):
        message = self.create_message("in", media_state=False, message_type="text", body="quokka")
        self.env.flush_all()
        answer = self.get(message)
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("quokka", answer.text)

    @mute_logger(CONTROLLER)
    def test_a_damaged_file_is_an_answer_and_no_crash(self):
        message = self.keep()
        attachment = self.attachment(message)
        attachment.raw = attachment.raw[:-1] + b"\0"
        self.env.flush_all()
        self.assertEqual(self.get(message).status_code, 410)

    def test_what_the_patient_has_deleted_is_not_handed_out(self):
        message = self.keep()
        self.create_message("in", media_state=False, message_type="revoke", reply_to_id=message.id)
        self.env.flush_all()
        self.assertEqual(self.get(message).status_code, 404)

    @mute_logger("odoo.http", "odoo.models", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_the_routes_of_odoo_do_not_serve_it_not_even_encrypted(self):
        message = self.keep()
        attachment = self.attachment(message)
        raw, checksum = attachment.raw, attachment.checksum
        chief = self.create_user("chief", self.branch_a, "base.group_system,clinic_whatsapp.group_manager")
        self.env.flush_all()
        for user in (self.user_a, chief):
            self.authenticate(user.login, user.login)
            for path in (
                f"/web/content/{attachment.id}",
                f"/web/content/{attachment.id}-{checksum}",
                f"/web/content/ir.attachment/{attachment.id}/raw",
                f"/web/content/ir.attachment/{attachment.id}/datas",
                f"/web/content/clinic.whatsapp.message/{message.id}/media_file",
                f"/web/image/clinic.whatsapp.message/{message.id}/media_file",
                f"/web/image/{attachment.id}",
                f"/mail/attachment/pdf_first_page/{attachment.id}",
            ):
                with self.subTest(user=user.login, path=path):
                    answer = self.url_open(path, allow_redirects=False)
                    self.assertNotIn(raw[:200], answer.content)
                    self.assertNotIn(REPORT[:10], answer.content)
