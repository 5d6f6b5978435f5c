"""What Meta sent us, one row an item, stored before anything else happens (design.md §4 "In").

The webhook request only verifies and stores; a repeated delivery is a no-op by the unique reference. Everything that
can go wrong later happens in the inbox cron, where it can be repeated. An event that cannot be processed is tried again
with growing pauses and then parked as ``dead`` with its error, to be replayed by hand.
"""

import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...cloud_api.webhook import Item
from ...encryption import EncryptedText, encrypt

NEW, DONE, DEAD = "new", "done", "dead"
RETRY_DELAYS = (2, 10, 60, 600)  # seconds before the second, third … attempt
PAYLOAD_PARAMETER = "clinic_whatsapp.payload_days"
PAYLOAD_DAYS = 7  # Meta repeats a webhook for as long, cloud_api.md §5.3
GC_LIMIT = 10000  # rows in one transaction
CRON = "clinic_whatsapp.ir_cron_inbox"
PARKED_WITH_PAYLOAD = [("state", "=", DEAD), ("payload", "!=", False)]


class ClinicWhatsappEvent(models.Model):
    _name = "clinic.whatsapp.event"
    _inherit = ["clinic.branch.mixin"]
    _description = "WhatsApp event"
    _order = "id desc"
    _rec_name = "external_ref"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(readonly=True)
    external_ref = fields.Char("Reference", required=True, readonly=True)
    ordering_key = fields.Char(readonly=True, help="Events with the same key are processed in their order.")
    kind = fields.Char(readonly=True)
    payload = EncryptedText(readonly=True, groups="clinic_whatsapp.group_manager")
    state = fields.Selection(
        [(NEW, "Waiting"), (DONE, "Done"), (DEAD, "Parked")], required=True, default=NEW, readonly=True
    )
    attempts = fields.Integer(readonly=True, aggregator=None)
    next_attempt_at = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)

    _external_ref_unique = models.UniqueIndex("(account_id, external_ref)", "This event is stored already.")
    _new_idx = models.Index("((kind = 'status'), id) WHERE state = 'new'")  # as the inbox claims them
    _postponed_idx = models.Index("(next_attempt_at) WHERE state = 'new' AND next_attempt_at IS NOT NULL")
    _dead_idx = models.Index("(id) WHERE state = 'dead'")

    @api.model
    def _enqueue(self, account, items):
        """Store the items of one verified webhook and wake the inbox.

        :param clinic.whatsapp.account account: whose webhook address was called
        :param Iterable[Item] items: see ``cloud_api.webhook.split``
        """
        if not items:
            return
        now = fields.Datetime.now()
        owners = self._get_owners(account, items)
        rows = [self._prepare_row(owners.get(item.phone_number_id), account, item, now) for item in items]
        if self._store(rows):
            self._schedule_inbox()

    def _store(self, rows) -> bool:
        """Insert rows; tell whether the inbox has to be woken for them.

        It has not when nothing is new, and not when a wake-up is waiting that will find the rows: one of its own costs
        the database server a new connection (``ir.cron._notifydb``), as much as all the rest of a webhook. But the run
        of one that is being served may look before we commit. The scheduler deletes a wake-up when it begins to serve
        it, so one that we can lock is not served yet, and is not before our commit. Any number of transactions share
        this lock, and not for long after the wake-up was made: the scheduler waits for them.

        Raw SQL: a duplicate must be a no-op, not an error, and a thousand items one statement. A concurrent duplicate,
        and a wake-up that was served since our transaction began, raise a serialization failure, after which Odoo
        repeats the request.
        """
        now = fields.Datetime.now()
        query = SQL(
            """
            WITH stored AS (
                 INSERT INTO clinic_whatsapp_event
                        (account_id, company_id, external_ref, ordering_key, kind, payload, state, error, attempts,
                         create_date)
                 VALUES %s ON CONFLICT (account_id, external_ref) DO NOTHING
              RETURNING 1),
                 waking AS (
                 SELECT 1
                   FROM ir_cron_trigger
                  WHERE cron_id = %s AND create_date >= %s AND call_at <= %s
               ORDER BY id DESC
                  LIMIT 1
                    FOR KEY SHARE SKIP LOCKED)
            SELECT EXISTS (SELECT 1 FROM stored) AND NOT EXISTS (SELECT 1 FROM waking)""",
            SQL(", ").join(rows),
            self._get_inbox_cron().id,
            now - timedelta(seconds=1),
            now,
        )
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchone()[0]

    @api.model
    def _get_owners(self, account, items):
        """Return {phone number id: account}; numbers of one app share its address (cloud_api.md §5.4)."""
        owners = {None: account, account.phone_number_id: account}
        others = {item.phone_number_id for item in items} - owners.keys()
        if others and account.app_id:
            secret = account._secret("app_secret")
            numbers = self.env["clinic.whatsapp.account"].search(
                [("phone_number_id", "in", list(others)), ("app_id", "=", account.app_id)]
            )
            owners.update(
                (number.phone_number_id, number) for number in numbers if number._secret("app_secret") == secret
            )
        return owners

    def _prepare_row(self, owner, account, item: Item, now):
        known = bool(owner)
        return SQL(
            "(%s, %s, %s, %s, %s, %s, %s, %s, 0, %s)",
            (owner or account).id,
            (owner or account).company_id.id,
            item.external_ref,
            item.ordering_key,
            item.kind,
            encrypt(self.env, json.dumps(item.payload)),
            NEW if known else DEAD,
            None if known else self._get_unknown_number_text(account, item.phone_number_id),
            now,
        )

    @api.model
    def _get_unknown_number_text(self, account, number):
        env = account._for_manager().env
        return env._("This number is not one of ours: %(number)s", number=number)

    @api.model
    def _schedule_inbox(self, at=None):
        """Wake the inbox; the hook that a job queue overrides (design.md §7).

        :param datetime | None at: naive UTC; now by default
        """
        self._get_inbox_cron()._trigger(at)

    @api.model
    def _get_inbox_cron(self):
        # sudo: ir.cron - the webhook's caller is anonymous and verified
        return self.env["ir.cron"].sudo().browse(self.env["ir.model.data"]._xmlid_to_res_id(CRON, True))

    def write(self, vals):
        """Refuse to change what Meta said: whoever could, could put words into a patient's mouth."""
        if not self.env.su:
            raise AccessError(self.env._("Events are kept by the connector. They can be replayed, not changed."))
        return super().write(vals)

    def action_replay(self):
        """Process parked events again, from the beginning."""
        self.check_access("write")
        # Of an old one the payload is deleted; what is done or waiting is left alone.
        # sudo: clinic.whatsapp.event - states are kept by the connector; the right to replay was checked above
        whole = self.sudo().filtered(lambda event: event.state == DEAD and event.payload)
        whole.write({"state": NEW, "attempts": 0, "next_attempt_at": False, "error": False})
        self._schedule_inbox()
        return True

    def _postpone(self, error):
        """Try again later, or park.

        :param str error: what happened, for the manager
        """
        self.attempts += 1
        self.error = error[:500]
        if self.attempts > len(RETRY_DELAYS):
            self.write({"state": DEAD, "next_attempt_at": False})
        else:
            self.next_attempt_at = fields.Datetime.now() + timedelta(seconds=RETRY_DELAYS[self.attempts - 1])

    @api.autovacuum
    def _gc_payloads(self):
        """Forget what Meta sent, after as many days as the clinic wants: payloads hold patients' words.

        What was processed goes whole. Of what was parked the words go and the rest stays, for whoever asks why; it
        cannot be replayed any more. What still waits is kept: a clinic whose server stood still loses nothing.
        """
        limit = fields.Datetime.now() - timedelta(days=self._get_payload_days())
        old = self.search([("state", "=", DONE), ("create_date", "<", limit)], limit=GC_LIMIT)
        parked = self.search([*PARKED_WITH_PAYLOAD, ("create_date", "<", limit)], limit=GC_LIMIT)
        count = len(old) + len(parked)
        old.unlink()
        parked.write({"payload": False})
        return count, 0 if count < GC_LIMIT else count

    @api.model
    def _get_payload_days(self) -> int:
        # sudo: ir.config_parameter - a period without personal data
        value = self.env["ir.config_parameter"].sudo().get_param(PAYLOAD_PARAMETER) or ""
        return max(int(value), 1) if value.isdecimal() else PAYLOAD_DAYS
