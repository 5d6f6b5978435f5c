"""What the form of a patient shows of the ledger: a badge a purpose, and all entries as a line through time.

The badges say what holds towards the controller, so every branch sees them; who did what where is in the entries, and
those are read under the reader's rights.
"""

from odoo import api, fields, models

from ..patient.res_partner import STAFF
from .consent_states import (
    CHANNEL_OPTIN,
    EXPIRED,
    GRANTED,
    NOTICE,
    REFUSED,
    RENEWAL_REQUIRED,
    SYSTEM,
    TERMINATED_DEATH,
    WITHDRAWN,
)
from .res_partner import NONE

WEAK_WAYS = ("action_give_consent",)  # spoken: proves least (legal.md §6), so it does not stand first
GOOD, BAD, DUE, QUIET = "success", "danger", "warning", "secondary"
TONES = {GRANTED: GOOD, REFUSED: BAD, WITHDRAWN: BAD, NONE: QUIET, TERMINATED_DEATH: QUIET}  # all others: DUE


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_badges = fields.Json(compute="_compute_consent_badges", groups=STAFF)
    consent_timeline = fields.Json(compute="_compute_consent_timeline", groups=STAFF)

    @api.depends("consent_ids", "deceased_on")
    @api.depends_context("company", "lang")
    def _compute_consent_badges(self):
        controller = self.env.company._get_controller()
        standing = self.env["clinic.consent"]._get_standing(self._origin, controller)
        purposes = self._get_shown_purposes(controller)
        for partner in self:
            entries = {key[1:]: entry for key, entry in standing.items() if key[0] == partner._origin}
            partner.consent_badges = [
                badge for purpose in purposes if (badge := partner._prepare_badge(purpose, entries))
            ]

    @api.model
    def _get_shown_purposes(self, controller):
        """Return all purposes of a controller for which something is ever asked."""
        # sudo: clinic.consent.purpose - settings of the controller, needed by staff of every branch
        purposes = self.env["clinic.consent.purpose"].sudo()
        purposes._get("appointment", controller)  # makes the controller's rows where they are missing
        return purposes.search([("company_id", "=", controller.id)]).filtered(lambda p: p._get_required_kinds())

    def _prepare_badge(self, purpose, entries):
        """Return the badge of one purpose; None for one that is not in use and was never asked for.

        :param dict entries: what stands for one patient, by (code of the purpose, kind of record)
        """
        kinds = purpose._get_required_kinds()
        found = [entry for kind in kinds if (entry := entries.get((purpose.code, kind)))]
        if not purpose.is_on and not found:
            return None
        state, entry = self._get_purpose_state(kinds, found)
        labels = dict(self.fields_get(["appointment_consent"])["appointment_consent"]["selection"])
        return {
            "code": purpose.code,
            "name": purpose.name,
            "state": state,
            "label": labels.get(state, state),
            "tone": TONES.get(state, DUE),
            "source": self._get_source(entry),
            "date": entry and fields.Datetime.to_string(entry.given_at or entry.recorded_at),
            "until": entry and state == GRANTED and fields.Datetime.to_string(entry.effective_until),
            "actions": self._get_consent_actions(purpose, state, found),
        }

    @api.model
    def _get_purpose_state(self, kinds, found):
        """Return (state, entry it rests on): granted only when every kind of record that is needed is granted."""
        missing = [entry for entry in found if self._get_entry_state(entry) != GRANTED]
        if missing:
            return self._get_entry_state(missing[0]), missing[0]
        if len(found) < len(kinds):
            return NONE, None
        return GRANTED, max(found, key=lambda entry: entry.id)

    @api.model
    def _get_entry_state(self, entry) -> str:
        if entry.status != GRANTED:
            return entry.status
        if entry.effective_until and entry.effective_until <= fields.Datetime.now():
            return EXPIRED  # the nightly entry has yet to come
        return GRANTED if entry.partner_id._is_bound_by(entry) else RENEWAL_REQUIRED

    @api.model
    def _get_source(self, entry):
        """Return how somebody decided, and who, where it was not the patient; nothing about the branch."""
        if not entry:
            return False
        method = dict(entry._fields["method"]._description_selection(self.env)).get(entry.method)
        if entry.method == SYSTEM or not entry.acting_partner_id:
            return method
        return self.env._("%(method)s, by %(person)s", method=method, person=entry.acting_partner_id.name)

    def _get_consent_actions(self, purpose, state, found):
        """Return what staff can do about one purpose: ``[{"name", "label", "args", "context", "kind"}]``.

        ``kind`` is ``main`` for what stands as a button, ``more`` for what stands in the menu. Whatever was agreed to
        can be taken back, even if something else is still missing or the purpose is not in use any more (LR-16).

        :param list found: the entries that stand for this purpose
        """
        if self.deceased_on:
            return []
        ways = self._get_ways_to_ask(purpose) if purpose.is_on and state != GRANTED else []
        ways.sort(key=lambda way: way["name"] in WEAK_WAYS)
        if any(entry.status == GRANTED for entry in found):
            ways += self._get_ways_back(purpose)
        elif purpose.is_on:
            ways.append(self._prepare_action("action_refuse_consent", self.env._("The patient said no"), purpose))
        return [{**way, "kind": "main" if number == 0 else "more"} for number, way in enumerate(ways)]

    def _get_ways_back(self, purpose):
        """Hook: return the ways by which an agreement can be taken back, staff's own first."""
        return [self._prepare_action("action_withdraw_consent", self.env._("Withdraw"), purpose)]

    def _get_ways_to_ask(self, purpose):
        """Hook: return the ways by which this patient can agree, the most usual first."""
        if purpose._get_required_kinds() != (CHANNEL_OPTIN,):
            return []  # explicit consent is never recorded by word of mouth (LR-14)
        return [self._prepare_action("action_give_consent", self.env._("Spoken to staff"), purpose)]

    @api.model
    def _prepare_action(self, name, label, purpose):
        return {"name": name, "label": label, "args": [], "context": {"clinic_purpose": purpose.code}}

    # The line through time

    @api.depends("consent_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_consent_timeline(self):
        for partner in self:
            partner.consent_timeline = [self._prepare_event(entry) for entry in partner.consent_ids]

    @api.model
    def _prepare_event(self, entry):
        labels = {
            name: dict(entry._fields[name]._description_selection(self.env))
            for name in ("status", "method", "record_kind", "acting")
        }
        return {
            "id": entry.id,
            "number": entry.sequence,
            "date": fields.Datetime.to_string(entry.given_at or entry.recorded_at),
            "status": entry.status,
            "label": labels["status"].get(entry.status),
            "tone": GOOD if entry.record_kind == NOTICE else TONES.get(entry.status, DUE),
            "title": entry.purpose_id.name or labels["record_kind"].get(entry.record_kind),
            "kind": labels["record_kind"].get(entry.record_kind),
            "method": labels["method"].get(entry.method),
            "by": entry.recorded_by_id.name,
            "acting": entry.acting_partner_id.name or False,
            "text": entry.text_id.display_name or entry.notice_id.display_name or False,
            "proofs": len(entry.evidence_ids),
        }
