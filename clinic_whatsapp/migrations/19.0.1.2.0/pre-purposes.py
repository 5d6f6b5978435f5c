"""Tell the purposes that exist already on what they rest, before copies of them are made for every legal entity."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

COLUMNS = {"legal_basis": "varchar", "health_basis": "varchar", "sensitivity": "varchar", "is_on": "bool"}
SHIPPED = (  # as in data/consent_purpose.xml, which does not write again what exists
    ("service", "contract", None, "ordinary", 0),
    ("appointment", "contract", "health_care", "health", 2),
)


def migrate(cr, version):
    columns = {**COLUMNS, "cap_per_occasion": "int4", "quiet_from": "float8", "quiet_to": "float8"}
    for name, kind in columns.items():
        if not column_exists(cr, "clinic_consent_purpose", name):
            create_column(cr, "clinic_consent_purpose", name, kind)
    for code, *facts in SHIPPED:
        _describe(cr, code, *facts)
    cr.execute(
        """
        UPDATE clinic_consent_purpose
           SET quiet_from = coalesce(quiet_from, 9), quiet_to = coalesce(quiet_to, 20),
               legal_basis = coalesce(legal_basis, 'consent'), sensitivity = coalesce(sensitivity, 'ordinary')"""
    )


def _describe(cr, code, legal_basis, health_basis, sensitivity, cap):
    cr.execute(
        SQL(
            """
            UPDATE clinic_consent_purpose
               SET legal_basis = %s, health_basis = %s, sensitivity = %s, cap_per_occasion = %s, is_on = TRUE
             WHERE code = %s AND legal_basis IS NULL""",
            legal_basis,
            health_basis,
            sensitivity,
            cap,
            code,
        )
    )
