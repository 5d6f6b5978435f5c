"""One message about all visits of a family on a day, instead of one for each: an option of reminders.

When a reminder falls due, those of the same step, branch and day come along whose patients are reached under the same
number, also if they are due later that day. Their rows and appointments are claimed and locked like all others, so one
that somebody is working on stays behind and is told by itself: nothing is told twice, and nothing is lost.

Nobody is told more than without the option: the gate is asked about each patient (``family_gate`` asks it again when
the message leaves). Whoever it objects to is not told with the others; with him happens what would have happened
without them. Confidential visits are told by themselves, too. The rows that are told together share the message, and
with it whatever becomes of it. A shared message that does not leave – one visit was moved or cancelled, one patient may
not be told any more – gives its other rows back to the planner.
"""

import logging
from collections import defaultdict
from datetime import timedelta

import pytz
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..messaging.message import AUTOMATIC, BLOCKED
from ..messaging.reasons import QUIET_HOURS
from ..messaging.send_window import to_local
from ..template.send_batch import Recipient
from ..template.value_helpers import TOGETHER, Together
from .planner import MODEL
from .reasons import BROKEN, LIMIT, SAME_DAY
from .scheduled import PLANNED, QUEUED
from .trigger import BEFORE

_logger = logging.getLogger(__name__)

