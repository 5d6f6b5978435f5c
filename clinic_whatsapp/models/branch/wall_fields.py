from odoo import fields
from odoo.tools import SQL, Query


class WalledOne2many(fields.One2many):
    """A list of rows of branches, on a record that other branches see too.

    Odoo applies the rules when such a list is read, and when its rows are searched by what they contain; but not when
    it is compared with ids or with nothing. Anybody could ask which patients have a row in a branch he cannot see.
    """

    def _get_query_for_condition_value(self, model, comodel, operator, value):
        query = super()._get_query_for_condition_value(model, comodel, operator, value)
        if isinstance(value, Query) and not model.env.su:
            visible = model.env[self.comodel_name].with_context(active_test=False)._search([])
            query.add_where(SQL("%s IN %s", SQL.identifier(query.table, "id"), visible.subselect()))
        return query
