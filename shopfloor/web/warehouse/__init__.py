"""Pages about goods that come and go: orders of every kind, posted documents, vendors, customers."""