MOST = 10  # visits in one message: it has 1,024 characters for all it says (cloud_api.md §2.4)
LONGEST_DAY = timedelta(hours=25)  # the one on which the clocks go back


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    is_alone = fields.Boolean(
        "Told by itself", readonly=True, help="It was to be told together with others, and that message did not leave."
    )

    # Who belongs together

    def _filter_family(self):
        """Return those of some rows that may be told together with others."""
        return self.filtered(
            lambda row: (
                row.automation_id.one_for_family
                and row.automation_id.trigger == BEFORE
                and row.step_id.family_template_id
                and row.partner_id
                and not row.is_alone
            )
        )

    def _group_by_day(self, get_recipient):
        """Return {(step, branch, day on its wall, recipient): rows}, in the order of the visits.

        :param Callable get_recipient: row → whatever says who gets its message
        """
        zones = {company: pytz.timezone(company._get_tz()) for company in self.company_id}
        groups = defaultdict(self.browse)
        for row in self.sorted(lambda row: (row.anchor, row.id)):
            day = to_local(row.anchor, zones[row.company_id]).date()
            groups[row.step_id, row.company_id, day, get_recipient(row)] |= row
        return groups

    def _group_by_number(self):
        return self._group_by_day(lambda row: row.partner_id.reached_phone)

    # Claiming them

    def _filter_with_free_record(self):
        """Extended: the family comes along, as far as nobody else is working on it."""
        free = super()._filter_with_free_record()
        kin = free._find_kin().try_lock_for_update()
        return free | super(ClinicWhatsappScheduled, kin)._filter_with_free_record()

    def _find_kin(self):
        """Return the planned rows that may be told together with these, whenever they are due."""
        groups = self._filter_family()._group_by_number()
        known = {key for key in groups if key[-1]}
        if not known:
            return self.browse()
        found = self.search(self.browse().union(*(groups[key] for key in known))._get_kin_domain())._filter_family()
        return self.browse().union(*(rows for key, rows in found._group_by_number().items() if key in known))

    def _get_kin_domain(self) -> Domain:
        phones = {partner.reached_phone for partner in self.partner_id}
        whom = (
            Domain("partner_id.whatsapp_phone", "in", phones)
            | Domain("partner_id.guardian_id", "in", self.partner_id.guardian_id.ids)
            | Domain("partner_id.guardian_id.whatsapp_phone", "in", phones)
        )
        return (
            Domain("id", "not in", self.ids)
            & Domain("state", "=", PLANNED)
            & Domain("step_id", "in", self.step_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("anchor", ">", min(self.mapped("anchor")) - LONGEST_DAY)
            & Domain("anchor", "<", max(self.mapped("anchor")) + LONGEST_DAY)
            & Domain("is_moved", "=", False)  # whose moment a colleague has chosen
            & Domain("is_alone", "=", False)
            & whom
        )

    # Before they leave

    def _add_kin(self, ready, wishes):
        """Return ready rows, and those of this batch that may leave with them before they are due."""
        keys = {key for key in ready._filter_family()._group_by_number() if key[-1]}
        waiting = self.filtered(lambda row: row.state == PLANNED and row in wishes) - ready
        kin = waiting.filtered(lambda row: not row.is_moved)._filter_family()._group_by_number()
        return ready.union(*(rows for key, rows in kin.items() if key in keys))

    def _filter_family_allowed(self, ready, now):
        """Return which ready rows the limits let leave, see ``_filter_allowed``.

        They are asked about the first of several visits of a patient on a day: told in one message, the others are no
        more messages. What is too much now may be none when it is due: such a row is asked about again then.
        """
        allowed = self._filter_firsts_allowed(ready, now)
        early = (ready - allowed).filtered(lambda row: row.due_at > now and row.skip_reason in (LIMIT, SAME_DAY))
        early.write({"state": PLANNED, "skip_reason": False})
        return allowed

    def _filter_firsts_allowed(self, ready, now):
        firsts = ready._find_first_visits()
        allowed = self._filter_allowed(ready.filtered(lambda row: row not in firsts), now)
        others = ready.filtered(lambda row: row in firsts)
        followers = others.filtered(lambda row: firsts[row] in allowed)
        due = (others - followers).filtered(lambda row: row.due_at <= now)
        return allowed | followers | self._filter_allowed(due, now)

    def _find_first_visits(self):
        """Return {row: row of the first visit of the same patient on that day}, without the first ones."""
        groups = self._filter_family()._group_by_day(lambda row: row.partner_id)
        return {row: rows[0] for rows in groups.values() for row in rows[1:]}

    # Sending

    def _send(self, wishes):
        """Extended: families first; who is not told with others is told alone once it is due."""
        now = fields.Datetime.now()
        told = self._send_to_families(wishes)
        alone = (self - told).filtered(lambda row: row.state == PLANNED and row.due_at <= now)
        followers = alone & self.browse().union(*self._find_first_visits())
        super(ClinicWhatsappScheduled, alone - followers)._send(wishes)
        return super(ClinicWhatsappScheduled, self._filter_allowed(followers, now))._send(wishes)

    def _send_to_families(self, wishes):
        """Queue one message for each family; return the rows that are told by them."""
        rows = self._filter_family()._filter_open()
        accounts = self.env["clinic.whatsapp.account"]._for_companies(rows.company_id)
        told, known = self.browse(), {}
        groups = rows.filtered(lambda row: accounts[row.company_id]).grouped(
            lambda row: (row.step_id, row._get_batch_key(known)[-1])
        )
        for (step, purpose), batch in groups.items():
            template = step.family_template_id
            queued = step.automation_id._attempt(
                lambda batch=batch, template=template, purpose=purpose: batch._tell_families(
                    template, purpose, accounts, wishes
                ),
                place=template.display_name,
            )
            if queued is None:
                batch._skip(BROKEN)
            told |= queued or batch.browse()
        return told

    def _tell_families(self, template, purpose, accounts, wishes):
        families = self._find_families(template, purpose, accounts)
        return self._queue_families(families, template, purpose, accounts, wishes)

    def _filter_open(self):
        """Return the rows without those of confidential visits."""
        hidden = set(self._get_records().filtered("is_confidential")._ids) if self else ()
        return self.filtered(lambda row: row.res_id not in hidden)

    def _find_families(self, template, purpose, accounts):
        """Return [rows that are told in one message, in the order of their visits].

        Who gets it is found as for any message: whose visits are told together stand in one conversation.
        """
        several = [rows for key, rows in self._group_by_number().items() if key[-1] and len(rows) > 1]
        if not several:
            return []
        rows = self.browse().union(*several)._filter_tellable(template, purpose, accounts)
        # sudo: clinic.whatsapp.template - as for every message of it
        chats = template.sudo()._find_conversations([row._get_target(accounts) for row in rows]) if rows else {}
        groups = rows._group_by_day(lambda row: chats[row.partner_id, accounts[row.company_id]])
        families = [rows[i : i + MOST] for rows in groups.values() for i in range(0, len(rows), MOST)]
        now = fields.Datetime.now()
        return [it for it in families if len(it) > 1 and any(row.due_at <= now for row in it)]

    def _get_target(self, accounts):
        return self.partner_id, self.env[MODEL].browse(self.res_id), accounts[self.company_id]

    def _filter_tellable(self, template, purpose, accounts):
        """Return the rows to whose patient the gate lets a message of this template leave that names the visits."""
        recipients = [Recipient(row, *row._get_target(accounts)) for row in self]
        drafts = template._draft_messages(recipients, {}, is_alone=False)
        for row, draft in zip(self, drafts, strict=True):
            draft.update({"purpose_id": purpose, "occasion": row._get_occasion()})
        # sudo: clinic.whatsapp.message - drafts are never stored; the gate sees the whole truth
        verdicts = self.env["clinic.whatsapp.gate"]._judge(self.env["clinic.whatsapp.message"].sudo().union(*drafts))
        return self.browse(
            row.id
            for row, draft in zip(self, drafts, strict=True)
            if verdicts[draft] in (None, QUIET_HOURS) and draft.template_id._names_visits()
        )

    def _queue_families(self, families, template, purpose, accounts, wishes):
        """Queue a message about the first visit of each family, which tells all of them; return the rows told."""
        told = self.browse()
        if not families:
            return told
        visits = self.env[MODEL]
        together = Together((rows[0].res_id, visits.browse(rows.mapped("res_id"))) for rows in families)
        try:
            with self.env.cr.savepoint():
                messages = template.with_context(**{TOGETHER: together})._queue_messages(
                    purpose,
                    [rows[0]._get_target(accounts) for rows in families],
                    expires_at=[min(row._get_expiry(wishes[row]) for row in rows) for rows in families],
                    occasions=[rows[0]._get_occasion() for rows in families],
                )
        except UserError:
            _logger.exception("Template %s could not be prepared for %s families", template.id, len(families))
            return told
        for rows, message in zip(families, messages, strict=True):
            if message.state != BLOCKED:
                for row in rows:
                    row._keep(message)
                told |= rows
        return told


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _on_repeated(self, message):
        """Extended: the rows that share an unconfirmed message follow the one that is sent in its place."""
        result = super()._on_repeated(message)
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        rows = self.env["clinic.whatsapp.scheduled"].sudo().search([("message_id", "=", self.id)])
        if len(rows) > 1:
            rows.write({"message_id": message.id, "state": QUEUED})
        return result

    def _is_denied_for_its_time(self) -> bool:
        """Extended: not what an automation told a family; the planner tells each of them by himself."""
        is_family = self.kind == AUTOMATIC and self.template_id._names_visits()
        return not is_family and super()._is_denied_for_its_time()

    def _give_back_family(self, **vals):
        """Plan the rows again that shared one of these messages, which does not leave.

        :param vals: what else is written on them
        """
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        queued = rows.search([("message_id", "in", self.ids), ("state", "=", QUEUED)])
        shared = rows.union(*(found for found in queued.grouped("message_id").values() if len(found) > 1))
        if shared:
            shared.write({"state": PLANNED, "message_id": False, **vals})
            rows._arm()
