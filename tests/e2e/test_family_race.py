"""Several planners tell families together while reception cancels visits: each visit ahead is told once, no other is.

Everything runs in an Odoo shell, its transactions on connections of their own. What happens is in `family_race.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from devtools import database, odoo, paths

SCRIPT = Path(__file__).with_name("family_race.py")
FAMILIES = 25


def test_however_many_tell_families_at_once_each_visit_is_told_once(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    given = {"families": FAMILIES, "seed": 1, "answer": str(answer)}
    with database.temporary(database.addon_template(), "clinic_family_race") as name:
        odoo.run_script(name, SCRIPT, log=paths.log_file("family-race"), env={"CLINIC_RACE": json.dumps(given)})
    seen = json.loads(answer.read_text())
    assert seen["errors"] == []
    ahead = [visit for visit in seen["visits"] if visit["ahead"]]
    assert len(ahead) == 2 * FAMILIES - 2 * FAMILIES // 3
    assert [visit for visit in ahead if visit["told"] != 1] == []
    assert [visit for visit in seen["visits"] if not visit["ahead"] and visit["told"]] == []
    assert seen["together"], "some families were told together"
