from odoo import fields, models


class ClinicWhatsappTag(models.Model):
    """A word by which a branch sorts its conversations: “invoice”, “call back”. Never a word about health."""

    _name = "clinic.whatsapp.tag"
    _inherit = ["clinic.shared.mixin"]
    _description = "Tag of a conversation"
    _order = "name, id"

    name = fields.Char(required=True, help="Others in the branch see it: no diagnosis, no treatment.")
    color = fields.Integer("Colour")

    _name_unique = models.UniqueIndex("(COALESCE(company_id, 0), LOWER(name))", "There is a tag of this name already.")


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    tag_ids = fields.Many2many(
        "clinic.whatsapp.tag",
        "clinic_whatsapp_conversation_tag_rel",
        "conversation_id",
        "tag_id",
        "Tags",
        check_company=True,
    )

    def action_set_tags(self, tag_ids):
        """Let these conversations have exactly these tags.

        :param list[int] tag_ids: ids of ``clinic.whatsapp.tag``
        :raise AccessError: when the user may not read one of them
        """
        self.check_access("write")
        self.write({"tag_ids": [fields.Command.set(tag_ids)]})
        return True
