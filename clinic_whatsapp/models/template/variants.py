"""Which language a patient gets: his own, else the clinic's, else any that can be sent.

The same name in several languages is one message. What cannot be sent counts only when nothing can be: then the gate
says which one is missing.
"""

from odoo import api, fields, models

from .template import SERVICE_TEXT


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    variant_note = fields.Text("Who gets which language", compute="_compute_variant_note")

    @api.depends("name", "language", "status", "category", "account_id", "active")
    @api.depends_context("lang")
    def _compute_variant_note(self):
        for template in self:
            template.variant_note = "\n".join(template._explain_variants()) if template.account_id else False

    def _get_variants(self, account):
        """Extended: asked once for all messages that are made together."""
        facts = self.env["clinic.whatsapp.template.variable"]._get_facts()
        find = super()._get_variants
        return facts.once(("variants", self, account), lambda: find(account))

    def _choose_variant(self, variants, account, lang):
        """Return the variant for one patient: his language, then the clinic's, then any.

        :param clinic.whatsapp.template variants: see :meth:`_get_variants`
        :param str | None lang: the patient's language, for example ``tr_TR``
        """
        usable = variants.filtered(lambda variant: variant._can_go_out()) or variants
        for wanted in (lang, self._get_clinic_language(account)):
            if found := usable._find_language(wanted):
                return found
        return usable[:1] or self

    def _can_go_out(self) -> bool:
        return self.category == SERVICE_TEXT or self._is_sendable()

    def _find_language(self, wanted):
        """Return the first of these variants that is written in a language: exactly, else in another of its regions."""
        base = (wanted or "").split("_")[0]
        exact = self.filtered(lambda variant: variant.language == wanted)
        plain = self.filtered(lambda variant: variant.language == base)
        related = self.filtered(lambda variant: base and variant.language.split("_")[0] == base)
        return (exact or plain or related)[:1]

    def _get_clinic_language(self, account) -> str:
        """Return the language of the clinic's texts for patients, for example ``tr``."""
        return self.env["clinic.whatsapp.template.variable"]._get_facts().get_file(account.company_id).lang

    # The rule, told

    def _explain_variants(self) -> list[str]:
        """Return a sentence for each language of this message, and one for everybody else."""
        # sudo: clinic.whatsapp.template - of the number's WhatsApp Business Account, whichever branch added them
        this = self.sudo()
        variants = this._get_variants(this.account_id) | this
        usable = variants.filtered(lambda variant: variant._can_go_out())
        if not usable:
            return [self.env._("None of its languages can be sent yet.")]
        rest = this._choose_variant(variants, this.account_id, None)
        told = [this._explain_variant(variant, variants) for variant in variants.sorted("language")]
        return [*told, self._explain_rest(rest, this._get_clinic_language(this.account_id))]

    def _explain_variant(self, variant, variants) -> str:
        got = self._choose_variant(variants, self.account_id, variant.language)
        names = {"language": variant._name_language(), "other": got._name_language()}
        if got == variant:
            return self.env._("Patients who read %(language)s get %(language)s.", **names)
        return self.env._(
            "%(language)s cannot be sent yet: patients who read it get %(other)s.", **names
        )

    def _explain_rest(self, rest, clinic_language) -> str:
        if rest._find_language(clinic_language):
            return self.env._(
                "All others get %(language)s, the language of the clinic's texts.", language=rest._name_language()
            )
        return self.env._(
            "All others get %(language)s: there is none in the language of the clinic's texts that can be sent.",
            language=rest._name_language(),
        )

    def _name_language(self) -> str:
        return dict(self._fields["language"]._description_selection(self.env)).get(self.language, self.language)

    def _get_lang(self, wanted):
        """Return the installed language that this text is written in, the wanted regional variant if it is one."""
        base = self.language.split("_")[0]
        installed = [code for code, _name in self.env["res.lang"].get_installed() if code.split("_")[0] == base]
        exact = self.language if self.language in installed else None
        return exact or (wanted if wanted in installed else (installed or [wanted])[0])
