"""Limits: how much of an automation one patient gets, and what he is not told twice on a day.

The planner asks right before it queues a batch (``due_queue._filter_allowed``), the forecast asks about what would be
planned (``forecast_limits``). Each rule is a small method that is asked about a set and returns {row: reason} of what
it holds back; whatever the size of the batch, the number of queries is the same. Who replies, complains or books again
is the matter of ``stop_rules``; how many messages of a *purpose* one person gets is the matter of the gate (LR-34).

- *Expiry*: so many hours after it was due a message does not leave any more, nor waits for an opening that is later
  than that. What the planner finds too late by its own rules was too late before.
- *At most N in M days*: counted are the messages of the automation that have left for this patient in this branch in
  the last M × 24 hours, and those of the batch that leave before it. Other branches are not counted: that somebody is a
  patient there is nobody's business here.
- *Not twice a day*: nothing that another automation has told the same person in the same branch on the same day, from
  midnight to midnight in the branch. Who says it first, has said it; among those of one batch, what was due first.
  The same is

  - the same words: the same template (in whatever language) about the same record, or the same text. A template that
    reads nothing of a record is always the same. The same template about two visits of one day says two things.
  - the same news: the same occasion of the same record for the same purpose. Two managers have built two reminders. So
    a reminder and the news that the visit was moved, confirmed or cancelled are different things; so are a greeting and
    the opening hours. Where the occasion does not say what is told of – a keyword, a button, a server action, a record
    that comes to match – nobody can know, and only the words count.

  The messages of one automation are wanted as they are: a day before and two hours before may be one day. Whoever wants
  two automations to tell of one occasion, a reminder and how to prepare for example, switches the limit off in the
  second one.

Of one batch what is allowed counts, whatever the gate says to it afterwards.
"""

import functools
from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import SQL

from ..messaging.send_window import to_local
from .reasons import BROKEN, EXPIRED, LIMIT, SAME_DAY
from .sayings import PATIENT, Saying, Tally, Told, get_listener
from .scheduled import DONE, PLANNED, QUEUED
from .trigger import GREETING, NO_REPLY, OF_APPOINTMENT, OF_DATE, ON_CLOSED, OUT_OF_HOURS

TELLING = OF_APPOINTMENT | OF_DATE | {GREETING, OUT_OF_HOURS, NO_REPLY, ON_CLOSED}  # the occasion says what is told of
LONGEST_DAY = timedelta(days=2)  # more than one on the wall can last, whatever the clocks do


