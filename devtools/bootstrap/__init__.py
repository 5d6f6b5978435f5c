"""Creates what is missing in the cache folder: Odoo, the virtual environment and, where asked for, system packages.

Runs with the machine's bare python3 before anything is installed, so it imports the standard library only. Each part
has a stamp, a hash of what it was built from; a part whose stamp is current costs one read of a small file. A part is
built aside and then put into place by a rename, so an interrupted run leaves nothing half done; a lock makes a second
run wait for the first.
"""
