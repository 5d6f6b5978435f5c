"""Sets up Odoo, PostgreSQL and a virtual environment on a fresh machine, and runs tests, demo and benchmarks on them.

`devtools.bootstrap` fetches what is missing and needs nothing but a bare Python; the other modules are the small
library that the tests, the benchmarks and the demo are written with:

paths       where everything lives: checkout, cache, Odoo, virtual environment
postgres    a PostgreSQL server that runs while somebody uses it
database    databases: prepared templates, clones of them, dropping
odoo        configuration file, one-off commands and a server as a context manager
simulator   the Cloud API simulator as a context manager
rpc         a member of staff at work, over the calls that the web client makes
keys        the Fernet key with which development databases are encrypted
ports       free ports, and a clear message about a taken one
"""
