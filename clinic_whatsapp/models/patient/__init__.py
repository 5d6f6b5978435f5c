from . import whatsapp_contact, res_partner  # isort: skip
