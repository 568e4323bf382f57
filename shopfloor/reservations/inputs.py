"""What the use cases of reservations are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from shopfloor.items.tracking import Tracking
from shopfloor.people.fields import MOST_LINES, Code20, InputModel, LineNo, Number, Text20, Text50, Variant
from shopfloor.quantity import NotAQuantity, parse, shown
from shopfloor.reservations.rules import Demand


def _any_quantity(value: object) -> Decimal:
    """Any decimal number as text: the use case says which ones it takes, with its own code."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError("write the quantity as text, such as “0.25”")  # noqa: TRY004
    try:
        return parse(value)
    except NotAQuantity as refusal:
        raise ValueError(refusal.text()) from None


AnyQuantity = Annotated[Decimal, BeforeValidator(_any_quantity), PlainSerializer(shown, return_type=str, when_used="json")]
EntryNo = Annotated[int, Field(ge=1, le=2**53)]
SubLineNo = Annotated[int, Field(ge=0, le=2**31 - 1)]
Method = Literal["Basic", "Equally", "By customer priority"]
"""RS-18."""


KINDS = {"sales": "Sales Line", "component": "Prod. Order Component", "transfer": "Transfer Line"}
"""Kinds of demand lines in addresses."""


class DemandInput(InputModel):
    """A document line that takes stock."""

    source_type: Literal["Sales Line", "Prod. Order Component", "Transfer Line"]
    source_id: Code20
    """Order number."""
    source_line_no: LineNo
    """Line of the order."""
    source_sub_line_no: SubLineNo = 0
    """Component line."""

    def demand(self) -> Demand:
        """The line, as reservations name it."""
        return Demand(self.source_type, self.source_id, self.source_line_no, self.source_sub_line_no)


class Reserve(DemandInput):
    """Reserve for a line. With a number that stands on the line: specifically, that number only (RS-09)."""

    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""

    def tracking(self) -> Tracking:
        """The number to reserve by name; blank: any."""
        return Tracking(self.serial_no, self.lot_no, self.package_no)


class ReserveFromSupply(Reserve):
    """Reserve for a line from one chosen supply (RS-08): an order line, or stock of one number."""

    supply_type: Text50
    """Caption of the kind of supply, such as `Item Ledger Entry` or `Purchase Line`."""
    supply_id: Text20 = ""
    """Order number; blank for stock."""
    supply_line_no: SubLineNo = 0
    supply_serial_no: Number = ""
    supply_lot_no: Number = ""
    supply_package_no: Number = ""

    def supply_tracking(self) -> Tracking:
        """The number of the chosen stock."""
        return Tracking(self.supply_serial_no, self.supply_lot_no, self.supply_package_no)


class LinePlace(InputModel):
    """Where a page or API address points: a kind of line in small letters, order, line, component line."""

    kind: Literal["sales", "component", "transfer"]
    order_no: Code20
    line_no: LineNo
    sub_line_no: SubLineNo = 0

    def source(self) -> dict[str, str | int]:
        """The same as fields of `DemandInput`."""
        return {
            "source_type": KINDS[self.kind], "source_id": self.order_no, "source_line_no": self.line_no,
            "source_sub_line_no": self.sub_line_no,
        }


class CancelReservations(InputModel):
    """Cancel reservations by number (RS-11)."""

    entry_nos: tuple[EntryNo, ...] = Field(min_length=1, max_length=MOST_LINES)
    confirmed: bool = False
    """The question ORDER_BINDING was answered with yes."""


class ChangeReservation(InputModel):
    """Reduce one reservation (RS-10)."""

    entry_no: EntryNo
    quantity: AnyQuantity
    """What shall be left, base units."""


class Allocate(InputModel):
    """Reserve stock for all open demands of an item and a location (RS-18)."""

    method: Method
    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""
