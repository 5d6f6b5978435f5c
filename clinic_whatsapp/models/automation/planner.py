"""The planner: which messages are due when, and for what (design.md §4 "Automation").

For a set of appointments it works out what is *wanted* – for every message of every automation that is
switched on, the moment the message hangs on (the anchor) and when it leaves – and compares that with the
rows that are there:

- wanted and missing            a row is inserted
- planned, wanted at another time   its due moment is moved
- planned, not wanted any more  it is skipped, with the reason
- skipped, but wanted again     it is planned again (moved there and back, cancelled and booked again)

So the rows follow from the appointments and automations alone, however often and in whatever order the
planner runs. A row is unique by (message, record, anchor), enforced by the database: a message never leaves
twice for the same start, booking, move or cancellation. Inserts use ON CONFLICT DO NOTHING, since the cron
and a user may plan the same appointment at the same moment; the loser's row is already there.

It runs in the transaction that changes an appointment (``appointment.py``), for the batch that is about to
be queued (``due_queue.py``), and for upcoming appointments that nobody has planned yet (``catch_up.py``).
The number of queries does not depend on the number of appointments.

Four rules about time:

- Nothing is planned for a moment at which the gate would not let it leave: hours are those of the automation inside
  those of its purpose, without the branch's public holidays (LR-34). A reminder leaves before them, news after them.
- A reminder whose moment has passed when it is first planned (a late booking) is recorded as skipped, not
  sent in a hurry; the patient has just been told.
- What was planned keeps its due moment when the new one would already have passed.
- An event counts only after the automation was switched on, and only while it is fresh.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from .reasons import AUTOMATION_OFF, CANCELLED, REVERSIBLE, SUPERSEDED, TOO_LATE
from .scheduled import PLANNED, QUEUED, SKIPPED

MODEL = "clinic.appointment"
CRON = "clinic_whatsapp.ir_cron_plan"


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _plan(self, appointments):
        """Make the rows of these appointments what they ought to be.

        :param clinic.appointment appointments: of any branches
        """
        # sudo: clinic.whatsapp.scheduled - rows follow from every change of an appointment, whoever makes it;
        # each row carries the branch of its appointment
        planner = self.sudo()
        planner._reconcile(appointments.sudo())
        planner._arm()

    def _reconcile(self, appointments):
        now = fields.Datetime.now()
        wishes = self._get_wishes(appointments, now)
        rows = self.search([("res_model", "=", MODEL), ("res_id", "in", appointments.ids)])
        by_id = {appointment.id: appointment for appointment in appointments}
        changes = {}
        for row in rows:
            wish = wishes.pop((row.step_id.id, row.res_id, row.anchor), None)
            if vals := row._get_change(wish, by_id[row.res_id], now):
                changes.setdefault(tuple(vals.items()), []).append(row.id)
        for vals, ids in changes.items():
            self.browse(ids).write(dict(vals))
        self._insert({key: wish for key, wish in wishes.items() if wish.is_open})

    def _get_wishes(self, appointments, now):
        """Return {(step id, appointment id, anchor): Wish} of what ought to be there."""
        plans = self._get_plans(appointments.filtered(lambda appointment: appointment.start > now), now)
        return {
            key: wish
            for appointment in appointments
            if appointment.start > now
            for plan in plans[appointment.company_id]
            for key, wish in plan.get_wishes(appointment, now)
        }

    def _get_plans(self, appointments, now):
        """Return {branch: what the automations want there} for appointments that are still ahead."""
        automations = self.env["clinic.whatsapp.automation"].search([("active", "=", True)])
        if not automations or not appointments:
            return dict.fromkeys(appointments.company_id, ())
        last = max(appointments.mapped("start"))
        windows = self.env["clinic.consent.purpose"]._get_windows(appointments.company_id, now, last)
        return {company: automations._get_plans(company, windows) for company in appointments.company_id}

    def _get_change(self, wish, appointment, now):
        """Return what has to be written on a row; nothing when it is as it ought to be.

        :param Wish | None wish: what is wanted for its message, record and anchor
        """
        if not wish:
            return self._get_farewell(appointment, now) if self.state in (PLANNED, QUEUED) else {}
        if self.state == PLANNED:
            due_at = wish.due_at if wish.due_at > now else self.due_at
            wanted = {"due_at": due_at, "partner_id": wish.partner_id}
        elif self.state == SKIPPED and self.skip_reason in REVERSIBLE and wish.is_open:
            wanted = wish.vals
        else:
            return {}
        known = {**{name: self[name] for name in wanted}, "partner_id": self.partner_id.id}
        return {name: value for name, value in wanted.items() if value != known[name]}

    def _get_farewell(self, appointment, now):
        """Return the change that keeps an unwanted row from leaving; nothing when it has left already."""
        if self.state == QUEUED and not self.message_id._withdraw():
            return {}
        return {"state": SKIPPED, "skip_reason": self._get_reason(appointment, now)}

    def _get_reason(self, appointment, now):
        trigger = self.automation_id._get_trigger()
        off_duty = appointment.state not in trigger.states
        if off_duty and appointment.state == "cancelled":
            return CANCELLED
        if appointment[trigger.anchor] != self.anchor:
            return trigger.overtaken
        if appointment.start <= now:
            return TOO_LATE
        silent = off_duty or not trigger.condition(appointment)
        return SUPERSEDED if silent else AUTOMATION_OFF

    def _insert(self, wishes):
        """Insert the missing rows in one statement.

        Raw SQL, because the ORM has no ON CONFLICT: somebody else may be planning the same appointment.
        """
        if not wishes:
            return
        now, uid = fields.Datetime.now(), self.env.uid
        stamps = (uid, uid, now, now)
        rows = [SQL("%s", (*key, MODEL, *wish.columns, *stamps)) for key, wish in wishes.items()]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO clinic_whatsapp_scheduled (
                    step_id, res_id, anchor, res_model, automation_id, company_id, partner_id, due_at,
                    state, skip_reason, create_uid, write_uid, create_date, write_date)
                VALUES %s
                ON CONFLICT (step_id, res_model, res_id, anchor) DO NOTHING""",
                SQL(", ").join(rows),
            )
        )
        self.env[MODEL].invalidate_model(["scheduled_ids", "reminder_state"], flush=False)
        self.env["clinic.whatsapp.automation"].invalidate_model(["scheduled_ids"], flush=False)

    @api.model
    def _arm(self):
        """Wake the planner at the moment the next message is due.

        One trigger is enough for any number of rows: when it has done its work, the planner arms the next one. A
        sweep every few minutes makes up for a lost trigger.
        """
        self.flush_model(["state", "due_at"])
        [[due_at]] = self.env.execute_query(
            SQL("SELECT min(due_at) FROM clinic_whatsapp_scheduled WHERE state = %s", PLANNED)
        )
        cron = self.env.ref(CRON)
        # A trigger of the past says nothing: it is the one that started this very run.
        armed = [("cron_id", "=", cron.id), ("call_at", ">", fields.Datetime.now()), ("call_at", "<=", due_at)]
        if due_at and not self.env["ir.cron.trigger"].search_count(armed, limit=1):
            cron._trigger(due_at)
