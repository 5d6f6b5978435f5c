from . import whatsapp_contact, contact_identity, res_partner, guardian, verified_number  # isort: skip
