"""Is the ledger as it was written?

Every night each controller's ledger is read from its first entry to its last: every hash must be that of the entry,
every entry must name the hash of the one before, no number may be missing, the evidence must be there, and the head
must be where the chain ends. Whoever
can write to the database can also compute hashes; so once a day the head is sent out of the house, by e-mail to the
address for data protection: a chain that was written anew does not lead through it (legal.md LR-59, §6).

A broken chain raises an alarm and stops new consents; taking one back goes on.
"""

import logging
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .consent_prepare import MAX_CHAR

_logger = logging.getLogger(__name__)

BATCH = 1000


class Break(NamedTuple):
    """The first entry of a ledger that is not as it was written."""

    sequence: int
    reason: str


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _verify_chain(self, controller) -> Break | None:
        """Return where a controller's ledger is not as it was written; None when it is whole."""
        # sudo: clinic.consent - the chain runs through all branches of the controller
        ledger = self.sudo()
        sequence, previous = 0, ""
        while rows := ledger._read_chain(controller, sequence):
            ledger._fill_cache(rows)
            for vals in rows:
                if found := ledger.browse(vals["id"])._find_break(vals, sequence + 1, previous):
                    return found
                sequence, previous = vals["sequence"], vals["entry_hash"]
        return ledger._check_head(controller, sequence, previous) or ledger._find_lost_evidence(controller)

    @api.model
    def _read_chain(self, controller, after):
        """Return the stored values of the next entries. Raw SQL: what the database holds, not what the cache says."""
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                "SELECT * FROM clinic_consent WHERE controller_id = %s AND sequence > %s ORDER BY sequence LIMIT %s",
                controller.id, after, BATCH,
            )
        )  # fmt: skip

    @api.model
    def _fill_cache(self, rows):
        """Read what many entries need at once."""
        self.env.invalidate_all()
        entries = self.browse([vals["id"] for vals in rows])
        entries.subject_id.mapped("forgotten_at")
        (entries | entries.origin_id).evidence_ids.mapped("sha256")

    def _find_break(self, vals, sequence, previous) -> Break | None:
        if vals["sequence"] != sequence:
            return Break(sequence, self.env._("The entry is missing."))
        if (vals["previous_hash"] or "") != previous:
            return Break(sequence, self.env._("The entry does not follow the one before it."))
        if not self._is_as_written(vals):
            return Break(sequence, self.env._("The entry, or its evidence, was changed."))
        return None

    @api.model
    def _check_head(self, controller, sequence, last_hash) -> Break | None:
        head = self.env["clinic.consent.chain"].search([("company_id", "=", controller.id)])
        if (head.entry_count, head.head_hash or "") == (sequence, last_hash):
            return None
        return Break(sequence + 1, self.env._("The last entries are missing."))

    @api.model
    def _find_lost_evidence(self, controller) -> Break | None:
        """Raw SQL: what has no file any more, though its person was not forgotten, over all entries in one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT min(entry.sequence)
                  FROM clinic_consent_evidence evidence
                  JOIN clinic_consent entry ON entry.id = evidence.consent_id
                  LEFT JOIN clinic_consent_subject subject ON subject.id = entry.subject_id
                 WHERE entry.controller_id = %s AND subject.forgotten_at IS NULL
                   AND NOT EXISTS (
                       SELECT FROM ir_attachment file
                        WHERE file.res_model = 'clinic.consent.evidence' AND file.res_field = 'file'
                          AND file.res_id = evidence.id)""",
                controller.id,
            )
        )
        return Break(rows[0][0], self.env._("Its evidence is missing.")) if rows[0][0] else None


