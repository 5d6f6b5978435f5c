"""Founds the clinic of the end-to-end tests over the calls of the web client, as a manager with a browser would."""

from __future__ import annotations

from devtools.odoo import OdooServer
from devtools.rpc import Odoo
from devtools.simulator import SimulatorServer
from simulator.client import SimulatorClient

from .clinic import APP, APP_SECRET, PASSWORD, VERIFY_TOKEN, WABA, Branch, Clinic, access_token, log_in

PATIENT, PATIENT_PHONE = "Deniz Örnek", "+90 530 000 00 01"
CONTROLLER = {
    "trade_name": "Papatya Sağlık A.Ş.",
    "mersis": "0123456789012345",
    "address": "Bağdat Cad. 1, İstanbul",
    "phone": "+90 216 555 00 00",
    "privacy_email": "kvkk@clinic.example.com",
    "kep": "papatya@kep.example.com",
    "application_channels": "kvkk@clinic.example.com",
    "hosting_name": "Papatya Barındırma",
    "transfer_state": "valid_sc",
    "sc_signed_on": "2026-01-05",
    "sc_notified_on": "2026-01-08",
    "sc_reference": "2026-1",
}
LINK, SET = 4, 6  # commands of a many2many field


def found_clinic(odoo: OdooServer, simulator: SimulatorServer) -> Clinic:
    """Found the clinic in a fresh database: branches with connected numbers, staff, a patient who has agreed."""
    admin = log_in(odoo, "admin")
    admin.call("ir.config_parameter", "set_param", "web.base.url", odoo.url)
    root = admin.read("res.users", admin.ref("base.user_admin"), "company_id")["company_id"]
    turkey = admin.ref("base.tr")
    admin.write("res.company", root, name="Papatya Klinik", country_id=turkey)
    companies = [
        admin.create("res.company", name=name, parent_id=root, country_id=turkey, phone=phone)
        for name, phone in (("Kadıköy", "+90 216 555 01 01"), ("Çankaya", "+90 312 555 02 02"))
    ]
    boss = log_in(odoo, "admin", [*companies, root])
    a, b = (
        found_branch(boss, SimulatorClient(simulator.url), company, letter, digit)
        for company, letter, digit in zip(companies, "ab", "12", strict=True)
    )
    hire(boss, "manager", [*companies, root], "group_manager")
    put_in_order(boss, root)
    patient = register_patient(log_in(odoo, a.reception))
    return Clinic(odoo, simulator, root, a, b, patient, "".join(filter(str.isdigit, PATIENT_PHONE)))


def put_in_order(boss: Odoo, root: int) -> None:
    """Settle what the law asks for before a message may leave; at any hour, as tests run at any."""
    mine = ["company_id", "=", root]
    file = boss.find("clinic.privacy.controller", [mine])
    boss.write("clinic.privacy.controller", file, **CONTROLLER, hosting_country_id=boss.ref("base.tr"))
    for purpose in boss.call("clinic.consent.purpose", "search", [mine]):
        boss.write("clinic.consent.purpose", purpose, quiet_from=0.0, quiet_to=24.0)
    for asked in (["document_type", "=", "notice"], ["purpose_code", "=", "appointment"]):
        wanted = [mine, asked, ["document_type", "in", ["notice", "optin"]], ["lang", "=", "tr"]]
        boss.call("clinic.privacy.notice", "action_publish", boss.call("clinic.privacy.notice", "search", wanted))


def found_branch(boss: Odoo, meta: SimulatorClient, company: int, letter: str, digit: str) -> Branch:
    """Hire a receptionist and connect a number, first at Meta, then in Odoo."""
    receptionist = hire(boss, f"reception.{letter}", [company], "group_user")
    number = f"10000000000000{digit}"
    secrets = {"access_token": access_token(number), "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}
    account = boss.create(
        "clinic.whatsapp.account",
        name=f"Reception {letter.upper()}",
        company_id=company,
        phone_number=f"+90 555 000 00 0{digit}",
        phone_number_id=number,
        waba_id=WABA,
        app_id=APP,
        api_url=meta.url,
        responsible_user_id=receptionist,
        **secrets,
    )
    webhook_url = boss.read("clinic.whatsapp.account", account, "webhook_url")["webhook_url"]
    registered = meta.register_number(
        number,
        waba_id=WABA,
        app_id=APP,
        display_phone_number=f"+90 555 000 00 0{digit}",
        verified_name="Papatya Klinik",
        webhook_url=webhook_url,
        verify=True,
        **secrets,
    )
    assert registered["verification"]["ok"], registered["verification"]
    boss.call("clinic.whatsapp.account", "action_test_connection", [account])
    seen = boss.read("clinic.whatsapp.account", account, "state", "state_reason")
    assert seen["state"] == "connected", seen
    return Branch(company, account, number, webhook_url, f"reception.{letter}")


def hire(boss: Odoo, login: str, companies: list[int], group: str) -> int:
    return boss.create(
        "res.users",
        name=login,
        login=login,
        password=PASSWORD,
        email=f"{login}@clinic.example.com",
        tz="Europe/Istanbul",
        company_id=companies[0],
        company_ids=[[SET, 0, companies]],
        group_ids=[[LINK, boss.ref(f"clinic_whatsapp.{group}"), 0]],
    )


def register_patient(receptionist: Odoo) -> int:
    """Put a patient on file and record that he has agreed to messages about his appointments."""
    patient = receptionist.create("res.partner", name=PATIENT, is_patient=True, phone=PATIENT_PHONE, lang="tr_TR")
    agreement = receptionist.create("clinic.consent.wizard", partner_id=patient, notice_given=True)
    receptionist.call("clinic.consent.wizard", "action_record", [agreement])
    return patient
