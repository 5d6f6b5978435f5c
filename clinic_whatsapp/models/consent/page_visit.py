from odoo import api, fields, models

from ...encryption import keyed_hash


class ClinicPageVisit(models.TransientModel):
    """How often somebody knocked at the pages that open without a login, so that nobody can try links by the thousand.

    Kept in the database because workers share nothing else, and only as a keyed hash: no address of anybody is stored.
    Rows are only added, so visitors never wait for each other; Odoo throws them away by itself.
    """

    _name = "clinic.page.visit"
    _description = "Visit of a page without login"
    _transient_max_hours = 1.0

    key = fields.Char(required=True, readonly=True)

    _key_idx = models.Index("(key, create_date)")

    @api.model
    def _is_too_often(self, what, limit, within) -> bool:
        """Tell whether something was counted ``limit`` times already.

        :param str what: what is counted, for example ``miss 192.0.2.1``
        :param int limit: how often is fine
        :param timedelta within: within how much time
        """
        since = fields.Datetime.now() - within
        # sudo: clinic.page.visit - nobody has a right to these rows
        found = self.sudo().search_count([("key", "=", self._hash(what)), ("create_date", ">", since)], limit=limit)
        return found >= limit

    @api.model
    def _count(self, what):
        # sudo: clinic.page.visit - nobody has a right to these rows
        self.sudo().create({"key": self._hash(what)})

    @api.model
    def _hash(self, what) -> str:
        return keyed_hash(self.env, f"page visit {what}")