class ClinicConsentChain(models.Model):
    _inherit = "clinic.consent.chain"

    @api.model
    def _cron_verify(self):
        """Verify every ledger, raise the alarm about a broken one, send the heads out of the house."""
        heads = self.search([])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(heads))
        for head in heads:
            head._verify()
            cron._commit_progress()  # while the mail server is talked to, the ledger goes on
            head._send_anchor()
            if not cron._commit_progress(1):
                break

    def action_verify(self):
        """Verify one ledger now, and say what was found."""
        self.check_access("read")
        # sudo: clinic.consent.chain - whoever may see the head may have it verified
        found = self.sudo()._verify()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if found else "success",
                "message": self._describe(found),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _verify(self) -> Break | None:
        self.ensure_one()
        found = self.env["clinic.consent"]._verify_chain(self.company_id)
        was_broken, now = bool(self.broken_at), fields.Datetime.now()
        self.write(
            {
                "verified_at": now,
                "broken_at": (self.broken_at or now) if found else False,
                "broken_sequence": found.sequence if found else False,
                "broken_reason": found.reason if found else False,
            }
        )
        if found:
            _logger.critical("The consent ledger of company %s is broken at %s", self.company_id.id, found.sequence)
        if found and not was_broken:
            self._raise_alarm(found)
        return found

    def _describe(self, found):
        if found:
            return self.env._(
                "Entry %(number)s: %(reason)s No new consent is recorded until this is cleared up.",
                number=found.sequence,
                reason=found.reason,
            )
        return self.env._("All %(count)s entries are as they were written.", count=self.entry_count)

    def _raise_alarm(self, found):
        """Give everybody who answers for data protection an activity, and write to their common address."""
        for user in self._get_guardians():
            head = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            head.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=head.env._("The consent ledger was changed from outside"),
                note=head._describe(found),
                user_id=user.id,
            )
        head, file = self._in_language_of_controller()
        head._send(file, head.env._("The consent ledger was changed from outside"), head._describe(found))

    def _get_guardians(self):
        """Return the privacy officers of this controller, else its managers."""
        # sudo: res.users - colleagues of all branches
        users = self.env["res.users"].sudo()
        branches = self.env["res.company"].sudo().search([("id", "child_of", self.company_id.id)])
        for group in ("clinic_whatsapp.group_privacy_officer", "clinic_whatsapp.group_manager"):
            found = users.search(
                [("all_group_ids", "in", self.env.ref(group).ids), ("company_ids", "in", branches.ids)]
            )
            if found:
                return found
        return users.browse()

    def _send_anchor(self):
        """Send number and hash of the last entry to the address for data protection, once a day at most.

        Sent is what the mail server has taken. What it did not take is shown, and tried again the next night.
        """
        today = fields.Date.today()
        if not self.entry_count or self.broken_at or self.anchored_on == today:
            return
        head, file = self._in_language_of_controller()
        body = head.env._(
            "Consent ledger of %(company)s: entry %(number)s, hash %(hash)s. Keep this message. It proves later that "
            "the ledger was not written anew: Data protection › Consent ledger › “Check an anchor”.",
            company=file.trade_name,
            number=self.entry_count,
            hash=self.head_hash,
        )
        subject = head.env._("Anchor of the consent ledger, entry %(number)s", number=self.entry_count)
        self.anchor_error = head._hand_over(head._send(file, subject, body))
        if not self.anchor_error:
            self.anchored_on = today

    @api.model
    def _hand_over(self, mail):
        """Give an e-mail to the mail server now; return why it did not take it, False when it did."""
        if not mail:
            return self.env._("No e-mail address for data protection is entered in the controller file.")
        mail.auto_delete = False  # Odoo would delete one without a valid recipient as if it were sent
        mail.send()
        problem = mail.state != "sent" and (mail.failure_reason or self.env._("The mail server did not take it."))
        mail.unlink()  # the next night sends the head as it is then
        return problem and problem[:MAX_CHAR]

    def _in_language_of_controller(self):
        """Return one head, and the file of its controller, in the language in which that is written to."""
        file = self.env["clinic.privacy.controller"]._get_for(self.company_id)
        return self.with_context(lang="tr_TR" if file.lang == "tr" else "en_US"), file

    def _send(self, file, subject, body):
        """Send an e-mail to the address for data protection, where there is one."""
        vals = {"subject": subject, "body_html": body, "email_to": file.privacy_email, "auto_delete": True}
        return file.privacy_email and self.env["mail.mail"].create(vals)

    def _check_anchor(self, number, entry_hash):
        """Compare what was sent out of the house with the ledger.

        :raise UserError: when the ledger does not lead through the anchor
        """
        # sudo: clinic.consent - a hash, whatever branch its entry belongs to
        entry = self.env["clinic.consent"].sudo().search(
            [("controller_id", "=", self.company_id.id), ("sequence", "=", number)]
        )  # fmt: skip
        if entry.entry_hash != entry_hash.strip().lower():
            raise UserError(
                self.env._(
                    "Entry %(number)s does not have this hash. Either the anchor was copied wrongly, or the ledger was "
                    "written anew after it had been sent.",
                    number=number,
                )
            )
        # sudo: clinic.consent - hashes of all branches; whoever asks may read the head
        if found := self.sudo()._verify():
            raise UserError(self._describe(found))
