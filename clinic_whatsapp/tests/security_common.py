"""Who looks at what: three branches full of records, and everybody who might try."""

import contextlib

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from .security_records import World

MODULE = "clinic_whatsapp"
RECEPTION, BRANCH_MANAGER, MANAGER, OFFICER = GROUPS = tuple(
    f"{MODULE}.{group}" for group in ("group_user", "group_branch_manager", "group_manager", "group_privacy_officer")
)
EXPORT = "base.group_allow_export"

# Models that all branches of a legal entity share on purpose; other legal entities never see them.
KNOWN_TO_CONTROLLER = {
    "clinic.lint.word": "words that no message of the legal entity may carry",
    "clinic.whatsapp.contact": "one person writes to several branches; what he writes is kept by branch",
    "clinic.consent.subject": "one key a person for each controller, which nobody reads",
    "clinic.consent.chain": "one ledger for each controller: a length and a hash",
    "clinic.privacy.controller": "who answers for the patients' data",
    "clinic.privacy.processor": "who else gets them",
    "clinic.privacy.notice": "what patients are told, in every branch the same",
    "clinic.privacy.notice.section": "parts of what patients are told",
    "clinic.privacy.change": "who changed these registers",
}
# Models that only the program reads.
READ_BY_NOBODY = {"clinic.consent.subject": "a secret key"}
# Models that do not carry their branch themselves.
WITHOUT_COMPANY = {"clinic.whatsapp.automation.step": "its rules follow automation_id.company_id"}


class SecurityMixin:
    """Branch A is ours, branch B a sister, branch C belongs to another legal entity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True, "tracking_disable": True})
        turkey = cls.env.ref("base.tr").id
        cls.root, cls.other_root = cls.env["res.company"].create(
            [{"name": name, "country_id": turkey} for name in ("Papatya Klinik", "Gül Klinik")]
        )
        cls.branch_a, cls.branch_b, cls.branch_c = cls.env["res.company"].create(
            [
                {"name": "Kadıköy", "parent_id": cls.root.id},
                {"name": "Çankaya", "parent_id": cls.root.id},
                {"name": "Alsancak", "parent_id": cls.other_root.id},
            ]
        )
        cls.home = World(cls.env, cls.branch_a, "axolotl").fill()
        cls.sister = World(cls.env, cls.branch_b, "quokka").fill()
        cls.stranger = World(cls.env, cls.branch_c, "wombat").fill()
        cls.users = {name: cls.create_role(name, groups) for name, groups in cls.ROLES.items()}
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.both = cls.create_role("both", f"{MANAGER},{EXPORT}", cls.branch_a | cls.branch_b)

    # Everybody below works in branch A only.
    ROLES = {
        "reception": f"{RECEPTION},{EXPORT}",
        "branch_manager": f"{BRANCH_MANAGER},{EXPORT}",
        "clinic_manager": f"{MANAGER},{EXPORT}",
        "privacy_officer": f"{OFFICER},{EXPORT}",
        "administrator": f"base.group_system,{EXPORT}",
        "clinic_administrator": f"base.group_system,{MANAGER},{EXPORT}",
        "employee": f"base.group_user,{EXPORT}",
        "portal": "base.group_portal",
    }
    OUTSIDERS = ("employee", "portal", "public", "administrator")  # without any group of ours

    @classmethod
    def create_role(cls, name, groups, branches=None):
        branches = branches or cls.branch_a
        return new_test_user(
            cls.env,
            f"sec.{name}",
            groups=groups,
            company_id=branches[:1].id,
            company_ids=[Command.set(branches.ids)],
        )

    @classmethod
    def get_models(cls):
        """Return the names of the concrete, lasting models that the addon defines."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == MODULE and not model._abstract and not model._transient
        )

    @classmethod
    def get_foreign(cls, model):
        """Return what nobody of branch A may see of a model: records of the superuser."""
        if model in KNOWN_TO_CONTROLLER:
            return cls.stranger[model]
        return cls.sister[model] | cls.stranger[model]

    def see(self, records, user, *branches):
        """Return records as a user has them in a session with these branches active; by default all of his."""
        context = {"allowed_company_ids": [branch.id for branch in branches]} if branches else {}
        return records.with_env(self.env(user=user.id, su=False, context=context))

    def watchers(self):
        """Yield (name, user, active branches) of everybody who must not see other branches."""
        for name, user in self.users.items():
            yield name, user, ()
        yield "both, only A active", self.both, (self.branch_a,)

    def assertNoTrace(self, result):
        """Fail when a result says anything about the records of other branches."""
        text = repr(result).lower()
        for word in (self.sister.mark, self.stranger.mark, self.stranger.known):
            self.assertNotIn(word, text)

    @contextlib.contextmanager
    def denied(self, error=AccessError):
        """Expect a refusal; whatever was changed before it is undone."""
        with self.assertRaises(error), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    def row(self, records):
        """Return what the database holds of records."""
        self.env.flush_all()
        self.env.cr.execute(f'SELECT * FROM "{records._table}" WHERE id = ANY(%s) ORDER BY id', [records.ids])
        return self.env.cr.fetchall()


class SecurityCase(SecurityMixin, TransactionCase):
    """The branches and their watchers, without a network."""
