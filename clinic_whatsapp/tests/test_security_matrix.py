"""Branch × role × operation, for every model of the addon (design.md §5.3)."""

import contextlib
import warnings

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import READ_BY_NOBODY, SecurityCase

SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.sql_db")


def _domain(records):
    return [("id", "in", records.ids)]


def _read_group(records):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return [group for group in records.read_group(_domain(records), ["__count"], []) if group["__count"]]


def _name_search_by_text(records):
    labels = records.sudo().mapped("display_name")
    words = [*labels, "axolotl", "quokka", "wombat", "tabmow"]
    return [found for word in words for found in records.name_search(word) if found[0] in records.ids]


def _count_of(groups):
    return sum(group["__count"] for group in groups)


# Each returns something true when it has found, counted or shown any of the records.
LOOKS = {
    "search": lambda records: records.search(_domain(records)).ids,
    "search archived": lambda records: records.with_context(active_test=False).search(_domain(records)).ids,
    "search everything": lambda records: [i for i in records.search([]).ids if i in records.ids],
    "search_count": lambda records: records.search_count(_domain(records)),
    "search_read": lambda records: records.search_read(_domain(records), ["display_name"]),
    "name_search": lambda records: records.name_search("", _domain(records)),
    "name_search by text": _name_search_by_text,
    "_read_group": lambda records: records._read_group(_domain(records), [], ["__count"])[0][0],
    "read_group": _read_group,
    "formatted_read_group": lambda records: _count_of(records.formatted_read_group(_domain(records), [], ["__count"])),
    "formatted_read_group by id": lambda records: records.formatted_read_group(_domain(records), ["id"], ["__count"]),
    "web_read_group": lambda records: records.web_read_group(_domain(records), ["id"], ["__count"])["groups"],
    "web_search_read": lambda records: records.web_search_read(_domain(records), {"display_name": {}})["records"],
    "read": lambda records: records.read(["display_name"]),
    "read all fields": lambda records: records.read(),
    "web_read": lambda records: records.web_read({"display_name": {}}),
    "export_data": lambda records: records.export_data([".id", "display_name"])["datas"],
    "get_metadata": lambda records: [row for row in records.get_metadata() if row.get("create_date")],
}

# Fields that a model's staff may change, where it has no plain name.
EDITS = {
    "clinic.whatsapp.conversation": {"state": "closed"},
    "clinic.whatsapp.contact": {"profile_name": "changed"},
    "clinic.whatsapp.message": {"body": "changed"},
    "clinic.whatsapp.event": {"state": "new"},
    "clinic.whatsapp.upload": {"remote_id": "changed"},
    "clinic.consent": {"note": "changed"},
    "clinic.consent.chain": {"entry_count": 7},
    "clinic.consent.request": {"code": "changed"},
    "clinic.consent.subject": {"secret": "changed"},
    "clinic.consent.evidence": {"sha256": "changed"},
    "clinic.privacy.incident": {"decision": "changed"},
    "clinic.lint.word": {"text": "changed"},
    "clinic.privacy.controller": {"trade_name": "changed"},
    "clinic.privacy.notice": {"title": "changed"},
    "clinic.privacy.notice.section": {"heading": "changed"},
    "clinic.privacy.change": {"label": "changed"},
    "clinic.whatsapp.template": {"title": "changed"},
    "clinic.whatsapp.template.variable": {"text": "changed"},
    "clinic.whatsapp.template.button": {"text": "changed"},
    "clinic.appointment": {"note": "changed"},
    "clinic.whatsapp.automation.step": {"offset_value": 9},
    "clinic.whatsapp.scheduled": {"state": "skipped"},
    "clinic.followup": {"state": "stopped"},
    "clinic.whatsapp.canned": {"text": "changed"},
}


def _edit(records):
    return dict(EDITS.get(records._name, {"name": "changed"}))


def _load(records):
    """Import a file over the record."""
    values = _edit(records)
    answer = records.load([".id", *values], [[str(records.id), *map(str, values.values())]])
    if not answer["ids"]:
        raise AccessError(str(answer["messages"]))


