"""What we claim about speed (design.md §7), as programs that print figures, budgets and ratios.

`make bench` runs all of them at small scale; `python -m benchmarks webhook --size full` runs one at full scale. Each
works on a database of its own, with real Odoo processes and the simulator in place of Meta, all on this machine.

Absolute figures say little about another machine, and on a busy one little about the next minute. What counts is
the ratio to a floor that is measured in the same run, in turns with the work itself.
"""
