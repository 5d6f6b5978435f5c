from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
    )

    @api.constrains("tag_ids")
    def _check_tags(self):
        """Somebody who works in two branches does not carry the words of one into the other."""
        for conversation in self:
            # sudo: res.company - the companies above a branch are not readable by its staff
            above = conversation.company_id.sudo().parent_ids
            if strange := [tag for tag in conversation.tag_ids if tag.company_id and tag.company_id not in above]:
                raise ValidationError(
                    self.env._(
                        "“%(tag)s” is a tag of another branch than %(branch)s.",
                        tag=strange[0].name,
                        branch=conversation.company_id.name,
                    )
                )

    def action_set_tags(self, tag_ids):
        """Let these conversations have exactly these tags.

        :param list[int] tag_ids: ids of ``clinic.whatsapp.tag``
        :raise AccessError: when the user may not read one of them
        """
        self.check_access("write")
        self.write({"tag_ids": [fields.Command.set(tag_ids)]})
        return True
