"""The fault campaign: a clinic at work while its server, its database, Meta or the line between them fails.

Real Odoo processes, a PostgreSQL cluster of their own and the simulated Meta in a process of its own. Patients write,
staff answers, templates leave (`load`); meanwhile a scenario does harm (`kills`, `trouble`). When all has settled, what
Meta logged and what the database holds are compared message by message (`audit`): nothing may be lost, nothing may have
been accepted twice, every state must be what the log says. A scenario also proves that its fault really happened.

`make campaign` plays all of them at length, `tests/e2e/test_campaign.py` each of them briefly. Who adds a scenario
writes a class like those and names it in `scenarios`.
"""
