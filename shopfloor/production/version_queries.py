"""Cards of bills and routings: their versions, and the lines of one of them. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.items.models import Item
from shopfloor.people.master_queries import read_record
from shopfloor.people.masters import Master
from shopfloor.production.bill_reader import versions_of
from shopfloor.production.bills import BOM, ROUTING
from shopfloor.production.models import BomLine, BomVersion, RoutingLine, RoutingVersion
from shopfloor.production.validity import Version, version_on

_line = table(BomLine)
_step = table(RoutingLine)
_item = table(Item)


@dataclass(frozen=True)
class BomCardLine:
    """One component of a version of a bill."""

    line_no: int
    item_no: str
    description: str
    unit_code: str
    quantity_per: Decimal
    """In `unit_code` for one base unit of the product, or for the order if constant."""
    constant: bool
    scrap_percent: Decimal
    round_up_to: Decimal
    flushing: str
    operation_no: int
    co_product: bool = False
    """D40: made along, not taken."""


@dataclass(frozen=True)
class RoutingCardLine:
    """One step of a version of a routing."""

    operation_no: int
    description: str
    resource: str
    run_minutes: Decimal
    setup_minutes: Decimal
    flushing: str


@dataclass(frozen=True)
class BomCard:
    """What an item is made of."""

    no: str
    item_no: str
    description: str
    version: int
    """Of the whole bill: rises with every change."""
    versions: tuple[Version, ...]
    shown: Version
    """The version whose lines these are."""
    lines: tuple[BomCardLine, ...]


@dataclass(frozen=True)
class RoutingCard:
    """In which steps an item is made."""

    no: str
    item_no: str
    description: str
    version: int
    versions: tuple[Version, ...]
    shown: Version
    lines: tuple[RoutingCardLine, ...]


def bom_card(session: Session, bom_no: str, version_code: str = "", day: date | None = None) -> BomCard | None:
    """One bill with the lines of a version: the named one, else the one that is valid on the day. None when there is none."""
    head = _head(session, BOM, BomVersion, bom_no, version_code, day)
    if head is None:
        return None
    columns = (
        *(_line.c.line_no, _line.c.item_no, _item.c.description, _line.c.unit_code, _line.c.quantity_per),
        *(_line.c.constant, _line.c.scrap_percent, _line.c.round_up_to, _line.c.flushing, _line.c.operation_no, _line.c.co_product),
    )
    of_version = (_line.c.bom_no == bom_no, _line.c.version_code == head["shown"].code)
    rows = session.connection().execute(
        select(*columns).join(_item, _item.c.no == _line.c.item_no).where(*of_version).order_by(_line.c.line_no)
    )
    return BomCard(**head, lines=tuple(BomCardLine(**row) for row in rows.mappings()))


def routing_card(session: Session, routing_no: str, version_code: str = "", day: date | None = None) -> RoutingCard | None:
    """The same for a routing."""
    head = _head(session, ROUTING, RoutingVersion, routing_no, version_code, day)
    if head is None:
        return None
    columns = (_step.c.operation_no, _step.c.description, _step.c.resource, _step.c.run_minutes, _step.c.setup_minutes, _step.c.flushing)
    of_version = (_step.c.routing_no == routing_no, _step.c.version_code == head["shown"].code)
    rows = session.connection().execute(select(*columns).where(*of_version).order_by(_step.c.operation_no))
    return RoutingCard(**head, lines=tuple(RoutingCardLine(*row) for row in rows))


def _head(
    session: Session, master: Master, model: type[BomVersion | RoutingVersion], no: str, version_code: str, day: date | None
) -> dict[str, Any] | None:
    found = read_record(session, master, (no,))
    if found is None:
        return None
    versions = versions_of(session, model, no)
    named = next((version for version in versions if version.code == version_code), None)
    shown = named or version_on(versions, day or date.max) or versions[-1]
    if version_code and named is None:
        return None
    return {**{name: found[name] for name in ("no", "item_no", "description", "version")}, "versions": tuple(versions), "shown": shown}
