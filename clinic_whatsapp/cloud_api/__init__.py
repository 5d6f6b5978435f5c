"""The WhatsApp Cloud API, as far as a clinic needs it: pure Python, nothing of Odoo.

    phone.py      phone numbers as people type them, to E.164
    messages.py   what can be sent: content_*.py; every content knows its limits (limits.py),
                  and media_rules.py those of files
    template_definition.py
                  what a template is, with its buttons (template_buttons.py); the rules that it
                  must keep: template_rules.py, with template_text_rules.py for its texts,
                  template_button_rules.py and template_languages.py
    permit.py     the proof that the gate allowed one message
    pace.py       a token bucket for the rate of one number
    client.py     one WhatsApp number on Meta's Graph API: calls_*.py, one for each subject;
                  credentials.py, answers.py, answers_account.py: its types
    graph.py      HTTP: an answer or a typed failure (exceptions.py)
    upload.py     files up and, download.py, down, in pieces; addresses.py: from where
    transport.py  knows whether a request began to leave this host
    errors.py     what Meta's errors mean for the clinic: error_table.py, template_errors.py,
                  setup_errors.py; when to try again: policy.py, usage.py
    webhook.py    Meta's webhooks: signature and splitting; inbound.py reads the items, what they hold by
                  inbound_content.py, single fields by inbound_fields.py
    terms.py      marks text for translation

Nothing here logs or shows a token, the text of a message or a whole phone number. Section numbers
in comments ("cloud_api.md §6.2") point to the fact sheet on the wire protocol.
"""
