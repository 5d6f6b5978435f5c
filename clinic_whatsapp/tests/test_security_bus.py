"""What the browser hears: the news of its own branches, in ids, whatever it asks for."""

import json
from unittest.mock import MagicMock, patch

from odoo.addons.bus.models.bus import channel_with_db
from odoo.addons.bus.tests.common import WebsocketCase
from odoo.tests import tagged

from ..models.messaging.conversation import BUS_CHANNEL, BUS_UPDATE
from .security_common import MODULE, SecurityMixin

SERVER = "odoo.addons.bus.models.ir_websocket.wsrequest"


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityBus(SecurityMixin, WebsocketCase):
    def get_channels(self, user, asked=()):
        """Return the channels that a browser of this user gets when it asks for some."""
        wsrequest = MagicMock()
        wsrequest.session.uid = user.id
        with patch(SERVER, new=wsrequest):
            websocket = self.env(user=user.id, su=False, context={})["ir.websocket"]
            data = websocket._prepare_subscribe_data(list(asked), 0)
        return {channel_with_db(self.env.cr.dbname, channel) for channel in data["channels"]}

    def get_branch_channel(self, branch):
        return channel_with_db(self.env.cr.dbname, (branch, BUS_CHANNEL))

    def get_forged(self, branch):
        """Return strings with which a browser might ask for the news of a branch."""
        real, name = self.get_branch_channel(branch), f"res.company_{branch.id}"
        return [BUS_CHANNEL, MODULE, str(real), json.dumps(real), name, str(branch)]

    def test_staff_hear_their_own_branches(self):
        branches = self.branch_a | self.branch_b | self.branch_c | self.root
        for name, user in {**self.users, "both": self.both}.items():
            works = user.has_group("clinic_whatsapp.group_user")
            channels = self.get_channels(user)
            for branch in branches:
                with self.subTest(user=name, branch=branch.name):
                    heard = self.get_branch_channel(branch) in channels
                    self.assertEqual(heard, works and branch in user.company_ids)

    def test_nobody_hears_another_branch_by_asking_for_it(self):
        for name, user in self.users.items():
            channels = self.get_channels(user, self.get_forged(self.branch_b))
            with self.subTest(user=name):
                self.assertNotIn(self.get_branch_channel(self.branch_b), channels)
                self.assertFalse([c for c in channels if c[1:] and c[1] == "res.company" and self.branch_b.id in c])

    def test_only_strings_are_taken_from_the_browser(self):
        for asked in ([["res.company", self.branch_b.id, BUS_CHANNEL]], [{"id": 1}], [self.branch_b.id]):
            with self.assertRaises(ValueError):
                self.get_channels(self.users["reception"], asked)

    def clear_bus(self):
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()

    def get_news(self):
        """Return what waits on the bus about the addon, as the browser would get it."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("message", "like", MODULE)])
        return [(json.loads(row.channel), json.loads(row.message)) for row in rows]

    def test_news_are_ids_for_one_branch(self):
        self.clear_bus()
        self.sister["clinic.whatsapp.conversation"]._notify()
        ((channel, message),) = self.get_news()
        self.assertEqual(channel, list(self.get_branch_channel(self.branch_b)))
        self.assertEqual(message["type"], BUS_UPDATE)
        for value in message["payload"].values():
            numbers = value if isinstance(value, list) else [value]
            self.assertTrue(all(isinstance(number, int) for number in numbers))

    def test_nothing_a_branch_does_puts_words_on_the_bus(self):
        self.clear_bus()
        conversation = self.sister["clinic.whatsapp.conversation"]
        conversation._send_text(f"Written by {self.sister.mark}")
        conversation.message_post(body=f"Noted by {self.sister.mark}", partner_ids=self.both.partner_id.ids)
        conversation.activity_schedule("mail.mail_activity_data_todo", summary=self.sister.mark, user_id=self.both.id)
        self.sister["clinic.appointment"].write({"state": "confirmed", "note": self.sister.mark})
        self.env.cr.precommit.run()
        self.assertTrue(self.get_news())
        for row in self.env["bus.bus"].search([]):
            channel = json.loads(row.channel)
            if channel[1:3] != ["res.partner", self.both.partner_id.id]:  # his own inbox, in his own branch
                self.assertNotIn(self.sister.mark, row.message)

    def test_over_a_real_socket_only_the_own_branch_arrives(self):
        self.clear_bus()
        user = self.users["reception"]
        session = self.authenticate(user.login, user.login)
        socket = self.websocket_connect(cookie=f"session_id={session.sid}")
        last = self.env["bus.bus"]._bus_last_id()
        self.subscribe(socket, self.get_forged(self.branch_b), last)
        for world in (self.sister, self.stranger, self.home):
            world["clinic.whatsapp.conversation"]._notify()
        branches = self.branch_b | self.branch_c | self.branch_a
        self.trigger_notification_dispatching([(branch, BUS_CHANNEL) for branch in branches])
        heard = [news["message"]["payload"]["company_id"] for news in json.loads(socket.recv())]
        self.assertEqual(heard, self.branch_a.ids)
