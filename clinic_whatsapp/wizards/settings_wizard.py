"""Settings of the connector for the whole database.

Odoo's own settings page opens for system administrators only (``res.config.settings`` refuses everybody else). A clinic
manager is none, so these have a form of their own; what is stored are the same system parameters.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

PARAMETERS = {  # {field: (system parameter, default, least, most)}
    "dispatch_lanes": ("clinic_whatsapp.dispatch_lanes", 2, 1, 16),
    "payload_days": ("clinic_whatsapp.payload_days", 7, 1, 30),
    "media_max_mb": ("clinic_whatsapp.media_max_mb", 100, 1, 100),
}


class ClinicWhatsappSettings(models.TransientModel):
    _name = "clinic.whatsapp.settings"
    _description = "WhatsApp settings"

    dispatch_lanes = fields.Integer(
        "Sending lanes",
        required=True,
        help="How many numbers are served at the same time, 1 to 16. More lanes than numbers, or than Odoo has cron "
        "threads, change nothing.",
    )
    payload_days = fields.Integer(
        "Keep what WhatsApp sent for",
        required=True,
        help="1 to 30 days. Messages stay in the patient's history; this is about the raw form in which they came. "
        "What could not be processed is parked, and can be processed again for as long.",
    )
    media_max_mb = fields.Integer(
        "Largest file",
        required=True,
        help="1 to 100 MB. Larger pictures, sounds and documents of patients are not fetched; the message says so.",
    )

    @api.model
    def default_get(self, fields_list):
        return {**super().default_get(fields_list), **self._get_values()}

    @api.model
    def _get_values(self):
        # sudo: ir.config_parameter - clinic managers are no system administrators; only these three are read
        parameters = self.env["ir.config_parameter"].sudo()
        return {name: int(parameters.get_param(key) or default) for name, (key, default, _l, _m) in PARAMETERS.items()}

    @api.constrains(*PARAMETERS)
    def _check_bounds(self):
        for settings in self:
            for name, (_key, _default, least, most) in PARAMETERS.items():
                if not least <= settings[name] <= most:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” is a number from %(least)s to %(most)s.",
                            field=self._fields[name]._description_string(self.env),
                            least=least,
                            most=most,
                        )
                    )

    def action_save(self):
        """Store the settings; they count from the next run of each job."""
        self.ensure_one()
        self.check_access("write")
        # sudo: ir.config_parameter - see above; the values are within their bounds
        parameters = self.env["ir.config_parameter"].sudo()
        for name, (key, *_bounds) in PARAMETERS.items():
            parameters.set_param(key, str(self[name]))
        # sudo: clinic.whatsapp.message - whoever may change the settings may open lanes
        self.env["clinic.whatsapp.message"].sudo()._set_lanes(self.dispatch_lanes)
        return {"type": "ir.actions.act_window_close"}
