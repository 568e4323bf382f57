"""Reading items: the masters for postings and scans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor.items.masters import NO_POLICY, NO_RULES, ItemMaster, TrackedComponentsRules
from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement, TrackedComponentsPolicy, UnitOfMeasure
from shopfloor.items.tracking import TrackingRules

__all__ = ["ItemMaster", "TrackedComponentsRules", "item_master_of", "item_masters"]

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


def item_masters(session: Session, item_nos: Iterable[str]) -> dict[str, ItemMaster]:
    """The items by number; unknown ones are left out. One statement, however many items."""
    wanted = sorted(set(item_nos))
    if not wanted:
        return {}
    rows_of: dict[str, list[Row[Any]]] = {}
    for row in session.connection().execute(_MASTERS.where(Item.no.in_(wanted))):
        rows_of.setdefault(row.no, []).append(row)
    return {item_no: _master(rows) for item_no, rows in rows_of.items()}


def item_master_of(session: Session, item_no: str) -> ItemMaster | None:
    """One item, or None."""
    return item_masters(session, [item_no]).get(item_no)


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
