"""What messages cost, as far as the clinic has entered its prices.

Meta charges each delivered template by its category and the country of the recipient, and changes its rates every
quarter (cloud_api.md §7.2): no price is known here, the manager enters those of his contract. What a free text costs
depends on how many the number has sent in the month, so it is counted and not priced.
"""

from collections import Counter, defaultdict

from odoo import fields, models
from odoo.tools import float_round, formatLang

BRANCH_MANAGER = "clinic_whatsapp.group_branch_manager"
PRICES = {"utility": "price_utility", "marketing": "price_marketing", "authentication": "price_authentication"}
DIGITS = 5  # a message costs fractions of a cent


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    price_utility = fields.Float(
        "Utility",
        digits=(12, DIGITS),
        groups=BRANCH_MANAGER,
        help="Price of one delivered message about an appointment.",
    )
    price_marketing = fields.Float(
        "Marketing", digits=(12, DIGITS), groups=BRANCH_MANAGER, help="Price of one delivered promotional message."
    )
    price_authentication = fields.Float(
        "Authentication", digits=(12, DIGITS), groups=BRANCH_MANAGER, help="Price of one delivered one-time code."
    )
    price_currency_id = fields.Many2one(
        "res.currency",
        "Currency",
        groups=BRANCH_MANAGER,
        default=lambda self: self.env.company.currency_id,
        help="In which Meta bills this number.",
    )

    _prices_not_negative = models.Constraint(
        "CHECK (price_utility >= 0 AND price_marketing >= 0 AND price_authentication >= 0)",
        "A message costs nothing or more, never less.",
    )

    def _estimate_cost(self, counts: Counter):
        """Return what some messages are going to cost, as lines for the screen.

        :param Counter counts: how many, by (number, category of the template)
        :return: ``{"lines": [{"category", "label", "count", "cost"}], "total", "is_complete"}``; a cost is a text with
            its currency, False where no price was entered. ``total`` joins the currencies, False without any price
        """
        names = dict(self.env["clinic.whatsapp.template"]._fields["category"]._description_selection(self.env))
        messages, costs, total = Counter(), defaultdict(Counter), Counter()
        for (account, category), count in counts.items():
            messages[category] += count
            if cost := account._get_cost(category, count):
                costs[category][account.price_currency_id] += cost
                total[account.price_currency_id] += cost
        return {
            "lines": [
                {
                    "category": category,
                    "label": names[category],
                    "count": count,
                    "cost": self._name_costs(costs[category]),
                }
                for category, count in messages.most_common()
            ],
            "total": self._name_costs(total),
            "is_complete": all(account._get_cost(category, 1) for account, category in counts if category in PRICES),
        }

    def _get_cost(self, category, count) -> float:
        """Return what messages of one category cost over one number; 0.0 when nobody has entered a price."""
        name = PRICES.get(category)
        return float_round(((name and self[name]) or 0.0) * count, precision_digits=DIGITS)

    def _name_costs(self, costs):
        """Return sums as one text, for example “12,40 ₺”; False without any."""
        texts = [formatLang(self.env, amount, currency_obj=currency) for currency, amount in costs.items()]
        return " + ".join(texts) or False
