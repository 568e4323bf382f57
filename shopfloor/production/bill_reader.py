"""The one reader of bills, their versions and lines, for an order, for a phantom in a bill, and for the cards of bills and routings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.production.errors import BomMissing, NoValidVersion
from shopfloor.production.models import BillOfMaterial, BomLine, BomVersion, RoutingVersion
from shopfloor.production.validity import Version, version_on

_bill = table(BillOfMaterial)
_line = table(BomLine)


@dataclass(frozen=True)
class Bill:
    """The bill of an item with the version that is valid on a day."""

    item_no: str
    no: str = ""
    """Blank: the item has none."""
    version_code: str = ""
    """Blank: none is valid on the day."""

    def require(self, day: date) -> None:
        """Raises BomMissing, NoValidVersion."""
        if not self.no:
            raise BomMissing(item_no=self.item_no)
        if not self.version_code:
            raise NoValidVersion(record="bill of material", number=self.no, day=day.isoformat())


@dataclass(frozen=True)
class BillLine:
    """One line of a bill as an order takes it."""

    line_no: int
    item_no: str
    variant_code: str
    unit_code: str
    quantity_per: Decimal
    constant: bool
    scrap_percent: Decimal
    round_up_to: Decimal
    """In `unit_code`; 0: none."""
    flushing: str
    operation_no: int
    under_tolerance_percent: Decimal
    over_tolerance_percent: Decimal
    one_scan_is: str
    may_be_loaded: bool
    phantom: bool
    co_product: bool
    """D40: made along with the product."""


_COLUMNS: tuple[Any, ...] = tuple(_line.c[name] for name in BillLine.__dataclass_fields__)


def bills_of(session: Session, item_nos: Collection[str], day: date) -> dict[str, Bill]:
    """The bill of each item, by item. Two statements."""
    wanted = select(_bill.c.item_no, _bill.c.no).where(_bill.c.item_no.in_(sorted(item_nos)))
    numbers = {row.item_no: row.no for row in session.connection().execute(wanted)}
    known = versions_by_no(session, BomVersion, numbers.values())
    valid = {no: version_on(versions, day) for no, versions in known.items()}
    codes = {no: version.code for no, version in valid.items() if version is not None}
    found = {item_no: Bill(item_no, no, codes.get(no, "")) for item_no, no in numbers.items()}
    return {item_no: found.get(item_no, Bill(item_no)) for item_no in item_nos}


def lines_of(session: Session, bills: Iterable[Bill]) -> dict[str, list[BillLine]]:
    """The lines of each bill's valid version by item, phantoms still among them. One statement."""
    items = {(bill.no, bill.version_code): bill.item_no for bill in bills}
    found: dict[str, list[BillLine]] = {item_no: [] for item_no in items.values()}
    wanted = select(_line.c.bom_no, _line.c.version_code, *_COLUMNS).where(_line.c.bom_no.in_(sorted({no for no, _ in items})))
    for row in session.connection().execute(wanted.order_by(_line.c.bom_no, _line.c.line_no)):
        item_no = items.get((row.bom_no, row.version_code))
        if item_no is not None:
            found[item_no].append(BillLine(*tuple(row)[2:]))
    return found


def versions_of(session: Session, model: type[BomVersion | RoutingVersion], no: str) -> list[Version]:
    """The versions of one bill or routing, by code. One statement."""
    return versions_by_no(session, model, [no])[no]


def versions_by_no(session: Session, model: type[BomVersion | RoutingVersion], nos: Iterable[str]) -> dict[str, list[Version]]:
    """The versions of several bills or routings, by code. One statement."""
    own = table(model).c
    owner = own.bom_no if model is BomVersion else own.routing_no
    found: dict[str, list[Version]] = {no: [] for no in nos}
    columns = (own.version_code, own.status, own.starting_date, own.ending_date)
    wanted = select(owner.label("owner"), *columns).where(owner.in_(sorted(found))).order_by(owner, own.version_code)
    for row in session.connection().execute(wanted):
        found[row.owner].append(Version(*tuple(row)[1:]))
    return found
