"""Older entries of the consent ledger are looked up like the new ones, and their scans are encrypted."""

from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    Environment(cr, SUPERUSER_ID, {})["clinic.consent"]._adopt_older_entries()
