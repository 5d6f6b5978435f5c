"""Who answers for data protection finds everything in one menu; whoever is sent there by an error finds it too."""

import ast
import re
from pathlib import Path

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .privacy_common import PrivacyCase

EVERYTHING = {
    "Controller file", "Texts for patients", "Purposes", "Processors", "Consent ledger", "Data incidents",
    "Words to look for", "Import opt-ins", "Changes",
}  # fmt: skip
MENU_PATH = re.compile(r"Data protection › ([A-Z][a-z]+(?: [a-z-]+)*)")


@tagged("post_install", "-at_install")
class TestPrivacyMenus(PrivacyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.menus = {
            login: cls.create_user(f"menus.{login}", f"clinic_whatsapp.{group}")
            for login, group in (("branch", "group_branch_manager"), ("manager", "group_manager"))
        }
        cls.menus |= {"officer": cls.officer, "reception": cls.reception}

    def load(self, login):
        """Return {menu: parts of its path} of what a user sees of this app."""
        menus = self.env["ir.ui.menu"].with_user(self.menus[login]).load_menus(False)
        root = self.env.ref("clinic_whatsapp.menu_root").id
        shown = {}

        def walk(key, path):
            shown[self.env["ir.ui.menu"].browse(key)] = path
            for child in menus.get(key, {}).get("children", ()):
                walk(child, (*path, menus[child]["name"]))

        walk(root, ())
        return shown

    def under_privacy(self, login):
        return {path[1] for path in self.load(login).values() if len(path) == 2 and path[0] == "Data protection"}

    def test_the_privacy_officer_finds_everything_under_data_protection(self):
        self.assertNotIn(self.env.ref("clinic_whatsapp.group_user"), self.officer.all_group_ids)
        self.assertEqual(self.under_privacy("officer"), EVERYTHING)

    def test_clinic_managers_find_the_same(self):
        self.assertEqual(self.under_privacy("manager"), EVERYTHING)

    def test_branch_managers_find_their_incidents_there_and_reception_nothing(self):
        self.assertEqual(self.under_privacy("branch"), {"Data incidents"})
        self.assertEqual(self.under_privacy("reception"), set())

    def test_every_menu_that_the_privacy_officer_sees_can_be_opened(self):
        shown = self.load("officer")
        self.assertFalse([path for path in shown.values() if path[:1] == ("Configuration",)])
        for menu, path in shown.items():
            if menu.action:
                with self.subTest(menu=" › ".join(path)):
                    self.open(menu.action)

    def open(self, action):
        """Do with an action what the web client does with it."""
        model = self.as_officer(self.env[action.res_model])
        modes = [mode for mode in action.view_mode.split(",") if mode != "kanban"]
        shown = model.get_views([(False, mode) for mode in modes])["models"][model._name]["fields"]
        self.assertTrue(shown)
        if action.target == "new":
            model.create({})
        else:
            domain = ast.literal_eval(action.domain or "[]")
            model.search_read(domain, limit=1)
            model.web_search_read(domain, {name: {} for name in shown}, limit=1)

    def test_menus_that_texts_for_people_name_exist(self):
        named = set()
        for folder in ("models", "report", "wizards", "views"):
            for source in self.read_sources(file_path(f"clinic_whatsapp/{folder}")):
                named |= set(MENU_PATH.findall(re.sub(r'"\s*\n\s*"', "", source)))
        self.assertLessEqual({"Purposes", "Texts for patients", "Controller file", "Consent ledger"}, named)
        for name in named:
            with self.subTest(name=name):
                self.assertTrue(any(name.startswith(menu) for menu in EVERYTHING))

    def read_sources(self, folder):
        return [file.read_text() for file in Path(folder).rglob("*") if file.suffix in (".py", ".xml")]
