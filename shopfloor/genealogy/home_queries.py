"""Figures of the home page: what needs somebody's eye right now. Read only; each function is one statement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Join, Numeric, Select, Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.items.hold_projection import stopped
from shopfloor.items.models import Item, NumberInformation, TrackedComponentsPolicy
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.ledger.models import ItemRegister, OpenItemEntry
from shopfloor.people.fields import NUMBER_LENGTH
from shopfloor.people.queries import Found
from shopfloor.production import rules
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProductionOrder
from shopfloor.quantity import SCALE, ZERO

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_log = table(AssociationEntry)
_scan = table(ScanEntry)
_open = table(OpenItemEntry)
_register = table(ItemRegister)
_information = table(NumberInformation)
_item = table(Item)
_policy = table(TrackedComponentsPolicy)
_order = table(ProductionOrder)
_line = table(ProdOrderLine)
_component = table(ProdOrderComponent)
REFUSED = "refused"
OPEN_STATES = ("Open",)
HELD_IN_UNIT = ("Open", "Picked", "Consumed")
WORKED_ON = (rules.RELEASED, rules.STARTED)
HUNDRED_PERCENT = 100 * SCALE
LONGEST_ENTRY_NO = 18
"""Digits that a 64-bit number surely has room for."""


@dataclass(frozen=True)
class Answers:
    """How scans were answered in a stretch of time."""

    scans: int
    refused: tuple[tuple[str, int], ...]
    """Code and how often, most frequent first."""

    @property
    def refused_count(self) -> int:
        return sum(count for _code, count in self.refused)


@dataclass(frozen=True)
class WaitingUnit:
    """One registered unit that lacks a part."""

    order_no: str
    match_id: int
    number: str
    item_no: str
    missing: str
    """Items that are short."""
    registered_at: datetime | None


@dataclass(frozen=True)
class ScanRow:
    """One line of the scan log (SCN-22)."""

    entry_no: int
    recorded_at: datetime
    order_no: str
    kind: str
    raw_text: str
    answer: str
    code: str
    message: str
    operator_no: str
    station_code: str


@dataclass(frozen=True)
class ExpiringNumber:
    """A number with stock whose date is near or past."""

    item_no: str
    description: str
    variant_code: str
    kind: str
    number: str
    expiration_date: date
    on_hand: Decimal
    unit_code: str


def state_of_plant(session: Session) -> str:
    """Changes whenever something was scanned, registered, posted or moved: what a live page compares (A4)."""
    last = (
        select(func.max(column)).where(plant(session, owner)).scalar_subquery()
        for owner, column in ((_scan, _scan.c.entry_no), (_log, _log.c.entry_no), (_register, _register.c.register_no))
    )
    orders = select(func.sum(_order.c.version)).where(plant(session, _order)).scalar_subquery()
    holds = select(func.count()).where(plant(session, _information), stopped(_information)).scalar_subquery()
    row = session.connection().execute(select(*last, orders, holds)).one()
    return "-".join(str(int(value or 0)) for value in row)


def answers_since(session: Session, since: datetime) -> Answers:
    """Scans since a moment, and what was refused by reason."""
    rows = (
        session.connection()
        .execute(
            select(_scan.c.answer, _scan.c.code, func.count().label("times"))
            .where(plant(session, _scan), _scan.c.recorded_at >= since, _scan.c.kind == "scan")
            .group_by(_scan.c.answer, _scan.c.code)
        )
        .all()
    )
    refused = sorted(((row.code, row.times) for row in rows if row.answer == REFUSED), key=lambda pair: (-pair[1], pair[0]))
    return Answers(sum(row.times for row in rows), tuple(refused))


def waiting_units(session: Session, *, limit: int = PAGE_SIZE) -> list[WaitingUnit]:
    """Registered units of running orders that lack a part, oldest first. A line that was ended for a unit is not missing (D26)."""
    parts: dict[int, tuple[Any, list[str]]] = {}
    for row in session.connection().execute(_short_lines(session).limit(max(limit, 1) * 20)):
        if row.line_no in json.loads(row.closed_lines or "[]"):
            continue
        parts.setdefault(row.match_id, (row, []))[1].append(row.component)
    return [
        WaitingUnit(row.order_no, row.match_id, row.serial_no or row.lot_no, row.item_no, ", ".join(missing), row.registered_at)
        for row, missing in list(parts.values())[:limit]
    ]


def list_scans(
    session: Session,
    *,
    code: str = "",
    answer: str = "",
    order_no: str = "",
    since: datetime | None = None,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[ScanRow]:
    """The scan log, newest first. `after` is the number of the last entry shown."""
    if not all(text.isprintable() for text in (code, answer, order_no)):
        return Page(())
    limit = page_limit(limit)
    conditions: list[ColumnElement[bool]] = [plant(session, _scan)]
    fits = ((_scan.c.code, code), (_scan.c.answer, answer), (_scan.c.order_no, order_no))
    conditions += [column == text for column, text in fits if text]
    if since is not None:
        conditions.append(_scan.c.recorded_at >= since)
    if after:
        if not (after.isascii() and after.isdigit() and len(after) <= LONGEST_ENTRY_NO):
            return Page(())
        conditions.append(_scan.c.entry_no < int(after))
    columns = (
        *(_scan.c.entry_no, _scan.c.recorded_at, _scan.c.order_no, _scan.c.kind, _scan.c.raw_text, _scan.c.answer, _scan.c.code),
        *(_scan.c.message, _scan.c.operator_no, _scan.c.station_code),
    )
    statement = select(*columns).where(*conditions).order_by(_scan.c.entry_no.desc()).limit(limit + 1)
    rows = [ScanRow(**row) for row in session.connection().execute(statement).mappings()]
    return page_of(rows, limit, lambda row: str(row.entry_no))


def expiring_numbers(session: Session, until: date, *, limit: int = PAGE_SIZE) -> list[ExpiringNumber]:
    """Numbers with stock that expire up to a day, or did already, earliest first."""
    number = case(
        (_information.c.kind == "Serial", _open.c.serial_no), (_information.c.kind == "Lot", _open.c.lot_no), else_=_open.c.package_no
    )
    same = and_(
        _open.c.plant_no == _information.c.plant_no,
        _open.c.item_no == _information.c.item_no,
        _open.c.variant_code == _information.c.variant_code,
        number == _information.c.number,
        _open.c.remaining > ZERO,
    )
    keys = (
        _information.c.item_no,
        _item.c.description,
        _information.c.variant_code,
        _information.c.kind,
        _information.c.number,
        _information.c.expiration_date,
    )
    rows = session.connection().execute(
        select(*keys, func.sum(_open.c.remaining), _item.c.base_unit_code)
        .select_from(_information.join(_open, same).join(_item, _item.c.no == _information.c.item_no))
        .where(plant(session, _information, _open), _information.c.expiration_date <= until)
        .group_by(*keys, _item.c.base_unit_code)
        .order_by(_information.c.expiration_date, _information.c.item_no, _information.c.number)
        .limit(page_limit(limit))
    )
    return [ExpiringNumber(*row) for row in rows]


def find(session: Session, text: str, *, limit: int = 8) -> list[Found]:
    """UI-1: product numbers that are registered and not yet reported; the ledger does not know them. Typed in any case (D35)."""
    if not text.isprintable() or not 1 <= len(text) <= NUMBER_LENGTH:
        return []
    ways = sorted({text, text.upper(), text.lower()})  # each of them finds an index
    rows = session.connection().execute(
        select(_row.c.serial_no, _row.c.lot_no, _row.c.order_no, _row.c.item_no, _item.c.description)
        .join(_item, _item.c.no == _row.c.item_no)
        .where(plant(session, _row), or_(_row.c.serial_no.in_(ways), _row.c.lot_no.in_(ways)), _row.c.state.in_(OPEN_STATES))
        .order_by(_row.c.order_no, _row.c.match_id)
        .limit(limit)
    )
    return [
        Found(
            "Unit",
            row.serial_no or row.lot_no,
            f"{row.item_no} {row.description} · {row.order_no}",
            f"/production-orders/{quote(row.order_no, safe='')}/associations?text={quote(row.serial_no or row.lot_no, safe='')}",
        )
        for row in rows
    ]


def _short_lines(session: Session) -> Select[Any]:
    """Component lines of open rows on which less is registered than the row's share, rounded down to the item's precision (D31).

    Compared as whole numbers: registered × order quantity with the share's numerator, under-tolerance taken off (D30).
    """
    registered = func.coalesce(func.sum(_association.c.quantity), literal(ZERO, _association.c.quantity.type))
    whole = func.coalesce(_component.c.share_quantity, _component.c.expected_quantity)
    share = _whole(whole) * _whole(_row.c.quantity)
    tolerated = share * (HUNDRED_PERCENT - _whole(_component.c.under_tolerance_percent))
    enough = (_whole(registered) + _whole(_item.c.rounding_precision)) * _whole(_line.c.quantity) * HUNDRED_PERCENT
    columns = (
        *(_row.c.match_id, _row.c.order_no, _row.c.serial_no, _row.c.lot_no, _row.c.item_no, _row.c.registered_at),
        *(_component.c.line_no, _component.c.item_no.label("component")),
    )
    # PostgreSQL cannot group by JSON, so the list goes through its text.
    closed = cast(_row.c.closed_lines, Text).label("closed_lines")
    return (
        select(*columns, closed)
        .select_from(_rows_with_components())
        .where(
            plant(session, _row, _order, _line, _component),
            _row.c.state.in_(OPEN_STATES),
            _order.c.status.in_(WORKED_ON),
            ~_component.c.constant,
            _row.c.match_id >= _component.c.from_match_id,  # D36
            or_(_component.c.until_match_id == 0, _row.c.match_id < _component.c.until_match_id),
            _policy.c.use_tracked_components,
            _item.c.item_tracking_code.is_not(None),
        )
        .group_by(
            *columns,
            cast(_row.c.closed_lines, Text),
            _row.c.plant_no,
            _row.c.quantity,
            _component.c.expected_quantity,
            _component.c.share_quantity,
            _component.c.under_tolerance_percent,
            _line.c.quantity,
            _item.c.rounding_precision,
        )
        .having(enough <= tolerated)
        .order_by(_row.c.match_id, _component.c.line_no)
    )


def _rows_with_components() -> Join:
    """Rows with their order, its component lines, and what is registered for each of these; the caller holds them to the plant."""
    order = and_(_order.c.plant_no == _row.c.plant_no, _order.c.no == _row.c.order_no)
    line = and_(_line.c.plant_no == _row.c.plant_no, _line.c.order_no == _row.c.order_no, _line.c.line_no == _row.c.order_line_no)
    component = and_(
        _component.c.plant_no == _row.c.plant_no,
        _component.c.order_no == _row.c.order_no,
        _component.c.order_line_no == _row.c.order_line_no,
    )
    registered = and_(
        _association.c.plant_no == _row.c.plant_no,
        _association.c.match_id == _row.c.match_id,
        _association.c.component_line_no == _component.c.line_no,
        _association.c.state.in_(HELD_IN_UNIT),
    )
    return (
        _row.join(_order, order)
        .join(_line, line)
        .join(_component, component)
        .join(_item, _item.c.no == _component.c.item_no)
        .join(_policy, _policy.c.name == _item.c.tracked_components_policy)
        .outerjoin(_association, registered)
    )


def _whole(column: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """The stored whole number, as wide as the product of several needs."""
    return cast(column, Numeric)
