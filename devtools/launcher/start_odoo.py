"""Starts Odoo. A file and not `-m odoo`, because a server with workers starts its websocket process from its own file.

It lies in a folder of its own: Python puts that first on the path, where no module may have the name of another.
"""

from odoo.cli import main

main()
