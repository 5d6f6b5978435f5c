"""Rows for what nobody can work out afterwards: a message came in, a record came to match, a server action asked.

They are written in the transaction in which it happens. Before one is queued, the planner asks again whether its
record is still there and still fulfils the conditions (``planner.py``).
"""

from odoo import fields, models

from .look import Look


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _note(self, records, moment=None):
        """Plan the messages of these automations for records to which something has just happened.

        Automations that are switched off, or about another model, and records that do not fulfil the conditions are
        passed over. Whoever notes the same moment again plans nothing twice.

        :param records: of one model and any branches
        :param datetime | None moment: what tells one occasion from the next, naive UTC; by default now. Messages are
            due from now on all the same
        """
        now = fields.Datetime.now()
        # sudo: clinic.whatsapp.automation, clinic.whatsapp.scheduled - rows follow from what happens, whoever does it;
        # each row carries the branch of its record
        about = self.sudo().filtered(lambda it: it.model == records._name and it._get_trigger().is_noted)
        noting = about._filter_working()
        if not noting or not records:
            return
        occasions = {(it.id, res_id): [(moment or now, now)] for it in noting for res_id in records.ids}
        wishes = Look(records.sudo(), noting, now).get_wishes(occasions)
        planner = self.env["clinic.whatsapp.scheduled"].sudo()
        planner._insert(records._name, {key: wish for key, wish in wishes.items() if wish.is_open})
        planner._arm()
