"""Reading item tracking codes for pages and programs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement
from shopfloor.items.tracking import TRANSACTIONS
from shopfloor.people.queries import Found

LONGEST_CODE = 20
TRACKING_CODE = "Item tracking code"


@dataclass(frozen=True)
class TrackingCodeRow:
    """One code in a list."""

    code: str
    description: str
    specific: tuple[str, ...]
    """Kinds that are followed exactly: Serial, Lot, Package."""
    use_expiration_dates: bool
    warranty_formula: str
    item_count: int


@dataclass(frozen=True)
class TrackingCodeCard:
    """Everything about one code (DM-40)."""

    code: str
    description: str
    serial_specific: bool
    lot_specific: bool
    package_specific: bool
    serial_warehouse: bool
    lot_warehouse: bool
    package_warehouse: bool
    use_expiration_dates: bool
    expiration_entry_required: bool
    strict_expiration_posting: bool
    warranty_formula: str
    warranty_entry_required: bool
    information_required_inbound: bool
    information_required_outbound: bool
    create_information_on_posting: bool
    requirements: tuple[tuple[str, str], ...]
    """(kind, transaction) pairs that demand a number; every transaction of a specific kind (TC-01)."""
    items: tuple[str, ...]
    """Some items that use it."""


def find(session: Session, text: str, *, part: bool = False, limit: int = 8) -> list[Found]:
    """UI-1: the tracking code with this name, in any case; with `part` those that hold the text in it. One statement."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_CODE:
        return []
    code = func.lower(ItemTrackingCode.code)
    rows = session.execute(
        select(ItemTrackingCode.code, ItemTrackingCode.description)
        .where(code.contains(text.lower(), autoescape=True) if part else code == text.lower())
        .order_by(ItemTrackingCode.code)
        .limit(limit)
    )
    return [Found(TRACKING_CODE, row.code, row.description, f"/tracking-codes/{quote(row.code, safe='')}") for row in rows]


def list_codes(session: Session) -> list[TrackingCodeRow]:
    """All codes, by code."""
    used = select(Item.item_tracking_code, func.count().label("count")).group_by(Item.item_tracking_code).subquery()
    statement = (
        select(ItemTrackingCode.__table__, func.coalesce(used.c.count, 0).label("item_count"))
        .outerjoin(used, used.c.item_tracking_code == ItemTrackingCode.code)
        .order_by(ItemTrackingCode.code)
    )
    return [
        TrackingCodeRow(
            row.code,
            row.description,
            tuple(kind for kind in ("Serial", "Lot", "Package") if getattr(row, f"{kind.lower()}_specific")),
            row.use_expiration_dates,
            row.warranty_formula,
            row.item_count,
        )
        for row in session.execute(statement)
    ]


def code_card(session: Session, code: str) -> TrackingCodeCard | None:
    """One code; None when there is none."""
    if not code.isprintable():
        return None
    row = session.execute(select(ItemTrackingCode.__table__).where(ItemTrackingCode.code == code)).mappings().one_or_none()
    if row is None:
        return None
    requirement = ItemTrackingRequirement
    flags = {
        (kind, name)
        for kind, name in session.execute(select(requirement.kind, requirement.transaction).where(requirement.tracking_code == code))
    }
    flags |= {(kind, name) for kind in ("Serial", "Lot", "Package") if row[f"{kind.lower()}_specific"] for name in TRANSACTIONS}
    items = session.scalars(select(Item.no).where(Item.item_tracking_code == code).order_by(Item.no).limit(20))
    return TrackingCodeCard(**row, requirements=tuple(sorted(flags)), items=tuple(items))
