"""What the use cases about items are given (A29)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shopfloor.items.date_formula import is_formula
from shopfloor.items.models import FlushingPrinciple, NumberKind, ProductNumbers, ReservationPolicy
from shopfloor.items.tracking import Transaction
from shopfloor.people.fields import (
    Code10,
    Code20,
    Code50,
    Day,
    InputModel,
    Name,
    Number,
    OptionalQuantity,
    Quantity,
    Reason,
    Text20,
    Text50,
    Text100,
    Text500,
    Variant,
    without_identifier,
)
from shopfloor.scanning.gs1.label_order import label_order


def _date_formula(text: str) -> str:
    formula = text.upper()
    if formula and not is_formula(formula):
        raise ValueError("write a length of time such as 2Y, 6M, 90D or 1Y+15D")
    return formula


DateFormula = Annotated[Text20, AfterValidator(_date_formula)]
"""A date formula; blank: none."""


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise ValueError("is not a regular expression") from None
    return text


def _label_order(text: str) -> str:
    return ",".join(label_order(text)) if text else ""


LabelOrder = Annotated[Text100, StringConstraints(max_length=80), AfterValidator(_label_order)]
"""Application identifiers with commas between; blank: none."""
SeriesCode = Annotated[Text50, StringConstraints(max_length=40)]
Pattern = Annotated[Text100, AfterValidator(_regular_expression)]


class NewUnit(InputModel):
    """A unit of measure."""

    code: Code10
    description: Annotated[Text50, StringConstraints(min_length=1)]
    measured: bool = False
    gs1_unit: Annotated[Text20, StringConstraints(max_length=10)] = ""


class Requirement(InputModel):
    """One number kind that one transaction demands (TC-02)."""

    kind: NumberKind
    transaction: Transaction


class NewTrackingCode(InputModel):
    """An item tracking code (DM-40)."""

    code: Code20
    description: Name
    serial_specific: bool = False
    lot_specific: bool = False
    package_specific: bool = False
    serial_warehouse: bool = False
    """Warehouse documents ask for it too; specific tracking switches it on (TC-01)."""
    lot_warehouse: bool = False
    package_warehouse: bool = False
    use_expiration_dates: bool = False
    expiration_entry_required: bool = False
    strict_expiration_posting: bool = False
    warranty_formula: DateFormula = ""
    """From the document's date to the end of the warranty (EX-07)."""
    warranty_entry_required: bool = False
    information_required_inbound: bool = False
    information_required_outbound: bool = False
    create_information_on_posting: bool = True
    requirements: tuple[Requirement, ...] = Field(default=(), max_length=33)

    @model_validator(mode="after")
    def _dates_are_used(self) -> NewTrackingCode:
        """TC-03: both expiry rules need expiration dates."""
        if (self.expiration_entry_required or self.strict_expiration_posting) and not self.use_expiration_dates:
            raise ValueError("expiration rules need “use expiration dates”")
        return self


class TrackingCodeChange(NewTrackingCode):
    """All settings of a tracking code as they shall be (TC-04)."""


class TrackingCodeExchange(InputModel):
    """Another tracking code for an item (TC-05); blank: none."""

    item_no: Code20
    item_tracking_code: Text20 = ""


class NewPolicy(InputModel):
    """A Tracked components policy (SET-4). The serial number matching limit is on in new policies (D38)."""

    name: Code20
    description: Text100 = ""
    use_tracked_components: bool = True
    check_preallocation_for_product: bool = False
    check_preallocation_for_components: bool = False
    serial_number_matching_limit: bool = True


