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
class JournalPicked(JournalPosted):
    """PST-3: lines with registered numbers are picks; what they picked is consumed with its unit, as everything registered (D1, D2)."""

    code = "JOURNAL_PICKED"
    message = (
        "{kind} {journal_no} of {order_no} is posted: {count} lines, {picked} of them picks of registered parts. "
        "Those are consumed when their unit is reported."
    )
    picked: int


@dataclass(frozen=True)
class JournalDeleted(Answer):
    """ASC-22."""

    code = "JOURNAL_DELETED"
    message = "{kind} {journal_no} of {order_no} is deleted. Nothing was posted."
    order_no: str
    journal_no: int
    kind: str


@dataclass(frozen=True)
class JournalLineFilled(Answer):
    """ENT-5, ENT-7: what was registered or chosen on the scan page stands in the line."""

    code = "JOURNAL_LINE_FILLED"
    message = "{kind} {journal_no}, line {line_no}: {number}, {quantity} {unit}. Nothing is posted yet."
    journal_no: int
    line_no: int
    kind: str
    number: str
    quantity: str
    unit: str


@dataclass(frozen=True)
class JournalLineLeft(Answer):
    """ENT-5, ENT-7: there is not exactly one number to write, or no line any more to write it into."""

    code = "JOURNAL_LINE_LEFT"
    sound = "information"
    message = "Line {line_no} of journal {journal_no} stays as it was: {why}"
    journal_no: int
    line_no: int
    why: str
