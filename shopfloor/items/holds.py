"""What stops a number, and for which uses: a hold by hand, a quality hold, or a disposition code (D20, EDG-14, EDG-15). Pure.

The three stand beside each other on the number; `standing` makes the one answer of them that every reader takes. A hold by hand and
a quality hold stop every use, so the strictest of the three is simply the first one that stops the use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag, StrEnum


class Use(IntFlag):
    """What a number may be used for. Stored as one whole number: the uses that are stopped."""

    NONE = 0
    RESERVE = 1
    """By a document line, by hand or by itself."""
    PRODUCE = 2
    """Registering, picking and consuming it as a part, and reporting it as a product (EDG-14: production picking)."""
    SELL = 4
    TRANSFER = 8
    """To another location."""
    OTHER = 16
    """Movement within a location, write-off, return to the vendor: possible with a right and a reason (D20)."""


EVERY_USE = Use.RESERVE | Use.PRODUCE | Use.SELL | Use.TRANSFER | Use.OTHER
ALL_THAT_LEAVES = Use.PRODUCE | Use.SELL | Use.TRANSFER


class HoldSource(StrEnum):
    """Who stopped a number, the strictest first."""

    HELD = "Hold"
    """By hand, or by a recall."""
    QUALITY = "Quality hold"
    """An inspection that is open or failed (EDG-15)."""
    DISPOSITION = "Disposition code"


NO_SOURCE = ""
REASON_LENGTH = 200


@dataclass(frozen=True)
class Hold:
    """What stops one number."""

    stops: Use = Use.NONE
    source: str = NO_SOURCE
    """Caption of HoldSource; blank: nothing stops it."""
    reason: str = ""

    def stops_use(self, use: Use) -> bool:
        """Whether the number must not be used so."""
        return bool(self.stops & use)

    @property
    def strictness(self) -> int:
        """The smaller, the stricter."""
        return _ORDER.index(self.source)

    @property
    def told(self) -> str:
        """The reason, as people read it."""
        return self.reason or "no reason given"


_ORDER = [*(source.value for source in HoldSource), NO_SOURCE]
FREE = Hold()


@dataclass(frozen=True)
class Disposition:
    """What a batch disposition code stops (EDG-14). What it does not stop is the exception that it allows."""

    code: str
    name: str
    blocks_reservation: bool = False
    blocks_production: bool = False
    blocks_sales: bool = False
    blocks_transfer: bool = False

    @property
    def stops(self) -> Use:
        """A code that lets goods leave in no ordinary way makes them unavailable: then other ways need the right, too."""
        ticked = (
            (Use.RESERVE, self.blocks_reservation), (Use.PRODUCE, self.blocks_production),
            (Use.SELL, self.blocks_sales), (Use.TRANSFER, self.blocks_transfer),
        )
        stops = Use.NONE
        for use, stopped in ticked:
            stops |= use if stopped else Use.NONE
        return stops | (Use.OTHER if stops & ALL_THAT_LEAVES == ALL_THAT_LEAVES else Use.NONE)


def standing(
    *, blocked: bool, hold_reason: str, quality_hold: bool, quality_reason: str, disposition: Disposition | None, disposition_reason: str
) -> Hold:
    """D20: one answer, the strictest wins."""
    if blocked:
        return Hold(EVERY_USE, HoldSource.HELD.value, hold_reason)
    if quality_hold:
        return Hold(EVERY_USE, HoldSource.QUALITY.value, quality_reason)
    if disposition is not None and disposition.stops:
        reason = f"{disposition.name}: {disposition_reason}" if disposition_reason else disposition.name
        return Hold(disposition.stops, HoldSource.DISPOSITION.value, reason[:REASON_LENGTH])
    return FREE


def strictest(holds: Iterable[Hold], use: Use) -> Hold | None:
    """Of the numbers of one piece of goods, the hold that stops the use; None: nothing does."""
    stopping = [hold for hold in holds if hold.stops_use(use)]
    return min(stopping, key=lambda hold: hold.strictness, default=None)
