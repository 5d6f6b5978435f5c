"""Pause: one switch for a branch and all below it, and on the legal entity for everything.

- What is planned in a paused branch stays planned. It is not looked at, so a pause skips nothing, holds up no other
  branch, and wakes nobody for what is due.
- What waits in the outbox is taken back to the plan, in the transaction that switches the pause on. What the planner
  is queueing at that very moment, or the dispatcher is claiming, keeps nobody from pausing: the planner takes it back
  itself, right after its batch or in its next run, which the switch wakes. What WhatsApp is being told already is on
  its way, and what a person sent by hand, or said could not wait, was his decision: both leave.
- Nothing leaves twice: a message is cancelled before its row is planned again, and one that is not waiting any more is
  not taken back (``message._withdraw``).
- When the pause ends, whoever ends it, the planner is woken and looks at everything again by its own rules: what is too
  late is skipped with the reason, the rest leaves in the next send window, in batches, at the pace of the number.
"""

import contextlib

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..messaging.conflicts import CONFLICTS, repeated
from ..messaging.message import CANCELLED, REPLY
from ..messaging.message import QUEUED as WAITING
from .planner import CRON
from .scheduled import PLANNED, QUEUED

BATCH = 200
SWITCH = "whatsapp_automations_paused"


class ResCompany(models.Model):
    _inherit = "res.company"

    whatsapp_automations_paused = fields.Boolean(
        "Automations paused",
        groups="clinic_whatsapp.group_user",
        help="Nothing of automations leaves here and in the branches below.",
    )

    def write(self, vals):
        # sudo: res.company - whether the switch is turned; the write below asks whether its author may
        turned = SWITCH in vals and any(company[SWITCH] != bool(vals[SWITCH]) for company in self.sudo())
        result = super().write(vals)
        if turned:
            # sudo: clinic.whatsapp.scheduled - rows are written by the planner, whoever turns the switch
            self.env["clinic.whatsapp.scheduled"].sudo()._on_pause_turned(bool(vals[SWITCH]))
        return result

    @api.model
    def _find_paused(self):
        """Return the companies in which automations rest: those that are paused, and all below them."""
        # sudo: res.company - a pause of the company above holds for branches whose staff cannot see it
        companies = self.sudo().with_context(active_test=False)
        paused = companies.search([(SWITCH, "=", True)])
        return companies.search([("id", "child_of", paused.ids)]) if paused else paused


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _on_pause_turned(self, is_paused):
        """Take back what has not left yet, or go on. Who is sending at this moment never keeps anybody from pausing."""
        if is_paused:
            self._take_back_now()
        else:
            self._arm()

    @api.model
    def _take_back_now(self):
        """Take back what must not leave, in this transaction as far as it is free; the planner finds the rest."""
        with contextlib.suppress(*CONFLICTS), self.env.cr.savepoint():
            while self._take_back():
                pass
        self.env.ref(CRON)._trigger()

    @api.model
    def _cron_plan(self):
        """Extended: what slipped into the outbox while a pause began is taken back first."""
        self._keep_resting()
        return super()._cron_plan()

    def _queue_and_commit(self):
        """Extended: so is a batch during which a pause began."""
        left = super()._queue_and_commit()
        self._keep_resting()
        return left

    @api.model
    def _get_resting(self) -> list[SQL]:
        """Hook: return which rows must not leave now, each as a condition on ``row``."""
        paused = self.env["res.company"]._find_paused()
        return [SQL("row.company_id = ANY(%s)", paused.ids)] if paused else []

    @api.model
    def _keep_resting(self):
        while self._get_resting() and repeated(self.env, self._take_back):
            pass

    @api.model
    def _take_back(self) -> int:
        """Plan a batch again of what waits in the outbox and must not leave; return how many were found."""
        resting = self._get_resting()
        rows = self._find_waiting(SQL(" OR ").join(resting)) if resting else self.browse()
        rows.message_id._withdraw()
        withdrawn = rows.filtered(lambda row: row.message_id.state == CANCELLED)
        withdrawn.write({"state": PLANNED, "message_id": False})
        return len(rows)

    @api.model
    def _find_waiting(self, condition):
        """Return a batch of some rows whose message waits in the outbox and was sent by nobody by hand.

        :param SQL condition: which rows

        What would be sent last comes first, far from what is being claimed meanwhile. Raw SQL, because the few
        messages that wait have an index and the many rows that left have none.
        """
        self.flush_model(["state", "message_id", "company_id", "automation_id"])
        self.env["clinic.whatsapp.message"].flush_model(["state", "kind", "urgent_reason"])
        found = self.env.execute_query(
            SQL(
                """
                SELECT row.id
                  FROM clinic_whatsapp_message message
                  JOIN clinic_whatsapp_scheduled row ON row.message_id = message.id
                 WHERE message.state = %(waiting)s AND message.kind <> %(by_hand)s AND message.urgent_reason IS NULL
                   AND row.state = %(queued)s AND (%(condition)s)
              ORDER BY message.id DESC
                 LIMIT %(batch)s""",
                waiting=WAITING,
                by_hand=REPLY,
                queued=QUEUED,
                condition=condition,
                batch=BATCH,
            )
        )
        return self.browse(row_id for [row_id] in found)

    @api.model
    def _get_planned_domain(self):
        """Extended: nothing of branches that are paused; it wakes nobody, however long it has been due."""
        paused = self.env["res.company"]._find_paused()
        planned = super()._get_planned_domain()
        return planned & Domain("company_id", "not in", paused.ids) if paused else planned
