"""The one door through which the ledger is written (architecture 2.2)."""
