"""What commands of production orders answer."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class OrderMoved(Answer):
    """The order is at another stage."""

    code = "PRODUCTION_ORDER_MOVED"
    message = "Production order {order_no} is {status}."
    order_no: str
    status: str


@dataclass(frozen=True)
class OrderStarted(Answer):
    """LIF-4: a part of the order, or all of it, was started, or a start was taken back."""

    code = "PRODUCTION_ORDER_STARTED"
    message = "Production order {order_no}: {quantity} started, {started} of {ordered} in all."
    order_no: str
    quantity: str
    """What this start added; negative: taken back."""
    started: str
    """Started in all, after it."""
    ordered: str
    consumed: list[dict[str, str]]
    """What was consumed at once (PST-10): line, item, quantity, unit."""
    left_open: list[dict[str, str]]
    """Empty here: see OrderStartedNumbersOpen."""
    journal_no: int = 0
    """The picking list that was left open; 0: none."""


@dataclass(frozen=True)
class OrderStartedNumbersOpen(OrderStarted):
    """PST-13: lines that are due at start wait for their numbers."""

    code = "PRODUCTION_ORDER_STARTED_NUMBERS_OPEN"
    message = (
        "Production order {order_no}: {quantity} started, {started} of {ordered} in all. "
        "Not consumed yet, because no number is known: {items}. Scanning them consumes them with the unit."
    )
    sound = "information"
    items: str = ""
    """The items that wait."""
