"""A conversation goes to another branch of the clinic; what was said stays where it was said.

The other branch goes on in a conversation of its own, over its own number. It gets the patient, if he is known, and
the manager's reason; not a message, not a file, not a note of ours. Both keep a note, and the clinic's list of changes
keeps who handed over what to whom, without the reason and without a name.
"""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..messaging.account import CONNECTED, NEEDS_ATTENTION
from ..messaging.conversation import CLOSED, OPEN

MANAGER = "clinic_whatsapp.group_branch_manager"
LONGEST = 500
TODO = "mail.mail_activity_data_todo"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_hand_over_branches(self):
        """Return the branches that can take over one conversation: ``[{"id", "name"}]``; none for who may not."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            return []
        accounts = self._find_other_numbers()
        return [{"id": branch.id, "name": branch.name} for branch in accounts.company_id.sorted("name")]

    def action_hand_over(self, company_id, reason):
        """Hand one conversation over to another branch of the clinic, and close it here.

        :param int company_id: a branch of the same legal entity with a connected number
        :param str reason: up to 500 characters; the other branch reads it
        :raise AccessError: when the user is no manager of the branch
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a branch manager hands conversations over to another branch."))
        reason = self._check_hand_over_reason(reason)
        account = self._find_other_numbers().filtered(lambda account: account.company_id.id == company_id)[:1]
        if not account:
            raise UserError(self.env._("Choose another branch of the clinic with a connected WhatsApp number."))
        self._hand_over(account, reason)
        self._record_hand_over(account.company_id)
        self.write({"state": CLOSED, "unread_count": 0})
        return True

    def _check_hand_over_reason(self, reason):
        reason = (reason or "").strip()
        if not reason or len(reason) > LONGEST:
            raise UserError(
                self.env._("Say in up to %(limit)s characters why. The other branch reads it.", limit=LONGEST)
            )
        return reason

    def _find_other_numbers(self):
        """Return the connected numbers of the clinic's other branches."""
        controller = self.company_id._get_controller()
        # sudo: clinic.whatsapp.account - numbers of branches whose conversations the manager may not see
        accounts = self.env["clinic.whatsapp.account"].sudo()
        return accounts.search(
            [
                ("company_id", "child_of", controller.id),
                ("company_id", "!=", self.company_id.id),
                ("state", "in", (CONNECTED, NEEDS_ATTENTION)),
            ],
            order="id",
        )

    def _hand_over(self, account, reason):
        # sudo: clinic.whatsapp.conversation - the other branch's own one, of which the manager sees nothing
        theirs = self.sudo().with_company(account.company_id).browse()
        theirs = theirs._find_or_create(account, self.contact_id.sudo())[self.contact_id]
        theirs._take_over(self.partner_id, self.is_patient_chosen, self.waiting_since)
        names = {"branch": self.company_id.name, "user": self.env.user.name, "reason": reason}
        theirs._note_hand_over(
            theirs.env._("Handed over by %(user)s of %(branch)s: %(reason)s", **names),
            theirs.env._("Taken over from %(branch)s: answer the patient", branch=self.company_id.name),
        )
        self.message_post(
            body=self.env._("Handed over to %(branch)s: %(reason)s", branch=account.company_id.name, reason=reason),
            subtype_xmlid="mail.mt_note",
        )

    def _take_over(self, patient, is_chosen, waiting_since):
        """Let one conversation stand out as if the patient had just written here."""
        if patient and not self.partner_id:
            self.partner_id = patient
            if is_chosen:
                self._remember_choice()
        self._wake()
        self.write({"state": OPEN, "unread_count": max(self.unread_count, 1), "last_message_at": fields.Datetime.now()})
        self._owe_answer(waiting_since or fields.Datetime.now())

    def _note_hand_over(self, note, summary):
        """Tell the branch that takes over, in the name of the app: who hands over has no place there."""
        this = self.with_user(self.env.ref("base.user_root"))
        this.message_post(body=note, subtype_xmlid="mail.mt_note")
        this._ask_staff(TODO, summary, this.env._("The reason stands in the notes."))
        self._notify()

    def _record_hand_over(self, branch):
        self.env["clinic.audited.mixin"]._append_changes(
            [
                {
                    "company_id": self.company_id._get_controller().id,
                    "res_model": self._name,
                    "res_id": self.id,
                    "label": self.env._("Conversation %(number)s", number=self.id),
                    "field_name": "company_id",
                    "before": self.company_id.name,
                    "after": branch.name,
                }
            ]
        )
