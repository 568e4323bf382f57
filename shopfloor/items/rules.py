"""Numbers of goods as people write them: length, pattern, look-alikes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from shopfloor.items.errors import NumberInvalid, NumberPattern
from shopfloor.items.masters import ItemMaster
from shopfloor.items.tracking import Tracking
from shopfloor.people.fields import NUMBER_LENGTH

FOLDED_LENGTH = 100
"""Some letters become three when folded; what stands behind the hundredth is not needed to find look-alikes."""


def folded(number: str) -> str:
    """What look-alikes have in common (A27, D35): the text without regard to case."""
    return number.casefold()[:FOLDED_LENGTH]


@dataclass(frozen=True, order=True)
class GoodsNumber:
    """One serial, lot or package number of an item."""

    item_no: str
    variant_code: str
    kind: str
    """Serial, Lot or Package."""
    number: str

    def folded(self) -> GoodsNumber:
        """The same for all look-alikes."""
        return replace(self, number=self.number.casefold())


def numbers_of(tracking: Tracking) -> tuple[tuple[str, str], ...]:
    """The (kind, number) pairs that are not blank."""
    pairs = (("Serial", tracking.serial_no), ("Lot", tracking.lot_no), ("Package", tracking.package_no))
    return tuple(pair for pair in pairs if pair[1])


def check_number(master: ItemMaster, kind: str, number: str) -> None:
    """D34, D17: 1 to 50 visible characters, and the item's pattern. Raises NumberInvalid, NumberPattern."""
    if not 1 <= len(number) <= NUMBER_LENGTH or not number.isprintable() or " " in (number[0], number[-1]):
        raise NumberInvalid(item=master.item_no, kind=kind, length=len(number), limit=NUMBER_LENGTH)
    pattern = {"Serial": master.serial_pattern, "Lot": master.lot_pattern}.get(kind, "")
    if pattern and not _compiled(pattern).fullmatch(number):
        raise NumberPattern(item=master.item_no, kind=kind, number=number, pattern=pattern)


def first_twin(wanted: Iterable[GoodsNumber], known: Iterable[GoodsNumber]) -> tuple[GoodsNumber, str] | None:
    """D35: the first wanted number that differs by case only from a known one or from one wanted before it, and that other number.

    A number that is known itself is no twin: it was there before.
    """
    seen: dict[GoodsNumber, list[str]] = {}
    for number in known:
        seen.setdefault(number.folded(), []).append(number.number)
    for number in wanted:
        alike = seen.setdefault(number.folded(), [])
        if alike and number.number not in alike:
            return number, alike[0]
        if not alike:
            alike.append(number.number)
    return None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
