"""Two branches with a calendar, and everybody who may look into it."""

from datetime import datetime

from odoo.addons.clinic_whatsapp.tests.common import ClinicCase
from odoo.service.model import call_kw
from odoo.tests import new_test_user

MODEL = "calendar.event"
START = datetime(2126, 3, 6, 9, 0)  # a Wednesday


class CalendarCase(ClinicCase):
    """Events of branch A's reception; the patient's name stands nowhere in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(
            cls.env, "employee", groups="base.group_user,base.group_allow_export", company_id=cls.branch_a.id
        )
        for user in cls.user_a | cls.user_b | cls.clinic_manager:
            user.group_ids |= cls.env.ref("base.group_allow_export")

    @classmethod
    def plan(cls, user=None, **vals):
        """Return an event made by a user (reception of branch A), about the patient unless said otherwise."""
        vals = {"name": "Implant", "start": START, "stop": START.replace(hour=10), **vals}
        vals.setdefault("clinic_patient_id", cls.patient.id)
        return cls.env[MODEL].with_user(user or cls.user_a).create(vals).sudo(False)

    def call(self, user, name, *args, records=None, **kwargs):
        """Call a method as the web client of a user does, with all of his branches active."""
        empty = self.env(user=user.id, su=False, context={})[MODEL]
        ids = [] if records is None else [records.ids]
        return call_kw(empty, name, [*ids, *args], kwargs)
