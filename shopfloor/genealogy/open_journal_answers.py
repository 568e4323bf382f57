"""What the use cases of open journals answer."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class JournalSaved(Answer):
    """LIF-9: the journal is open; nothing is posted."""

    code = "JOURNAL_SAVED"
    message = "{kind} {journal_no} of {order_no} is open with {count} lines. Nothing is posted yet."
    order_no: str
    journal_no: int
    kind: str
    count: int


@dataclass(frozen=True)
class JournalPosted(Answer):
    """PST-5, PST-6."""

    code = "JOURNAL_POSTED"
    message = "{kind} {journal_no} of {order_no} is posted: {count} lines."
    order_no: str
    journal_no: int
    kind: str
    count: int
    register_no: int
    """0: only lines were ended."""


@dataclass(frozen=True)
class JournalDeleted(Answer):
    """ASC-22."""

    code = "JOURNAL_DELETED"
    message = "{kind} {journal_no} of {order_no} is deleted. Nothing was posted."
    order_no: str
    journal_no: int
    kind: str
