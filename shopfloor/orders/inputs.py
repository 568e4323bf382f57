"""What the use cases of purchase, sales and item journal are given (A29)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shopfloor.people.fields import (
    MOST_LINES,
    Code20,
    Day,
    InputModel,
    LineNo,
    Name,
    Number,
    OptionalQuantity,
    Quantity,
    Reason,
    Text20,
    Text50,
    Text100,
    Variant,
)
from shopfloor.reservations.inputs import DemandInput

Unit = Annotated[Text20, StringConstraints(max_length=10)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]


Priority = Annotated[int, Field(ge=0, le=1000)]
"""Of a customer; the greater one is served first (RS-18)."""


class NewVendor(InputModel):
    """Somebody we buy from."""

    no: Code20
    name: Name
    city: Text50 = ""
    country: Country = ""


class NewCustomer(InputModel):
    """Somebody we sell to."""

    no: Code20
    name: Name
    city: Text50 = ""
    country: Country = ""
    email: Text100 = ""
    priority: Priority = 0


class ChangeCustomerPriority(InputModel):
    """Another priority for a customer."""

    customer_no: Code20
    priority: Priority


class NewOrderLine(InputModel):
    """One item of an order."""

    item_no: Code20
    quantity: Quantity
    location_code: Code20
    unit_code: Unit = ""
    """Blank: the base unit."""
    variant_code: Variant = ""
    date: Day = None
    """Expected receipt, or shipment."""


class NewPurchaseOrder(InputModel):
    """A purchase order. Lines are numbered 10000, 20000 and so on."""

    vendor_no: Code20
    no: Text20 = ""
    """Blank: the next number of the series."""
    order_date: Day = None
    """Blank: today in the plant."""
    lines: tuple[NewOrderLine, ...] = Field(min_length=1, max_length=MOST_LINES)


class BuyForLine(DemandInput):
    """A purchase order for what a line needs (RS-16)."""

    vendor_no: Code20


class NewSalesOrder(InputModel):
    """A sales order. Lines are numbered 10000, 20000 and so on."""

    customer_no: Code20
    no: Text20 = ""
    """Blank: the next number of the series."""
    order_date: Day = None
    """Blank: today in the plant."""
    lines: tuple[NewOrderLine, ...] = Field(min_length=1, max_length=MOST_LINES)


class NumberedLine(InputModel):
    """One quantity of one number combination. A serial without a quantity is one base unit."""

    quantity: OptionalQuantity = None
    unit_code: Unit = ""
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""

    @model_validator(mode="after")
    def _has_quantity(self) -> NumberedLine:
        if self.quantity is None and not self.serial_no:
            raise ValueError("says neither a quantity nor a serial number")
        return self


class ArrivedLine(NumberedLine):
    """Goods that come in, with what their label or delivery note says of them (C13)."""

    expiration_date: Day = None
    best_before_date: Day = None
    production_date: Day = None
    vendor_lot_no: Text50 = ""


class ReceiptLine(ArrivedLine):
    """Goods of one line of a purchase order. A blank unit is that of the order line, or one base unit for a serial."""

    line_no: LineNo


class PostReceipt(InputModel):
    """Goods that came in for a purchase order."""

    order_no: Code20
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    vendor_shipment_no: Text50 = ""
    """Number of the vendor's delivery note."""
    confirmed: bool = False
    """The questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


class ShipmentLine(NumberedLine):
    """Goods for one line of a sales order. A blank unit is that of the order line, or one base unit for a serial."""

    line_no: LineNo


class PostShipment(InputModel):
    """Goods that go out for a sales order."""

    order_no: Code20
    lines: tuple[ShipmentLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The question RESERVATIONS_WILL_BREAK was answered with yes; the API never asks it (D19)."""


class JournalLine(ArrivedLine):
    """One line of an item journal. A blank unit is the base unit."""

    entry_type: Literal["Positive Adjmt.", "Negative Adjmt."]
    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""


class PostItemJournal(InputModel):
    """Stock that is found, lost, or there on the first day."""

    lines: tuple[JournalLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Reason
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN, SERIAL_USED_BEFORE and RESERVATIONS_WILL_BREAK were answered with yes."""
