"""Refusals of reservations and availability."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


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
