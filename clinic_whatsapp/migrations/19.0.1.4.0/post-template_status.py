"""What Meta has of a template is known apart from what was edited here.

Of a draft that Meta knows it was the text before; whether Meta takes the next one, it says itself.
"""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE clinic_whatsapp_template
               SET remote_status = CASE status WHEN 'draft' THEN 'approved' ELSE status END
             WHERE remote_id IS NOT NULL
               AND remote_status IS NULL
               AND category != 'service'"""
        )
    )
