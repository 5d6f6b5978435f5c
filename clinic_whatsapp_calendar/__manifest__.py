{
    "name": "Clinic WhatsApp for the calendar",
    "summary": "Events of Odoo's calendar as appointments of patients, seen as such by their branch only",
    "version": "19.0.1.0.0",
    "category": "Services/Clinic",
    "author": "The clinic_whatsapp contributors",
    "license": "LGPL-3",
    "depends": ["clinic_whatsapp", "calendar"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/source.xml",
        "views/event_views.xml",
    ],
    "assets": {"web.assets_tests": ["clinic_whatsapp_calendar/static/tests/tours/**/*"]},
}
