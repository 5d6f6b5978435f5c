"""How many conversations there are in each view. Nobody needs to know how many thousands: counting ends at ``MANY``."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .inbox_views import MINE, UNANSWERED, UNASSIGNED, VIEWS

MANY = 1000  # shown as “999+”


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    _due_idx = models.Index("(company_id, reply_due_at) WHERE waiting_since IS NOT NULL")

    @api.model
    def get_inbox_counts(self):
        """Return what the systray shows, of the active branches: ``{"unanswered", "mine", "unassigned", "overdue"}``.

        None is above ``MANY``.
        """
        self.check_access("read")
        views = {view: self._get_view_domain(view) for view in (UNANSWERED, MINE, UNASSIGNED)}
        overdue = views[UNANSWERED] & Domain("reply_due_at", "<", fields.Datetime.now())
        return self._count_domains({**views, "overdue": overdue}, self.env.companies)

    @api.model
    def _count_views(self, branches):
        return self._count_domains({view: self._get_view_domain(view) for view in VIEWS}, branches)

    @api.model
    def _count_domains(self, domains, branches):
        """Return {name: how many a domain holds in some branches}, by one query for all of them."""
        if not branches:
            return dict.fromkeys(domains, 0)
        self.flush_model()
        here = Domain("company_id", "in", branches.ids)
        counted = [self._search(domain & here, limit=MANY).select(SQL("1")) for domain in domains.values()]
        [row] = self.env.execute_query(
            SQL("SELECT %s", SQL(", ").join(SQL("(SELECT COUNT(*) FROM (%s) counted)", rows) for rows in counted))
        )
        return dict(zip(domains, row, strict=True))
