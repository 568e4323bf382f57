"""Item tracking codes: how they are written, what a change of them would mean, and the gate that keeps postings out meanwhile.

Who uses a code, and whether anything was posted under it, is known to `posting.tracking_codes`; this module knows no ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.items.inputs import NewTrackingCode
from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement
from shopfloor.items.tracking import KINDS

_code = table(ItemTrackingCode)
_item = table(Item)
_requirement = table(ItemTrackingRequirement)
SPECIFIC = tuple(f"{kind}_specific" for kind in KINDS)
WAREHOUSE = tuple(f"{kind}_warehouse" for kind in KINDS)


def keep_postings_out(session: Session) -> None:
    """Until this transaction ends, nothing is posted: call it before anything is read (TC-04, TC-05, C15).

    Every posting and every scan reads the tracking codes of its items before it decides, so on PostgreSQL the table lock waits for
    those that have read them, and the next ones read what this transaction leaves. They pay nothing for it. On SQLite the unit of
    work lets one writer in at a time anyway. For rare corrections only.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE item_tracking_code IN ACCESS EXCLUSIVE MODE"))


def columns(given: NewTrackingCode) -> dict[str, Any]:
    """The settings as the table keeps them: specific tracking switches warehouse tracking on (TC-01)."""
    values = given.model_dump(exclude={"code", "requirements"})
    for specific, warehouse in zip(SPECIFIC, WAREHOUSE, strict=True):
        values[warehouse] = values[warehouse] or values[specific]
    return values


def known_codes(session: Session, codes: Iterable[str]) -> set[str]:
    """Which of these there are."""
    return set(session.connection().scalars(select(_code.c.code).where(_code.c.code.in_(list(codes)))))


def insert_codes(session: Session, codes: Sequence[NewTrackingCode]) -> None:
    """New codes with what they demand (TC-01 to TC-03)."""
    session.connection().execute(insert(_code), [{"code": given.code, **columns(given)} for given in codes])
    demanded = [row for given in codes for row in _demanded(given)]
    if demanded:
        session.connection().execute(insert(_requirement), demanded)


def write_requirements(session: Session, given: NewTrackingCode) -> None:
    """The transactions that demand a number, in place of those before."""
    session.connection().execute(delete(_requirement).where(_requirement.c.tracking_code == given.code))
    demanded = _demanded(given)
    if demanded:
        session.connection().execute(insert(_requirement), demanded)


def _demanded(given: NewTrackingCode) -> list[dict[str, str]]:
    """Of a specific kind all transactions demand the number, so none is kept (TC-01)."""
    found = {(one.kind.value, one.transaction) for one in given.requirements if not getattr(given, f"{one.kind.value.lower()}_specific")}
    return [{"tracking_code": given.code, "kind": kind, "transaction": name} for kind, name in sorted(found)]


def changed_settings(before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """Settings of a code that would not stay, as people name them: `serial specific`."""
    return [name.replace("_", " ") for name in names if bool(before[name]) != bool(after[name])]


def settings_of(session: Session, code: str) -> dict[str, Any] | None:
    """All columns of a code; None when there is none. The blank code demands nothing."""
    if not code:
        return dict.fromkeys((*SPECIFIC, *WAREHOUSE), False)
    row = session.connection().execute(select(_code).where(_code.c.code == code)).mappings().one_or_none()
    return None if row is None else dict(row)


def items_of(session: Session, code: str, limit: int = 5) -> list[str]:
    """Some items that use a code, by number."""
    wanted = select(_item.c.no).where(_item.c.item_tracking_code == code).order_by(_item.c.no).limit(limit)
    return list(session.connection().scalars(wanted))
