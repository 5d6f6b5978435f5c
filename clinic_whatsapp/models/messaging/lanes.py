"""Lanes: the scheduled actions that send, side by side, also on several hosts.

A number belongs to one lane, so that a wake-up knows whom to wake; ``exclusive`` sees to it that whichever process runs
the lane is alone with the number. The rate of a number therefore holds across all lanes and hosts.
"""

from odoo import api, models
from odoo.exceptions import UserError

FIRST_LANE = "clinic_whatsapp.ir_cron_dispatch"
LANES_PARAMETER = "clinic_whatsapp.dispatch_lanes"
DEFAULT_LANES = 2
MAX_LANES = 16


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _count_lanes(self) -> int:
        # sudo: ir.config_parameter - a technical figure without personal data
        value = self.env["ir.config_parameter"].sudo().get_param(LANES_PARAMETER, "")
        return min(max(int(value), 1), MAX_LANES) if value.isdigit() else DEFAULT_LANES

    @api.model
    def _set_lanes(self, count):
        """Let this many scheduled actions send side by side.

        More of them help where many numbers send at once, if Odoo has as many cron threads and some to spare.

        :param int count: 1 to 16
        :raise UserError:
        """
        if not 1 <= count <= MAX_LANES:
            raise UserError(self.env._("Between 1 and %(most)s lanes can send side by side.", most=MAX_LANES))
        # sudo: ir.cron, ir.config_parameter - the caller may change settings; the lanes run the dispatcher only
        self.env["ir.config_parameter"].sudo().set_param(LANES_PARAMETER, str(count))
        for lane in range(MAX_LANES):
            cron = self._find_lane(lane)
            if cron and cron.active != (lane < count):
                cron.active = lane < count
            elif not cron and lane < count:
                self._create_lane(lane)

    @api.model
    def _find_lane(self, lane):
        cron = self.env.ref(self._get_lane_xmlid(lane), raise_if_not_found=False)
        # sudo: ir.cron - staff may wake a lane, not change it
        return cron.sudo() if cron else self.env["ir.cron"].sudo()

    @api.model
    def _get_lane_xmlid(self, lane) -> str:
        return f"{FIRST_LANE}_{lane + 1}" if lane else FIRST_LANE

    @api.model
    def _create_lane(self, lane):
        # The first lane's name carries the translations of Odoo's data file; the number is all that differs.
        first = self._find_lane(0)
        cron = first.copy({"code": f"model._cron_dispatch({lane})", "active": True})
        for code, _name in self.env["res.lang"].get_installed():
            cron.with_context(lang=code).name = self.with_context(lang=code).env._(
                "WhatsApp: send (lane %(lane)s)", lane=lane + 1
            )
        module, name = self._get_lane_xmlid(lane).split(".")
        # sudo: ir.model.data - the name under which the lane is found again
        self.env["ir.model.data"].sudo().create(
            {"module": module, "name": name, "model": "ir.cron", "res_id": cron.id, "noupdate": True}
        )


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _get_lane(self, count) -> int:
        return self.id % count

    def _schedule_dispatch(self, at=None):
        """Wake the dispatcher for these numbers; the hook that a job queue overrides (design.md §7).

        :param datetime | None at: naive UTC; now by default
        """
        messages = self.env["clinic.whatsapp.message"]
        count = messages._count_lanes()
        for lane in {account._get_lane(count) for account in self}:
            messages._find_lane(lane)._trigger(at)
