"""Pages about goods on hand: items, stock, item journal, numbers on hold."""
