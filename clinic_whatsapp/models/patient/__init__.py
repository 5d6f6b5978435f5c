from . import whatsapp_contact, contact_identity, res_partner  # isort: skip
