"""Pure rules of label jobs: which elements a number carries, and what a scanned label proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shopfloor.scanning.printing.layout import Label
from shopfloor.scanning.scan import Scan, ScanKind

MADE, PRINTED, VERIFIED = "Made", "Printed", "Verified"
MAY_FOLLOW = {MADE: (PRINTED, VERIFIED), PRINTED: (PRINTED, VERIFIED), VERIFIED: (PRINTED,)}
"""State of a job -> states that it may go to. Printing again does not unprove what was scanned back."""
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Goods:
    """Goods that want a label."""

    item_no: str
    variant_code: str
    kind: str
    """Serial, Lot or Package: what `number` is."""
    number: str
    lot_no: str = ""
    """Of a serial number that belongs to a lot."""
    expires: date | None = None
    """Of a number that was only assigned yet; None: what is stored of the number."""


@dataclass(frozen=True)
class LabelText:
    """What is printed for some goods."""

    goods: Goods
    elements: Pairs
    description: str
    dates: str


@dataclass(frozen=True)
class PrintedLabel:
    """A label of a job as the proof sees it."""

    place: int
    number: str
    elements: Pairs
    copies: int
    verified: int

    @property
    def open(self) -> int:
        """Copies that nobody scanned back."""
        return max(0, self.copies - self.verified)


def elements_of(goods: Goods, gtin: str, expires: date | None) -> Pairs:
    """GTIN, expiry, lot, serial. None without a GTIN, and none for a package number, which has no element of its own."""
    if not gtin or goods.kind == "Package":
        return ()
    lot = goods.number if goods.kind == "Lot" else goods.lot_no
    pairs = [("01", gtin)]
    pairs += [("17", f"{expires:%y%m%d}")] if expires else []
    pairs += [("10", lot)] if lot else []
    pairs += [("21", goods.number)] if goods.kind == "Serial" else []
    return tuple(pairs)


def label_of(text: LabelText, place: int, total: int) -> Label:
    """The label as it is laid out. `EXP` is understood everywhere."""
    goods = text.goods
    return Label(
        number=goods.number, pairs=text.elements, description=text.description,
        item=" ".join(part for part in (goods.item_no, goods.variant_code) if part), dates=text.dates, sequence=f"{place} / {total}",
    )


def dates_of(expires: date | None) -> str:
    """The line of dates."""
    return f"EXP {expires.isoformat()}" if expires else ""


def says(scan: Scan) -> Pairs:
    """Elements of a scanned code, in an order that does not depend on the label; none for a plain number."""
    return tuple(sorted((element.ai, element.value) for element in scan.elements)) if scan.is_gs1 else ()


def same_number(scan: Scan, label: PrintedLabel) -> bool:
    """Whether the scan is about the label's number, however right the rest of it is. Exact text (R-22)."""
    if scan.kind is ScanKind.PLAIN:
        return scan.text == label.number
    own = dict(label.elements)
    if "21" in own or "10" in own:
        return (scan.serial_no or scan.lot_no) == (own.get("21") or own.get("10"))
    return label.number in {scan.serial_no, scan.lot_no}


def is_right(scan: Scan, label: PrintedLabel, *, plain: bool) -> bool:
    """Whether the code says exactly what the label should say. `plain`: the symbol of this label carries the number alone."""
    if scan.kind is ScanKind.PLAIN:
        return plain and scan.text == label.number
    return not plain and says(scan) == tuple(sorted(label.elements))
