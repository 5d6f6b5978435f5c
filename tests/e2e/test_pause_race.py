"""A manager pauses a branch while its reminders are queued and sent: nothing leaves in a pause, and each leaves once.

Everything runs in an Odoo shell, its transactions on connections of their own. What happens is in `pause_race.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from devtools import database, odoo, paths

SCRIPT = Path(__file__).with_name("pause_race.py")
VISITS, PAUSES = 40, 4


def test_whenever_a_branch_is_paused_nothing_more_leaves_and_afterwards_each_reminder_leaves_once(
    tmp_path: Path,
) -> None:
    answer = tmp_path / "answer.json"
    given = {"visits": VISITS, "pauses": PAUSES, "answer": str(answer)}
    with database.temporary(database.addon_template(), "clinic_pause_race") as name:
        odoo.run_script(name, SCRIPT, log=paths.log_file("pause-race"), env={"CLINIC_RACE": json.dumps(given)})
    seen = json.loads(answer.read_text())
    assert seen["errors"] == []
    for pause in seen["pauses"]:
        assert pause["sent"][0] == pause["sent"][1], "nothing left in the pause"
        assert pause["waiting"] == 0, "everything was taken back"
    assert seen["pauses"][0]["before"] == VISITS, "the first pause began in the midst of it"
    assert sum(visit["messages"].count("cancelled") for visit in seen["visits"]), "some were taken back"
    for visit in seen["visits"]:
        assert [state for state in visit["messages"] if state != "cancelled"] == ["sent"]
        assert visit["rows"] == ["done"]
