"""What is known of each serial, lot and package number: origin, dates and holds (C13, C15, D20, D35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Update, and_, case, or_, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items.errors import CaseTwin
from shopfloor.items.hold_projection import locked_number, project
from shopfloor.items.holds import standing
from shopfloor.items.inputs import HoldNumber, NumberDetails, NumberKey
from shopfloor.items.models import Item, NumberAction, NumberInformation
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.rules import GoodsNumber, first_twin, folded
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed

_table = table(NumberInformation)
HISTORY_LENGTH = 500
"""Characters that a line of history keeps of the values."""


@dataclass(frozen=True)
class NumberOrigin:
    """Where a number came from, as a receipt says it (C13). Blank parts leave what is stored."""

    goods: GoodsNumber
    vendor_no: str = ""
    vendor_lot_no: str = ""
    production_date: date | None = None
    best_before_date: date | None = None


def hold_number(session: Session, actor: Actor, *, given: HoldNumber) -> Changed:
    """D20: the number is neither reserved, used, sold nor reported until it is released. Raises NotAllowed, NotFound."""
    actor.require(rights.HOLD)
    return put_on_hold(session, actor, given=given)


def put_on_hold(session: Session, actor: Actor, *, given: HoldNumber) -> Changed:
    """The hold alone, for use cases with a right of their own (D22). Raises NotFound."""
    return _set_hold(session, actor, given, blocked=True)


def hold_numbers(session: Session, actor: Actor, numbers: Sequence[GoodsNumber], *, reason: str, about: str) -> None:
    """D20: many numbers that are known and free of a hold by hand, for use cases with a right of their own.

    Three statements, none for none. `about` names in the audit log what was done to them.
    """
    if not numbers:
        return
    stopped = standing(
        blocked=True, hold_reason=reason, quality_hold=False, quality_reason="", disposition=None, disposition_reason=""
    )
    values = {"hold_reason": reason, "stops": int(stopped.stops), "stopped_by": stopped.source, "stop_reason": stopped.reason}
    rows = [{name: getattr(number, name) for name in _KEY} | values for number in numbers]
    hit = _HOLD.execute(session, rows)
    assert hit == len(rows), "a number to be held is known"
    write_history(session, actor, [Change(number, NumberAction.HELD, "", reason, reason) for number in numbers])
    after = {number.number: {"blocked": True} for number in numbers}
    audit.record(session, "hold numbers", about, after=after, reason=reason)


def release_number(session: Session, actor: Actor, *, given: HoldNumber) -> Changed:
    """D20: end a hold. Raises NotAllowed, NotFound."""
    actor.require(rights.HOLD)
    return _set_hold(session, actor, given, blocked=False)


def set_number_information(session: Session, actor: Actor, *, given: NumberDetails) -> Changed:
    """Write what is known of a number, also before its first posting (C13).

    The expiry can be set while none is stored and nothing else knows the number; a stored one is not changed here, because the
    entries carry it (C15). Raises NotAllowed, NotFound for the item, InvalidInput for another expiry.
    """
    actor.require(rights.MASTERS)
    if session.get(Item, given.item_no) is None:
        raise NotFound(record="item", number=given.item_no)
    row = _row(session, given)
    if row is None:
        key = given.model_dump(include={"item_no", "variant_code", "kind", "number"})
        row = NumberInformation(
            plant_no=current_plant(session),
            **key,
            number_folded=folded(given.number),
            blocked=False,
            created_at=now(),
            expiration_date=given.expiration_date,
        )
        session.add(row)
    elif given.expiration_date not in (None, row.expiration_date):
        problem = f"is {row.expiration_date or 'not set'} for posted goods and is changed by a reclassification"
        raise InvalidInput(summary=f"expiration_date {problem}", problems={"expiration_date": problem})
    before = {name: str(getattr(row, name) or "") for name in _DETAILS}
    for name in _DETAILS:
        setattr(row, name, getattr(given, name))
    write_history(session, actor, _detail_changes(given, before))
    audit.record(session, "set number information", f"{given.item_no} {given.number}", before=before, after=given.model_dump(mode="json"))
    return Changed(record=given.kind, number=given.number)


_DETAILS = ("description", "best_before_date", "production_date", "vendor_no", "vendor_lot_no", "comments")


def _detail_changes(given: NumberDetails, before: Mapping[str, str]) -> list[Change]:
    """One line of history that names the fields that changed."""
    after = {name: str(getattr(given, name) or "") for name in _DETAILS}
    changed = [name for name in _DETAILS if before[name] != after[name]]
    if not changed:
        return []

    def told(values: Mapping[str, str]) -> str:
        return "; ".join(f"{name.replace('_', ' ')}: {values[name]}" for name in changed if values[name])[:HISTORY_LENGTH]

    return [Change(_goods_number(given), NumberAction.DETAILS, told(before), told(after))]


def known_look_alikes(session: Session, wanted: Iterable[GoodsNumber]) -> list[GoodsNumber]:
    """Every known number that equals a wanted one, or differs from it by case only. One statement."""
    numbers = list(wanted)
    if not numbers:
        return []
    statement = select(_table.c.item_no, _table.c.variant_code, _table.c.kind, _table.c.number).where(
        plant(session, _table),
        _table.c.item_no.in_(sorted({number.item_no for number in numbers})),
        _table.c.number_folded.in_(sorted({folded(number.number) for number in numbers})),
    )
    return [GoodsNumber(*row) for row in session.connection().execute(statement)]


def ask_for_case_twins(wanted: Sequence[GoodsNumber], known: Sequence[GoodsNumber], *, confirmed: bool) -> None:
    """D35: a receipt that would create a case twin asks. Raises CaseTwin unless it was confirmed."""
    found = None if confirmed else first_twin(wanted, known)
    if found is not None:
        number, existing = found
        raise CaseTwin(item=number.item_no, kind=number.kind, number=number.number, existing=existing)


def known_dates(session: Session, item_no: str, variant_code: str, lots: Iterable[str]) -> dict[str, date]:
    """EX-01: expiration dates of lots that have one. One statement, none for no lot."""
    wanted = sorted(lots)
    if not wanted:
        return {}
    c = _table.c
    statement = select(c.number, c.expiration_date).where(
        plant(session, _table), c.item_no == item_no, c.variant_code == variant_code, c.kind == "Lot", c.number.in_(wanted),
        c.expiration_date.is_not(None),
    )
    return {row.number: row.expiration_date for row in session.connection().execute(statement)}


def note_origins(session: Session, origins: Sequence[NumberOrigin]) -> None:
    """C13: fill vendor, vendor lot and dates where they are blank; what is stored wins (SCN-8). One statement."""
    _NOTE.execute(session, [_origin_row(origin) for origin in origins])


def _note(given: Given) -> Update:
    """A number that has nothing to learn is not written again."""
    c = _table.c
    texts = {name: and_(c[name] == "", given[name] != "") for name in ("vendor_no", "vendor_lot_no")}
    dates = {name: and_(c[name].is_(None), given[name].is_not(None)) for name in ("production_date", "best_before_date")}
    learns = texts | dates
    return (
        update(_table)
        .where(and_(*(c[name] == given[name] for name in _KEY)), or_(*learns.values()))
        .values({name: case((missing, given[name]), else_=c[name]) for name, missing in learns.items()})
    )


_KEY = ("item_no", "variant_code", "kind", "number")
_LEARNT = ("vendor_no", "vendor_lot_no", "production_date", "best_before_date")
_NOTE = ManyRows(_note, **{name: _table.c[name] for name in (*_KEY, *_LEARNT)})
_HELD_BY_HAND = ("hold_reason", "stops", "stopped_by", "stop_reason")
_HOLD = ManyRows(
    lambda given: update(_table)
    .where(*(_table.c[name] == given[name] for name in _KEY))
    .values(blocked=True, **{name: given[name] for name in _HELD_BY_HAND}),
    **{name: _table.c[name] for name in (*_KEY, *_HELD_BY_HAND)},
)


def _origin_row(origin: NumberOrigin) -> dict[str, object]:
    goods = {name: getattr(origin.goods, name) for name in _KEY}
    return goods | {name: getattr(origin, name) for name in _LEARNT}


def _set_hold(session: Session, actor: Actor, given: HoldNumber, *, blocked: bool) -> Changed:
    row = locked_number(session, _goods_number(given))
    before = {"blocked": row.blocked, "reason": row.hold_reason}
    row.blocked = blocked
    row.hold_reason = given.reason if blocked else ""
    project(session, row)
    done = NumberAction.HELD if blocked else NumberAction.RELEASED
    write_history(session, actor, [Change(_goods_number(given), done, str(before["reason"]), row.hold_reason, given.reason)])
    action = "hold number" if blocked else "release number"
    audit.record(session, action, f"{given.item_no} {given.number}", before=before, after={"blocked": blocked}, reason=given.reason)
    return Changed(record=given.kind, number=given.number)


def _goods_number(key: NumberKey) -> GoodsNumber:
    return GoodsNumber(key.item_no, key.variant_code, key.kind.value, key.number)


def _row(session: Session, key: NumberKey) -> NumberInformation | None:
    return session.get(NumberInformation, (current_plant(session), key.item_no, key.variant_code, str(key.kind), key.number))
