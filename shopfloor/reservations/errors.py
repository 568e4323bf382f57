"""Refusals of reservations and availability."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal
from shopfloor.items.holds import Hold, HoldSource


@dataclass(eq=False)
class NotAvailable(Refusal):
    """EDG-11, ER-07, ER-10: not enough of it is here."""

    code = "NOT_AVAILABLE"
    message = "{number} of {item}: {available} of {needed} {unit} available at {location}. Scan another one or correct the stock."
    item: str
    number: str
    location: str
    available: str
    needed: str
    unit: str


@dataclass(eq=False)
class ReservedElsewhere(Refusal):
    """EDG-12, D19: somebody else's specific or picked reservation, or late binding found no free supply."""

    code = "RESERVED_ELSEWHERE"
    message = "{number} of {item} is reserved for {holder}. Scan another one, or ask a manager to release that reservation."
    item: str
    number: str
    holder: str


@dataclass(eq=False)
class NumberOnHold(Refusal):
    """AP-14, D20: the number is blocked or on hold."""

    code = "NUMBER_ON_HOLD"
    message = "{number} of {item} is on hold: {reason}. Put it aside and scan another one."
    item: str
    number: str
    reason: str


@dataclass(eq=False)
class BatchBlocked(NumberOnHold):
    """EDG-14: the disposition code of the number blocks this use."""

    code = "BATCH_BLOCKED"
    message = "{number} of {item} is blocked by its disposition code: {reason}. Put it aside and scan another one."


@dataclass(eq=False)
class QualityHold(NumberOnHold):
    """EDG-15: an inspection of the number is open, or it failed."""

    code = "QUALITY_HOLD"
    message = "{number} of {item} is on quality hold: {reason}. Put it aside and scan another one, or ask quality."


def refusal_of_hold(hold: Hold, item: str, number: str) -> NumberOnHold:
    """D20: one answer, in the words of the strictest of what stops a number."""
    kinds = {HoldSource.QUALITY.value: QualityHold, HoldSource.DISPOSITION.value: BatchBlocked}
    return kinds.get(hold.source, NumberOnHold)(item=item, number=number, reason=hold.told)


@dataclass(eq=False)
class ItemNotReservable(Refusal):
    """RS-05: the item's policy is Never."""

    code = "ITEM_NOT_RESERVABLE"
    message = "{item} is never reserved: its policy says so."
    item: str


@dataclass(eq=False)
class FullyReserved(Refusal):
    """ER-16, RS-07: the line holds all it needs."""

    code = "FULLY_RESERVED"
    message = "{line} is fully reserved: {quantity} {unit} of {item}."
    line: str
    quantity: str
    unit: str
    item: str


@dataclass(eq=False)
class NothingToReserve(Refusal):
    """ER-16, RS-07, RS-03: no supply is free that fits and comes in time."""

    code = "NOTHING_TO_RESERVE"
    dates = frozenset({"until"})
    message = "Nothing of {item} at {location} is available to reserve for {line} ({needed} {unit} needed{until})."
    item: str
    location: str
    line: str
    needed: str
    unit: str
    until: str
    """Such as ` until 2026-03-02`; blank for a line without a date."""


@dataclass(eq=False)
class NumberNotOnLine(Refusal):
    """RS-09: only numbers that stand on the line can be reserved by name, and only as much as stands there."""

    code = "NUMBER_NOT_ON_LINE"
    message = "{number} of {item} does not stand on {line}, or is reserved already. Enter it in the item tracking lines first."
    number: str
    item: str
    line: str


@dataclass(eq=False)
class SupplyTooLate(Refusal):
    """ER-19, RS-03, RS-13: the supply would come after the demand."""

    code = "SUPPLY_TOO_LATE"
    dates = frozenset({"expected", "needed_on"})
    message = "{supply} comes {expected}, but {line} needs {item} on {needed_on}. Choose other supply or change a date."
    supply: str
    expected: str
    line: str
    item: str
    needed_on: str


@dataclass(eq=False)
class ReservationNotReduced(Refusal):
    """ER-17, RS-10: a reservation can only become smaller, and not nothing."""

    code = "RESERVATION_NOT_REDUCED"
    message = "Reservation {entry_no} holds {held} {unit}. It can only become less, and {quantity} is not; cancel it to remove it."
    entry_no: int
    held: str
    quantity: str
    unit: str


@dataclass(eq=False)
class ReservationFixed(Refusal):
    """ER-17, RS-11, D1: something else than people decides about this reservation."""

    code = "RESERVATION_FIXED"
    message = "The reservation of {quantity} {unit} of {item} for {line} cannot be changed here: {why}."
    quantity: str
    unit: str
    item: str
    line: str
    why: str


@dataclass(eq=False)
class OrderBinding(NeedsConfirmation):
    """ER-25, RS-16, WH-27: the supply was ordered or made for this very line."""

    code = "ORDER_BINDING"
    message = "{supply} was made for {line}. Take the {quantity} {unit} of {item} away from it?"
    supply: str
    line: str
    quantity: str
    unit: str
    item: str


@dataclass(eq=False)
class MustBeReserved(Refusal):
    """ER-11, AP-12: the item's policy is Always."""

    code = "MUST_BE_RESERVED"
    message = "{item} must be reserved before it goes out: {line} has {reserved} of {needed} {unit} reserved from stock."
    item: str
    line: str
    reserved: str
    needed: str
    unit: str


@dataclass(eq=False)
class ReservedNotInStock(Refusal):
    """ER-08, AP-05: the line's reservation is against an order that has not arrived."""

    code = "RESERVED_NOT_IN_STOCK"
    message = "{quantity} {unit} of {item} for {line} are reserved from {supply}, which is not here yet. Wait, or cancel that reservation."
    quantity: str
    unit: str
    item: str
    line: str
    supply: str


@dataclass(eq=False)
class ReservationsWillBreak(NeedsConfirmation):
    """ER-12, AP-13, D19: the goods are reserved for somebody else, and there is no other stock for them."""

    code = "RESERVATIONS_WILL_BREAK"
    message = "{quantity} {unit} of {item} {number} are reserved for {holder}. Take them anyway, and leave {holder} without them?"
    quantity: str
    unit: str
    item: str
    number: str
    holder: str


@dataclass(eq=False)
class NotEnoughForAll(Refusal):
    """RS-18, Basic: all demands of the group, or none."""

    code = "NOT_ENOUGH_FOR_ALL"
    message = "{available} {unit} of {item} at {location} do not cover all demands ({needed} {unit}). Choose another way to allocate."
    available: str
    unit: str
    item: str
    location: str
    needed: str
