"""The planner: which messages are due when, and for what (design.md §4 "Automation").

For a set of records of one model it works out what is *wanted* – for every message of every automation that is
switched on, the moment the message hangs on (the anchor) and when it leaves – and compares that with the rows that are
there:

- wanted and missing            a row is inserted
- planned, wanted at another time   its due moment is moved, unless a colleague has chosen it
- in the outbox, but for another patient or branch now   it is withdrawn if it can be, and planned for the right one
- planned, not wanted any more  it is skipped, with the reason
- skipped, but wanted again     it is planned again (moved there and back, cancelled and booked again)

So the rows follow from the records and automations alone, however often and in whatever order the planner runs. What
nobody can work out afterwards – that a message came in, that a record came to match – is *noted*: its row is written
when it happens (``noted.py``), and from then on only asked whether it is still wanted.

A row is unique by (message, record, anchor), enforced by the database: a message never leaves twice for the same start,
booking, move or cancellation. Inserts use ON CONFLICT DO NOTHING, since the cron and a user may plan the same record at
the same moment; the loser's row is already there.

It runs in the transaction that changes an appointment (``appointment.py``), for the batch that is about to be queued
(``due_queue.py``), and for records that nobody has planned yet (``catch_up.py``, ``date_sweep.py``). The number of
queries does not depend on the number of records.

Five rules about time:

- Nothing is planned for a moment at which the gate would not let it leave: hours are those of the automation inside
  those of its purpose, without the branch's public holidays (LR-34). A reminder leaves before them, news after them.
  Only an answer to what a patient has just written leaves at any hour.
- A reminder whose moment has passed when it is first planned (a late booking) is recorded as skipped, not
  sent in a hurry; the patient has just been told.
- What was planned keeps its due moment when the new one would already have passed.
- An event counts only after the automation was switched on, and only while it is fresh.
- What is about something that lies ahead leaves up to its beginning; anything else up to a day after it was due.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .look import Look
from .reasons import AUTOMATION_OFF, BROKEN, CANCELLED, DELETED, NO_MATCH, REVERSIBLE, TOO_LATE
from .scheduled import PLANNED, QUEUED, SKIPPED
from .trigger import CHAT_MODEL

MODEL = "clinic.appointment"
CRON = "clinic_whatsapp.ir_cron_plan"


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _plan(self, records):
        """Make the rows of these records what they ought to be.

        :param records: of one model and any branches
        """
        if not records:
            return
        # sudo: clinic.whatsapp.scheduled - rows follow from every change of a record, whoever makes it; each row
        # carries the branch of its record
        planner = self.sudo()
        planner._reconcile(records.sudo())
        planner._arm()

    @api.model
    def _forget(self, records):
        """Take back what waits for some records that are being deleted, and forget what was planned for them.

        :param records: of one model and any branches
        """
        # sudo: clinic.whatsapp.scheduled - nobody but the planner writes its rows; whoever deletes was asked for it
        rows = self.sudo().search([("res_model", "=", records._name), ("res_id", "in", records.ids)])
        rows.filtered(lambda row: row.state == QUEUED).message_id._withdraw()
        rows.unlink()

    def _reconcile(self, records, automations=None):
        """Make rows what they ought to be; return {row: Wish} of those that are still wanted.

        :param records: of one model
        :param clinic.whatsapp.automation | None automations: only what these want, switched on or not; by default all
        """
        about = self._get_automations(records._name) if automations is None else automations
        look = Look(records, about._filter_working(), fields.Datetime.now())
        rows = self._find_rows(records, automations)
        wishes = look.get_wishes(rows._get_noted())
        wanted, changes = {}, {}
        for row in rows:
            wish = wishes.pop((row.step_id.id, row.res_id, row.anchor), None)
            if wish:
                wanted[row] = wish
            if vals := row._get_change(wish, look):
                changes.setdefault(tuple(vals.items()), []).append(row.id)
        for vals, ids in changes.items():
            self.browse(ids).write(dict(vals))
        self._follow_branches(wanted)
        self._insert(records._name, {key: wish for key, wish in wishes.items() if wish.is_open})
        return wanted

    @api.model
    def _get_automations(self, model):
        """Return the automations about a model that are switched on, whatever the screen shows."""
        return self.env["clinic.whatsapp.automation"].search([("active", "=", True), ("model", "=", model)])

    def _find_rows(self, records, automations):
        domain = Domain("res_model", "=", records._name) & Domain("res_id", "in", records.ids)
        if automations is not None:
            domain &= Domain("automation_id", "in", automations.ids)
        return self.search(domain)

    def _get_noted(self):
        """Return {(automation id, record id): [(anchor, when it was noted)]} of what cannot be worked out."""
        noted = {}
        for row in self:
            if row.automation_id._get_trigger().is_noted:
                noted.setdefault((row.automation_id.id, row.res_id), []).append(
                    (row.anchor, row.noted_at or row.create_date)
                )
        return noted

    def _get_change(self, wish, look):
        """Return what has to be written on a row; nothing when it is as it ought to be.

        :param Wish | None wish: what is wanted for its message, record and anchor
        """
        if self.state == PLANNED:
            return self._get_planned_change(wish, look)
        if self.state == QUEUED:
            return self._get_queued_change(wish, look)
        if wish and self._may_revive(wish, look.now):
            return self._filter_changed(wish.vals)
        return {}

    def _get_queued_change(self, wish, look):
        if not wish:
            return self._get_farewell(look)
        is_theirs = (wish.partner_id, wish.company_id) == (self.partner_id.id, self.company_id.id)
        if is_theirs or not self.message_id._withdraw():
            return {}
        vals = {"state": PLANNED, "skip_reason": False, "message_id": False, "partner_id": wish.partner_id}
        return {**vals, "state": SKIPPED, "skip_reason": wish.problem} if wish.problem else vals

    def _get_planned_change(self, wish, look):
        if not wish:
            return self._get_farewell(look)
        due_at = self.due_at if wish.due_at <= look.now else wish.due_at
        if self.is_moved:  # no colleague can know the holidays of later
            due_at = wish.window.forward(self.due_at)
        if wish.get_end(due_at) <= look.now:
            return {"state": SKIPPED, "skip_reason": TOO_LATE}
        vals = {"due_at": due_at, "partner_id": wish.partner_id}
        if wish.problem:
            vals.update(state=SKIPPED, skip_reason=wish.problem)
        return self._filter_changed(vals)

    def _may_revive(self, wish, now) -> bool:
        """Tell whether a skipped row is planned again; what was too late is not, unless its moment lies ahead now."""
        is_possible = self.state == SKIPPED and self.skip_reason in REVERSIBLE and wish.is_open
        return is_possible and (self.skip_reason != TOO_LATE or wish.is_late or wish.due_at > now)

    @api.model
    def _follow_branches(self, wanted):
        """Give the planned messages of records that have moved to another branch to that branch.

        Raw SQL: for everybody else a row stays in its branch for good.

        :param dict wanted: {row: Wish}
        """
        moved = {row: wish.company_id for row, wish in wanted.items() if wish.company_id != row.company_id.id}
        planned = self.browse().union(*(row for row in moved if row.state == PLANNED))
        for company_id, rows in planned.grouped(moved.get).items():
            self.flush_model()
            self.env.cr.execute(
                SQL("UPDATE clinic_whatsapp_scheduled SET company_id = %s WHERE id = ANY(%s)", company_id, rows.ids)
            )
            rows.invalidate_recordset()

    def _filter_changed(self, vals):
        known = {**{name: self[name] for name in vals}, "partner_id": self.partner_id.id}
        return {name: value for name, value in vals.items() if value != known[name]}

    def _get_farewell(self, look):
        """Return the change that keeps an unwanted row from leaving; nothing when it has left already."""
        if self.state == QUEUED and not self.message_id._withdraw():
            return {}
        return {"state": SKIPPED, "skip_reason": self.automation_id._attempt(lambda: self._get_reason(look), BROKEN)}

    def _get_reason(self, look):
        """Return why a row is not wanted any more, one of ``reasons.py``."""
        automation, record = self.automation_id, look.get(self.res_id)
        if automation._has_stopped():
            return BROKEN
        if record is None:
            return DELETED
        trigger = automation._get_trigger()
        off_duty = not trigger.is_in_state(record)
        if off_duty and record.state == "cancelled":
            return CANCELLED
        if not automation.active:
            return AUTOMATION_OFF
        subject = look.get_subject(automation, record)
        if not trigger.is_noted and subject.company and automation._read_anchor(record, subject.company) != self.anchor:
            return trigger.overtaken
        if trigger.is_over(record, look.now):
            return TOO_LATE
        if off_duty or not trigger.condition(record):
            return trigger.off_duty
        if subject.company and look.has_ended(self, subject):
            return TOO_LATE
        return self._get_mismatch(look, subject)

    def _get_mismatch(self, look, subject):
        if subject.problem:
            return subject.problem
        return AUTOMATION_OFF if look.matches(self.automation_id, subject.record) else NO_MATCH

    def _insert(self, model, wishes):
        """Insert the missing rows in one statement.

        Raw SQL, because the ORM has no ON CONFLICT: somebody else may be planning the same record.

        :param str model: of the records
        :param dict wishes: {(step id, record id, anchor): Wish}
        """
        if not wishes:
            return
        now, uid = fields.Datetime.now(), self.env.uid
        stamps = (now, uid, uid, now, now)
        is_chat = model == CHAT_MODEL
        rows = [
            SQL("%s", (*key, model, (is_chat and key[1]) or None, *wish.columns, *stamps))
            for key, wish in wishes.items()
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO clinic_whatsapp_scheduled (
                    step_id, res_id, anchor, res_model, conversation_id, automation_id, company_id, partner_id, due_at,
                    state, skip_reason, noted_at, create_uid, write_uid, create_date, write_date)
                VALUES %s
                ON CONFLICT (step_id, res_model, res_id, anchor) DO NOTHING""",
                SQL(", ").join(rows),
            )
        )
        self.env[MODEL].invalidate_model(["scheduled_ids", "reminder_state"], flush=False)
        self.env["clinic.whatsapp.automation"].invalidate_model(["scheduled_ids"], flush=False)

    @api.model
    def _arm(self, again=None):
        """Wake the planner at the moment the next message is due.

        :param datetime | None again: when to look at what is due already, naive UTC; at once by default

        One trigger is enough for any number of rows: when it has done its work, the planner arms the next one. A
        sweep every few minutes makes up for a lost trigger.
        """
        due_at = self._find_next_due()
        if due_at and again and due_at <= fields.Datetime.now():
            due_at = again
        cron = self.env.ref(CRON)
        # A trigger of the past says nothing: it is the one that started this very run.
        armed = [("cron_id", "=", cron.id), ("call_at", ">", fields.Datetime.now()), ("call_at", "<=", due_at)]
        if due_at and not self.env["ir.cron.trigger"].search_count(armed, limit=1):
            cron._trigger(due_at)

    @api.model
    def _find_next_due(self):
        """Return when the next message is due that may leave at all, naive UTC; False without one."""
        return self.search_fetch(self._get_planned_domain(), ["due_at"], order="due_at", limit=1).due_at

    @api.model
    def _get_planned_domain(self) -> Domain:
        """Hook: return what is planned, as far as it may leave at all."""
        return Domain("state", "=", PLANNED)