class NewItem(InputModel):
    """An item."""

    no: Code20
    description: Name
    base_unit_code: Code10
    rounding_precision: Quantity = Decimal(1)
    item_tracking_code: Text20 = ""
    tracked_components_policy: Text20 = ""
    reservation_policy: ReservationPolicy = ReservationPolicy.OPTIONAL
    serial_pattern: Pattern = ""
    lot_pattern: Pattern = ""
    expiration_days: int = Field(default=0, ge=0, le=36500)
    report_when_completed: bool = False
    negative_stock_allowed: bool = False
    flushing: FlushingPrinciple = FlushingPrinciple.FINISH
    """When it is consumed as a component, unless the line of a bill says otherwise (LIF-12)."""
    serial_nos: SeriesCode = ""
    """Number series of new serial numbers (TL-13)."""
    lot_nos: SeriesCode = ""
    product_numbers: ProductNumbers = ProductNumbers.MANUAL
    """Of what orders make: any number, numbers generated with the order, or one for the order (DIM-1)."""
    quantity_per_number: OptionalQuantity = None
    """Base units for each generated lot number; blank: one for the order."""


class NewItemUnit(InputModel):
    """Another unit of an item, such as a carton of 12."""

    item_no: Code20
    unit_code: Code10
    quantity_per_unit: Quantity


class NewGtin(InputModel):
    """A GTIN of 8, 12, 13 or 14 digits."""

    gtin: Annotated[Text20, StringConstraints(min_length=1)]
    item_no: Code20
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    variant_code: Variant = ""
    label_order: LabelOrder = ""
    """R-17: identifiers in the order of its label, such as `01,10,17`, for scanners that drop separators; blank: not known."""


class NewReference(InputModel):
    """Another code of an item: our own bar code, or a vendor's or customer's item number."""

    reference_no: Code50
    item_no: Code20
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    variant_code: Variant = ""
    source_no: Text20 = ""
    """Vendor or customer that uses it; blank: everybody."""


class NewLocation(InputModel):
    """A warehouse of the plant."""

    code: Code20
    name: Name
    in_transit: bool = False
    """Holds nothing but goods on their way with a transfer order (AP-09)."""


class NewNumberSeries(InputModel):
    """A series of numbers."""

    code: Annotated[Code50, StringConstraints(max_length=40)]
    prefix: Annotated[Text20, AfterValidator(without_identifier)] = ""
    digits: int = Field(default=5, ge=0, le=12)
    last_no: int = Field(default=0, ge=0, le=2**31 - 1)


class AssignLine(InputModel):
    """Goods of one item that need new numbers."""

    item_no: Code20
    quantity: Quantity = Decimal(1)
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    lot_no: Number = ""
    """A lot that is known already; blank: a new one if the item has lots."""


class AssignNumbers(InputModel):
    """New numbers from the series of the items (TL-13)."""

    lines: tuple[AssignLine, ...] = Field(min_length=1, max_length=500)


class NumberKey(InputModel):
    """One serial, lot or package number of an item."""

    item_no: Code20
    variant_code: Variant = ""
    kind: NumberKind
    number: Code50


class HoldNumber(NumberKey):
    """Stop a number, or let it go again (D20)."""

    reason: Reason


class SetDisposition(NumberKey):
    """Give a batch a disposition code, or take it away (EDG-14)."""

    disposition_code: Text20 = ""
    """Blank: none."""
    reason: Reason


class NewDispositionCode(InputModel):
    """What batches with this code must not be used for. Nothing ticked: they are available."""

    code: Code20
    name: Name
    blocks_reservation: bool = False
    """No document line reserves it. A scan at the bench still registers it: its association holds what it took (EDG-14)."""
    blocks_production: bool = False
    blocks_sales: bool = False
    blocks_transfer: bool = False


class NumberDetails(NumberKey):
    """What is known of a number (C13). A blank expiry leaves the stored one; a stored one is not changed here (C15)."""

    number: Annotated[Code50, AfterValidator(without_identifier)]
    description: Text100 = ""
    expiration_date: Day = None
    best_before_date: Day = None
    production_date: Day = None
    vendor_no: Text20 = ""
    vendor_lot_no: Text50 = ""
    comments: Text500 = ""
