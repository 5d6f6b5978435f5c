"""Who has agreed to what in the demo, and on what that rests. Runs inside `odoo shell`, for `demo_prepare.py`.

An invented clinic: nobody signed its contract, no counsel has read its texts.
"""

import base64
import io

from odoo import fields
from odoo.addons.clinic_whatsapp.models.consent.consent_states import GRANTED, REFUSED, SPOKEN, STAFF_ACT, WITHDRAWN
from PIL import Image, ImageDraw, ImageFont

CONTROLLER = {
    "trade_name": "Papatya Sağlık Hizmetleri A.Ş.",
    "mersis": "0123456789012345",
    "address": "Moda Cad. 10, Kadıköy, İstanbul",
    "phone": "+90 216 555 01 01",
    "privacy_email": "kvkk@clinic.example.com",
    "kep": "papatya@kep.example.com",
    "application_channels": "kvkk@clinic.example.com",
    "hosting_name": "Papatya Barındırma",
    "transfer_state": "valid_sc",
    "sc_signed_on": "2026-01-05",
    "sc_notified_on": "2026-01-08",
    "sc_reference": "2026-1",
}
PUBLISHED = ("notice", "short_notice", "guardian")
SIGNED_AND_CHECKED, SIGNED = "signed and checked", "signed"
ANSWERS = {  # of all others: yes, spoken at the desk
    "demo_patient_7": SIGNED,
    "demo_patient_10": WITHDRAWN,
    "demo_patient_12": REFUSED,
    "demo_patient_17": None,
    "demo_patient_18": None,
    "demo_patient_19": SIGNED_AND_CHECKED,
    "demo_patient_20": None,
}
SHEET, INK, PRINT = (1240, 1754), (28, 44, 120), (150, 150, 150)  # pixels of A4 at 150 dpi; colours


def put_in_order(controller):
    """Settle what the law asks for before a message may leave; at any hour, since the demo is tried at night, too."""
    env = controller.env
    mine = [("company_id", "=", controller.id)]
    file = env["clinic.privacy.controller"]._get_for(controller)
    if file.transfer_state != "unresolved":
        return
    file.write({**CONTROLLER, "hosting_country_id": env.ref("base.tr").id})
    env["clinic.consent.purpose"].search(mine).write({"quiet_from": 0.0, "quiet_to": 24.0})
    manager = env.ref("clinic_whatsapp.demo_user_manager")
    texts = env["clinic.privacy.notice"].with_user(manager).with_company(controller)
    texts.search([*mine, ("state", "=", "draft")]).filtered(
        lambda text: (
            text.document_type in PUBLISHED or (text.document_type, text.purpose_code) == ("optin", "appointment")
        )
    ).action_publish()


def ask(patients):
    """Let each of the demo's own patients be asked at the desk; whoever has an entry in the ledger was asked before."""
    names = patients.get_external_id()
    for patient in patients.filtered(lambda patient: names[patient.id] and not patient.consent_ids):
        answer = ANSWERS.get(names[patient.id].partition(".")[2], GRANTED)
        if answer in (SIGNED, SIGNED_AND_CHECKED):
            sign(patient, check=answer == SIGNED_AND_CHECKED)
        elif answer:
            say(patient, answer)
        else:
            patient.ask_consent = True


def at_desk(patient):
    """Return a patient as reception of his branch has him before it."""
    branch = patient.home_branch_id
    working_here = [("company_id", "=", branch.id), ("login", "=like", "reception.%")]
    return patient.with_user(patient.env["res.users"].search(working_here, limit=1)).with_company(branch)


def say(patient, answer):
    """Record what a patient said; whoever takes it back had agreed before."""
    branch, patient = patient.home_branch_id, at_desk(patient)
    ledger = patient.env["clinic.consent"]
    purpose = patient.env["clinic.consent.purpose"]._get("appointment", branch)
    notice = patient.env["clinic.privacy.notice"]._get_published(branch.root_id, "notice", lang=patient.lang)
    ledger._record_delivery(patient, notice=notice, method=STAFF_ACT, company=branch)
    ledger._record(patient, purpose, GRANTED if answer == WITHDRAWN else answer, method=SPOKEN, company=branch)
    if answer == WITHDRAWN:
        ledger._record(patient, purpose, WITHDRAWN, method=STAFF_ACT, company=branch)


def sign(patient, *, check):
    """Let a form come back on paper: reception of the branch adds it, and a manager looks at the signature."""
    branch, desk = patient.home_branch_id, at_desk(patient)
    signer = patient._get_decider().get("acting_partner") or patient
    request = desk.env["clinic.consent.request"].browse(print_form(desk))
    picture = base64.b64encode(draw_sheet(request.code))
    papers = {"authority": picture, "authority_name": "nufus-kayit-ornegi.jpg"} if patient.needs_guardian else {}
    desk.env["clinic.consent.paper.wizard"].create(
        {
            "code": request.code,
            "request_id": request.id,
            "first_answer": GRANTED,
            "signed_on": fields.Date.context_today(desk),
            "signer_name": signer.name,
            "scan": picture,
            "scan_name": "form.jpg",
            "is_handed_over": True,
            **papers,
        }
    ).action_record()
    if check:
        manager = patient.env.ref("clinic_whatsapp.demo_user_manager")
        waiting = [("partner_id", "=", patient.id), ("is_awaiting_check", "=", True)]
        found = patient.env["clinic.consent"].with_user(manager).with_company(branch).search(waiting)
        patient.env["clinic.consent.check.wizard"].with_user(manager).create({"entry_id": found.id}).action_accept()


def print_form(patient):
    """Press the button of the patient's form; the id of the request that the paper belongs to."""
    action = patient.action_print_consent_form()
    [request_id] = action["context"]["active_ids"]
    return request_id


def draw_sheet(code):
    """A photograph of a signed sheet, as far as a program can draw one (JPEG)."""
    sheet = Image.new("RGB", SHEET, "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((980, 90), code, fill="black", font=ImageFont.load_default(36))
    for line in range(18):
        top = 260 + line * 44
        pen.rectangle((120, top, 1120 if line % 6 < 5 else 640, top + 12), fill=PRINT)
    for top in (1130, 1200):
        pen.rectangle((120, top, 156, top + 36), outline="black", width=3)
        pen.rectangle((190, top + 12, 620, top + 24), fill=PRINT)
    pen.line(((124, 1146), (136, 1160), (168, 1118)), fill=INK, width=6, joint="curve")
    strokes = [(160 + step * 26, 1480 + (-1) ** step * (50 - 2 * step) + step % 3 * 12) for step in range(16)]
    pen.line(strokes, fill=INK, width=5, joint="curve")
    pen.line(((140, 1560), (620, 1560)), fill="black", width=2)
    target = io.BytesIO()
    sheet.save(target, "JPEG", quality=80)
    return target.getvalue()
