"""Tracked components: which component number went into which product number.

Every registration is one row of the append-only log `association_entry`; `tracked_product` and `component_association` are
projections of it (A22). Registering reserves and never posts (TCP-17); Report as finished consumes what was registered (D2).
"""
