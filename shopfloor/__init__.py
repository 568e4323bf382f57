"""Shopfloor: production execution that knows which part went into which product."""

__version__ = "0.1.0"
