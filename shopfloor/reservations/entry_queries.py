"""Reservation entries as a list: each pair on one line, demand beside supply, and records that have no counterpart (DM-20 to DM-26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit, page_of
from shopfloor.items.tracking import Tracking
from shopfloor.people.models import Operator
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_entry = table(ReservationEntry)
_demand = _entry.alias("demand")
_supply = _entry.alias("supply")
_item = table(Item)
_operator = table(Operator)
STATUSES = tuple(status.value for status in ReservationStatus)
SOURCES = tuple(source.value for source in ReservationSource)
TEXTS = ("reservation_status", "item_no", "variant_code", "location_code", "source_type", "source_id")
NUMBERS = ("serial_no", "lot_no", "package_no")


@dataclass(frozen=True)
class ReservationFilter:
    """What the list is narrowed to; a pair fits when one of its sides does."""

    reservation_status: str = ""
    item_no: str = ""
    variant_code: str = ""
    location_code: str = ""
    number: str = ""
    """A serial, lot or package number, whichever it is."""
    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""
    source_type: str = ""
    source_id: str = ""
    """Document number, or the number of an item ledger entry."""
    picked: bool = False
    """Only what is picked."""

    @property
    def readable(self) -> bool:
        """Whether a database can compare the texts at all."""
        return all(value.isprintable() for value in vars(self).values() if isinstance(value, str))


@dataclass(frozen=True)
class Source:
    """What one side points at (DM-25, DM-26)."""

    source_type: str
    source_id: str
    """Document number; of a ledger entry its number."""
    line_no: int
    sub_line_no: int
    tracking: Tracking
    date: date | None
    """Shipment date of a demand, expected receipt of a supply; stock has none."""


@dataclass(frozen=True)
class ReservationLine:
    """One pair, or one single record."""

    entry_no: int
    reservation_status: str
    item_no: str
    description: str
    variant_code: str
    location_code: str
    quantity: Decimal
    """Base units, without sign."""
    unit_code: str
    demand: Source | None
    """None for surplus supply."""
    supply: Source | None
    """None for a demand without counterpart."""
    picked: bool
    association_no: int
    """The registered part that draws on it; 0: the line's own."""
    binding: str
    created_at: datetime
    created_by: str
    created_by_name: str

    @property
    def specific(self) -> bool:
        """LB-01: the demand itself asks for the number."""
        return self.demand is not None and bool(self.demand.tracking)

    @property
    def tracking(self) -> Tracking:
        """The numbers of the goods, as far as one side knows them."""
        sides = [side.tracking for side in (self.supply, self.demand) if side is not None]
        return next((numbers for numbers in sides if numbers), sides[0])


def list_reservations(session: Session, wanted: ReservationFilter, *, after: str = "", limit: int = PAGE_SIZE) -> Page[ReservationLine]:
    """Pairs and single records, newest first. One statement; the table holds open business only."""
    before = entry_place(after)
    if before is None or not wanted.readable:
        return Page(())
    limit = page_limit(limit)
    number = _entry.c.entry_no
    keys = select(number).where(plant(session, _entry), *_conditions(wanted)).distinct().order_by(number.desc()).limit(limit + 1)
    if before:
        keys = keys.where(number < before)
    statement = _select(session, keys)
    return page_of([_line(row) for row in session.connection().execute(statement)], limit, lambda row: str(row.entry_no))


def _conditions(wanted: ReservationFilter) -> list[ColumnElement[bool]]:
    found = [_entry.c[name] == getattr(wanted, name) for name in TEXTS if getattr(wanted, name)]
    found += [_carries(name, getattr(wanted, name)) for name in NUMBERS if getattr(wanted, name)]
    if wanted.number:
        found.append(or_(*(_carries(name, wanted.number) for name in NUMBERS)))
    if wanted.picked:
        found.append(_entry.c.picked)
    return found


def _carries(name: str, number: str) -> ColumnElement[bool]:
    """The goods have the number, or get it by a reclassification."""
    return or_(_entry.c[name] == number, _entry.c["new_" + name] == number)


SIDE = (
    "reservation_status", "item_no", "variant_code", "location_code", "quantity_base", "source_type", "source_id", "source_line_no",
    "source_sub_line_no", "serial_no", "lot_no", "package_no", "association_no", "picked", "binding", "created_at", "created_by",
    "shipment_date", "expected_receipt_date",
)


def _select(session: Session, keys: Select[Any]) -> Select[Any]:
    wanted = keys.subquery("wanted")
    demand = and_(plant(session, _demand), _demand.c.entry_no == wanted.c.entry_no, _demand.c.positive.is_(False))
    supply = and_(plant(session, _supply), _supply.c.entry_no == wanted.c.entry_no, _supply.c.positive.is_(True))
    columns = [side.c[name].label(f"{side.name}_{name}") for side in (_demand, _supply) for name in SIDE]
    item_no = func.coalesce(_demand.c.item_no, _supply.c.item_no)
    maker = func.coalesce(_demand.c.created_by, _supply.c.created_by)
    return (
        select(wanted.c.entry_no, *columns, _item.c.description, _item.c.base_unit_code, func.coalesce(_operator.c.name, "").label("name"))
        .outerjoin_from(wanted, _demand, demand)
        .outerjoin(_supply, supply)
        .join(_item, _item.c.no == item_no)
        .outerjoin(_operator, _operator.c.no == maker)
        .order_by(wanted.c.entry_no.desc())
    )


def _line(r: Row[Any]) -> ReservationLine:
    values: RowMapping = r._mapping  # noqa: SLF001  # SQLAlchemy's own way to a row by names
    main = "demand" if values["demand_item_no"] is not None else "supply"
    return ReservationLine(
        entry_no=r.entry_no,
        **{name: values[f"{main}_{name}"] for name in ("reservation_status", "item_no", "variant_code", "location_code", "binding")},
        description=r.description, quantity=abs(values[f"{main}_quantity_base"]), unit_code=r.base_unit_code,
        demand=_source(values, "demand", "shipment_date"), supply=_source(values, "supply", "expected_receipt_date"),
        picked=bool(values["demand_picked"] or values["supply_picked"]),
        association_no=values[f"{main}_association_no"],
        created_at=values[f"{main}_created_at"], created_by=values[f"{main}_created_by"], created_by_name=r.name,
    )


def _source(values: RowMapping, side: str, day: str) -> Source | None:
    if values[f"{side}_item_no"] is None:
        return None
    return Source(
        source_type=values[f"{side}_source_type"], source_id=values[f"{side}_source_id"], line_no=values[f"{side}_source_line_no"],
        sub_line_no=values[f"{side}_source_sub_line_no"], date=values[f"{side}_{day}"],
        tracking=Tracking(*(values[f"{side}_{name}"] for name in NUMBERS)),
    )
