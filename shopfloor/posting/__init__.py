"""The one door through which the ledger is written (architecture 2.2).

`reading` locks and reads, `plan` decides purely with the `checks` in their fixed order, `post` writes each table once.
Invariants (each a function in `posting.check`): reservations equal `reserved`; pairs are balanced; no more is returned or taken
back than was posted; every number in stock has its information. `rebuild` makes the projections anew.
"""
