"""Pages of master data: one list, one card, one form for every kind."""
