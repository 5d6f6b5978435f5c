"""An automation that does not work any more stops itself, says why and tells a manager; all others go on.

Apps are removed, fields and columns deleted behind the back of automations that name them. So whatever follows from
what a manager wrote – conditions, paths, templates – happens in :meth:`_attempt`:

- A failure ends the work of this automation and of nothing else: whoever books an appointment books it, and the
  scheduled action queues the rows of the others in the same run.
- The automation is switched off before the transaction ends, not at once: a rule of Odoo that is at work
  (``record_triggers``) cannot be taken away under its own feet. Until then it counts as stopped.
- Where the database is asked for what a manager wrote, a savepoint undoes the failure; where only fields of
  appointments are read, none is paid for.
- Collisions with other transactions are no failures: they are raised, and the whole transaction is tried again.

The scheduled action also asks of every automation whether it still fits, by the check that it has passed when it was
saved (``automation_check``). That check names the place; a failure that it does not explain is told by its kind only,
because its text may quote a patient (``failure``).
"""

import logging
from contextlib import contextmanager, nullcontext

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools.misc import clean_context
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from ..messaging import health
from ..messaging.failure import describe, trace
from .trigger import OF_APPOINTMENT, OF_CHAT

_logger = logging.getLogger(__name__)

FAILED = "clinic_whatsapp.failed_automations"
# Two that write to somebody for the first time both begin his conversation; the database lets one of them.
TRANSIENT = (psycopg2.OperationalError, psycopg2.errors.UniqueViolation, ConcurrencyError)
GONE = (psycopg2.errors.UndefinedColumn, psycopg2.errors.UndefinedTable)  # their text names what is gone, no value


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def write(self, vals):
        """Whoever switches an automation on again says that it is mended; that it fits is checked as ever."""
        if not vals.get("active"):
            return super().write(vals)
        mended = self.filtered("stopped_reason")
        result = super().write({**vals, "stopped_reason": False, "stopped_at": False})
        mended._forget_stop()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_forgets_stop(self):
        self.filtered("stopped_reason")._forget_stop()

    def _attempt(self, work, otherwise=None, *, savepoint=False, place=""):
        """Do something that follows from how one automation is defined; a failure stops it, and nobody else.

        :param Callable work: what to do; it leaves nothing behind in Python when it fails
        :param otherwise: what to return when it fails
        :param bool savepoint: whether the database may fail in it; without one a failure of the database is raised
        :param str place: what the manager has to look at
        :return: what it returns
        :raise psycopg2.Error: a collision with another transaction
        """
        self.ensure_one()
        if savepoint:
            self.env.flush_all()  # what fails there is not our doing
        try:
            with self._undoable() if savepoint else nullcontext():
                return work()
        except TRANSIENT:
            raise
        except Exception as error:
            if self.env.cr.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR:
                raise
            self._fail(error, place)
            return otherwise

    @contextmanager
    def _undoable(self):
        """Undo what happens inside when it fails. Hooks that wait for the commit go on waiting."""
        with self.env.cr.savepoint(flush=False):
            try:
                yield
                self.env.flush_all()
            except Exception:
                self.env.transaction.clear()
                raise

    def _asks_database(self) -> bool:
        """Tell whether what a manager wrote is looked up in the database."""
        return bool(self.domain) or self.trigger not in OF_APPOINTMENT | OF_CHAT

    def _find_cases(self, look, noted):
        """Extended: a failure stops this automation. The conditions come first, as long as a failure can be undone."""
        find = super()._find_cases

        def find_all():
            if self.domain:
                look.find_matching(self)
            return find(look, noted)

        return self._attempt(find_all, [], savepoint=self._asks_database())

    def _fail(self, error, place=""):
        """Let one automation stop before the transaction ends.

        :param str place: see :meth:`_attempt`
        """
        _logger.error("Automation %s failed and stops: %s", self.id, trace(error))
        precommit = self.env.cr.precommit
        failed = precommit.data.setdefault(FAILED, {})
        if not failed:
            precommit.add(lambda: self.browse()._stop_failed(precommit.data.pop(FAILED, {})))
        failed.setdefault(self.id, (error, place))

    def _has_stopped(self) -> bool:
        """Tell whether one automation has stopped itself, or is going to when the transaction ends."""
        has_failed = self.id in self.env.cr.precommit.data.get(FAILED, ())
        return has_failed or bool(self.stopped_reason and not self.active)

    def _filter_working(self):
        """Return those of some automations that are switched on and have not failed in this transaction."""
        return self.filtered(lambda automation: automation.active and not automation._has_stopped())

    @api.model
    def _stop_failed(self, failed):
        """
        :param dict failed: {id: (error, place)}
        """
        # sudo: clinic.whatsapp.automation - whoever noticed it
        this = self.sudo().with_context(clean_context(self.env.context), tracking_disable=True)
        for automation in this.browse(failed).exists().filtered("active"):
            automation._stop_safely(*failed[automation.id])

    def _stop_safely(self, error, place):
        """Stop one automation; should that fail, too, at least the work of whoever noticed it goes through."""
        self.env.flush_all()
        try:
            with self._undoable():
                self._stop(self._explain_failure(error, place))
        except TRANSIENT:
            raise
        except Exception as failure:
            _logger.error("Automation %s could not be stopped: %s", self.id, trace(failure))

    def _stop(self, reason):
        """Switch one automation off that does not work any more, say why, and ask a manager once to mend it.

        What it has planned does not leave: the planner skips it soon, in batches.

        :param str reason: a sentence for the manager, in his language
        """
        if not self.active:
            return
        self.write({"active": False, "stopped_reason": reason, "stopped_at": fields.Datetime.now()})
        account = self._get_told_account()
        account._report_finding(
            health.AUTOMATION_STOPPED, f"{self._for_manager().name}: {reason}", subject=str(self.id)
        )

    def _forget_stop(self):
        """Close what asked a manager to mend these automations."""
        # sudo: clinic.whatsapp.account - it may have been told on the number of another branch
        accounts = self.env["clinic.whatsapp.account"].sudo().with_context(active_test=False).search([])
        for automation in self:
            accounts._clear_finding(health.AUTOMATION_STOPPED, subject=str(automation.id))

    def _explain_failure(self, error, place) -> str:
        told = self._for_manager()
        if problem := told._find_breakage_safely():
            return problem
        text = told.env._(
            "Something that it needs has changed or is gone (%(error)s). Ask whoever looks after Odoo here.",
            error=error.diag.message_primary if isinstance(error, GONE) else describe(error),
        )
        return told.env._("“%(place)s”: %(problem)s", place=place, problem=text) if place else text

    def _find_breakage_safely(self):
        """Return what the check says about one automation; False when it cannot say anything."""
        try:
            with self._undoable():
                return self._find_breakage()
        except TRANSIENT:
            raise
        except Exception as error:
            _logger.error("Automation %s cannot be checked: %s", self.id, trace(error))
            return False

    def _find_breakage(self):
        """Return what keeps one automation from working that has been saved once; False when nothing is known. Hook."""
        return self._find_problem()

    def _find_present_problem(self):
        """Return the same for whoever looks at one automation, in his language; what he may not read is no problem."""
        return self.with_user(SUPERUSER_ID)._find_problem()

    def _for_manager(self):
        """Return one automation as the superuser sees it, in the language of the manager who is told about it."""
        return self.with_user(SUPERUSER_ID).with_context(lang=self._get_told_account()._get_told_language())

    def _get_told_account(self):
        """Return the number whose manager is told: of the own company, else of a branch it covers or of one above."""
        # sudo: clinic.whatsapp.account - whoever noticed the failure need not see them
        accounts = self.env["clinic.whatsapp.account"].sudo()
        covered = accounts.search([], order="id").filtered(lambda account: self._covers(account.company_id))
        own = covered.filtered(lambda account: account.company_id == self.company_id)
        above = accounts._for_companies(self.company_id).get(self.company_id, accounts)
        return (own or covered or above)[:1]

    @api.model
    def _stop_unfit(self):
        """Stop what does not fit any more before anything of it fails: an app or a field is gone."""
        for automation in self.search([("active", "=", True)]):
            if automation._attempt(automation._find_breakage, savepoint=automation._asks_database()):
                automation._stop(automation._for_manager()._find_breakage())


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _cron_plan(self):
        self.env["clinic.whatsapp.automation"]._stop_unfit()
        return super()._cron_plan()


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _get_told_language(self):
        """Return the language of who looks after this number; that of the administrator without one."""
        return self._get_manager().lang if self else self.env.ref("base.user_admin").lang
