"""What the use cases about bills, routings and production orders are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema, model_validator

from shopfloor.items.models import FlushingPrinciple
from shopfloor.people.fields import (
    Code20,
    Code50,
    Day,
    InputModel,
    LineNo,
    Name,
    Number,
    Quantity,
    Text20,
    Text50,
    Text100,
    Text200,
    Variant,
)
from shopfloor.production.models import OneScan, ResourceKind, VersionStatus
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
    round_up_to: ZeroOrMore = ZERO
    """LIF-15, D31: what a whole order needs is rounded up to a multiple of this, in `unit_code`; 0: not at all."""
    flushing: Literal["", "Manual", "Start", "Finish"] = ""
    """Blank: as the item says (LIF-12)."""
    operation_no: int = Field(default=0, ge=0, le=2**31 - 1)
    under_tolerance_percent: Percent = ZERO
    over_tolerance_percent: Percent = ZERO
    one_scan_is: OneScan = OneScan.REMAINING
    may_be_loaded: bool = False
    """D24: operators may load a batch at their station for unit after unit; serial numbers are always scanned."""
    phantom: bool = False
    """EDG-39: an order takes the components of the item's own bill instead of the item."""
    co_product: bool = False
    """D40: an order makes this much of the item along with each base unit of the product, or once if constant."""

    @model_validator(mode="after")
    def _made_or_taken(self) -> Self:
        if self.co_product and self.phantom:
            raise ValueError("a co-product is made, so it cannot be a phantom")
        if self.round_up_to and (self.co_product or self.phantom):
            raise ValueError("only a component is rounded up; a phantom's own bill says how its components are")
        if self.co_product and not self.quantity_per:
            raise ValueError("a co-product needs a quantity above 0")
        if self.co_product and self.scrap_percent:
            raise ValueError("a co-product has no scrap percent; say what is left of it as its quantity")
        return self


class Validity(InputModel):
    """From when until when a version holds; a blank date sets no limit."""

    starting_date: Day = None
    ending_date: Day = None
    """The last day."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.starting_date and self.ending_date and self.ending_date < self.starting_date:
            raise ValueError("the ending date is before the starting date")
        return self


class FirstVersion(InputModel):
    """A new bill or routing with its first version."""

    item_no: Code20
    no: Text20 = ""
    """Blank: the item's number."""
    description: Text100 = ""
    """Blank: the item's description."""
    version_code: Code20 = "1"
    status: VersionStatus = VersionStatus.CERTIFIED


class NewBom(Validity, FirstVersion):
    """What an item is made of. Lines are numbered 10, 20, 30 in the order given; they are its first version."""

    lines: tuple[NewBomLine, ...] = Field(min_length=1, max_length=MOST_BOM_LINES)


class NewRoutingLine(InputModel):
    """One step."""

    operation_no: LineNo
    description: Annotated[Text100, StringConstraints(min_length=1)]
    resource: Text50 = ""
    run_minutes: ZeroOrMore = ZERO
    """For one base unit of the product."""
    setup_minutes: ZeroOrMore = ZERO
    """Once for each order."""
    flushing: Literal["Manual", "Start", "Finish"] = "Manual"
    """LIF-6: when it posts by itself, as a component is consumed; *Manual*: never."""


def _each_number_once(lines: tuple[NewRoutingLine, ...]) -> tuple[NewRoutingLine, ...]:
    if len({line.operation_no for line in lines}) < len(lines):
        raise ValueError("every operation has a number of its own")
    return lines


Steps = Annotated[tuple[NewRoutingLine, ...], Field(min_length=1, max_length=MOST_BOM_LINES), AfterValidator(_each_number_once)]


class NewRouting(Validity, FirstVersion):
    """The steps in which an item is made; they are its first version."""

    lines: Steps


class VersionKey(InputModel):
    """One version of a bill or routing, and the version of the record that was read."""

    no: Code20
    version_code: Code20
    version: int = Field(ge=1, le=2**31 - 1)
    """Of the bill or routing; another one by now is refused as STALE_ROW."""


class BomVersionInput(Validity, VersionKey):
    """A version of a bill: a new one, or what a version that is New shall hold."""

    description: Text100 = ""
    lines: tuple[NewBomLine, ...] = Field(min_length=1, max_length=MOST_BOM_LINES)


