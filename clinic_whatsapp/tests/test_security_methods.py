"""Every method of ours that the world can call refuses records of another branch, or says nothing of them.

Public methods are found, not listed: one added tomorrow is called here, and its arguments must be named below.
"""

import inspect

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import SecurityCase

ARGUMENTS = {
    "action_send_text": ("Hello",),
    "action_send_file": ("x-ray.pdf", "JVBERi0xLjQ=", "Hello"),
    "action_choose_patient": (1,),
    "action_add_note": ("Internal", []),
    "action_send_consent_question": ("appointment",),
    "action_assign": (1,),
    "action_snooze": ("2199-01-01 08:00:00",),
    "action_set_tags": ([],),
    "action_link_patient": (1,),
    "action_create_patient": ({"name": "New patient"},),
    "action_hand_over": (1, "Moved house"),
    "action_show_presence": ("looking",),
    "search_texts": ("hurts",),
    "get_canned": lambda case: (case.sister["clinic.whatsapp.conversation"].id,),
    "get_template_draft": lambda case: (case.sister["clinic.whatsapp.template"].id,),
    "action_pause_branch": lambda case: (case.sister.company.id, True),
    "action_skip_step": (1,),
    "action_move_step": (1, "2199-01-01 08:00:00"),
    "action_send_template": lambda case: (case.sister["clinic.whatsapp.template"].id, {}),
}
# Overrides of what Odoo itself calls public: the matrix covers reading and writing, test_security_mail the notes.
OVERRIDES = {"create", "default_get", "write", "unlink", "copy_data", "onchange", "message_post", "message_notify"}
SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models")


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityMethods(SecurityCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def get_methods(self, model):
        """Return the names of the methods that our code adds to a model and that may be called over RPC."""
        names = set()
        for parent in type(self.env[model]).mro():
            if (parent.__module__ or "").startswith("odoo.addons.clinic_whatsapp."):
                names |= {name for name, value in vars(parent).items() if inspect.isfunction(value)}
        return sorted(name for name in names - OVERRIDES if self.is_public(model, name))

    def is_public(self, model, name):
        try:
            return bool(get_public_method(self.env[model], name))
        except AccessError:
            return False

    def each_method(self):
        for model in (*self.get_models(), "res.partner", "res.company", "ir.websocket"):
            for name in self.get_methods(model):
                yield model, name

    def call(self, records, name):
        """Call a method as /web/dataset/call_kw does."""
        arguments = ARGUMENTS.get(name, ())
        arguments = arguments(self) if callable(arguments) else arguments
        ids = [] if getattr(getattr(type(records), name), "_api_model", False) else [records.ids]
        return call_kw(records.browse(), name, [*ids, *arguments], {"context": dict(records.env.context)})

    def state_of_the_world(self, record):
        """Return what must not change when somebody without rights calls a method."""
        counted = ("clinic.whatsapp.message", "mail.message", "mail.activity", "ir.cron.trigger", "clinic.consent")
        return self.row(record), [self.env[model].sudo().search_count([]) for model in counted]

    def test_there_are_methods_to_call(self):
        found = dict.fromkeys(self.each_method())
        self.assertIn(("clinic.whatsapp.conversation", "get_thread"), found)
        self.assertIn(("clinic.whatsapp.conversation", "action_send_text"), found)
        self.assertIn(("clinic.whatsapp.conversation", "action_send_file"), found)
        self.assertIn(("res.partner", "get_whatsapp_conversations"), found)
        self.assertGreater(len(found), 20)

    def test_what_is_not_a_button_or_for_the_screen_is_private(self):
        for model, name in self.each_method():
            with self.subTest(model=model, method=name):
                self.assertTrue(name.startswith(("action_", "get_", "search_")))

    def test_no_public_method_does_or_tells_anything_about_another_branch(self):
        for model, name in self.each_method():
            if model not in self.get_models():
                continue
            for user_name, user, branches in self.watchers():
                for record in self.get_foreign(model):
                    with self.subTest(model=model, method=name, user=user_name):
                        before = self.state_of_the_world(record)
                        try:
                            with self.env.cr.savepoint():
                                answer = self.call(self.see(record, user, *branches), name)
                        except AccessError as error:
                            answer = str(error)
                        self.assertNoTrace(answer)
                        self.env.invalidate_all()
                        self.assertEqual(self.state_of_the_world(record), before)

    def test_methods_of_patients_tell_nothing_of_another_branch(self):
        """The patient is known to all branches of his clinic, what was said to him is not."""
        self.sister.fill()
        for name in self.get_methods("res.partner"):
            for user_name, user, branches in self.watchers():
                with self.subTest(method=name, user=user_name):
                    try:
                        answer = self.call(self.see(self.sister.patient, user, *branches), name)
                    except UserError as error:  # so are refused rights, too
                        answer = str(error)
                    self.assertNoTrace(answer)
                    self.assertNotIn(str(self.sister["clinic.whatsapp.conversation"].id), repr(answer).split())

    def test_the_owner_of_the_branch_gets_an_answer(self):
        """What the tests above rely on: the methods work."""
        conversation = self.see(self.home["clinic.whatsapp.conversation"], self.users["reception"])
        thread = self.call(conversation, "get_thread")
        self.assertIn(self.home.mark, thread["messages"][0]["body"])
        found = self.call(self.see(self.home.patient, self.users["reception"]), "get_whatsapp_conversations")
        self.assertEqual([row["id"] for row in found], conversation.ids)

    def test_private_methods_are_refused(self):
        names = {
            "clinic.whatsapp.account": ("_secret", "_credentials", "_cloud_api"),
            "clinic.whatsapp.message": ("_queue", "_cron_dispatch", "_to_outbound"),
            "clinic.whatsapp.event": ("_enqueue", "_cron_inbox", "_handle"),
            "clinic.whatsapp.conversation": ("_send_text", "_open_window", "_find_or_create"),
            "clinic.whatsapp.gate": ("_permit", "_judge"),
            "clinic.consent": ("_record", "_apply"),
            "res.partner": ("_whatsapp_send_template",),
        }
        for model, methods in names.items():
            for name in methods:
                self.assertTrue(callable(getattr(self.env[model], name)), "it exists")
                with self.subTest(model=model, method=name), self.assertRaises(AccessError):
                    call_kw(self.see(self.env[model], self.users["clinic_administrator"]), name, [[]], {})

    def test_an_abstract_model_of_ours_has_nothing_to_call(self):
        for name, model in self.registry.items():
            if model._original_module == "clinic_whatsapp" and model._abstract:
                self.assertFalse(self.get_methods(name), name)

    def test_reception_cannot_do_what_is_for_managers(self):
        reception = self.users["reception"]
        forbidden = {
            "clinic.whatsapp.account": (
                "action_pause",
                "action_resume",
                "action_test_connection",
                "action_add_starter_templates",
                "action_choose_starter_templates",
                "action_refresh_templates",
                "action_discover_ids",
                "action_connect_webhook",
                "action_set_own_webhook",
                "action_clear_own_webhook",
                "action_open_registration",
                "action_open_profile",
                "action_replay_parked",
            ),
            "clinic.whatsapp.conversation": ("action_hand_over",),
            "clinic.whatsapp.automation": ("action_switch_on", "action_switch_off", "action_pause_branch"),
            "clinic.whatsapp.message": ("action_mark_sent", "action_send_again"),
            "clinic.whatsapp.template": (
                "action_submit",
                "action_delete_at_meta",
                "action_discard_edit",
                "action_confirm_values",
            ),
            "clinic.whatsapp.event": ("action_replay",),
        }
        for model, methods in forbidden.items():
            for name in methods:
                with self.subTest(model=model, method=name), self.denied():
                    self.call(self.see(self.home[model], reception), name)

    def test_a_page_of_a_thread_is_limited(self):
        vals = [self.home.vals("clinic.whatsapp.message") for _message in range(60)]
        self.env["clinic.whatsapp.message"].create(vals)
        conversation = self.see(self.home["clinic.whatsapp.conversation"], self.users["reception"])
        for limit, expected in ((1, 1), (50, 50), (10**6, 50), (0, 1), (-1, 1)):
            with self.subTest(limit=limit):
                page = conversation.get_thread(limit=limit)
                self.assertEqual((len(page["messages"]), page["has_more"]), (expected, True))

    def test_free_text_cannot_be_sent_into_another_branch(self):
        for record in self.get_foreign("clinic.whatsapp.conversation"):
            for name, user, branches in self.watchers():
                with self.subTest(user=name), self.denied(UserError):
                    self.see(record, user, *branches).action_send_text("Hello")

    def test_a_file_cannot_be_sent_into_another_branch(self):
        for record in self.get_foreign("clinic.whatsapp.conversation"):
            for name, user, branches in self.watchers():
                with self.subTest(user=name), self.denied():
                    self.see(record, user, *branches).action_send_file(*ARGUMENTS["action_send_file"])
