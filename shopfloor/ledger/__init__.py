"""The item ledger: append-only entries at location level, what they were applied to, and two projections of them.

Invariants (each a function in `ledger.check`):
inventory = sum of entries; 0 <= remaining <= quantity of every inbound entry; transfers, consumption and specific numbers are fully
applied; both sides of an application agree in item, variant, location and specific number; a serial is in stock at most once;
open entries and genealogy edges equal what the entries say.
"""
