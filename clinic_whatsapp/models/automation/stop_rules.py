"""Stops: who has answered, complained or booked again gets nothing more of what began before.

What belongs together is one occasion: the messages of one automation about one record at its moment – a course of
treatment, the reminders of one visit. A visit that is moved is another occasion, and what was said about the old time
stops nothing of the new one. Each automation says which stops it wants.

- *Reply*: the patient has written, anything but a reaction, after the first message of the occasion had left.
- *Complaint*: he has written, after that message, a word of the lists ``complaint`` or ``emergency``
  (``clinic.lint.word``). Whoever answers for the conversation is asked to call, once; of an emergency he knows already.
- *New appointment*: it was booked in the branch after the moment that the messages hang on, or after the first of them
  where they come before that moment. Not the visit that it is about, and not one that was cancelled or missed.

A reply counts in the branch that wrote, over whichever of its numbers: by the person who got the message, so that a
mother answers for her child. What happens in other branches, replies as well as appointments, is nobody's business here
and stops nothing.

The rules are asked in the transaction in which the patient writes or an appointment is booked, so that staff see at
once what does not leave any more, and again right before a message is queued: what could not be seen then is found now.
Both ask the methods below. They read when the person wrote last and when he complained last from the conversation, so
nothing has to be decrypted, and the number of queries does not depend on the number of rows.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..appointment.appointment import CANCELLED, NO_SHOW
from ..messaging.conversation import WINDOW
from .planner import MODEL
from .reasons import ANSWERED, COMPLAINT, VISITED
from .scheduled import DONE, PLANNED, QUEUED

OFF = (CANCELLED, NO_SHOW)


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _get_limit_rules(self):
        """Extended: stops come before what counts messages."""
        return [*self._get_stop_rules(), *super()._get_limit_rules()]

    @api.model
    def _get_stop_rules(self):
        """Return the stops; of several the gravest names the reason."""
        return [self._find_complained, self._find_visited, self._find_answered]

    @api.model
    def _find_complained(self, rows, _now):
        heard = rows._filter_stopping("stop_on_complaint")._find_heard(lambda chat: chat.complained_at)
        return dict.fromkeys(heard, COMPLAINT)

    @api.model
    def _find_answered(self, rows, _now):
        heard = rows._filter_stopping("stop_on_reply")._find_heard(lambda chat: chat._get_last_written())
        return dict.fromkeys(heard, ANSWERED)

    @api.model
    def _find_visited(self, rows, now):
        since = rows._filter_stopping("stop_on_visit")._get_bookings_since(now)
        visits = self._find_bookings(since) if since else {}
        own = self.browse().union(*since)._get_own_visit_ids()
        return {
            row: VISITED
            for row, moment in since.items()
            for visit in visits.get((row.partner_id, row.company_id), ())
            if visit.booked_at > moment and visit.id != own.get(row)
        }

    def _filter_stopping(self, name):
        return self.filtered(lambda row: row.partner_id and row.automation_id[name])

    @api.model
    def _find_bookings(self, since):
        """Return {(patient, branch): appointments} of what was booked for some rows since their moments."""
        rows = self.browse().union(*since)
        visits = self.env[MODEL].search(
            [
                ("patient_id", "in", rows.partner_id.ids),
                ("company_id", "in", rows.company_id.ids),
                ("booked_at", ">", min(since.values())),
                ("state", "not in", OFF),
            ]
        )
        return visits.grouped(lambda visit: (visit.patient_id, visit.company_id))

    def _get_bookings_since(self, now):
        """Return {row: since when a new appointment ends its occasion, naive UTC}; without those that none ends yet.

        Hook.
        """
        begun = self._find_begun()
        since = {row: row.anchor if row.anchor <= now else begun.get(row, [None])[0] for row in self}
        return {row: moment for row, moment in since.items() if moment}

    def _get_own_visit_ids(self):
        """Hook: return {row: id of the appointment that it is about}."""
        return {row: row.res_id for row in self if row.res_model == MODEL}

    def _get_restarts(self):
        """Hook: return {row: the moment before which nothing stops it, naive UTC}."""
        return {}

    def _find_heard(self, get_moment):
        """Return those of these rows whose listener has done something since the first message of their occasion.

        :param Callable get_moment: conversation → when he did it last, naive UTC; falsy: never
        """
        begun, restarts = self._find_begun(), self._get_restarts()
        chats = self.env["clinic.whatsapp.conversation"].browse({chat for _at, ids in begun.values() for chat in ids})
        last = chats._find_last(get_moment)
        return [
            row
            for row, (since, ids) in begun.items()
            if any((at := last.get(chat)) and at > max(since, restarts.get(row, since)) for chat in ids)
        ]

    def _find_begun(self):
        """Return {row: (when the first message of its occasion left, ids of the conversations)}, where one has left.

        Raw SQL: rows are compared with others of the same table.
        """
        if not self:
            return {}
        self.flush_model()
        self.env["clinic.whatsapp.message"].flush_model(["sent_at", "claimed_at", "conversation_id"])
        found = self.env.execute_query(
            SQL(
                """
                SELECT due.id,
                       min(COALESCE(message.sent_at, message.claimed_at, told.queued_at, told.due_at)),
                       array_agg(DISTINCT message.conversation_id)
                  FROM clinic_whatsapp_scheduled due
                  JOIN clinic_whatsapp_scheduled told
                    ON told.res_model = due.res_model AND told.res_id = due.res_id
                   AND told.automation_id = due.automation_id AND told.anchor = due.anchor
                  JOIN clinic_whatsapp_message message ON message.id = told.message_id
                 WHERE due.id = ANY(%s) AND told.state = %s
              GROUP BY due.id""",
                self.ids,
                DONE,
            )
        )
        return {self.browse(row_id): (moment, chats) for row_id, moment, chats in found}

    @api.model
    def _stop_planned(self, domain, names):
        """Skip what is planned, or waits in the outbox, and must not leave any more.

        :param list domain: whose rows
        :param names: the fields of automations that say whether it matters
        """
        matters = Domain.OR(Domain(f"automation_id.{name}", "=", True) for name in names)
        self.search(Domain(domain) & Domain("state", "in", (PLANNED, QUEUED)) & matters)._stop_waiting()

    def _stop_waiting(self):
        """Skip those of these rows that a stop keeps from leaving."""
        self._hold_back(self._judge_rows(self, fields.Datetime.now(), self._get_stop_rules()))

    def _skip(self, reason):
        """Extended: somebody is asked to call who complains."""
        result = super()._skip(reason)
        if reason == COMPLAINT:
            chats = {chat for _at, ids in self._find_begun().values() for chat in ids}
            for chat in self.env["clinic.whatsapp.conversation"].browse(chats):
                chat._ask_about_complaint()
        return result


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    complained_at = fields.Datetime(readonly=True, help="When the patient last wrote a word of a complaint.")

    def _get_last_written(self):
        """Return when the patient of one conversation wrote last, naive UTC; what opens the window counts."""
        return self.window_expires_at and self.window_expires_at - WINDOW

    def _find_last(self, get_moment):
        """Return {id of a conversation: when its person did something last in the branch, over any of its numbers}.

        :param Callable get_moment: conversation → when he did it there, naive UTC; falsy: never
        """
        branch = [("contact_id", "in", self.contact_id.ids), ("company_id", "in", self.company_id.ids)]
        last = {}
        for chat in self.search(branch) if self else ():
            person = (chat.contact_id, chat.company_id)
            last[person] = max(filter(None, (get_moment(chat), last.get(person))), default=None)
        return {chat.id: last[chat.contact_id, chat.company_id] for chat in self}
