"""Production orders: what is made, from what, in which steps, and the journals that post it.

An order knows nothing of tracked units; `genealogy` sits above and calls `production.journals`.
"""
