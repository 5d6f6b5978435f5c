"""Every entry of the consent ledger says from this version on what kind of record it is; the older ones are opt-ins.

Before the columns become required. The rest is done after the upgrade (``post-adopt_consents``).
"""


def migrate(cr, version):
    cr.execute("ALTER TABLE clinic_consent ADD COLUMN IF NOT EXISTS record_kind varchar")
    cr.execute("ALTER TABLE clinic_consent ADD COLUMN IF NOT EXISTS formula int4")
    cr.execute("UPDATE clinic_consent SET record_kind = 'channel_optin' WHERE record_kind IS NULL")
    cr.execute("UPDATE clinic_consent SET formula = 1 WHERE formula IS NULL")
