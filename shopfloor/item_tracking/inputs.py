"""What the use cases about item tracking lines are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from shopfloor.people.fields import MOST_LINES, Code20, Day, InputModel, LineNo, Number, OptionalQuantity, Version
from shopfloor.quantity import NotAQuantity, parse, shown
from shopfloor.scanning.errors import SCAN_TEXT_LIMIT

SourceType = Literal["Sales Line", "Purchase Line", "Transfer Line", "Prod. Order Component", "Prod. Order Line"]
MOST_CREATED = 10_000


def _from_zero(value: object) -> Decimal | None:
    """Nothing at all is to be handled: 0. Blank: all of it."""
    if value in ("", None):
        return None
    if isinstance(value, Decimal):
        value = shown(value)
    if not isinstance(value, str):
        raise ValueError("write the quantity as text, such as “0.25”")  # noqa: TRY004
    try:
        found = parse(value)
    except NotAQuantity as refusal:
        raise ValueError(refusal.text()) from None
    if found < 0:
        raise ValueError("must not be below 0")
    return found


ToHandle = Annotated[
    Decimal | None,
    BeforeValidator(_from_zero),
    PlainSerializer(lambda value: None if value is None else shown(value), return_type=str | None, when_used="json"),
    WithJsonSchema({"type": "string", "examples": ["0", "2.5"], "description": "Decimal number as text, at most five decimals."}),
]


class TrackingSource(InputModel):
    """One document line."""

    source_type: SourceType
    order_no: Code20
    line_no: LineNo
    component_line_no: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Component line of a production order line; 0 elsewhere."""


class ScanForLine(TrackingSource):
    """A text that was scanned into a number field of one line."""

    text: Annotated[str, Field(min_length=1, max_length=SCAN_TEXT_LIMIT)]
    kind: Literal["Serial", "Lot", "Package"]
    """Of the field."""


class TrackingLine(InputModel):
    """One number combination. A serial without a quantity is one base unit."""

    lot_no: Number = ""
    serial_no: Number = ""
    package_no: Number = ""
    quantity: OptionalQuantity = None
    """Base units."""
    to_handle: ToHandle = None
    """Part that the next posting takes; blank: all of it."""
    expiration_date: Day = None

    @model_validator(mode="after")
    def _says_something(self) -> TrackingLine:
        if not (self.serial_no or self.lot_no or self.package_no):
            raise ValueError("names no serial, lot or package number")
        if self.quantity is None and not self.serial_no:
            raise ValueError("says no quantity")
        return self


class SaveTrackingLines(TrackingSource):
    """All numbers that the line shall carry from now on; none: it carries no number any more."""

    lines: tuple[TrackingLine, ...] = Field(default=(), max_length=MOST_LINES)
    version: Version = ""
    confirmed: bool = False
    """The question NUMBERS_NOT_AVAILABLE was answered with yes."""


class SaveTrackingPart(SaveTrackingLines):
    """The numbers of one page of many. By lot, serial and package, `lines` take the place of the `shown` ones behind the first `start`."""

    version: Annotated[str, Field(min_length=1, max_length=32)]
    """Of all numbers of the line: the places hold for these only."""
    start: Annotated[int, Field(ge=0, le=MOST_LINES)] = 0
    shown: Annotated[int, Field(ge=0, le=MOST_LINES)] = 0


class AddTrackingLines(TrackingSource):
    """Numbers that the line shall carry beside those that it carries already."""

    lines: tuple[TrackingLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    confirmed: bool = False
    """The question NUMBERS_NOT_AVAILABLE was answered with yes."""


class AssignToLine(TrackingSource):
    """New numbers from the series of the line's item: a serial for each base unit, one lot for all (TL-13)."""

    quantity: OptionalQuantity = None
    """Base units; blank: all that has no number yet."""
    lot_no: Number = ""
    """Of new serial numbers: a lot that is known already; blank: a new one if the item has lots."""


class CreateSerials(TrackingSource):
    """Customised serial numbers: the first one, and what each next one adds to it (TL-13)."""

    first: Annotated[Number, Field(min_length=1)]
    increment: Annotated[int, Field(ge=1, le=1000)] = 1
    count: Annotated[int, Field(ge=1, le=MOST_CREATED)] = 1
    lot_no: Number = ""
    expiration_date: Day = None
