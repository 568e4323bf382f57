"""The numbers that goods carry, and which of them a tracking code demands (TC-01, TC-02). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args


@dataclass(frozen=True, order=True)
class Tracking:
    """A combination of numbers on goods. Blank is the empty text."""

    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""

    def __bool__(self) -> bool:
        """Whether the goods carry any number."""
        return bool(self.serial_no or self.lot_no or self.package_no)

    def label(self) -> str:
        """As people name it: the serial number, else the lot, else the package."""
        return self.serial_no or self.lot_no or self.package_no


NO_TRACKING = Tracking()
KINDS = ("serial", "lot", "package")
"""The kinds of number as columns name them."""
Transaction = Literal[
    "purchase inbound",
    "purchase outbound",
    "sales inbound",
    "sales outbound",
    "positive adjustment inbound",
    "positive adjustment outbound",
    "negative adjustment inbound",
    "negative adjustment outbound",
    "manufacturing inbound",
    "manufacturing outbound",
    "transfer",
]
"""DM-40: where a number can be demanded without specific tracking."""
TRANSACTIONS: tuple[str, ...] = get_args(Transaction)


@dataclass(frozen=True)
class TrackingRules:
    """What an item tracking code demands; an item without one demands nothing."""

    serial_specific: bool = False
    lot_specific: bool = False
    package_specific: bool = False
    requirements: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(kind, transaction) pairs that demand a number without specific tracking."""
    use_expiration_dates: bool = False
    expiration_entry_required: bool = False
    strict_expiration_posting: bool = False
    warranty_formula: str = ""
    """EX-07: from the document's date to the end of the warranty; empty: no warranty."""
    warranty_entry_required: bool = False

    @property
    def specific(self) -> bool:
        """Whether any kind of number is followed exactly."""
        return self.serial_specific or self.lot_specific or self.package_specific

    def specific_part(self, tracking: Tracking) -> Tracking:
        """The numbers of `tracking` that an outbound entry has to find exactly (TC-07)."""
        return Tracking(
            tracking.serial_no if self.serial_specific else "",
            tracking.lot_no if self.lot_specific else "",
            tracking.package_no if self.package_specific else "",
        )

    def demands(self, kind: str, transaction: str) -> bool:
        """Whether a transaction demands a number of a kind: specific tracking switches every transaction on (TC-01), else its flag does."""
        return bool(getattr(self, f"{kind.lower()}_specific")) or (kind, transaction) in self.requirements

    def missing(self, tracking: Tracking, transaction: str) -> tuple[str, ...]:
        """Kinds of number that the transaction demands and that are blank (AP-03)."""
        numbers = (("Serial", tracking.serial_no), ("Lot", tracking.lot_no), ("Package", tracking.package_no))
        return tuple(kind for kind, number in numbers if not number and self.demands(kind, transaction))
