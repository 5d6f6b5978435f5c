"""Meta's words about a failure may quote the message: from this version on they are stored encrypted."""

from odoo.addons.clinic_whatsapp.encryption import encrypt
from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

CIPHERTEXT = "gAAAA%"  # how every Fernet token begins
BATCH = 1000


def migrate(cr, version):
    env = Environment(cr, SUPERUSER_ID, {})
    while rows := _find_clear(cr):
        values = SQL(", ").join(SQL("(%s, %s)", row_id, encrypt(env, text)) for row_id, text in rows)
        cr.execute(
            SQL(
                """
                UPDATE clinic_whatsapp_message message
                   SET error_detail = encrypted.token
                  FROM (VALUES %s) AS encrypted (id, token)
                 WHERE message.id = encrypted.id""",
                values,
            )
        )


def _find_clear(cr):
    cr.execute(
        SQL(
            """
            SELECT id, error_detail
              FROM clinic_whatsapp_message
             WHERE error_detail IS NOT NULL AND error_detail NOT LIKE %s
             LIMIT %s""",
            CIPHERTEXT,
            BATCH,
        )
    )
    return cr.fetchall()
