"""Who answers a conversation: whoever takes it, whom a colleague names, or the least busy of those present.

Present is who has Odoo open (``mail.presence``). A branch may let this happen by itself with every message that nobody
has taken (``whatsapp_auto_assign``); where nobody is present the conversation stays free, and in sight of all. What
belongs to somebody who has left the branch is free again: nobody would see it else.
"""

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..messaging.conversation import CLOSED, OPEN
from ..patient.res_partner import STAFF

ASSIGNEE = "assigned_user_id"
ABOUT_NOTHING = ("reaction", "revoke")  # nobody has to answer these


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    @api.constrains("assigned_user_id")
    def _check_assignee_reads(self):
        for user in self.assigned_user_id:
            # sudo: res.users - the groups of a colleague are not readable by everybody
            if not user.sudo().has_group(STAFF):
                raise ValidationError(
                    self.env._("%(user)s cannot open conversations. Choose somebody of the reception.", user=user.name)
                )

    def write(self, vals):
        """Note who gave it to whom. Odoo's tracking would do so too, but makes every write of a message slower."""
        before = {conversation: conversation.assigned_user_id for conversation in self} if ASSIGNEE in vals else {}
        result = super().write(vals)
        self.filtered(lambda c: c in before and c.assigned_user_id != before[c])._note_assignment()
        return result

    def _note_assignment(self):
        if self:
            self._message_log_batch({conversation.id: conversation._describe_assignment() for conversation in self})

    def _describe_assignment(self):
        user = self.assigned_user_id
        return self.env._("Assigned to %(user)s.", user=user.name) if user else self.env._("Assigned to nobody.")

    def get_colleagues(self):
        """Return who may be given one conversation: ``[{"id", "name", "is_present", "open_count"}]``.

        Those present come first, the least busy of them at the top. Counted is what they have in this branch: how much
        there is in another one is nobody's business here.
        """
        self.ensure_one()
        self.check_access("read")
        staff = self.company_id._get_inbox_staff()
        present, busy = self._get_present(staff), self._count_open(staff, [("company_id", "=", self.company_id.id)])
        ranked = sorted(staff, key=lambda user: (user not in present, busy[user], user.id))
        return [
            {"id": user.id, "name": user.name, "is_present": user in present, "open_count": busy[user]}
            for user in ranked
        ]

    def action_assign(self, user_id):
        """Give these conversations to a colleague.

        :param int user_id: somebody who works in the branch and may open conversations
        :raise ValidationError: when he does not
        """
        self.check_access("write")
        user = self.env["res.users"].browse(user_id).exists()
        if not user:
            raise UserError(self.env._("Choose a colleague of the branch."))
        self.assigned_user_id = user
        return True

    def action_unassign(self):
        """Give these conversations back to all."""
        self.assigned_user_id = False
        return True

    def action_assign_least_busy(self):
        """Give each of these conversations to the colleague present who has the fewest open ones.

        :raise UserError: when nobody of the branch is present
        """
        self.check_access("write")
        for conversation in self:
            if not conversation._assign_least_busy():
                raise UserError(
                    self.env._(
                        "Nobody of %(branch)s is online. Choose a colleague by name.",
                        branch=conversation.company_id.name,
                    )
                )
        return True

    def _assign_least_busy(self):
        """Return to whom one conversation was given; nobody when nobody is present."""
        present = self._get_present(self.company_id._get_inbox_staff())
        # Managers of the whole clinic have other things to do, unless there is nobody else.
        first = present.filtered(lambda user: not user.has_group("clinic_whatsapp.group_manager")) or present
        if first:
            busy = self._count_open(first)
            self.assigned_user_id = min(first, key=lambda user: (busy[user], user.id)).with_env(self.env)
        return first and self.assigned_user_id

    @api.model
    def _get_present(self, users):
        # sudo: mail.presence - who is online is shown to every colleague, the rows are not
        presences = self.env["mail.presence"].sudo().search([("user_id", "in", users.ids), ("status", "!=", "offline")])
        return users & presences.user_id

    @api.model
    def _count_open(self, users, domain=()):
        """Return {user: how many open conversations he has}, those put aside left out.

        :param domain: which conversations; all branches by default, as somebody busy in another branch is busy
        """
        # sudo: clinic.whatsapp.conversation - what is counted over branches is compared, and shown to nobody
        groups = (
            self.env["clinic.whatsapp.conversation"]
            .sudo()
            ._read_group(
                [
                    ("assigned_user_id", "in", users.ids),
                    ("state", "=", OPEN),
                    ("snoozed_until", "=", False),
                    *domain,
                ],
                ["assigned_user_id"],
                ["__count"],
            )
        )
        return {**dict.fromkeys(users, 0), **dict(groups)}

    def _register_inbound(self, inbound):
        result = super()._register_inbound(inbound)
        # sudo: res.company - a setting of the branch, read by the connector
        is_wanted = self.company_id.sudo().whatsapp_auto_assign and inbound.type not in ABOUT_NOTHING
        if is_wanted and not (self.assigned_user_id and self._works_here(self.assigned_user_id)):
            self._assign_least_busy()
        return result

    @api.model
    def _free_of_leavers(self):
        """Free what is open and belongs to somebody who no longer works in the branch; return it.

        Raw SQL: who works where is compared row by row, for all branches at once.
        """
        self.flush_model(["state", "assigned_user_id", "company_id"])
        self.env["res.users"].flush_model(["active", "company_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT conversation.id
                  FROM clinic_whatsapp_conversation conversation
                  JOIN res_users assignee ON assignee.id = conversation.assigned_user_id
                 WHERE conversation.state != %s
                   AND (NOT assignee.active OR NOT EXISTS (
                       SELECT 1
                         FROM res_company_users_rel works
                        WHERE works.user_id = assignee.id AND works.cid = conversation.company_id))""",
                CLOSED,
            )
        )
        freed = self.browse(row[0] for row in rows)
        freed.assigned_user_id = False
        return freed
