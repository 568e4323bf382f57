"""The API: the same use cases as the pages, as JSON (A12, A29)."""
