from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import SQL

from .consent_states import EXPIRED, GRANTED

BATCH = 200
REMINDED_BEFORE = relativedelta(days=30)


class ClinicConsent(models.Model):
    """What ends a grant without anybody doing anything: its review period (legal.md LR-21)."""

    _inherit = "clinic.consent"

    is_ending = fields.Boolean(
        "Ends within 30 days",
        compute="_compute_is_ending",
        search="_search_is_ending",
        help="A consent that holds, and ends within 30 days unless it is given anew.",
    )

    def _compute_is_ending(self):
        ending = self.search([("id", "in", self.ids), ("is_ending", "=", True)])
        for entry in self:
            entry.is_ending = entry in ending

    @api.model
    def _search_is_ending(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self._find_ending().ids)]

    @api.model
    def _find_ending(self):
        """Return the grants, of all branches, that hold today but not in 30 days any more."""
        now = fields.Datetime.now()
        # sudo: clinic.consent - ids for the reader's own search, or for the cron
        found = self.sudo()._find_standing_until(now + REMINDED_BEFORE)
        return found.filtered(lambda entry: entry.effective_until > now).with_env(self.env)

    @api.model
    def _cron_expire(self):
        """End what has to be given anew, however long this was not run; have those asked whose grant ends soon."""
        self._ask_those_who_expire()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(self._find_standing_until(fields.Datetime.now())))
        while due := self._find_standing_until(fields.Datetime.now(), BATCH):
            done = sum(len(entries._end(EXPIRED)) for entries in due.grouped("controller_id").values())
            if not done or not cron._commit_progress(done):
                break

    @api.model
    def _ask_those_who_expire(self):
        """Mark the patients whose grant ends within 30 days: they are asked at their next visit.

        Extended to remind the branches.
        """
        soon = self._find_standing_until(fields.Datetime.now() + REMINDED_BEFORE)
        soon.partner_id.filtered(lambda partner: not partner.ask_consent).ask_consent = True

    @api.model
    def _find_standing_until(self, moment, limit=None):
        """Return the grants that stand, and hold no longer than that moment (UTC).

        Raw SQL: the newest of each group that decides something, over all controllers in one query.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.id
                  FROM clinic_consent entry
                 WHERE entry.status = %(granted)s AND entry.effective_until <= %(moment)s
                   AND NOT EXISTS (
                       SELECT FROM clinic_consent newer
                        WHERE newer.controller_id = entry.controller_id AND newer.partner_id = entry.partner_id
                          AND newer.purpose_code = entry.purpose_code AND newer.record_kind = entry.record_kind
                          AND newer.id > entry.id AND newer.status NOT IN ('draft', 'pending', 'unproven'))
                 ORDER BY entry.id LIMIT %(limit)s""",
                granted=GRANTED,
                moment=moment,
                limit=limit,
            )
        )
        return self.browse([entry_id for (entry_id,) in rows])
