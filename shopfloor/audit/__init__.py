"""Who changed what: notes of a command, kept with the command itself in one append-only row (A30, OPS-7)."""

from shopfloor.audit.record import record

__all__ = ["record"]
