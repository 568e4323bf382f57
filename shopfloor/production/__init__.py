"""Production orders: what is made, from what, in which steps, and the journals that post it.

An order knows nothing of tracked units; `genealogy` sits above and calls `production.journals` (A17: a row is its `match_id`, and
`match_id` 0 is the order level). What holds at every moment:

- everything that changes an order holds its row first (`locking.lock_order`), and its version rises with it (A23);
- good, error and consumed quantities equal the sums of the order's entries (`check.check_counters`);
- the figures of an operation equal the sums of its append-only entries, and an entry is taken back at most once (C16);
- rows of an order sum to what the order line needs (D31), and parts of a report to what flushing owes (PST-12);
- an ended order takes nothing (PR-08).
"""
