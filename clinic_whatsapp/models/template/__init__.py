from . import template, template_variable, template_button, message, gate, account, res_partner  # isort: skip
