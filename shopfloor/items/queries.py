"""Reading items: the masters for postings and scans, lists and cards for pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.items.hold_projection import stopped
from shopfloor.items.masters import NO_POLICY, NO_RULES, ItemMaster, TrackedComponentsRules
from shopfloor.items.models import (
    Gtin,
    Item,
    ItemReference,
    ItemTrackingCode,
    ItemTrackingRequirement,
    ItemUnitOfMeasure,
    Location,
    NumberInformation,
    TrackedComponentsPolicy,
    UnitOfMeasure,
)
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.tracking import TrackingRules

__all__ = ["ItemMaster", "TrackedComponentsRules", "item_master_of", "item_masters"]


@dataclass(frozen=True)
class ItemRow:
    """One item in a list."""

    item_no: str
    description: str
    base_unit_code: str
    item_tracking_code: str
    tracked_components_policy: str
    blocked: bool


@dataclass(frozen=True)
class ItemUnitRow:
    """One unit of an item."""

    unit_code: str
    quantity_per_unit: Decimal


@dataclass(frozen=True)
class ItemCodeRow:
    """One GTIN or reference of an item."""

    code: str
    variant_code: str
    unit_code: str
    source_no: str = ""
    label_order: str = ""
    """Of a GTIN: identifiers in the order of its label (R-17)."""


@dataclass(frozen=True)
class ItemCard:
    """Everything about one item but its stock, which the ledger knows."""

    master: ItemMaster
    units: tuple[ItemUnitRow, ...]
    gtins: tuple[ItemCodeRow, ...]
    references: tuple[ItemCodeRow, ...]


@dataclass(frozen=True)
class LocationRow:
    """One warehouse of the plant."""

    code: str
    name: str
    blocked: bool = False
    in_transit: bool = False
    """Nothing is kept there (AP-09)."""


@dataclass(frozen=True)
class NumberCard:
    """What is known of one number (C13)."""

    item_no: str
    variant_code: str
    kind: str
    number: str
    description: str
    blocked: bool
    hold_reason: str
    expiration_date: date | None
    best_before_date: date | None
    production_date: date | None
    vendor_no: str
    vendor_lot_no: str
    comments: str = ""
    quality_hold: bool = False
    """An inspection with a hold is open or failed (EDG-15)."""
    disposition_code: str = ""
    disposition_reason: str = ""
    stops: int = 0
    """`holds.Use` that are stopped; 0: none (D20)."""
    stopped_by: str = ""
    """What stops it the most strictly: Hold, Quality hold, Disposition code; blank: nothing."""
    stop_reason: str = ""


_MASTERS = (
    select(
        Item.__table__,
        UnitOfMeasure.measured,
        UnitOfMeasure.gs1_unit,
        ItemTrackingCode.serial_specific,
        ItemTrackingCode.lot_specific,
        ItemTrackingCode.package_specific,
        ItemTrackingCode.use_expiration_dates,
        ItemTrackingCode.expiration_entry_required,
        ItemTrackingCode.strict_expiration_posting,
        ItemTrackingCode.information_required_inbound,
        ItemTrackingCode.information_required_outbound,
        ItemTrackingCode.create_information_on_posting,
        ItemTrackingCode.warranty_formula,
        ItemTrackingCode.warranty_entry_required,
        TrackedComponentsPolicy.use_tracked_components,
        TrackedComponentsPolicy.check_preallocation_for_product,
        TrackedComponentsPolicy.check_preallocation_for_components,
        TrackedComponentsPolicy.serial_number_matching_limit,
        ItemTrackingRequirement.kind.label("required_kind"),
        ItemTrackingRequirement.transaction.label("required_transaction"),
    )
    .join(UnitOfMeasure, UnitOfMeasure.code == Item.base_unit_code)
    .outerjoin(ItemTrackingCode, ItemTrackingCode.code == Item.item_tracking_code)
    .outerjoin(TrackedComponentsPolicy, TrackedComponentsPolicy.name == Item.tracked_components_policy)
    .outerjoin(ItemTrackingRequirement, ItemTrackingRequirement.tracking_code == ItemTrackingCode.code)
)

_MASTERS_BY_NO = _MASTERS.where(Item.no.in_(bindparam("wanted", expanding=True)))


def item_masters(session: Session, item_nos: Iterable[str]) -> dict[str, ItemMaster]:
    """The items by number; unknown ones are left out. One statement, however many items."""
    wanted = sorted(set(item_nos))
    if not wanted:
        return {}
    rows_of: dict[str, list[Row[Any]]] = {}
    for row in session.connection().execute(_MASTERS_BY_NO, {"wanted": wanted}):
        rows_of.setdefault(row.no, []).append(row)
    return {item_no: _master(rows) for item_no, rows in rows_of.items()}


def item_master_of(session: Session, item_no: str) -> ItemMaster | None:
    """One item, or None."""
    return item_masters(session, [item_no]).get(item_no)


def unit_factors(session: Session, item_nos: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """Base units in one unit, by item and unit, for `items.units.measured`. One statement."""
    columns = (ItemUnitOfMeasure.item_no, ItemUnitOfMeasure.unit_code, ItemUnitOfMeasure.quantity_per_unit)
    rows = session.connection().execute(select(*columns).where(ItemUnitOfMeasure.item_no.in_(sorted(set(item_nos)))))
    return {(item_no, unit_code): factor for item_no, unit_code, factor in rows}


def list_items(session: Session, *, after: str = "", limit: int = PAGE_SIZE, text: str = "") -> Page[ItemRow]:
    """Items by number, optionally those whose number or description holds a text."""
    limit = page_limit(limit)
    tracking_code, policy = func.coalesce(Item.item_tracking_code, ""), func.coalesce(Item.tracked_components_policy, "")
    columns = (Item.no, Item.description, Item.base_unit_code, tracking_code, policy, Item.blocked)
    statement = select(*columns).where(Item.no > after).order_by(Item.no).limit(limit + 1)
    if not (after + text).isprintable():
        return Page(())
    if text:
        wanted = text.lower()
        holds = (func.lower(column).contains(wanted, autoescape=True) for column in (Item.no, Item.description))
        statement = statement.where(or_(*holds))
    return page_of([ItemRow(*row) for row in session.execute(statement)], limit, lambda row: row.item_no)


def item_card(session: Session, item_no: str) -> ItemCard | None:
    """One item with its units, GTINs and references; None when there is none."""
    master = item_master_of(session, item_no) if item_no.isprintable() else None
    if master is None:
        return None
    unit, gtin, reference = ItemUnitOfMeasure, Gtin, ItemReference
    units = select(unit.unit_code, unit.quantity_per_unit).where(unit.item_no == item_no).order_by(unit.quantity_per_unit)
    gtins = (
        select(gtin.gtin, gtin.variant_code, gtin.unit_code, literal(""), gtin.label_order)
        .where(gtin.item_no == item_no)
        .order_by(gtin.gtin)
    )
    references = (
        select(reference.reference_no, reference.variant_code, reference.unit_code, reference.source_no)
        .where(reference.item_no == item_no)
        .order_by(reference.reference_no, reference.source_no)
    )
    return ItemCard(
        master=master,
        units=tuple(ItemUnitRow(*row) for row in session.execute(units)),
        gtins=tuple(ItemCodeRow(*row) for row in session.execute(gtins)),
        references=tuple(ItemCodeRow(*row) for row in session.execute(references)),
    )


def list_locations(session: Session) -> list[LocationRow]:
    """The warehouses of the plant, by code."""
    columns = (Location.code, Location.name, Location.blocked, Location.in_transit)
    return [LocationRow(*row) for row in session.execute(select(*columns).order_by(Location.code))]


def list_units(session: Session) -> list[str]:
    """Codes of all units of measure."""
    return list(session.scalars(select(UnitOfMeasure.code).order_by(UnitOfMeasure.code)))


def list_tracking_codes(session: Session) -> list[str]:
    """All item tracking codes."""
    return list(session.scalars(select(ItemTrackingCode.code).order_by(ItemTrackingCode.code)))


def list_policies(session: Session) -> list[str]:
    """Names of all Tracked components policies."""
    return list(session.scalars(select(TrackedComponentsPolicy.name).order_by(TrackedComponentsPolicy.name)))


def number_card(session: Session, *, item_no: str, kind: str, number: str, variant_code: str = "") -> NumberCard | None:
    """What is known of one number; None when it was never seen."""
    if not all(text.isprintable() for text in (item_no, kind, number, variant_code)):
        return None
    info = NumberInformation
    fits = (info.item_no == item_no, info.kind == kind, info.number == number, info.variant_code == variant_code)
    return next(iter(_number_cards(session, *fits)), None)


def held_numbers(session: Session) -> list[NumberCard]:
    """Every number that something stops, by item and number (D20)."""
    return _number_cards(session, stopped(table(NumberInformation)))


def tracked_items_without_pattern(session: Session) -> list[str]:
    """D17: items with specific serials or lots and no pattern for them, so that any text could become one of their numbers."""
    code = ItemTrackingCode
    bare = or_(code.serial_specific & (Item.serial_pattern == ""), code.lot_specific & (Item.lot_pattern == ""))
    return list(session.scalars(select(Item.no).join(code, code.code == Item.item_tracking_code).where(bare).order_by(Item.no)))


def _number_cards(session: Session, *fits: ColumnElement[bool]) -> list[NumberCard]:
    info = NumberInformation
    columns = (
        *(info.item_no, info.variant_code, info.kind, info.number, info.description, info.blocked, info.hold_reason),
        *(info.expiration_date, info.best_before_date, info.production_date, info.vendor_no, info.vendor_lot_no, info.comments),
        *(info.quality_hold, info.disposition_code, info.disposition_reason, info.stops, info.stopped_by, info.stop_reason),
    )
    statement: Select[*tuple[Any, ...]] = select(*columns).where(*fits).order_by(info.item_no, info.kind, info.number)
    return [NumberCard(*row) for row in session.execute(statement)]


def _master(rows: list[Row[Any]]) -> ItemMaster:
    row = rows[0]
    has_code = row.item_tracking_code is not None
    return ItemMaster(
        item_no=row.no,
        description=row.description,
        base_unit_code=row.base_unit_code,
        rounding_precision=row.rounding_precision,
        rules=_tracking_rules(rows) if has_code else NO_RULES,
        policy=_policy(row),
        item_tracking_code=row.item_tracking_code or "",
        reservation_policy=row.reservation_policy,
        serial_pattern=row.serial_pattern,
        lot_pattern=row.lot_pattern,
        expiration_days=row.expiration_days,
        information_required_inbound=bool(row.information_required_inbound),
        information_required_outbound=bool(row.information_required_outbound),
        create_information_on_posting=not has_code or row.create_information_on_posting,
        serial_nos=row.serial_nos,
        lot_nos=row.lot_nos,
        report_when_completed=row.report_when_completed,
        negative_stock_allowed=row.negative_stock_allowed,
        measured=row.measured,
        gs1_unit=row.gs1_unit,
        blocked=row.blocked,
    )


def _tracking_rules(rows: list[Row[Any]]) -> TrackingRules:
    """The join gives one row for each requirement of the tracking code."""
    row = rows[0]
    return TrackingRules(
        serial_specific=row.serial_specific,
        lot_specific=row.lot_specific,
        package_specific=row.package_specific,
        requirements=frozenset((r.required_kind, r.required_transaction) for r in rows if r.required_kind is not None),
        use_expiration_dates=row.use_expiration_dates,
        expiration_entry_required=row.expiration_entry_required,
        strict_expiration_posting=row.strict_expiration_posting,
        warranty_formula=row.warranty_formula,
        warranty_entry_required=row.warranty_entry_required,
    )


def _policy(row: Row[Any]) -> TrackedComponentsRules:
    if row.tracked_components_policy is None:
        return NO_POLICY
    return TrackedComponentsRules(
        name=row.tracked_components_policy,
        use_tracked_components=row.use_tracked_components,
        check_preallocation_for_product=row.check_preallocation_for_product,
        check_preallocation_for_components=row.check_preallocation_for_components,
        serial_number_matching_limit=row.serial_number_matching_limit,
    )
