"""What a scenario is: the harm it does while the clinic works, and the proof that it was done."""

from __future__ import annotations

from .audit import Tally
from .stage import Stage


class Scenario:
    """Something goes wrong. What its `harm` waits for and does not come ends it with a TimeoutError."""

    name = ""
    is_deadly = False  # Odoo is killed: an answer of Meta may die with it
    loses_answers = False  # messages may end as unknown
    is_noisy = False  # Odoo may log errors
    workers = 0  # of Odoo; 0: threads
    is_brief = True  # played by `make test`, too

    def harm(self, stage: Stage) -> str:
        """Do harm and see it done; what was seen."""
        raise NotImplementedError

    def prove(self, stage: Stage, tally: Tally) -> str:
        """What the outcome shows of the harm, if anything. Raises Unproven when there was none."""
        return ""


class Kill(Scenario):
    """Odoo dies in the middle of its work, and is started again."""

    is_deadly = True
    loses_answers = True
