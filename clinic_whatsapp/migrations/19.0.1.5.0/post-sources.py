"""Automations say from this version on what kind of record they are about; the older ones are about appointments."""

from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    env = Environment(cr, SUPERUSER_ID, {})
    older = env["clinic.whatsapp.automation"].with_context(active_test=False).search([("source_id", "=", False)])
    older._compute_source_id()
