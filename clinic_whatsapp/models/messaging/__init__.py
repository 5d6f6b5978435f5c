from . import account, account_connection, conversation, message, gate, outbox, dispatcher, event, inbox, opt_out_reaction, thread, res_partner, ir_websocket  # isort: skip
