"""Item tracing: what is in a product, and where a number went. Read only.

`queries.trace` loads the part of the ledger that a trace needs, level by level, with a constant number of statements for each
level; `rules.walk` then decides what is shown, on frozen values. Entries and applications are the source, never the edges (A17).
"""
