"""What the use cases of labels are given (A29)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from shopfloor.labels.models import Resolution, SourceKind
from shopfloor.people.fields import Code20, Day, InputModel, Name, Number, Quantity, Reason, Text20, Text50, Text100, Variant
from shopfloor.scanning.errors import SCAN_TEXT_LIMIT
from shopfloor.scanning.printing.formats import LabelSymbol, Sheet
from shopfloor.scanning.scan import ScanSource

MOST_LABELS = 500
"""Of one job: they are drawn and read back in some seconds. More come in further jobs."""
MOST_COPIES = 20
LARGEST_MM = Decimal(300)
SMALLEST_MM = Decimal(8)
MOST_DOTS = 40
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?):(\d{1,5})", re.ASCII)
_DEVICE = re.compile(r"/dev(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+", re.ASCII)


def printer_address(text: str) -> str:
    """`host:port` or a device file. Raises ValueError in words for people."""
    found = _HOST.fullmatch(text)
    if (found and 1 <= int(found[1]) <= 65535) or _DEVICE.fullmatch(text):  # noqa: PLR2004
        return text
    raise ValueError("write host:port, such as 192.168.1.40:9100, or a device file, such as /dev/usb/lp0")


def _paper(value: Decimal) -> Decimal:
    if not SMALLEST_MM <= value <= LARGEST_MM:
        raise ValueError(f"must be from {SMALLEST_MM} to {LARGEST_MM} mm")
    return value


def _letters(value: Decimal) -> Decimal:
    if not Decimal(1) <= value <= Decimal(20):
        raise ValueError("must be from 1 to 20 mm")
    return value


Address = Annotated[Name, Field(max_length=200), AfterValidator(printer_address)]
Millimetres = Annotated[Quantity, AfterValidator(_paper)]
Letters = Annotated[Quantity, AfterValidator(_letters)]


class NewLabelFormat(InputModel):
    """A label format."""

    code: Code20
    description: Text100 = ""
    width_mm: Millimetres = Decimal(50)
    height_mm: Millimetres = Decimal(25)
    resolution: Resolution = Resolution.DPI_203
    symbol: LabelSymbol = LabelSymbol.GS1_DATAMATRIX
    module_dots: int = Field(default=0, ge=0, le=MOST_DOTS)
    """Printer dots of one module; 0: the usual ones."""
    text_mm: Letters = Decimal("2.4")
    sheet: Sheet = Sheet.ROLL
    show_description: bool = True
    show_item: bool = True
    show_dates: bool = True
    show_sequence: bool = True


class NewItemLabel(InputModel):
    """Which format the labels of an item have."""

    item_no: Code20
    label_format: Code20


class NewPrinter(InputModel):
    """A label printer."""

    code: Code20
    name: Name
    address: Address
    resolution: Resolution = Resolution.DPI_203
    draws_symbols: bool = False
    outside_allowed: bool = False


class LabelSource(InputModel):
    """Whose numbers get labels: a posted document, a production order (or one unit of it), a purchase order, or one number."""

    source: SourceKind
    no: Text100 = ""
    """Document or order."""
    document_type: Text100 = ""
    """Of a document, such as `Purchase Receipt`."""
    item_no: Text20 = ""
    variant_code: Variant = ""
    kind: Literal["", "Serial", "Lot", "Package"] = ""
    number: Number = ""
    """The one number; with an order: this unit alone."""

    @property
    def order_type(self) -> str:
        """Caption of OrderType where an order is the source; blank: it is none."""
        return {SourceKind.ORDER: "Production", SourceKind.PURCHASE: "Purchase"}.get(self.source, "")

    @model_validator(mode="after")
    def _named(self) -> LabelSource:
        if self.source is SourceKind.NUMBER and not (self.item_no and self.kind and self.number):
            raise ValueError("name item, kind and number")
        if self.source is not SourceKind.NUMBER and not self.no:
            raise ValueError("name the document or the order")
        return self


class NewLabelJob(LabelSource):
    """Labels of a source, in its order."""

    label_format: Text20 = ""
    """Blank: that of the item, else of the company."""
    copies: int = Field(default=1, ge=1, le=MOST_COPIES)
    first: int = Field(default=1, ge=1, le=2**31 - 1)
    """Place of the first label, where a source has more than fit into one job."""


class ReprintLabels(InputModel):
    """The same labels once more, with a reason."""

    reason: Reason
    label_format: Text20 = ""
    """Blank: the format of the job."""
    places: tuple[int, ...] = Field(default=(), max_length=MOST_LABELS)
    """Which labels; none named: those that nobody scanned back."""


class PrintedLabels(InputModel):
    """The labels came out."""

    how: Literal["Browser", "PDF", "ZPL file", "PNG", "SVG", "Station printer"] = "Browser"


class SendLabels(InputModel):
    """To which printer."""

    printer: Code20


class VerifyLabel(InputModel):
    """A label that was scanned back."""

    text: str = Field(min_length=1, max_length=SCAN_TEXT_LIMIT)
    """Exactly as the scanner sent it."""
    source: ScanSource = ScanSource.WEDGE




class PrintQualityFilter(InputModel):
    """IMG-15: which readings of symbols are looked at; a blank field filters nothing."""

    from_date: Day = None
    """Blank: thirty days back."""
    to_date: Day = None
    """The last day; blank: today."""
    printer_code: Text20 = ""
    item_no: Text20 = ""
    station_code: Text50 = ""
