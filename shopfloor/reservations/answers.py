"""Answers of reservations by hand and by policy."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class Reserved(Answer):
    """RS-06, RS-08: done."""

    code = "RESERVED"
    message = "{quantity} {unit} of {item} reserved for {line}. Nothing is missing."
    quantity: str
    """What this command reserved, base units."""
    unit: str
    item: str
    line: str
    moved: str = ""
    """Whose reservations draw on other stock now (LB-07)."""


@dataclass(frozen=True)
class PartlyReserved(Answer):
    """RS-07: as far as possible."""

    code = "PARTLY_RESERVED"
    message = "{quantity} {unit} of {item} reserved for {line}. {missing} {unit} are still not reserved."
    sound = "attention"
    quantity: str
    unit: str
    item: str
    line: str
    missing: str
    moved: str = ""


@dataclass(frozen=True)
class ReservationsCancelled(Answer):
    """RS-11."""

    code = "RESERVATIONS_CANCELLED"
    message = "{count} reservations were cancelled."
    count: int


@dataclass(frozen=True)
class ReservationReduced(Answer):
    """RS-10."""

    code = "RESERVATION_REDUCED"
    message = "Reservation {entry_no} holds {quantity} {unit} now."
    entry_no: int
    quantity: str
    unit: str


@dataclass(frozen=True)
class Allocated(Answer):
    """RS-18."""

    code = "ALLOCATED"
    message = "{quantity} {unit} of {item} reserved for {line_count} lines."
    quantity: str
    unit: str
    item: str
    line_count: int


@dataclass(frozen=True)
class MadeToOrder(Answer):
    """RS-16: an order that brings what a line needs, bound to it."""

    code = "MADE_TO_ORDER"
    message = "{record} {number} brings {quantity} {unit} of {item} and is bound to {line}."
    record: str
    number: str
    quantity: str
    unit: str
    item: str
    line: str
