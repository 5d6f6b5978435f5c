"""``odoo-bin --addons-path=… clinic_whatsapp_rotate_keys -c odoo.conf -d database``"""

import sys

from odoo.api import SUPERUSER_ID, Environment
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class RotateKeys(Command):
    """Bring all that clinic_whatsapp keeps under the newest encryption key, so that older ones may be removed.

    It may be interrupted and run again, and run beside working servers.
    """

    name = "clinic_whatsapp_rotate_keys"

    def run(self, args):
        config.parser.prog = self.prog
        config.parse_config(args, setup_logging=True)
        names = config["db_name"]
        if len(names) != 1:
            sys.exit("Name one database: -d DATABASE")
        sys.exit(self._rotate(names[0]))

    def _rotate(self, name) -> str | int:
        """Return the exit status: 0 when nothing is left under old keys, else why not."""
        with Registry(name).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            if "clinic.whatsapp.account" not in env:
                return "clinic_whatsapp is not installed in this database."
            problem = sys.modules["odoo.addons.clinic_whatsapp.encryption"].problem(env)
            if problem:
                return problem
            counts = env["clinic.whatsapp.account"]._rotate_keys(report=_say)
        if counts["unreadable"]:
            return f"{counts['unreadable']} values cannot be read with any of the configured keys. Keep older keys."
        if counts["left"]:
            return "Some server still writes with an older key. Restart all of them, then run this again."
        _say(f"{counts['rotated']} values re-encrypted. Nothing is left under old keys: they may be removed.")
        return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
