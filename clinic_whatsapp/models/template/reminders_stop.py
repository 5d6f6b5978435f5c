"""A button that ends the reminders about a treatment: pressing it takes back the consent to them, and nothing else.

Who agreed to them in the chat, on paper or on a tablet need not look for a word to write (LR-16). Appointments go on.
"""

from odoo import fields, models

from ..consent.consent_purpose import HEALTH
from ..messaging.opt_out_reaction import AGREED

NO_REMINDERS = "no_reminders"


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    action = fields.Selection(
        selection_add=[(NO_REMINDERS, "Ends treatment reminders")], ondelete={NO_REMINDERS: "set default"}
    )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_wishes(self):
        return {**super()._get_wishes(), NO_REMINDERS: self._stop_reminders}

    def _read_wish(self):
        action, asked = self._pressed()
        return NO_REMINDERS if asked and action == NO_REMINDERS else super()._read_wish()

    def _stop_reminders(self):
        """Withdraw the consent to treatment reminders, once, and say so."""
        agreements = self.conversation_id.contact_id._get_agreements()
        standing = [entry for (_patient, code, _kind), entry in agreements.items() if code == HEALTH]
        if any(entry.status in AGREED for entry in standing):
            self._withdraw_consents((HEALTH,))
            self.conversation_id._confirm_withdrawal(self.conversation_id._get_purpose(HEALTH), self.sent_at)