CHANGES = {
    "write": lambda record: record.write(_edit(record)),
    "web_save": lambda record: record.web_save(_edit(record), {"display_name": {}}),
    "onchange": lambda record: record.onchange(_edit(record), list(_edit(record)), {"display_name": {}}),
    "unlink": lambda record: record.unlink(),
    "copy": lambda record: record.copy(),
    "action_archive": lambda record: record.write({"active": False}) if "active" in record else record.unlink(),
    "import": _load,
}


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityMatrix(SecurityCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def each_case(self, operations):
        for model in self.get_models():
            for name, user, branches in self.watchers():
                for operation, act in operations.items():
                    case = {"model": model, "user": name, "operation": operation}
                    yield case, self.see(self.get_foreign(model), user, *branches), act

    def test_nobody_of_one_branch_sees_anything_of_another(self):
        for case, records, look in self.each_case(LOOKS):
            with self.subTest(**case), contextlib.suppress(UserError), self.env.cr.savepoint():
                self.assertFalse(look(records))
            self.env.invalidate_all()

    def test_nobody_of_one_branch_changes_anything_of_another(self):
        for case, records, change in self.each_case(CHANGES):
            for record in records:
                before = self.row(record)
                with self.subTest(**case), self.denied(UserError if record._name == "clinic.consent" else AccessError):
                    change(record)
                self.assertEqual(self.row(record), before)

    def test_a_forged_list_of_active_branches_is_refused(self):
        names = ("reception", "clinic_manager", "clinic_administrator")
        forged = [[self.branch_b], [self.branch_a, self.branch_b], [self.branch_b, self.branch_a], [self.root]]
        for model in self.get_models():
            for branches in forged:
                for name in names:
                    with self.subTest(model=model, user=name, branches=branches), self.denied():
                        self.see(self.sister[model], self.users[name], *branches).search([])

    def test_a_malformed_list_of_active_branches_opens_nothing(self):
        for model in self.get_readable():
            for value in ([], False, None):
                with self.subTest(model=model, value=value):
                    env = self.env(user=self.both.id, su=False, context={"allowed_company_ids": value})
                    records = self.stranger[model].with_env(env)
                    self.assertFalse(records.search(_domain(records)))

    def test_the_same_looks_find_what_belongs_to_ones_own_branch(self):
        """What the tests above rely on: every look can find."""
        for model in self.get_readable():
            record = self.home[model]
            for operation, look in LOOKS.items() - self.get_impossible(record):
                for user, branches in ((self.users["clinic_manager"], ()), (self.both, (self.branch_a, self.branch_b))):
                    with self.subTest(model=model, operation=operation, user=user.login):
                        self.assertTrue(look(self.see(record, user, *branches)))

    def get_readable(self):
        return [model for model in self.get_models() if model not in READ_BY_NOBODY]

    def test_what_nobody_reads_is_read_by_nobody(self):
        for model in READ_BY_NOBODY:
            for name, user in self.users.items():
                for operation, look in LOOKS.items() - self.get_impossible(self.home[model]):
                    with self.subTest(model=model, user=name, operation=operation), self.denied(UserError):
                        look(self.see(self.home[model], user))

    def get_impossible(self, record):
        """Some models have no text to search by, one has no author and date."""
        names = {"name_search by text"} | ({"get_metadata"} if not record._log_access else set())
        return {(name, LOOKS[name]) for name in names}

    def test_both_branches_are_seen_by_who_has_both_active(self):
        for model in self.get_readable():
            with self.subTest(model=model):
                records = self.see(self.home[model] | self.sister[model], self.both, self.branch_a, self.branch_b)
                self.assertEqual(records.search(_domain(records)), records)

    def test_without_a_group_of_ours_not_even_the_own_branch_is_seen(self):
        for model in self.get_models():
            for name in self.OUTSIDERS:
                for operation, look in LOOKS.items() - self.get_impossible(self.home[model]):
                    with self.subTest(model=model, user=name, operation=operation), self.denied(UserError):
                        look(self.see(self.home[model], self.users[name]))
