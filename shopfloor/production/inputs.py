"""What the use cases about bills, routings and production orders are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema, field_validator

from shopfloor.people.fields import Code20, Day, InputModel, LineNo, Number, Quantity, Text20, Text50, Text100, Variant
from shopfloor.production.models import FlushingPrinciple, OneScan
from shopfloor.quantity import ZERO, NotAQuantity, parse, shown

MOST_BOM_LINES = 500
LARGEST_PERCENT = Decimal(1000)
_TEXT = {"type": "string", "examples": ["0", "2.5"], "description": "Decimal number as text, at most five decimals."}


def _signed(value: object) -> Decimal | None:
    """Any decimal number; a JSON number is refused, because it may have been a binary fraction (A27)."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        value = shown(value)
    if not isinstance(value, str):
        raise ValueError("write the quantity as text, such as “0.25”")  # noqa: TRY004
    try:
        return parse(value)
    except NotAQuantity as refusal:
        raise ValueError(refusal.text()) from None


def _from_zero(value: object) -> Decimal:
    number = _signed(value)
    if number is None:
        return ZERO
    if number < ZERO:
        raise ValueError("must not be below 0")
    return number


def _percent(value: object) -> Decimal:
    number = _from_zero(value)
    if number > LARGEST_PERCENT:
        raise ValueError(f"must not be above {LARGEST_PERCENT}")
    return number


_AS_TEXT = PlainSerializer(lambda value: None if value is None else shown(value), return_type=str | None, when_used="json")
ZeroOrMore = Annotated[Decimal, BeforeValidator(_from_zero), _AS_TEXT, WithJsonSchema(_TEXT)]
Percent = Annotated[Decimal, BeforeValidator(_percent), _AS_TEXT, WithJsonSchema(_TEXT)]
SignedQuantity = Annotated[Decimal | None, BeforeValidator(_signed), _AS_TEXT, WithJsonSchema(_TEXT)]


class NewBomLine(InputModel):
    """One component. `quantity_per` in `unit_code` for one base unit of the product, or for the whole order if constant."""

    item_no: Code20
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    quantity_per: ZeroOrMore
    variant_code: Variant = ""
    constant: bool = False
    scrap_percent: Percent = ZERO
    flushing: FlushingPrinciple = FlushingPrinciple.FINISH
    operation_no: int = Field(default=0, ge=0, le=2**31 - 1)
    under_tolerance_percent: Percent = ZERO
    over_tolerance_percent: Percent = ZERO
    one_scan_is: OneScan = OneScan.REMAINING


class NewBom(InputModel):
    """What an item is made of. Lines are numbered 10, 20, 30 in the order given."""

    item_no: Code20
    no: Text20 = ""
    """Blank: the item's number."""
    description: Text100 = ""
    """Blank: the item's description."""
    lines: tuple[NewBomLine, ...] = Field(min_length=1, max_length=MOST_BOM_LINES)


class NewRoutingLine(InputModel):
    """One step."""

    operation_no: LineNo
    description: Annotated[Text100, StringConstraints(min_length=1)]
    resource: Text50 = ""
    run_minutes: ZeroOrMore = ZERO


class NewRouting(InputModel):
    """The steps in which an item is made."""

    item_no: Code20
    no: Text20 = ""
    """Blank: the item's number."""
    description: Text100 = ""
    """Blank: the item's description."""
    lines: tuple[NewRoutingLine, ...] = Field(min_length=1, max_length=MOST_BOM_LINES)

    @field_validator("lines")
    @classmethod
    def _each_number_once(cls, lines: tuple[NewRoutingLine, ...]) -> tuple[NewRoutingLine, ...]:
        if len({line.operation_no for line in lines}) < len(lines):
            raise ValueError("every operation has a number of its own")
        return lines


class NewProductionOrder(InputModel):
    """An order for `quantity` base units of an item."""

    item_no: Code20
    quantity: Quantity
    location_code: Code20
    """Where components are taken and output is put."""
    due_date: Day = None
    no: Text20 = ""
    """Blank: from the number series PROD."""
    variant_code: Variant = ""
    description: Text100 = ""
    """Blank: the item's description."""
    fixed_serial_no: Number = ""
    fixed_lot_no: Number = ""
    """The order's fixed batch (SCN-5, DIM-1)."""


class OrderKey(InputModel):
    """One production order."""

    order_no: Code20


class StartOrder(OrderKey):
    """Start a part of an order; a negative quantity takes started quantity back (LIF-4)."""

    quantity: SignedQuantity = None
    """Base units; blank: all that is not started yet."""


__all__ = [
    "NewBom",
    "NewBomLine",
    "NewProductionOrder",
    "NewRouting",
    "NewRoutingLine",
    "OrderKey",
    "StartOrder",
]