class RoutingVersionInput(Validity, VersionKey):
    """A version of a routing: a new one, or what a version that is New shall hold."""

    description: Text100 = ""
    lines: Steps


class CopyVersion(InputModel):
    """A bill or routing for another item, with the lines of one version."""

    no: Code20
    version_code: Code20
    item_no: Code20
    """The other item."""


class BomHead(InputModel):
    """What a bill or routing is beside its versions."""

    no: Code20
    item_no: Code20
    description: Text100 = ""


class NewResource(InputModel):
    """A machine, a person or a work center."""

    code: Code50
    name: Name
    kind: ResourceKind = ResourceKind.WORK_CENTER


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


class OrderQuestion(InputModel):
    """What an order would need, before it is made."""

    item_no: Code20
    quantity: Quantity
    location_code: Code20
    due_date: Day = None


class ChangeProductionOrder(InputModel):
    """Another quantity, due date or location for an order that has not started."""

    order_no: Code20
    version: int = Field(ge=1, le=2**31 - 1)
    """Of the order as it was read; another one by now is refused as STALE_ROW."""
    quantity: Quantity
    location_code: Code20
    due_date: Day = None
    confirmed: bool = False
    """The question DATE_CONFLICT was answered with yes."""


class OrderKey(InputModel):
    """One production order."""

    order_no: Code20


class ResetOrder(OrderKey):
    """One stage back (LIF-5)."""

    reason: Text200 = ""
    confirmed: bool = False
    """The question RESET_TAKES_BACK was answered with yes."""


class ComponentFlushing(OrderKey):
    """LIF-12: another flushing principle for one component line of an order."""

    line_no: LineNo
    flushing: FlushingPrinciple


Automatic = Literal["", "Flushing principle", "Always", "Never"]
"""What is consumed by itself; blank: as the company settled it (LIF-13)."""
Operation = Annotated[int, BeforeValidator(lambda value: 0 if value in ("", None) else value), Field(ge=0, le=2**31 - 1)]


class ConsumptionChoice(InputModel):
    """LIF-6, LIF-7: what a start or a report consumes by itself, and what becomes of that picking list."""

    automatic_consumption: Automatic = ""
    from_operation_no: Operation = 0
    """First operation that takes part, with its components; 0: from the first. Components of no operation always do."""
    to_operation_no: Operation = 0
    """The last one; 0: to the last."""
    leave_open: bool = False
    """The picking list stays an open journal instead of being posted at once (LIF-9)."""
    automatic_route: Literal["Flushing principle", "Always", "Never"] = "Flushing principle"
    """What operations post by themselves: those that flush at this dialog, all, or none."""
    end_route: bool = False
    """Operations that post by themselves here are ended: nothing more is posted on them."""
    end_picking_list: bool = False
    """Lines of this picking list are ended: flushing proposes nothing more for them (D26)."""
    posting_date: Day = None
    """Blank: today in the plant."""

    @property
    def operations(self) -> tuple[int, int]:
        """First and last operation."""
        return (self.from_operation_no, self.to_operation_no)

    @model_validator(mode="after")
    def _in_their_order(self) -> Self:
        if self.to_operation_no and self.to_operation_no < self.from_operation_no:
            raise ValueError("the last operation comes before the first")
        if self.end_route and self.automatic_route == "Never":
            raise ValueError("with Automatic operations Never there is no route to end; choose Always, or leave End the route blank")
        return self


class StartOrder(ConsumptionChoice, OrderKey):
    """Start a part of an order; a negative quantity takes started quantity back (LIF-4, LIF-6)."""

    quantity: SignedQuantity = None
    """Base units; blank: all that is not started yet."""


__all__ = [
    "BomHead",
    "BomVersionInput",
    "ChangeProductionOrder",
    "ComponentFlushing",
    "ConsumptionChoice",
    "CopyVersion",
    "NewBom",
    "NewBomLine",
    "NewProductionOrder",
    "NewResource",
    "NewRouting",
    "NewRoutingLine",
    "OrderKey",
    "OrderQuestion",
    "RoutingVersionInput",
    "StartOrder",
    "Validity",
    "VersionKey",
]
