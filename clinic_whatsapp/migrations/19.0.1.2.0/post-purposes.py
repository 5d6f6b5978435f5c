"""Messages that pointed to a shared purpose point to the controller's own from now on.

Automations do not: they serve all branches and name the pattern; each of their messages is made for the purpose of its
own controller. The consent ledger stays as it was written: its hashes cover the purpose it named.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE clinic_whatsapp_message AS row
           SET purpose_id = own.id
          FROM res_company company, clinic_consent_purpose pattern, clinic_consent_purpose own
         WHERE row.company_id = company.id AND row.purpose_id = pattern.id AND pattern.company_id IS NULL
           AND own.code = pattern.code AND own.company_id = split_part(company.parent_path, '/', 1)::int"""
    )