def _by_id(model, ids):
    return {record.id: record for record in model.browse(ids)}


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    queued_at = fields.Datetime(readonly=True, help="When its message was handed to the outbox.")

    def write(self, vals):
        moment = {"queued_at": fields.Datetime.now()} if vals.get("state") == QUEUED else {}
        return super().write({**vals, **moment})

    @api.model
    def _filter_allowed(self, rows, now):
        """Extended: skip what limits and stops hold back, with the reason."""
        verdicts = self._judge_rows(rows, now, self._get_limit_rules())
        self._hold_back(verdicts)
        return super()._filter_allowed(rows.filtered(lambda row: row not in verdicts), now)

    @api.model
    def _judge_rows(self, rows, now, rules):
        """Return {row: why it does not leave} of these planned rows; the first rule that objects names the reason."""
        verdicts = {}
        for rule in rules if rows else ():
            verdicts.update(rule(rows.filtered(lambda row: row not in verdicts), now))
        return verdicts

    @api.model
    def _hold_back(self, verdicts):
        """Skip rows for {row: reason}; what WhatsApp is being told already is on its way."""
        held = self.browse().union(*verdicts).filtered(lambda row: row.state != QUEUED or row.message_id._withdraw())
        for reason, rows in held.grouped(verdicts.get).items():
            rows._skip(reason)

    @api.model
    def _get_limit_rules(self):
        """Hook: return the rules in the order in which they are asked; what counts messages comes last."""
        return [self._find_expired, self._find_too_many]

    @api.model
    def _find_expired(self, rows, now):
        return {row: EXPIRED for row in rows if row._is_expired(now)}

    def _is_expired(self, moment) -> bool:
        """Tell whether one row must not leave any more at a moment (naive UTC)."""
        hours = self.automation_id.expires_hours
        return bool(hours) and self.due_at + timedelta(hours=hours) <= moment

    def _wait_for_opening(self, wish, now):
        """Extended: what will have expired by the next opening does not wait for it."""
        opening = wish.window.forward(now)
        if opening > now and self._is_expired(opening):
            self._skip(EXPIRED)
            return True
        return super()._wait_for_opening(wish, now)

    @api.model
    def _find_too_many(self, rows, now):
        """Return what the patient has had enough of, or has been told today."""
        automations, verdicts = rows.automation_id, {}
        if not any(automation._counts() for automation in automations):
            return verdicts
        sayings = rows._get_sayings(now)
        listeners = {saying.listener for saying in sayings.values()}
        # What one automation has said itself matters to nothing but its own maximum.
        ignored = automations if len(automations) == 1 and not automations._has_maximum() else automations.browse()
        since = now - automations._get_memory()
        tally = Tally(self._find_sayings(listeners, since, (QUEUED, DONE), ignored))
        for row in rows.sorted(lambda row: (row.due_at, row.id)):
            saying = sayings.get(row)
            reason = row.automation_id._judge_saying(saying, tally) if saying else BROKEN
            if reason:
                verdicts[row] = reason
            else:
                tally.add(saying)
        return verdicts

    def _get_sayings(self, moment) -> dict:
        """Return {row: what it would say at a moment, naive UTC}; without those whose automation fails at that."""
        sayings = {}
        groups = self.grouped(lambda row: (row.automation_id, row.step_id.template_id))
        for (automation, template), rows in groups.items():
            read = functools.partial(rows._read_sayings, template, moment)
            is_risky = automation._asks_database()
            sayings.update(automation._attempt(read, {}, savepoint=is_risky, place=template.display_name))
        return sayings

    def _read_sayings(self, template, moment) -> dict:
        return {
            row: row.automation_id._make_saying(
                row.company_id,
                get_listener(row.company_id.id, row.partner_id.id, row.conversation_id.id),
                moment,
                row.step_id._get_words(None if row.conversation_id else row._get_told_record(template)),
                (row.res_model, row.res_id, row.anchor),
            )
            for row in self
        }

    def _get_told_record(self, template):
        """Return the record that a template tells of; None when it reads the same for all of a patient's records."""
        return self._get_about(template) if template._tells_of_record() else None

    @api.model
    def _find_sayings(self, listeners, since, states, ignored) -> list[Saying]:
        """Return what automations have told some listeners, or mean to tell them.

        :param Iterable[tuple] listeners: see :func:`get_listener`
        :param datetime since: naive UTC; when it left, else when it is due
        :param states: of the rows that count
        :param clinic.whatsapp.automation ignored: what these say does not matter
        """
        found = [Told(*columns) for columns in self._read_told(listeners, since, states, ignored)]
        automations = _by_id(self.env["clinic.whatsapp.automation"], {told.automation_id for told in found})
        companies = _by_id(self.env["res.company"], {told.company_id for told in found})
        return [
            automations[told.automation_id]._make_saying(
                companies[told.company_id], told.listener, told.moment, told.words, told.record
            )
            for told in found
        ]

    @api.model
    def _read_told(self, listeners, since, states, ignored):
        """Return the columns of ``Told``.

        Raw SQL: one statement that reads of every message no more than limits count by.
        """
        for name in (self._name, "clinic.whatsapp.message", "clinic.whatsapp.automation.step"):
            self.env[name].flush_model()
        moment = SQL("CASE row.state WHEN %s THEN row.due_at ELSE COALESCE(row.queued_at, row.due_at) END", PLANNED)
        return self.env.execute_query(
            SQL(
                """
                SELECT row.automation_id, row.company_id, row.partner_id, row.conversation_id,
                       %(moment)s,
                       COALESCE(template.name, step.text ->> 'en_US'),
                       COALESCE(message.res_model, CASE WHEN about.model = row.res_model THEN row.res_model END),
                       COALESCE(message.res_id, CASE WHEN about.model = row.res_model THEN row.res_id END),
                       row.res_model, row.res_id, row.anchor
                  FROM clinic_whatsapp_scheduled row
             LEFT JOIN clinic_whatsapp_message message ON message.id = row.message_id
             LEFT JOIN clinic_whatsapp_automation_step step ON step.id = row.step_id
             LEFT JOIN clinic_whatsapp_template template
                    ON template.id = COALESCE(message.template_id, step.template_id)
             LEFT JOIN ir_model about ON about.id = template.model_id
                 WHERE (row.partner_id = ANY(%(partners)s) OR row.conversation_id = ANY(%(conversations)s))
                   AND row.company_id = ANY(%(companies)s)
                   AND row.state = ANY(%(states)s)
                   AND row.automation_id <> ALL(%(ignored)s)
                   AND %(moment)s > %(since)s""",
                moment=moment,
                companies=list({company for company, *_person in listeners}),
                partners=list({person[0] for _company, *person in listeners if person[0]}),
                conversations=list({person[1] for _company, *person in listeners if not person[0]}),
                states=list(states),
                ignored=ignored.ids,
                since=since,
            )
        )


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _has_maximum(self) -> bool:
        return bool(self.max_count)

    def _counts(self) -> bool:
        """Tell whether it matters for one automation what its patients have been told."""
        return self.once_a_day or self._has_maximum()

    def _get_memory(self) -> timedelta:
        """Return how far back it matters for some automations what was said."""
        days = [automation.max_days for automation in self if automation._has_maximum()]
        return max(LONGEST_DAY, timedelta(days=max(days, default=0)))

    def _judge_saying(self, saying, tally) -> str | None:
        """Return why one message of this automation is too much for its listener; None when it is not."""
        if self._has_maximum() and tally.count(saying, self.max_days) >= self.max_count:
            return LIMIT
        return SAME_DAY if self.once_a_day and tally.has_heard(saying) else None

    def _make_saying(self, company, listener, moment, words, record) -> Saying:
        """Return what one automation says in a branch.

        :param tuple record: (model, id, the moment that the message hangs on)
        """
        day = to_local(moment, pytz.timezone(company._get_tz())).date()
        return Saying(self.id, listener, moment, day, words, self._get_news(record))

    def _get_news(self, record) -> tuple | None:
        """Return what is told of a record; None where the occasion does not say it."""
        if self.trigger not in TELLING:
            return None
        return (self.trigger, self._get_date_path(), self.purpose_id.id, *record)


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _get_words(self, about) -> tuple:
        """Return what makes one step read the same as another.

        :param about: the record that the template tells of; None for none
        """
        name = self.template_id.name or self.with_context(lang=None).text
        return (name, about._name, about.id) if about else (name,)


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _tells_of_record(self) -> bool:
        """Tell whether one message reads differently for each record; of patients, each reads his own."""
        return self.model_id.model not in (False, PATIENT)
