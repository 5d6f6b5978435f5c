"""What the patient of one record would read of an automation, and when: a look before anything is switched on.

The texts are made as those that leave: in the patient's language, with the values of the record, which may come from
fields that the reader cannot open; they go to the patient himself. Nothing is written, and links are only hinted at.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from .prospects import AHEAD, UNKNOWN

EMPTY_BUBBLE = {"header": "", "body": "", "footer": "", "buttons": [], "media": False, "location": False}


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def get_preview(self, res_id=False):
        """Return what the messages of one automation say, for its screen.

        :param int | bool res_id: the record that they are about; by default the next one that would get them
        :return: ``{"name", "is_active", "may_switch", "model", "model_name", "domain", "record", "hint", "steps"}``:
            ``model`` and ``domain`` say what can be chosen, ``record`` is ``{"id", "name"}`` or False: then the texts
            stand there with their examples; ``steps`` as ``[{"id", "title", "when", "due", "state", "reason", "label",
            "advice", "bubble", "kinds", "picture"}]``
        :raise AccessError: when the reader may not see the automation
        """
        self.ensure_one()
        self.check_access("read")
        record, prospects = self._choose_previewed(res_id)
        return {
            **self._describe_for_look(),
            **self._describe_choice(),
            "record": bool(record) and {"id": record.id, "name": record.display_name},
            "hint": self._hint_at_preview(record, prospects),
            "steps": self._preview_steps(record, prospects),
        }

    def _describe_choice(self):
        if self._get_outlook() == UNKNOWN:
            return {"model": False, "model_name": "", "domain": []}
        # sudo: ir.model - the name of a model that the reader may read records of
        name = self.env["ir.model"].sudo()._get(self.model).name
        return {"model": self.model, "model_name": name, "domain": list(self._get_scope_domain())}

    def _choose_previewed(self, res_id):
        """Return (record, {step: prospect}) of the wanted record, else of the next one that would get a message."""
        outlook, now = self._get_outlook(), fields.Datetime.now()
        if outlook == UNKNOWN:
            return None, {}
        records = self.env[self.model]
        if res_id:
            record = records.search(self._get_scope_domain() & Domain("id", "=", res_id))
        else:
            domain, order = self._get_prospect_domain(outlook, now)
            record = records.search(domain, order=order, limit=1) or records.search(self._get_scope_domain(), limit=1)
        prospects = self._get_prospects(record, outlook, now) if record else []
        return record, {prospect.step: prospect for prospect in prospects}

    def _hint_at_preview(self, record, prospects):
        if not record:
            return self.env._("With the examples of the templates as values.")
        if not prospects and self.step_ids:
            return self.env._("As things stand, nothing would leave about this record. This is what it would say.")
        if self._get_outlook() != AHEAD:
            return self.env._("As if it had just happened to this record.")
        return ""

    def _preview_steps(self, record, prospects):
        verdicts = self._judge_prospects(list(prospects.values()))
        return [
            step._preview(record, prospects.get(step), verdicts.get(prospects.get(step))) for step in self.step_ids
        ]


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _preview(self, record, prospect, verdict):
        label, advice = self.automation_id._explain_verdict(verdict.reason) if verdict and verdict.reason else ("", "")
        detail = verdict and verdict.detail
        return {
            "id": self.id,
            "title": self.name_text if self.template_id else self.title or "",
            "when": self.when_text,
            "due": bool(prospect) and self.automation_id._format_moment(prospect.due_at, prospect.company),
            "state": "denied" if label else "ready",
            "reason": bool(verdict) and verdict.reason,
            "label": f"{label}: {detail}" if detail else label,
            "advice": advice,
            **self._preview_text(record),
        }

    def _preview_text(self, record):
        """Return what the phone shows: ``{"bubble", "kinds", "picture"}``."""
        if not self.template_id:
            return {"bubble": {**EMPTY_BUBBLE, "body": self.text or ""}, "kinds": [], "picture": False}
        variant, values = self._render_preview(record)
        bubble = variant._prepare_bubble(values)
        return {
            "bubble": bubble,
            "kinds": [kind for kind, _text in variant._get_button_rows()],
            "picture": self._get_picture_url(variant, bubble["media"]),
        }

    def _render_preview(self, record):
        """Return (the template in the patient's language, its values); the examples where nobody would write."""
        # sudo: clinic.whatsapp.template, clinic.whatsapp.account - values may come from fields that the reader cannot
        # read, and from the number of the parent company; they go to the patient himself
        template, record = self.template_id.sudo(), record and record.sudo()
        company, partner = self.automation_id._get_people(record) if record else (None, None)
        account = company and self.env["clinic.whatsapp.account"].sudo()._for_companies(company)[company]
        if not account:
            return template, template._get_samples()
        variant = template._choose_variant(template._get_variants(account), account, partner.lang)
        return variant, variant._render_values(record, partner, account)

    @api.model
    def _get_picture_url(self, template, media):
        is_shown = media and media["kind"] == "image" and template.sudo(False).has_access("read")
        return bool(is_shown) and f"/web/image/{template._name}/{template.id}/header_file"
