"""Pages about goods that come and go: purchase and sales orders, vendors, customers."""
