"""Which document lines are demand and supply of stock, and how their open part is read (RS-01, RS-15, DM-25).

Reservations know no document. A package that owns lines describes each kind once, in its module `open_lines`, as data:
columns, joins and the header that is locked. A new kind of document is a new description, not a new branch in here.
Stock itself (open item ledger entries) is no document line and is read in `supplies`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, select
from sqlalchemy.orm import Session

from shopfloor.db import plant
from shopfloor.reservations.models import ReservationSource


@dataclass(frozen=True)
class LineSource:
    """One kind of document line. Every expression is read from `joined`."""

    source_type: ReservationSource
    supply: bool
    """Brings stock; otherwise it takes some."""
    header: Table
    """The document's row, which has the columns plant_no and no: whoever changes a line or what is reserved for it locks this row."""
    tables: tuple[Table, ...]
    """Plant-led tables of `joined`."""
    joined: FromClause
    order_no: ColumnElement[str]
    line_no: ColumnElement[int]
    sub_line_no: ColumnElement[int]
    item_no: ColumnElement[str]
    variant_code: ColumnElement[str]
    location_code: ColumnElement[str]
    due_date: ColumnElement[Any]
    """Shipment, need or expected receipt; NULL: nobody said."""
    outstanding: ColumnElement[Any]
    """Base quantity that is still to come or to go."""
    is_open: ColumnElement[bool]
    """Whether the line counts at all; stages in which it neither demands nor brings anything are left out."""
    priority: ColumnElement[int]
    """Of the customer; greater comes first (RS-18)."""

    def locks(self, session: Session, order_nos: Collection[str]) -> None:
        """Lock documents in the order of their numbers (A23). One statement."""
        statement = select(self.header.c.no).where(plant(session, self.header), self.header.c.no.in_(sorted(order_nos)))
        session.connection().execute(statement.order_by(self.header.c.no).with_for_update(key_share=True)).all()


_SOURCES: dict[tuple[str, bool], LineSource] = {}
"""By caption and whether it brings stock: a transfer line takes stock at one place and brings it to another (RS-15)."""


def register(source: LineSource) -> None:
    """Make a kind of line known; called once by the module that describes it, which `app` imports."""
    _SOURCES[source.source_type.value, source.supply] = source


def source_of(source_type: str, *, supply: bool) -> LineSource | None:
    """The description of a kind of line as supply or as demand; None for stock and for what nobody described."""
    return _SOURCES.get((source_type, supply))


def lock_documents(session: Session, source_type: str, order_nos: Collection[str]) -> None:
    """Lock documents of a kind, on whichever side their lines stand. One statement; none for stock."""
    source = source_of(source_type, supply=False) or source_of(source_type, supply=True)
    if source is not None:
        source.locks(session, order_nos)


def demand_sources() -> list[LineSource]:
    """Kinds of lines that take stock."""
    return [source for _, source in sorted(_SOURCES.items()) if not source.supply]


def supply_sources() -> list[LineSource]:
    """Kinds of lines that bring stock. Without any, a check would find nothing wrong for want of looking."""
    assert _SOURCES, "nobody described document lines to reservations: import the modules `open_lines` first"
    return [source for _, source in sorted(_SOURCES.items()) if source.supply]
