"""`make test` and `make lint`: runs the parts, bounds their time, adds up what passed and what failed.

`python -m devtools.checks [PATH]` runs everything, or the part that a path names:

- a path below the `tests/` of an addon runs that Odoo test file (`::Class::method` may follow),
- a path below `clinic_whatsapp/static/tests/` runs the browser's unit tests,
- a path below `tests/` runs pytest on it, in a browser when it lies below `tests/e2e/`,
- `lint` runs the linters only.
"""
