"""What the use cases of purchase, sales and item journals are given (A29)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shopfloor.items.inputs import NumberKey
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
    RequiredDay,
    Text20,
    Text50,
    Text100,
    Variant,
)

Unit = Annotated[Text20, StringConstraints(max_length=10)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]


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
    warranty_date: Day = None
    """Blank: by the tracking code's formula (EX-07)."""


class PostShipment(InputModel):
    """Goods that go out for a sales order."""

    order_no: Code20
    lines: tuple[ShipmentLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: today in the plant."""


class JournalLine(ArrivedLine):
    """One line of an item journal. A blank unit is the base unit."""

    entry_type: Literal["Positive Adjmt.", "Negative Adjmt."]
    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""
    applies_to_entry: EntryNo = None
    """Negative lines: the entry to take from (AP-07); blank: the oldest stock."""
    applies_from_entry: EntryNo = None
    """Positive lines: the entry that comes back (AP-08)."""
    warranty_date: Day = None
    """Negative lines; blank: by the tracking code's formula (EX-07)."""

    @model_validator(mode="after")
    def _names_fitting_entries(self) -> JournalLine:
        negative = self.entry_type == "Negative Adjmt."
        if negative and self.applies_from_entry:
            raise ValueError("only a positive line gives back what an entry took")
        if not negative and (self.applies_to_entry or self.warranty_date):
            raise ValueError("only a negative line takes from an entry and has a warranty date")
        return self


class PostItemJournal(InputModel):
    """Stock that is found, lost, or there on the first day."""

    lines: tuple[JournalLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Reason
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


class ReclassificationLine(NumberedLine):
    """Goods that get another number, date or location. What is left blank stays as it is; a blank unit is the base unit."""

    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""
    new_location_code: Text20 = ""
    new_serial_no: Number = ""
    new_lot_no: Number = ""
    new_package_no: Number = ""
    new_expiration_date: Day = None
    applies_to_entry: EntryNo = None
    """The entry to take from (AP-07); blank: the oldest stock."""

    @model_validator(mode="after")
    def _changes_something(self) -> ReclassificationLine:
        numbers = (self.new_serial_no, self.serial_no), (self.new_lot_no, self.lot_no), (self.new_package_no, self.package_no)
        renamed = any(new not in ("", old) for new, old in numbers)
        if not (renamed or self.new_expiration_date or self.new_location_code not in ("", self.location_code)):
            raise ValueError("changes nothing: enter a new number, date or location")
        return self


class PostReclassification(InputModel):
    """An item reclassification journal (C9, EX-05)."""

    lines: tuple[ReclassificationLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Reason
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


class ExpirationCorrection(NumberKey):
    """Another expiration date for a number and all that is open of it (C15)."""

    new_expiration_date: RequiredDay
    reason: Reason
