"""“A record is created” and “a record starts to meet the conditions”, of any model, by Odoo's own automation rules.

An automation of this kind keeps one rule (``base.automation``) while it is switched on: made, changed and deleted with
it, in sight of every administrator. A manager needs no technical rights, since the rule only ever does what his
automation says.
"""

import ast

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import clean_context

from .server_action import MANAGER, SEND
from .trigger import ON_CHANGED, ON_CREATED

RULES = {ON_CREATED: "on_create", ON_CHANGED: "on_create_or_write"}
RULE_FIELDS = frozenset({"trigger", "source_id", "domain", "active", "name"})


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    @api.constrains("trigger", "domain")
    def _check_change_has_domain(self):
        for automation in self:
            if automation.trigger == ON_CHANGED and not automation._get_literal_domain():
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: say under “if” which conditions a record has to meet.",
                        name=automation.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        automations = super().create(vals_list)
        automations._keep_rules()
        return automations

    def write(self, vals):
        result = super().write(vals)
        if not RULE_FIELDS.isdisjoint(vals):
            self._keep_rules()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_rules(self):
        self._get_rules().unlink()

    def _get_rules(self):
        # sudo: base.automation - a rule follows from its automation, whose manager has no technical rights
        rules = self.env["base.automation"].sudo().with_context(clean_context(self.env.context), tracking_disable=True)
        return rules.with_context(active_test=False).search([("whatsapp_automation_ref", "in", self.ids)])

    def _keep_rules(self):
        """Make the rules of these automations what they ought to be."""
        rules = self._get_rules()
        for automation in self:
            automation._keep_rule(rules.filtered(lambda rule, ref=automation.id: rule.whatsapp_automation_ref == ref))

    def _find_breakage(self):
        """Extended: a rule that an administrator has deleted or switched off leaves its automation deaf."""
        return super()._find_breakage() or self._find_rule_problem()

    def _find_rule_problem(self):
        if not self.active or self.trigger not in RULES or any(self._get_rules().mapped("active")):
            return False
        return self.env._(
            "Odoo's automation rule that it works with was deleted or switched off. Switching it on makes a new one."
        )

    def _keep_rule(self, rule):
        wanted = self.active and self.trigger in RULES and self.model in self.env
        if rule and not (wanted and rule.model_name == self.model):
            rule.unlink()
            rule = rule.browse()
        if not wanted:
            return
        vals = self._prepare_rule_vals()
        if not rule:
            rule.create({**vals, **self._prepare_rule_action_vals(vals)})
        elif any(rule[name] != value for name, value in vals.items()):
            rule.write(vals)

    def _prepare_rule_vals(self):
        domain = self._get_literal_domain()
        is_change = self.trigger == ON_CHANGED
        return {
            "name": self.env._("WhatsApp: %(automation)s", automation=self.name),
            "trigger": RULES[self.trigger],
            "filter_domain": domain and repr(domain),
            "filter_pre_domain": is_change and domain and repr(list(~Domain(domain))),
        }

    def _prepare_rule_action_vals(self, vals):
        # sudo: ir.model - the model of a source
        model_id = self.source_id.sudo().model_id.id
        action = {"name": vals["name"], "model_id": model_id, "state": SEND, "usage": "base_automation"}
        return {
            "model_id": model_id,
            "whatsapp_automation_ref": self.id,
            "action_server_ids": [fields.Command.create({**action, "whatsapp_automation_ref": self.id})],
        }

    def _get_literal_domain(self) -> list:
        """
        :raise ValidationError: when the conditions are more than a list of fields and values
        """
        try:
            return ast.literal_eval(self.domain) if self.domain else []
        except (ValueError, SyntaxError) as error:
            raise ValidationError(
                self.env._("“%(name)s”: the conditions cannot be read. Choose them anew.", name=self.name)
            ) from error


class ClinicWhatsappSource(models.Model):
    _inherit = "clinic.whatsapp.source"

    def write(self, vals):
        result = super().write(vals)
        if "model_id" in vals:
            # sudo: clinic.whatsapp.automation - those of the branches below use it too
            self.env["clinic.whatsapp.automation"].sudo().search([("source_id", "in", self.ids)])._keep_rules()
        return result


class BaseAutomation(models.Model):
    """A rule that an automation keeps: it looks at records as any rule does, and what fails in it stops only that."""

    _inherit = "base.automation"

    whatsapp_automation_ref = fields.Integer(
        "Number of the WhatsApp automation", readonly=True, copy=False, index="btree_not_null", groups=MANAGER
    )

    def _get_whatsapp_automation(self):
        # sudo: base.automation, clinic.whatsapp.automation - whoever changes a record need not see what follows
        automations = self.env["clinic.whatsapp.automation"].sudo()
        return automations.browse(self.sudo().whatsapp_automation_ref or []).exists()

    def _filter_pre(self, records, feedback=False):
        filter_records = super()._filter_pre
        return self._filter_safely(lambda: filter_records(records, feedback), records.browse())

    def _filter_post_export_domain(self, records, feedback=False):
        filter_records = super()._filter_post_export_domain
        return self._filter_safely(lambda: filter_records(records, feedback), (records.browse(), None))

    def _filter_safely(self, filter_records, nothing):
        """Ask a rule which records it wants; one of ours that cannot tell wants none.

        No savepoint, since the changes of the user may still wait to be written.
        """
        try:
            return filter_records()
        except psycopg2.Error:
            raise
        except Exception as error:
            automation = self._get_whatsapp_automation()
            if not automation:
                raise
            automation._fail(error)
            return nothing

    def _process(self, records, domain_post=None):
        """Note all records at once; for ours it is enough that they match, whichever of their fields was written."""
        automation = self._get_whatsapp_automation()
        if not automation:
            return super()._process(records, domain_post=domain_post)
        return automation._note_safely(records)
