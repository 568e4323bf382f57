"""What the posting door reads before it decides. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shopfloor.items.holds import FREE, Hold
from shopfloor.items.masters import ItemMaster
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.rules import OpenStock
from shopfloor.ledger.units import UnitKey
from shopfloor.reservations.rules import ReservedPiece

NumberKey = tuple[str, str, str, str]
"""Item, variant, kind, number."""
SerialKey = tuple[str, str, str]
"""Item, variant, serial number: the identity of a serial (C14)."""


@dataclass(frozen=True)
class NumberFact:
    """What number information says."""

    hold: Hold = FREE
    expiration_date: date | None = None
    disposition_code: str = ""
    disposition_reason: str = ""


@dataclass(frozen=True)
class NamedEntry:
    """An entry that a line returns or corrects."""

    entry_no: int
    entry_type: str
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    scrap_quantity: Decimal
    order_no: str
    order_line_no: int


@dataclass(frozen=True)
class Production:
    """What a serial number's output entries come to."""

    quantity: Decimal
    """Net of reversals, scrap included."""
    order_no: str


@dataclass(frozen=True)
class Facts:
    """Everything the decision needs, read under the locks."""

    masters: Mapping[str, ItemMaster]
    stock: tuple[OpenStock, ...]
    pieces: tuple[ReservedPiece, ...] = ()
    """Reservations of the demands that the lines serve."""
    information: Mapping[NumberKey, NumberFact] = field(default_factory=dict)
    units: Mapping[UnitKey, int] = field(default_factory=dict)
    """Tracking units that exist."""
    named: Mapping[int, NamedEntry] = field(default_factory=dict)
    taken_back: Mapping[int, Decimal] = field(default_factory=dict)
    """Quantity of each named entry that earlier postings returned or, for scrap, corrected."""
    produced: Mapping[SerialKey, Production] = field(default_factory=dict)
    may_pass_holds: bool = False
    """The actor may move, write off and send back goods on hold, with a reason (D20)."""
    reason: str = ""


def numbers_of(item_no: str, variant_code: str, tracking: Tracking) -> list[NumberKey]:
    """The keys of the number information of a combination: serial, lot, package."""
    kinds = (("Serial", tracking.serial_no), ("Lot", tracking.lot_no), ("Package", tracking.package_no))
    return [(item_no, variant_code, kind, number) for kind, number in kinds if number]


def dated_number(item_no: str, variant_code: str, tracking: Tracking) -> NumberKey:
    """The number whose date counts: one lot has one date (EX-02); without a lot the serial's."""
    keys = {key[2]: key for key in numbers_of(item_no, variant_code, tracking)}
    return keys.get("Lot") or keys.get("Serial") or keys["Package"]
