"""Run inside `odoo shell`: builds the asset bundles, which every test run with HTTP would else build for itself.

Those that the addon adds nothing to stay valid when it is installed.
"""

env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821 - `env` is what `odoo shell` gives
