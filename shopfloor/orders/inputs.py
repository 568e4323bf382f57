"""What the use cases of orders and item journals are given (A29)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from shopfloor.people.fields import (
    MOST_LINES,
    Code20,
    Day,
    EntryNo,
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
    Text200,
    Variant,
    Version,
    written_as,
)
from shopfloor.reservations.inputs import DemandInput

Unit = Annotated[Text20, StringConstraints(max_length=10)]
Country = Annotated[str, *written_as(r"([A-Z]{2})?", "is two capital letters, such as DE")]


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


class NewPurchaseReturn(NewPurchaseOrder):
    """Goods that go back to a vendor. Lines are numbered 10000, 20000 and so on."""


class NewSalesReturn(NewSalesOrder):
    """Goods that a customer sends back. Lines are numbered 10000, 20000 and so on."""


class NewTransferLine(InputModel):
    """One item of a transfer order."""

    item_no: Code20
    quantity: Quantity
    unit_code: Unit = ""
    """Blank: the base unit."""
    variant_code: Variant = ""
    date: Day = None
    """When the goods leave."""

    @property
    def location_code(self) -> str:
        """The header says where the goods leave and arrive."""
        return ""


NewLine = NewOrderLine | NewTransferLine


class NewTransferOrder(InputModel):
    """Goods that go from one location to another. Lines are numbered 10000, 20000 and so on."""

    from_code: Code20
    to_code: Code20
    in_transit_code: Text20 = ""
    """Where the goods are on their way; blank: the plant's only in-transit location."""
    no: Text20 = ""
    """Blank: the next number of the series."""
    order_date: Day = None
    """Blank: today in the plant."""
    lines: tuple[NewTransferLine, ...] = Field(min_length=1, max_length=MOST_LINES)


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


class OutboundLine(NumberedLine):
    """Goods of one order line that move. A blank unit is that of the order line, or one base unit for a serial."""

    line_no: LineNo


class ShipmentLine(OutboundLine):
    """Goods for one line of a sales order."""

    warranty_date: Day = None
    """Blank: by the tracking code's formula (EX-07)."""


class PostShipment(InputModel):
    """Goods that go out for a sales order."""

    order_no: Code20
    lines: tuple[ShipmentLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The question RESERVATIONS_WILL_BREAK was answered with yes; the API never asks it (D19)."""


class ReturnReceiptLine(ReceiptLine):
    """Goods of one line of a sales return order."""

    applies_from_entry: EntryNo = None
    """The shipped entry that comes back (AP-08); blank: that of the line's number, if the line was copied from a shipment."""


class PostReturnReceipt(InputModel):
    """Goods that came back for a sales return order."""

    order_no: Code20
    lines: tuple[ReturnReceiptLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


class ReturnShipmentLine(OutboundLine):
    """Goods for one line of a purchase return order."""

    applies_to_entry: EntryNo = None
    """The received entry that goes back (AP-07); blank: that of the line's number, if the line was copied from a receipt."""


class PostReturnShipment(InputModel):
    """Goods that go back to a vendor."""

    order_no: Code20
    lines: tuple[ReturnShipmentLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    reason: Text200 = ""
    """Needed for goods on hold (D20)."""
    confirmed: bool = False
    """The question RESERVATIONS_WILL_BREAK was answered with yes; the API never asks it (D19)."""


class PostTransfer(InputModel):
    """Goods that leave with a transfer order, or arrive with it."""

    order_no: Code20
    lines: tuple[OutboundLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """Leaving: the question RESERVATIONS_WILL_BREAK was answered with yes; the API never asks it (D19)."""


class PostTransferReceipt(InputModel):
    """Goods that arrive with a transfer order."""

    order_no: Code20
    lines: tuple[OutboundLine, ...] = Field(default=(), max_length=MOST_LINES)
    """Blank: everything that is on its way."""
    posting_date: Day = None
    """Blank: today in the plant."""


EntryNos = Annotated[tuple[Annotated[int, Field(ge=1, le=2**63 - 1)], ...], Field(max_length=MOST_LINES)]


class UndoPosted(InputModel):
    """A posted document that was wrong, or some entries of it (AP-15)."""

    document_no: Code20
    reason: Reason
    entry_nos: EntryNos = ()
    """Blank: all that is not undone yet."""
    posting_date: Day = None
    """Blank: today in the plant."""


class ReturnPosted(InputModel):
    """Get posted lines to reverse: goods of a receipt or shipment that go back (TL-15)."""

    document_no: Code20
    entry_nos: EntryNos = ()
    """Blank: all that is left of the document."""
    order_no: Text20 = ""
    """An open return order that gets the lines; blank: a new one."""


class ChosenLine(InputModel):
    """One line of an order."""

    order_no: Code20
    line_no: LineNo


class DeleteLine(ChosenLine):
    """A line that is not wanted any more."""

    version: Version = ""
    confirmed: bool = False
    """The question DELETE_TRACKED_LINE was answered with yes."""


class LineValues(InputModel):
    """What a line asks for."""

    item_no: Code20
    quantity: Quantity
    location_code: Text20 = ""
    """Blank: as before, or as on the order's first line. A transfer order's lines have none."""
    unit_code: Unit = ""
    """Blank: the base unit."""
    variant_code: Variant = ""
    date: Day = None
    """Expected receipt, or shipment."""


class ChangeLine(LineValues):
    """A line with its new values; what is left blank becomes blank."""

    order_no: Code20
    line_no: LineNo
    version: Version = ""
    confirmed: bool = False
    """The question DATE_CONFLICT was answered with yes: the reservation goes."""


class AddLine(LineValues):
    """A further line."""

    order_no: Code20


class CloseOrder(InputModel):
    """What is still open of the order will not come or go any more."""

    order_no: Code20
    reason: Reason
    confirmed: bool = False
    """The question CLOSE_TRACKED_ORDER was answered with yes."""
