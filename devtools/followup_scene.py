"""Run inside `odoo shell` of a copy of the demo: Elif Kaya is on a treatment plan and has read its first message."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command


def ref(name):
    return env.ref(f"clinic_whatsapp.{name}")  # noqa: F821 - odoo shell provides env


def begin():
    """Let a plan begin with examinations, and be under way for one patient since this morning."""
    plan, branch = ref("plan_aftercare"), ref("demo_branch_kadikoy")
    services = [Command.link(ref("demo_service_examination").id)]
    plan.write({"active": True, "window_from": 0.0, "window_to": 24.0, "service_ids": services})
    plan.enabled_at = fields.Datetime.now() - timedelta(days=30)
    patient = env["res.partner"].search([("name", "=", "Elif Kaya"), ("is_patient", "=", True)])  # noqa: F821
    course = env["clinic.followup"].create(  # noqa: F821
        {
            "automation_id": plan.id,
            "partner_id": patient.id,
            "company_id": branch.id,
            "started_at": fields.Datetime.now() - timedelta(hours=5),
            "started_by_id": ref("demo_user_kadikoy").id,
        }
    )
    tell(course, patient)


def tell(course, patient):
    """Let the first message be read; a colleague has moved the last one."""
    rows = env["clinic.whatsapp.scheduled"].search(  # noqa: F821
        [("res_model", "=", course._name), ("res_id", "=", course.id)], order="due_at"
    )
    read = env["clinic.whatsapp.message"].search([("partner_id", "=", patient.id), ("state", "=", "read")], limit=1)  # noqa: F821
    rows[0].write({"state": "done", "message_id": read.id, "skip_reason": False})
    rows[-1].write({"due_at": rows[-1].due_at + timedelta(days=1), "is_moved": True})


if not env["clinic.followup"].search_count([]):  # noqa: F821
    begin()
