"""What a request shows to whoever holds it, and what comes of his answer.

The order is fixed: first the privacy notice, unless this very version has reached him, then one text after the other,
each with its own answer (legal.md LR-02, LR-04, LR-05). An answer names the exact text that was shown by its SHA-256;
if that is no longer the published one, or not the one that is due, nothing is recorded.
"""

from odoo import api, models
from odoo.fields import Datetime

from .consent_request import PREFERENCES
from .consent_states import GRANTED, LINK, OPEN_STATES, REFUSED, WITHDRAWN
from .drawn_signature import BadSignature, read_signature
from .privacy_notice import DOCUMENT_OF_KIND, GUARDIAN, PUBLISHED
from .privacy_notice import NOTICE as FULL_NOTICE

TEXT_PATH = "/clinic_whatsapp/text/"
DECISIONS = (GRANTED, REFUSED)
MAX_NAME = 100


class BadAnswer(Exception):
    """A form that our page cannot have sent, or not as it is now. Nothing was recorded."""


class IncompleteAnswer(Exception):
    """The name or the signature is missing; the page is shown again."""


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    # Reading

    def _get_page(self, lang=None) -> dict:
        """Return what one request to sign shows next.

        :param str | None lang: ``tr`` or ``en``; the patient's language by default
        """
        lang = lang or self.partner_id.lang
        notice = self._pick(FULL_NOTICE, None, lang)
        if self._is_notice_due():
            return {"step": "notice", "text": notice, "body": notice._render_for(), "langs": self._get_langs(notice)}
        kind = self._get_kind_due()
        text = self._pick(DOCUMENT_OF_KIND[kind], self.purpose_id.code, lang)
        return {
            "step": "text",
            "text": text,
            "body": text._render_for(**self._get_personal_values(notice)),
            **self._prepare_addendum(text),
            "langs": self._get_langs(text),
            "number": self.answered_count + 1,
            "count": len(self.purpose_id._get_required_kinds()),
        }

    def _get_controller(self):
        return self.company_id._get_controller()

    def _get_clinic_names(self) -> dict:
        """Return who asks, as patients know the clinic."""
        file = self.env["clinic.privacy.controller"]._get_for(self.company_id)
        return {"controller": file.trade_name or file.company_id.name, "branch": self.company_id.name}

    def _pick(self, document_type, code, lang):
        text = self.env["clinic.privacy.notice"]._get_published(self._get_controller(), document_type, code, lang)
        if not text:
            raise BadAnswer("a text is no longer published")
        return text

    def _get_langs(self, text):
        """Return the languages in which a text can be read here."""
        same = self.env["clinic.privacy.notice"].search(
            [
                ("company_id", "=", text.company_id.id),
                ("document_type", "=", text.document_type),
                ("purpose_code", "=", text.purpose_code),
                ("state", "=", PUBLISHED),
            ]
        )
        return sorted(set((same - same._find_outdated() or same).mapped("lang")), reverse=True)

    def _is_notice_due(self) -> bool:
        """Tell whether the published version of the notice, in any language, has yet to reach the patient (LR-05)."""
        delivered = self.env["clinic.consent"]._get_delivered(
            self.partner_id, self.env["clinic.whatsapp.contact"], self._get_controller()
        )
        notice = self.env["clinic.privacy.notice"]
        seen = delivered[self.partner_id].notice_id if self.partner_id in delivered else notice
        return (seen.document_type, seen.state) != (FULL_NOTICE, PUBLISHED)

    def _get_kind_due(self):
        kinds = self.purpose_id._get_required_kinds()
        if self.answered_count >= len(kinds) or not self.purpose_id.is_on:
            raise BadAnswer("nothing is asked any more")
        return kinds[self.answered_count]

    def _get_personal_values(self, notice):
        patient = self.partner_id
        return {"phone": patient.reached_phone or "–", "minor_name": patient.name, "link": notice._get_text_url()}

    def _prepare_addendum(self, text):
        """Return what a guardian declares beside a text; nothing where the patient decides (legal.md §8.3)."""
        if not self.partner_id.needs_guardian:
            return {"addendum": ""}
        addendum = self._pick(GUARDIAN, None, text.lang)
        return {"addendum": self.partner_id._render_addendum(addendum), "addendum_hash": addendum.sha256}

    # Answering

    def _read_notice(self, sha256, trace):
        """Keep that the notice was shown and read; twice is once.

        :param str sha256: of the notice that was on the page
        :param dict trace: ``ip`` and ``user_agent``
        :raise BadAnswer: when it is no longer the published one
        """
        self._lock()
        notice = self._find_shown(sha256, FULL_NOTICE, False)
        if self._is_notice_due():
            self.env["clinic.consent"]._record_delivery(
                self.partner_id, notice=notice, method=self.method, company=self.company_id, request=self, **trace
            )

    def _answer(self, sha256, decision, trace, signer="", signature="", addendum=""):
        """Record one answer to the text that is due; tell whether that was the last one.

        :param str sha256: of the text that was on the page
        :param str decision: ``granted`` or ``refused``; refusing needs neither name nor signature
        :param str addendum: SHA-256 of what the guardian declares, where one decides
        :raise BadAnswer: when this text is not due, or nobody may be asked any more
        :raise IncompleteAnswer: when the name or the signature is missing
        :raise UserError: when the ledger does not take it
        """
        self._lock()
        if decision not in DECISIONS:
            raise BadAnswer("an answer that is not on the page")
        kind = self._get_kind_due()
        text = self._find_shown(sha256, DOCUMENT_OF_KIND[kind], self.purpose_id.code)
        if self._is_notice_due():
            raise BadAnswer("the notice comes first")
        proof = self._read_proof(signer, signature) if decision == GRANTED else {}
        if decision == GRANTED:
            declared = self._find_declared(addendum)
            proof.update(record_kind=kind, text=text, guardian_text=declared, **self.partner_id._get_decider())
        self._record(self.purpose_id, decision, {**trace, **proof})
        return self._advance(decision)

    def _find_declared(self, sha256):
        """Return the addendum that was on the page; who decides may have changed since it was opened."""
        if bool(sha256) != self.partner_id.needs_guardian:
            raise BadAnswer("not the person who decides")
        return self._find_shown(sha256, GUARDIAN, False) if sha256 else self.env["clinic.privacy.notice"]

    def _find_shown(self, sha256, document_type, code):
        shown = self.env["clinic.privacy.notice"].search(
            [
                ("company_id", "=", self._get_controller().id),
                ("sha256", "=", sha256),
                ("document_type", "=", document_type),
                ("purpose_code", "=", code),
                ("state", "=", PUBLISHED),
            ],
            limit=1,
        )
        if not shown:
            raise BadAnswer("not the text that is due")
        return shown

    @api.model
    def _read_proof(self, signer, signature):
        signer = " ".join(signer.split())
        if not signer or len(signer) > MAX_NAME:
            raise IncompleteAnswer("name")
        try:
            return {"signer_name": signer, "signature": read_signature(signature)}
        except BadSignature as error:
            raise IncompleteAnswer("signature") from error

    def _record(self, purpose, status, proof):
        return self.env["clinic.consent"]._record(
            self.partner_id, purpose, status, method=self.method, company=self.company_id, request=self, **proof
        )

    def _advance(self, decision) -> bool:
        """Go on to the next text; a refusal ends it, for the texts of a purpose hold together or not at all."""
        answered = self.answered_count + 1
        is_last = decision == REFUSED or answered == len(self.purpose_id._get_required_kinds())
        self.write({"answered_count": answered, "used_at": Datetime.now() if is_last else False})
        return is_last

    # Preferences

    def _get_preferences(self) -> list:
        """Return what stands for each purpose that is in use or was agreed to:
        ``[{"purpose", "is_granted", "since", "can_sign"}]``."""
        standing = self._get_standing()
        purposes = self._get_purposes()
        return [
            preference
            for purpose in purposes
            if (preference := self._prepare_preference(purpose, standing))["is_granted"] or preference["can_sign"]
        ]

    def _get_purposes(self):
        controller = self._get_controller()
        return self.env["clinic.consent.purpose"].search([("company_id", "=", controller.id)])

    def _get_standing(self):
        """Return {(code, kind): entry} of what the patient has agreed to, or is about to."""
        standing = self.env["clinic.consent"]._get_standing(self.partner_id, self._get_controller())
        return {key[1:]: entry for key, entry in standing.items() if entry.status in OPEN_STATES}

    def _prepare_preference(self, purpose, standing):
        kinds = purpose._get_required_kinds()
        entries = [entry for (code, _kind), entry in standing.items() if code == purpose.code]
        agreed = {entry.record_kind for entry in entries if entry.status == GRANTED}
        return {
            "purpose": purpose,
            "is_granted": bool(entries),
            "since": max((entry.happened_at for entry in entries), default=None),
            "can_sign": bool(purpose.is_on and kinds and not agreed.issuperset(kinds)),
        }

    def _withdraw(self, code, trace) -> bool:
        """Take back everything that stands for one purpose; tell whether there was something.

        :param str code: of the purpose
        """
        self._lock()
        codes = {key[0] for key in self._get_standing()}
        purposes = self._get_purposes().filtered(lambda p: p.code in codes and p.code == code)
        for purpose in purposes:
            self._record(purpose, WITHDRAWN, trace)
        return bool(purposes)

    def _get_way_back(self) -> str:
        """Return the address of a fresh preference page: what was given is taken back as easily (LR-16b)."""
        # sudo: clinic.consent.request - the address goes to the patient who has just answered
        return self._create_for(self.partner_id, kind=PREFERENCES, company=self.company_id).sudo().url

    def _ask_for(self, code):
        """Return the address where the patient can sign one purpose.

        :raise BadAnswer: when there is no such purpose
        :raise UserError: when nobody may be asked for it
        """
        purpose = self._get_purposes().filtered(lambda purpose: purpose.code == code)
        if not purpose:
            raise BadAnswer("no such purpose")
        # sudo: clinic.consent.request - the address goes to the patient whose page this is
        return self._create_for(self.partner_id, purpose, company=self.company_id, method=LINK).sudo().url


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _render_addendum(self, addendum, guardian=None) -> str:
        """Return the addendum as the guardian of one patient reads it.

        :param res.partner | None guardian: the one on file by default; how a former one was related is not known
        """
        labels = dict(self._fields["guardian_relation"]._description_selection(self.env))
        relation = labels.get(self.guardian_relation) if guardian in (None, self.guardian_id) else None
        return addendum._render_for(relation=relation or "–", minor_name=self.name or "–")


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    def _get_text_url(self) -> str:
        """Return where anybody can read one published text."""
        return f"{self.get_base_url()}{TEXT_PATH}{self.sha256}"

    @api.model
    def _find_by_hash(self, sha256):
        """Return a text that is, or was, published; empty when there is none of this hash."""
        # sudo: clinic.privacy.notice - published texts are for everybody
        return self.sudo().search([("sha256", "=", sha256), ("state", "!=", "draft")], order="id", limit=1)
