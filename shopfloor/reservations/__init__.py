"""Reservations: pairs of records that hold a piece of supply for a demand (DM-20, DM-21).

Invariants: the two records of a pair have equal and opposite quantity; the sum of the pairs against an open entry equals its
`reserved`; a specific pair carries the number on both sides, a non-specific one only on the supply side (LB-01).
"""
