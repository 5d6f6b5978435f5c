from . import consent_purpose, consent_chain, consent, res_partner, partner_merge  # isort: skip
