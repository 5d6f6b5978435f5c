"""The wall as it is met from outside: files, calls and pages over real HTTP."""

import json

from odoo.fields import Datetime
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .security_common import KNOWN_TO_CONTROLLER, SecurityMixin

STRANGERS = ("reception", "clinic_manager", "clinic_administrator", "administrator", "employee", "portal", None)
SILENT = ("odoo.http", "odoo.models", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
KNOWN = {*KNOWN_TO_CONTROLLER, "res.partner"}
# The only addresses of ours: methods, who may call.
ROUTES = {
    "/clinic_whatsapp/webhook/<string:key>": ({"GET", "POST"}, "public"),
    "/clinic_whatsapp/media/<int:message_id>": ({"GET"}, "user"),
    "/clinic_whatsapp/evidence/<int:evidence_id>": ({"GET"}, "user"),
    # Patients have no login: a random token is the key, and what is published is for everybody.
    "/clinic_whatsapp/consent/<string:token>": ({"GET", "POST"}, "public"),
    "/clinic_whatsapp/preferences/<string:token>": ({"GET", "POST"}, "public"),
    "/clinic_whatsapp/text/<string:sha256>": ({"GET"}, "public"),
}


class SecurityHttpCase(SecurityMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def login(self, name):
        """Open a session of somebody; of nobody when the name is None."""
        login = name and self.users[name].login
        self.authenticate(login, login)

    def each_stranger(self, names=STRANGERS):
        for name in names:
            self.login(name)
            yield name

    def call(self, route, **params):
        """Return the text of the answer to a JSON-RPC call, whatever it is."""
        return self.url_open(route, json={"jsonrpc": "2.0", "method": "call", "params": params}).text

    def call_kw(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.call(f"/web/dataset/call_kw/{model}/{method}", **params)


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityFiles(SecurityHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = cls.env["ir.attachment"]
        for model in cls.get_models():
            if model in KNOWN_TO_CONTROLLER or model == "clinic.consent":
                continue
            cls.files |= cls.env["ir.attachment"].create(
                {
                    "name": f"{cls.sister.mark}.txt",
                    "raw": f"of {cls.sister.mark}".encode(),
                    "mimetype": "text/plain",
                    "res_model": model,
                    "res_id": cls.sister[model].id,
                }
            )
        cls.evidence = cls.sister["clinic.consent"].evidence_ids
        cls.env.flush_all()

    def each_address(self, file):
        for path in ("/web/content/%s", "/web/image/%s", "/mail/attachment/pdf_first_page/%s"):
            yield path % file.id
        yield f"/web/content/{file.id}?download=true"
        yield f"/web/content/{file.id}-{file.checksum}/x.txt"
        yield f"/web/content?model=ir.attachment&id={file.id}&field=raw"
        yield f"/web/content/ir.attachment/{file.id}/datas"
        yield f"/web/image/ir.attachment/{file.id}/raw"
        for token in ("", "x", "None", "False", file.checksum):
            yield f"/web/content/{file.id}?access_token={token}"

    def test_no_file_of_another_branch_is_served(self):
        for name in self.each_stranger(("reception", "clinic_administrator", "portal", None)):
            for file in self.files:
                for address in self.each_address(file):
                    with self.subTest(user=name, file=file.res_model, address=address.split("?")[0]):
                        answer = self.url_open(address, allow_redirects=False)
                        self.assertNotIn(self.sister.mark, answer.text)
                        self.assertNotIn(self.sister.mark, repr(answer.headers))

    def test_files_are_served_to_the_branch_they_belong_to(self):
        self.users["owner"] = self.create_role("owner", "clinic_whatsapp.group_manager", self.branch_b)
        self.login("owner")
        for file in self.files:
            with self.subTest(file=file.res_model):
                self.assertIn(self.sister.mark, self.url_open(f"/web/content/{file.id}").text)

    def test_evidence_is_served_to_its_own_branch_only(self):
        address = f"/clinic_whatsapp/evidence/{self.evidence.id}"
        for name in self.each_stranger():
            with self.subTest(user=name):
                self.assertNotIn(self.sister.mark, self.url_open(address).text)
        self.users["owner"] = self.create_role("owner", "clinic_whatsapp.group_user", self.branch_b)
        self.login("owner")
        self.assertIn(self.sister.mark, self.url_open(address).text)

    def test_a_file_that_was_open_is_closed_when_it_becomes_evidence(self):
        paper = self.env["ir.attachment"].create({"name": "p", "raw": b"%PDF-1.4 signed quokka", "public": True})
        token = paper.generate_access_token()[0]
        purpose = self.env.ref("clinic_whatsapp.purpose_appointment")
        self.env["clinic.consent"]._record(
            self.sister.patient, purpose, "granted", method="paper", evidence=paper, company=self.branch_b
        )
        self.env.flush_all()
        for _name in self.each_stranger():
            for query in ("", f"?access_token={token}"):
                self.assertNotIn("quokka", self.url_open(f"/web/content/{paper.id}{query}").text)

    def test_fields_are_not_served_as_files(self):
        fields = (
            ("clinic.whatsapp.message", "body"),
            ("clinic.whatsapp.event", "payload"),
            ("clinic.whatsapp.account", "access_token"),
            ("clinic.whatsapp.account", "app_secret"),
        )
        for name in self.each_stranger():
            for model, field in fields:
                for world in (self.home, self.sister):
                    for kind in ("content", "image"):
                        with self.subTest(user=name, field=field, branch=world.company.name):
                            answer = self.url_open(f"/web/{kind}/{model}/{world[model].id}/{field}")
                            self.assertNotIn(world.mark, answer.text)

    def test_nobody_attaches_a_file_to_a_record_of_another_branch(self):
        for name in self.each_stranger():
            for model in ("clinic.whatsapp.conversation", "clinic.appointment", "clinic.consent"):
                before = self.count_files(model)
                vals = {"name": "x", "raw": "eA==", "res_model": model, "res_id": self.sister[model].id}
                self.call_kw("ir.attachment", "create", [vals])
                self.upload(model)
                with self.subTest(user=name, model=model):
                    self.assertEqual(self.count_files(model), before)

    def test_the_branch_itself_attaches_files_to_its_records(self):
        """What the test above relies on: the upload works."""
        self.users["owner"] = self.create_role("owner", "clinic_whatsapp.group_manager", self.branch_b)
        self.login("owner")
        for model in ("clinic.whatsapp.conversation", "clinic.appointment"):
            before = self.count_files(model)
            self.upload(model)
            with self.subTest(model=model):
                self.assertEqual(self.count_files(model), before + 1)

    def upload(self, model):
        token = Request.csrf_token(self)
        data = {"thread_model": model, "thread_id": self.sister[model].id, "is_pending": "", "csrf_token": token}
        self.url_open("/mail/attachment/upload", data=data, files={"ufile": ("x.txt", b"x")})

    def count_files(self, model):
        self.env.invalidate_all()
        here = [("res_model", "=", model), ("res_id", "=", self.sister[model].id)]
        return self.env["ir.attachment"].search_count(here)


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityCalls(SecurityHttpCase):
    def test_calls_tell_nothing_of_another_branch(self):
        for name in self.each_stranger():
            for model in self.get_models():
                ids = self.get_foreign(model).ids
                for method, *args in (
                    ("read", ids),
                    ("web_read", ids, {"display_name": {}}),
                    ("search_read", [["id", "in", ids]]),
                    ("web_search_read", [["id", "in", ids]], {"display_name": {}}),
                    ("name_search", self.sister.mark),
                ):
                    with self.subTest(user=name, model=model, method=method):
                        self.assertNoTrace(self.call_kw(model, method, *args))

    def test_a_refusal_names_no_record_in_debug_mode(self):
        """Odoo adds the names of the records there, and the rules; everybody can switch it on by the address."""
        for name in ("reception", "clinic_administrator"):
            login = self.users[name].login
            self.authenticate(login, login, session_extra={"debug": "1"})
            for model in (*self.get_models(), "res.partner"):
                world = self.stranger
                record = world.patient if model == "res.partner" else world[model]
                for records in (record, *(() if model in KNOWN else (self.sister[model],))):
                    answer = self.call_kw(model, "read", records.ids)
                    with self.subTest(user=name, model=model):
                        self.assertIn("error", json.loads(answer))
                        self.assertNoTrace(answer)
                        self.assertNotIn(self.sister.patient.name, answer)

    def test_private_methods_and_superuser_are_out_of_reach(self):
        self.login("clinic_administrator")
        account = self.home["clinic.whatsapp.account"].ids
        calls = ("_secret", account, "access_token"), ("_credentials", account), ("sudo", account), ("browse", account)
        for method, *args in calls:
            with self.subTest(method=method):
                answer = self.call_kw("clinic.whatsapp.account", method, *args)
                self.assertIn("error", json.loads(answer))
                self.assertNotIn("EAAaxolotl", answer)

    def test_a_forged_session_context_is_refused(self):
        self.login("reception")
        for branches in (self.branch_b, self.branch_a | self.branch_b):
            context = {"allowed_company_ids": branches.ids}
            answer = self.call_kw("clinic.whatsapp.message", "search_read", [], context=context)
            self.assertIn("error", json.loads(answer))
            self.assertNoTrace(answer)

    def bearer(self, name):
        scope, date = "rpc", Datetime.add(Datetime.now(), hours=1)
        key = self.env["res.users.apikeys"].with_user(self.users[name])._generate(scope, "test", date)
        return {"Authorization": f"Bearer {key}", "X-Odoo-Database": self.env.cr.dbname}

    def test_the_json_api_keeps_the_wall_too(self):
        for name in ("reception", "clinic_manager", "clinic_administrator", "employee"):
            headers = self.bearer(name)
            for model in self.get_models():
                foreign = self.get_foreign(model)
                for method, body in (
                    ("read", {"ids": foreign.ids, "fields": ["display_name"]}),
                    ("search_read", {"domain": [["id", "in", foreign.ids]]}),
                    ("search_read", {"domain": [], "context": {"allowed_company_ids": self.branch_b.ids}}),
                ):
                    answer = self.url_open(f"/json/2/{model}/{method}", json=body, headers=headers)
                    with self.subTest(user=name, model=model, method=method):
                        self.assertNoTrace(answer.text)

    def test_the_json_api_gives_the_own_branch_but_no_secret(self):
        """What the test above relies on: the key opens the door."""
        headers, account = self.bearer("clinic_manager"), self.home["clinic.whatsapp.account"]
        body = {"ids": account.ids, "fields": ["name", "access_token", "app_secret", "verify_token"]}
        answer = self.url_open("/json/2/clinic.whatsapp.account/read", json=body, headers=headers)
        self.assertEqual(answer.json()[0]["name"], "Number axolotl")
        self.assertNotIn("EAAaxolotl", answer.text)
        self.assertNotIn("secretaxolotl", answer.text)
        body = {"ids": account.ids, "name": "app_secret"}
        answer = self.url_open("/json/2/clinic.whatsapp.account/_secret", json=body, headers=headers)
        self.assertIn(answer.status_code, (403, 404))

    def get_threads(self):
        """Return the models of ours that carry notes of one branch."""
        return [n for n in self.get_models() if "message_ids" in self.env[n] and n not in KNOWN_TO_CONTROLLER]

    def each_page(self, note):
        """Yield what the pages and calls of Odoo answer about the record of a note."""
        model, res_id = note.model, note.res_id
        thread = {"thread_model": model, "thread_id": res_id}
        wanted = {**thread, "access_params": {}, "request_list": ["messages", "followers", "activities"]}
        yield self.call("/mail/thread/messages", **thread)
        yield self.call("/mail/thread/recipients", **thread)
        yield self.call("/mail/data", fetch_params=[["mail.thread", wanted]])
        yield self.call("/mail/message/post", **thread, post_data={"body": "x"})
        yield self.call("/mail/message/update_content", message_id=note.id, update_data={"body": "x"})
        yield self.call("/mail/thread/subscribe", res_model=model, res_id=res_id, partner_ids=[1])
        yield self.url_open(f"/mail/view?model={model}&res_id={res_id}").text
        yield self.url_open(f"/mail/message/{note.id}").text

    def test_notes_are_not_reached_over_the_pages_of_odoo(self):
        for model in self.get_threads():
            note = self.sister[model].message_post(body=f"Note {self.sister.mark}")
            self.env.flush_all()
            for name in self.each_stranger():
                for answer in self.each_page(note):
                    with self.subTest(user=name, model=model):
                        self.assertNoTrace(answer)
            self.env.invalidate_all()
            self.assertEqual(self.sister[model].message_ids[0], note)
            self.assertIn(self.sister.mark, note.body)

    def test_the_branch_itself_reaches_its_notes(self):
        """What the test above relies on: the pages work."""
        self.users["owner"] = self.create_role("owner", "clinic_whatsapp.group_manager", self.branch_b)
        self.login("owner")
        for model in self.get_threads():
            note = self.sister[model].message_post(body=f"Note {self.sister.mark}")
            self.env.flush_all()
            with self.subTest(model=model):
                self.assertIn(self.sister.mark, next(self.each_page(note)))

    def test_our_only_addresses_are_known(self):
        found = {}
        for rule in self.env["ir.http"].routing_map().iter_rules():
            module = rule.endpoint.func.__module__ if hasattr(rule.endpoint, "func") else rule.endpoint.__module__
            if "clinic_whatsapp" in rule.rule or "clinic_whatsapp" in module:
                found[rule.rule] = (rule.methods - {"HEAD", "OPTIONS"}, rule.endpoint.routing["auth"])
        self.assertEqual(found, ROUTES)
