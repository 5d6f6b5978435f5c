from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import OrderedSet

BUS_CHANNEL = "CLINIC_WHATSAPP"
BUS_UPDATE = "clinic_whatsapp/update"
NEWS = "clinic_whatsapp.news"  # what a transaction has to tell the branches
WINDOW = timedelta(hours=24)  # the customer service window, cloud_api.md §7.1
OPEN, PENDING, CLOSED = "open", "pending", "closed"
STAFF_FIELDS = frozenset({"state", "assigned_user_id", "partner_id", "unread_count", "tag_ids"})


class ClinicWhatsappConversation(models.Model):
    """Everything said between one number of the clinic and one WhatsApp contact.

    ``mail.thread`` carries internal notes only: what patients write never enters the chatter (design.md §3).
    """

    _name = "clinic.whatsapp.conversation"
    _inherit = ["clinic.branch.mixin", "clinic.privacy.banner.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "WhatsApp conversation"
    _order = "last_message_at desc, id desc"
    _mail_post_access = "read"
    _rec_names_search = ["partner_id.name", "contact_id.profile_name", "contact_id.phone"]

    account_id = fields.Many2one(
        "clinic.whatsapp.account", "Number", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "clinic.whatsapp.contact", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True, index=True, required=True, default=None
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Patient",
        index="btree_not_null",
        domain=[("is_patient", "=", True)],
        help="Whom this conversation is about. Empty while several patients share the number, or none is known.",
    )
    contact_partner_ids = fields.Many2many(related="contact_id.partner_ids", string="Patients with this number")
    state = fields.Selection(
        [(OPEN, "Open"), (PENDING, "Waiting for the patient"), (CLOSED, "Closed")],
        required=True,
        default=OPEN,
        index=True,
    )
    assigned_user_id = fields.Many2one(
        "res.users", "Assigned to", index="btree_not_null", domain="[('company_ids', 'in', company_id)]"
    )
    unread_count = fields.Integer("Unread", readonly=True)
    last_message_at = fields.Datetime("Last activity", readonly=True, index=True)
    window_expires_at = fields.Datetime(
        "Free text until",
        readonly=True,
        help="WhatsApp lets a business write freely for 24 hours after the patient's last message. Later, only an "
        "approved template can be sent.",
    )
    is_window_open = fields.Boolean("Can write freely", compute="_compute_is_window_open")
    whatsapp_message_ids = fields.One2many(
        "clinic.whatsapp.message", "conversation_id", "WhatsApp messages", readonly=True
    )
    last_message_preview = fields.Char("Last message", compute="_compute_last_message_preview")

    _account_contact_unique = models.UniqueIndex(
        "(account_id, contact_id)", "There is one conversation with a contact for each number."
    )
    _list_idx = models.Index("(company_id, state, last_message_at DESC)")

    @api.depends("partner_id.name", "contact_id.display_name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = conversation.partner_id.name or conversation.contact_id.display_name

    @api.depends("window_expires_at")
    def _compute_is_window_open(self):
        now = fields.Datetime.now()
        for conversation in self:
            conversation.is_window_open = bool(conversation.window_expires_at and conversation.window_expires_at > now)

    def write(self, vals):
        if not self.env.su and (guarded := vals.keys() - STAFF_FIELDS - self._get_thread_fields()):
            raise AccessError(
                self.env._("These fields are kept by the connector: %(fields)s.", fields=", ".join(sorted(guarded)))
            )
        return super().write(vals)

    def _get_thread_fields(self):
        """Fields that chatter and activities write on behalf of the user."""
        return {name for name, field in self._fields.items() if (field._module or "") in ("mail", "base")}

    @api.constrains("partner_id", "contact_id")
    def _check_partner(self):
        for conversation in self:
            partner = conversation.partner_id
            if partner.company_id and partner.company_id != conversation.company_id._get_controller():
                raise UserError(self.env._("This patient belongs to another clinic."))

    @api.constrains("assigned_user_id")
    def _check_assigned_user(self):
        for conversation in self:
            conversation._check_works_here(conversation.assigned_user_id)

    def action_assign_to_me(self):
        self.assigned_user_id = self.env.user
        return True

    def action_close(self):
        self.state = CLOSED
        return True

    def action_reopen(self):
        self.state = OPEN
        return True

    def action_mark_read(self):
        """Forget the unread badge. The badge is shared by the branch: it says whether anybody has looked."""
        self.filtered("unread_count").write({"unread_count": 0})
        return True

    @api.model
    def _find_or_create(self, account, contacts):
        """Return {contact: conversation} over one number.

        :param clinic.whatsapp.account account:
        :param clinic.whatsapp.contact contacts: contacts of the account's controller
        """
        found = {
            conversation.contact_id: conversation
            for conversation in self.search([("account_id", "=", account.id), ("contact_id", "in", contacts.ids)])
        }
        missing = contacts.filtered(lambda contact: contact not in found)
        created = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True).create(
            [
                {
                    "account_id": account.id,
                    "contact_id": contact.id,
                    "partner_id": contact.partner_ids.id if len(contact.partner_ids) == 1 else False,
                }
                for contact in missing
            ]
        )
        found.update(zip(missing, created, strict=True))
        return found

    def _get_responsible_user(self):
        """Return the one to ask when a patient needs a person: assignee, the number's first to ask, a receptionist."""
        self.ensure_one()
        # sudo: res.groups - the members of a group are not readable by staff
        staff = (
            self.env.ref("clinic_whatsapp.group_user")
            .sudo()
            .all_user_ids.filtered(lambda user: not user.share and self.company_id in user.company_ids)
        )
        named = (self.assigned_user_id | self.account_id.responsible_user_id).filtered(self._works_here)
        return named[:1] or staff.sorted("id")[:1] or self.account_id._get_manager()

    def _open_window(self, received_at):
        """Let staff write freely for 24 hours after a patient's message; an older message never shortens it.

        :param datetime received_at: naive UTC, the patient's own time stamp (cloud_api.md §5.3)
        """
        for conversation in self:
            expires = received_at + WINDOW
            if not conversation.window_expires_at or conversation.window_expires_at < expires:
                conversation.window_expires_at = expires

    def _notify(self):
        """Tell the branches that something is new: ids only, every client fetches under its own rights.

        Each branch gets one message for all that happens in a transaction, right before it ends.
        """
        waiting = self.env.cr.precommit.data
        if self and NEWS not in waiting:
            waiting[NEWS] = {}
            self.env.cr.precommit.add(self.browse()._send_news)
        for company, conversations in self.grouped("company_id").items():
            heard, partners = waiting[NEWS].setdefault(company, (OrderedSet(), OrderedSet()))
            heard.update(conversations.ids)
            partners.update((conversations.partner_id | conversations.contact_id.partner_ids).ids)

    def _send_news(self):
        for company, (conversation_ids, partner_ids) in self.env.cr.precommit.data.pop(NEWS, {}).items():
            payload = {
                "conversation_ids": list(conversation_ids),
                "partner_ids": list(partner_ids),
                "company_id": company.id,
            }
            self.env["bus.bus"]._sendone((company, BUS_CHANNEL), BUS_UPDATE, payload)
