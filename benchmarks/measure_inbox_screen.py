"""Run inside `odoo shell` of a fresh database (with `env`): time what the screen of the inbox asks the server for.

The database is filled by SQL (`fill_inbox.sql`), measured, filled with as much again and measured again. Everything is
asked as a receptionist of one branch and as a manager of all; before each time nothing is in memory but what every
worker remembers (rules, rights). Fetching one row for news, by its id, is the floor: it does not depend on the total.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

given = json.loads(os.environ["CLINIC_BENCHMARK_INBOX"])

from odoo.addons.clinic_whatsapp.encryption import encrypt  # noqa: E402 - after Odoo has begun
from odoo.addons.clinic_whatsapp.models.inbox.folding import fold  # noqa: E402
from odoo.addons.clinic_whatsapp.tests.common import ClinicMixin  # noqa: E402

BRANCHES, TEXTS, TURNS = 4, 500, 15
GIVEN = "Ayşe Fatma Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim"
FAMILY = "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç"


class Founding:
    env = env  # noqa: F821 - odoo shell provides env

    @classmethod
    def setUpClass(cls):
        pass


class World(ClinicMixin, Founding):
    """The clinic of the addon's own tests, with more branches."""


def found():
    """Return {branch: (number, receptionist)} and the manager of all."""
    more = World.env["res.company"].create(
        [{"name": f"Şube {n}", "parent_id": World.root.id} for n in range(BRANCHES - 2)]
    )
    places = {World.branch_a: (World.account_a, World.user_a), World.branch_b: (World.account_b, World.user_b)}
    for number, branch in enumerate(more):
        account = World.create_account(branch, f"10000000000100{number}")
        places[branch] = (account, World.create_user(f"reception.{number}", branch))
    branches = World.env["res.company"].union(*places)
    return places, World.create_user("manager.all", branches, "clinic_whatsapp.group_manager")


def fill(places, first, count, messages):
    """Add conversations and messages, and let the database look at what it has."""
    families = [f"{name}{n or ''}" for n in range(3) for name in FAMILY.split()]
    names = {"given": GIVEN.split(), "family": families}
    values = {
        **names,
        **{f"{name}_folded": [fold(word) for word in words] for name, words in names.items()},
        **{f"{name}_count": len(words) for name, words in names.items()},
        "accounts": [account.id for account, _user in places.values()],
        "branches": [branch.id for branch in places],
        "users": [user.id for _account, user in places.values()],
        "branch_count": len(places),
        "controller": World.root.id,
        "purpose": World.service_purpose.id,
        "texts": [encrypt(World.env, f"Merhaba {n}, randevum hakkında bir sorum vardı.") for n in range(TEXTS)],
        "text_count": TEXTS,
        "first": first,
        "last": first + count - 1,
        "messages": messages,
    }
    cr = World.env.cr
    cr.execute(Path(given["fill"]).read_text(), values)
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE")
    cr._cnx.autocommit = False
    World.env.invalidate_all()


def measure(call, floor):
    """Return the middle of the times in ms, how many times those of a floor they are, and the queries.

    The floor is asked in turns with the work: on a busy machine both take longer.
    """
    took, times = [], []
    for _turn in range(TURNS + 1):
        _answer, floor_ms, _queries = ask_once(floor)
        answer, ms, queries = ask_once(call)
        took.append(ms)
        times.append(ms / floor_ms)
    ms, relative = statistics.median(took[1:]), statistics.median(times[1:])
    return {"ms": ms, "relative": relative, "queries": queries, "answer": answer}


def ask_once(call):
    World.env.invalidate_all()
    queries, began = World.env.cr.sql_log_count, time.perf_counter()
    answer = call()
    return answer, 1000 * (time.perf_counter() - began), World.env.cr.sql_log_count - queries


def look(branch, user, manager):
    """Return {name: what was measured}."""
    conversations = World.env["clinic.whatsapp.conversation"]
    desk, all_desks = conversations.with_user(user), conversations.with_user(manager)
    all_desks = all_desks.with_context(allowed_company_ids=manager.company_ids.ids)
    mine = [("company_id", "=", branch.id)]
    typical = conversations.search(mine, order="id desc", limit=1)
    cr = World.env.cr
    cr.execute("SELECT conversation_id FROM clinic_whatsapp_message GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    longest = conversations.browse(cr.fetchone()[0])
    number = f"0{typical.contact_id.phone[3:6]} {typical.contact_id.phone[6:9]} {typical.contact_id.phone[9:]}"
    words = {"name": "yılmaz", "rare": "quokka", "none": "xyzzy", "two": "ze", "one": "a"}
    words |= {"phone": number, "digits": number[-4:]}
    calls = {
        "open": lambda: desk.get_inbox(),
        "open_all": lambda: desk.get_inbox("open"),
        "closed": lambda: desk.get_inbox("closed"),
        "manager": lambda: all_desks.get_inbox("open"),
        "page": lambda: desk.get_inbox("closed", offset=400),
        "rows": lambda: desk.browse(typical.id).get_inbox_rows(),
        "thread": lambda: desk.browse(typical.id).get_thread(),
        "longest": lambda: all_desks.browse(longest.id).get_thread(),
        "pane": lambda: desk.browse(typical.id).get_patient_pane(),
        "texts": lambda: all_desks.browse(longest.id).search_texts("sorum vardı"),
        "counts": lambda: desk.get_inbox_counts(),
        "counts_all": lambda: all_desks.get_inbox_counts(),
    }
    for name, typed in words.items():
        calls[f"search_{name}"] = lambda typed=typed: desk.get_inbox(search=typed)
        calls[f"search_{name}_all"] = lambda typed=typed: all_desks.get_inbox(search=typed)
    seen = {name: measure(call, calls["rows"]) for name, call in calls.items()}
    return check(seen)


def check(seen):
    """End when an answer is not what it must be: a quick nothing is worth nothing."""
    least = {"open": 5, "open_all": 20, "closed": 40, "manager": 40, "page": 40, "search_name": 20, "search_two": 20}
    for name, count in {**least, "search_phone": 1, "search_digits": 1}.items():
        if len(seen[name]["answer"]["rows"]) < count:
            sys.exit(f"{name}: {len(seen[name]['answer']['rows'])} rows")
    if len(seen["longest"]["answer"]["messages"]) != 50 or not seen["texts"]["answer"]:
        sys.exit("The longest conversation is not long")
    for found in seen.values():
        del found["answer"]
    return seen


World.setUpClass()
places, manager = found()
branch, (_account, user) = next(iter(places.items()))
fill(places, 0, given["conversations"], given["messages"])
once = look(branch, user, manager)
fill(places, given["conversations"], given["conversations"], given["messages"])
Path(given["answer"]).write_text(json.dumps({"once": once, "twice": look(branch, user, manager)}))
