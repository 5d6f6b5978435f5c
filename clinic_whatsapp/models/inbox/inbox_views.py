"""What the views of the inbox hold, in what order, and the indexes by which a page of them is found.

A view of one branch lies in an index in the order in which it is shown, so a page costs the same however many
conversations there are. PostgreSQL does not merge the order of several branches by itself: each is asked for its own
page, and the best of those are the page of all.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..messaging.conversation import CLOSED, OPEN, PENDING

UNANSWERED, MINE, UNASSIGNED, ALL_OPEN, SNOOZED, ALL_CLOSED = VIEWS = (
    "unanswered",
    "mine",
    "unassigned",
    "open",
    "snoozed",
    "closed",
)
LONGEST_WAIT, NEWEST = "waiting_since, id", "last_message_at desc, id desc"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    _waiting_idx = models.Index("(company_id, waiting_since, id) WHERE waiting_since IS NOT NULL")
    _open_idx = models.Index("(company_id, last_message_at DESC, id DESC) WHERE state IN ('open', 'pending')")
    _free_idx = models.Index(
        "(company_id, last_message_at DESC, id DESC) WHERE state IN ('open', 'pending') AND assigned_user_id IS NULL"
    )
    _mine_idx = models.Index(
        "(assigned_user_id, company_id, last_message_at DESC, id DESC) WHERE state IN ('open', 'pending')"
    )
    _newest_idx = models.Index("(company_id, last_message_at DESC, id DESC)")  # for what is searched in all views

    @api.model
    def _get_view_domain(self, view) -> Domain:
        """Return what a view holds; what is put aside stands in its own view only, until it is due again."""
        now = fields.Datetime.now()
        awake = Domain("snoozed_until", "=", False) | Domain("snoozed_until", "<=", now)
        working = Domain("state", "in", (OPEN, PENDING)) & awake
        return {
            UNANSWERED: Domain("waiting_since", "!=", False) & awake,
            MINE: working & Domain("assigned_user_id", "=", self.env.uid),
            UNASSIGNED: working & Domain("assigned_user_id", "=", False),
            ALL_OPEN: working,
            SNOOZED: Domain("snoozed_until", ">", now),
            ALL_CLOSED: Domain("state", "=", CLOSED),
        }.get(view, Domain.FALSE)

    @api.model
    def _get_view_branches(self, branch_id=False):
        """Return the active branches, or one of them; none when that one is not active."""
        branches = self.env.companies
        return branches.filtered(lambda branch: branch.id == branch_id) if branch_id else branches

    @api.model
    def _search_page(self, domain, order, branches, offset, limit):
        """Return a page of what a domain holds in some branches, found by the index of each.

        Raw SQL around the ORM's own queries, which know the rules: it cannot join several of them.
        """
        if not branches:
            return self.browse()
        self.flush_model()
        parts = [
            self._search(domain & Domain("company_id", "=", branch.id), order=order, limit=offset + limit).select(
                *(SQL.identifier(self._table, name) for name in ("id", "waiting_since", "last_message_at"))
            )
            for branch in branches
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) page ORDER BY %s LIMIT %s OFFSET %s",
                SQL(" UNION ALL ").join(SQL("(%s)", part) for part in parts),
                SQL(order),
                limit,
                offset,
            )
        )
        return self.browse(row[0] for row in rows)
