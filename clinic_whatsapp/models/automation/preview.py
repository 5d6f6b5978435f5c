"""What the patient of one record would read of an automation, and when: a look before anything is switched on.

The texts are made as those that leave: in the patient's language, with the values of the record, which may come from
fields that the reader cannot open; they go to the patient himself. Nothing is written, and links are only hinted at.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .prospects import AHEAD, UNKNOWN, Prospect
from .subject import describe

FEW = 20  # records among which the first one to be shown is looked for
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
        if not self._is_lookable():
            return {"model": False, "model_name": "", "domain": []}
        # sudo: ir.model - the name of a model that the reader may read records of
        name = self.env["ir.model"].sudo()._get(self.model).name
        return {"model": self.model, "model_name": name, "domain": list(self._get_choice_domain())}

    def _choose_previewed(self, res_id):
        """Return (record, {step: prospect}) of the wanted record, else of the next one that would get a message."""
        if not self._is_lookable():
            return None, {}
        record, outlook, now = self._find_previewed(res_id), self._get_outlook(), fields.Datetime.now()
        if not record:
            return record, {}
        is_unknown = outlook == UNKNOWN
        prospects = self._assume_prospects(record, now) if is_unknown else self._get_prospects(record, outlook, now)
        return record, {prospect.step: prospect for prospect in prospects}

    def _assume_prospects(self, record, now):
        """Return what would be planned if something that nobody can foretell happened to a record now."""
        # sudo: of any model - patient and branch, as the planner finds them; the reader may see the record
        subject = describe(record.sudo(), self.sudo()._get_paths(), self.sudo().company_id)
        steps = self.step_ids.filtered("template_id") if subject.partner and subject.company else []
        return [
            Prospect(step, record, now, subject.company, subject.partner, now, subject.problem) for step in steps
        ]

    def _find_previewed(self, res_id):
        records, outlook = self.env[self.model].with_context(active_test=True), self._get_outlook()
        if res_id:
            return records.search(self._get_choice_domain() & Domain("id", "=", res_id))
        return self._find_next(outlook) or records.search(self._get_choice_domain(), limit=1, order="id desc")

    def _find_next(self, outlook):
        """Return the record that gets the next message, or would but for a reason; else the next one, if any."""
        records, now = self.env[self.model].with_context(active_test=True), fields.Datetime.now()
        if outlook == UNKNOWN:
            return records
        domain, order = self._get_prospect_domain(outlook, now), self._get_prospect_order(outlook)
        candidates = records.search(domain, order=order, limit=FEW)
        prospects = self._get_prospects(candidates, outlook, now)
        open_ones = [prospect for prospect in prospects if not prospect.reason] or prospects
        return open_ones[0].record if open_ones else candidates[:1]

    def _hint_at_preview(self, record, prospects):
        outlook = self._get_outlook()
        if not record:
            return self.env._("With the examples of the templates as values.")
        if not prospects and self.step_ids and outlook != UNKNOWN:
            return self.env._("As things stand, nothing would leave about this record. This is what it would say.")
        if outlook != AHEAD:
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
            "due": self._preview_due(prospect),
            "state": "denied" if label else "ready",
            "reason": bool(verdict) and verdict.reason,
            "label": f"{label}: {detail}" if detail else label,
            "advice": advice,
            **self._preview_text(record, self.template_id),
        }

    def _preview_due(self, prospect):
        is_told = prospect and self.automation_id._get_outlook() != UNKNOWN
        return bool(is_told) and self.automation_id._format_moment(prospect.due_at, prospect.company)

    def _preview_text(self, record, template):
        """Return what the phone shows of one template of this step: ``{"bubble", "kinds", "picture"}``."""
        if not template:
            return {"bubble": {**EMPTY_BUBBLE, "body": self._preview_plain(record)}, "kinds": [], "picture": False}
        variant, values = self._render_preview(record, template)
        bubble = variant._prepare_bubble(values)
        return {
            "bubble": bubble,
            "kinds": [kind for kind, _text in variant._get_button_rows()],
            "picture": self._get_picture_url(variant, bubble["media"]),
        }

    def _preview_plain(self, conversation):
        """Return a free text as it would be said in a conversation; as it was written where something is not known."""
        if not conversation:
            return self.text or ""
        # sudo: clinic.whatsapp.conversation - what is said goes to the patient himself
        spoken = conversation.sudo()._in_patients_language()
        step = self.sudo().with_context(lang=spoken.env.context.get("lang"))
        try:
            return step._get_text(spoken) or ""
        except UserError:
            return step.text or ""

    def _render_preview(self, record, template):
        """Return (a template in the patient's language, its values); the examples where nobody would write."""
        # sudo: clinic.whatsapp.template, clinic.whatsapp.account - values may come from fields that the reader cannot
        # read, and from the number of the parent company; they go to the patient himself
        this, template = self.sudo(), template.sudo()
        subject = record and describe(record.sudo(), this.automation_id._get_paths(), this.automation_id.company_id)
        account = subject and this.env["clinic.whatsapp.account"]._for_companies(subject.company)[subject.company]
        if not account:
            return template, template._get_samples()
        variant = template._choose_variant(template._get_variants(account), account, subject.partner.lang)
        about = this.automation_id._get_template_record(template, subject.record) or None
        return variant, variant._render_values(about, subject.partner, account)

    @api.model
    def _get_picture_url(self, template, media):
        is_shown = media and media["kind"] == "image" and template.sudo(False).has_access("read")
        return bool(is_shown) and f"/web/image/{template._name}/{template.id}/header_file"
