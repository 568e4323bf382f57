"""New serial and lot numbers from the series of their items, for goods that come in (TL-13, D39). A number is given out once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import Answer, InvalidInput, NotFound, in_row
from shopfloor.items.errors import NothingToAssign, SeriesMissing, SeriesOfDocuments
from shopfloor.items.inputs import AssignLine, AssignNumbers
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_information import known_look_alikes
from shopfloor.items.number_series import OF_DOCUMENTS, next_numbers
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.rules import GoodsNumber, check_number
from shopfloor.items.units import measured
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import MOST_LINES
from shopfloor.quantity import ONE, shown

INBOUND = ("purchase inbound", "positive adjustment inbound", "manufacturing inbound")
ASSIGNING = (rights.RECEIVE, rights.ADJUST_STOCK, rights.REPORT)
"""Whoever brings goods in may number them."""
ATTEMPTS = 100
"""Blocks of a series that may be in use already before somebody has to look at the series."""


@dataclass(frozen=True)
class NumbersAssigned(Answer):
    """Numbers were taken from the series; nothing is posted yet."""

    code = "NUMBERS_ASSIGNED"
    message = "{count} new numbers, {first} to {last}. Nothing is posted yet."
    count: int
    first: str
    last: str
    lines: list[list[dict[str, str]]]
    """For each line its parts: serial_no, lot_no and quantity in base units."""


@dataclass(frozen=True)
class _Wanted:
    """Numbers that one line draws from a series."""

    line: int
    master: ItemMaster
    kind: str
    series: str
    count: int


def assign_new_numbers(session: Session, actor: Actor, *, given: AssignNumbers) -> NumbersAssigned:
    """Give lines new numbers: a serial for each base unit, one lot for the line, whatever their items ask of goods that come in.

    Numbers that somebody used by hand are passed over; gaps are fine. The number of statements depends on the series, not on the
    lines. Raises NotAllowed, NotFound, UnitUnknown, BelowPrecision, SeriesMissing, SeriesOfDocuments, NothingToAssign, NumberPattern,
    SetupMissing, and InvalidInput for too many.
    """
    actor.require(next((right for right in ASSIGNING if actor.may(right)), rights.RECEIVE))
    items = {line.item_no for line in given.lines}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    wanted: list[_Wanted] = []
    quantities: list[Decimal] = []
    for row, line in enumerate(given.lines, 1):
        with in_row(row, "quantity"):
            if line.item_no not in masters:
                raise NotFound(record="item", number=line.item_no)
            quantities.append(measured(masters[line.item_no], factors, line.quantity, line.unit_code).base)
            wanted += _wanted(row - 1, line, masters[line.item_no], quantities[-1])
    drawn = _drawn(session, wanted)
    parts = [
        _parts(line, quantity, drawn.get((place, "Serial"), []), drawn.get((place, "Lot"), []))
        for place, (line, quantity) in enumerate(zip(given.lines, quantities, strict=True))
    ]
    numbers = [number for key in sorted(drawn) for number in drawn[key]]
    if not numbers:
        raise NothingToAssign
    told = {"count": len(numbers), "first": numbers[0], "last": numbers[-1]}
    audit.record(session, "assign numbers", ", ".join(sorted(items))[:200], after=told)
    return NumbersAssigned(count=len(numbers), first=numbers[0], last=numbers[-1], lines=parts)


def fresh_numbers(session: Session, master: ItemMaster, kind: str, count: int) -> list[str]:
    """Numbers of the item's own series that nothing knows yet, in order. `kind` is Serial or Lot.

    Raises SeriesMissing, NumberPattern, SetupMissing, and InvalidInput for too many.
    """
    series = master.serial_nos if kind == "Serial" else master.lot_nos
    if not series:
        raise SeriesMissing(item=master.item_no, kind=kind.lower())
    return _drawn(session, [_Wanted(0, master, kind, series, count)])[0, kind]


def _wanted(place: int, line: AssignLine, master: ItemMaster, quantity: Decimal) -> list[_Wanted]:
    kinds = [kind for kind in ("Serial", "Lot") if any(master.rules.demands(kind, name) for name in INBOUND)]
    if not kinds:
        raise SeriesMissing(item=master.item_no, kind="serial or lot")
    if "Serial" in kinds and quantity > MOST_LINES:
        problem = f"{shown(quantity)} serial numbers are too many at a time; at most {MOST_LINES:,} are given"
        raise InvalidInput(summary=problem, problems={f"lines.{place}.quantity": problem})
    found = []
    for kind, series, count in (("Serial", master.serial_nos, int(quantity)), ("Lot", master.lot_nos, 1)):
        if kind not in kinds or (kind == "Lot" and line.lot_no):
            continue
        if not series:
            raise SeriesMissing(item=master.item_no, kind=kind.lower())
        if series in OF_DOCUMENTS:
            raise SeriesOfDocuments(series=series)
        found.append(_Wanted(place, master, kind, series, count))
    return found


def _drawn(session: Session, wanted: Sequence[_Wanted]) -> dict[tuple[int, str], list[str]]:
    """Series are locked in the order of their codes, so that two commands that need the same ones wait for each other (A23)."""
    count = sum(one.count for one in wanted)
    if count > MOST_LINES:
        problem = f"{count:,} new numbers are too many at a time; at most {MOST_LINES:,} are given"
        raise InvalidInput(summary=problem, problems={"quantity": problem})
    drawn: dict[tuple[int, str], list[str]] = {}
    for series in sorted({one.series for one in wanted}):
        asking = [one for one in wanted if one.series == series]
        for one, number in _fresh(session, series, asking):
            drawn.setdefault((one.line, one.kind), []).append(number)
    return drawn


def _fresh(session: Session, series: str, asking: Sequence[_Wanted]) -> Iterator[tuple[_Wanted, str]]:
    """A number for each that is asked for, none of them known for its item, not even in other capitals (D35)."""
    places = [one for one in asking for _ in range(one.count)]
    for _attempt in range(ATTEMPTS):
        if not places:
            return
        pairs = list(zip(places, next_numbers(session, series, len(places)), strict=True))
        goods = {pair: GoodsNumber(pair[0].master.item_no, "", pair[0].kind, pair[1]) for pair in pairs}
        known = {(number.item_no, number.kind, number.number.casefold()) for number in known_look_alikes(session, goods.values())}
        places = []
        for pair in pairs:
            one, number = pair
            if (one.master.item_no, one.kind, number.casefold()) in known:
                places.append(one)
                continue
            with in_row(one.line + 1, f"{one.kind.lower()}_no"):
                check_number(one.master, one.kind, number)
            yield one, number
    raise SeriesMissing(item=asking[0].master.item_no, kind=f"unused {asking[0].kind.lower()}")


def _parts(line: AssignLine, quantity: Decimal, serials: Sequence[str], lots: Sequence[str]) -> list[dict[str, str]]:
    lot = lots[0] if lots else line.lot_no
    if not serials:
        return [_part("", lot, quantity)]
    return [_part(serial, lot, ONE) for serial in serials]


def _part(serial_no: str, lot_no: str, quantity: Decimal) -> dict[str, str]:
    return {"serial_no": serial_no, "lot_no": lot_no, "quantity": shown(quantity)}
