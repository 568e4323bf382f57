"""Proves the ledger: each function looks for one kind of lie and tells what it found. `shopfloor check` runs them all.

Nothing here repairs anything. Each answer is cut at `LIMIT` findings, so that a broken database answers too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Subquery, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, plant, table
from shopfloor.items.models import Item, ItemTrackingCode
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, ItemRegister, OpenItemEntry
from shopfloor.quantity import ONE, ZERO, shown

LIMIT = 100


@dataclass(frozen=True)
class Problem:
    """Something in the books that cannot be."""

    text: str
    """One sentence with the numbers of the rows in it."""


Check = Callable[[Session], list[Problem]]

_entry = table(ItemLedgerEntry)
_application = table(ItemApplicationEntry)
_open = table(OpenItemEntry)
_item = table(Item)
_code = table(ItemTrackingCode)
_zero = literal(ZERO, QuantityType)

NUMBERS = ("serial_no", "lot_no", "package_no")
COPIED = ("posting_date", "item_no", "variant_code", "location_code", *NUMBERS)
"""Columns of an open entry that repeat its ledger entry."""
ORDER: dict[str, str | int] = {"order_type": "", "order_no": "", "order_line_no": 0}
"""Columns that repeat it while the goods are tied to their order, and are blank otherwise."""


def inbound_entries_are_balanced(session: Session) -> list[Problem]:
    """DM-11 (a): an increase has application records of its own quantity; 0 <= remaining <= quantity."""
    came, left = _increase(session), _left_of_inbound(session)
    statement = (
        select(_entry.c.entry_no, _entry.c.quantity, came.c.quantity.label("came"), left.c.quantity.label("remaining"))
        .outerjoin_from(_entry, came, came.c.entry_no == _entry.c.entry_no)
        .outerjoin(left, left.c.entry_no == _entry.c.entry_no)
        .where(plant(session, _entry), _entry.c.quantity > ZERO)
        .where(
            or_(
                func.coalesce(came.c.quantity, _zero) != _entry.c.quantity,
                func.coalesce(left.c.quantity, _zero) < ZERO,
                func.coalesce(left.c.quantity, _zero) > _entry.c.quantity,
            )
        )
    )
    return _problems(
        session, statement,
        lambda r: f"Entry {r.entry_no} of {shown(r.quantity)} has applications for {_shown(r.came)} and {_shown(r.remaining)} remaining.",
    )


def outbound_entries_are_applied(session: Session) -> list[Problem]:
    """AP-04, AP-11, A20: transfer, consumption and specific numbers are fully applied; nothing is applied beyond its quantity."""
    taken = _taken_by_outbound(session)
    must_be_full = or_(
        _entry.c.entry_type.in_([EntryType.TRANSFER, EntryType.CONSUMPTION]),
        *(and_(flag, _entry.c[name] != "") for flag, name in _specific_numbers()),
    )
    applied = func.coalesce(taken.c.quantity, _zero)
    statement = (
        _with_code(select(_entry.c.entry_no, _entry.c.quantity, taken.c.quantity.label("applied")), _entry)
        .outerjoin(taken, taken.c.entry_no == _entry.c.entry_no)
        .where(plant(session, _entry), _entry.c.quantity < ZERO)
        .where(or_(applied < _entry.c.quantity, and_(must_be_full, applied != _entry.c.quantity)))
    )
    return _problems(session, statement, lambda r: f"Entry {r.entry_no} of {shown(r.quantity)} is applied for {_shown(r.applied)}.")


def applications_agree(session: Session) -> list[Problem]:
    """Both sides of an application agree in item and variant; what is taken agrees in location and specific number too."""
    came, went = _entry.alias("came"), _entry.alias("went")
    a = _application.c
    taken = a.quantity < ZERO
    differs = or_(
        came.c.item_no != went.c.item_no,
        came.c.variant_code != went.c.variant_code,
        and_(taken, came.c.location_code != went.c.location_code),
        *(and_(taken, flag, came.c[name] != went.c[name]) for flag, name in _specific_numbers()),
    )
    statement = (
        _with_code(select(a.entry_no, a.inbound_item_entry_no, a.outbound_item_entry_no), went)
        .join(_application, and_(a.plant_no == went.c.plant_no, a.outbound_item_entry_no == went.c.entry_no))
        .join(came, and_(a.plant_no == came.c.plant_no, a.inbound_item_entry_no == came.c.entry_no))
        .where(plant(session, _application, came, went), differs)
    )
    return _problems(
        session, statement,
        lambda r: f"Application {r.entry_no} joins {r.inbound_item_entry_no} and {r.outbound_item_entry_no}, which are not the same goods.",
    )


def applications_name_entries(session: Session) -> list[Problem]:
    """Every entry that an application names exists."""
    a = _application.c
    found = []
    for name in ("item_entry_no", "inbound_item_entry_no", "outbound_item_entry_no", "transferred_from_entry_no"):
        statement = (
            select(a.entry_no, a[name].label("named"))
            .outerjoin_from(_application, _entry, and_(_entry.c.plant_no == a.plant_no, _entry.c.entry_no == a[name]))
            .where(plant(session, _application), a[name] != 0, _entry.c.entry_no.is_(None))
        )
        found += _problems(session, statement, lambda r: f"Application {r.entry_no} names entry {r.named}, which does not exist.")
    return found


def entries_have_registers(session: Session) -> list[Problem]:
    """PST-17: every entry belongs to a register."""
    register = table(ItemRegister)
    same = and_(register.c.plant_no == _entry.c.plant_no, register.c.register_no == _entry.c.register_no)
    statement = (
        select(_entry.c.entry_no, _entry.c.register_no)
        .outerjoin_from(_entry, register, same)
        .where(plant(session, _entry), register.c.register_no.is_(None))
    )
    return _problems(session, statement, lambda r: f"Entry {r.entry_no} belongs to register {r.register_no}, which does not exist.")


def serials_are_single(session: Session) -> list[Problem]:
    """CI-03, AP-01, AP-02: of a specific serial number there is one or none, and every entry moves exactly one."""
    columns = (_entry.c.item_no, _entry.c.variant_code, _entry.c.serial_no)
    mine = _with_code(select(*columns, func.sum(_entry.c.quantity).label("quantity")), _entry).where(
        plant(session, _entry), _entry.c.serial_no != "", _code.c.serial_specific
    )
    total = func.sum(_entry.c.quantity)
    odd = in_base_units(func.max(func.abs(_entry.c.quantity) + func.abs(_entry.c.scrap_quantity)))
    statement = mine.group_by(*columns).having(or_(total < ZERO, total > ONE, odd != ONE))
    return _problems(
        session, statement,
        lambda r: f"Serial number {r.serial_no} of {r.item_no} has a stock of {shown(r.quantity)}, or an entry of more than 1.",
    )


def serials_are_produced_once(session: Session) -> list[Problem]:
    """C14: output of a specific serial number, net of reversals, is one or none."""
    columns = (_entry.c.item_no, _entry.c.variant_code, _entry.c.serial_no)
    total = func.sum(in_base_units(_entry.c.quantity + _entry.c.scrap_quantity))
    statement = (
        _with_code(select(*columns, total.label("quantity")), _entry)
        .where(plant(session, _entry), _entry.c.serial_no != "", _entry.c.entry_type == EntryType.OUTPUT, _code.c.serial_specific)
        .group_by(*columns)
        .having(or_(total < ZERO, total > ONE))
    )
    return _problems(session, statement, lambda r: f"Serial number {r.serial_no} of {r.item_no} was produced {shown(r.quantity)} times.")


def open_entries_are_right(session: Session) -> list[Problem]:
    """A20: `open_item_entry` equals what entries and applications say."""
    left, taken = _left_of_inbound(session), _taken_by_outbound(session)
    remaining = in_base_units(
        case(
            (_entry.c.quantity > ZERO, func.coalesce(left.c.quantity, _zero)),
            else_=_entry.c.quantity - func.coalesce(taken.c.quantity, _zero),
        )
    )
    same_entry = and_(_open.c.plant_no == _entry.c.plant_no, _open.c.entry_no == _entry.c.entry_no)
    tied = stays_tied()
    order = or_(*(_open.c[name] != case((tied, _entry.c[name]), else_=blank) for name, blank in ORDER.items()))
    single = and_(_entry.c.serial_no != "", func.coalesce(_code.c.serial_specific, literal(value=False)))
    different = or_(
        *(_open.c[name] != _entry.c[name] for name in COPIED), _open.c.remaining != remaining, _open.c.serial_specific != single, order
    )
    statement = (
        _with_code(select(_entry.c.entry_no, remaining.label("derived"), _open.c.remaining), _entry)
        .outerjoin(left, left.c.entry_no == _entry.c.entry_no)
        .outerjoin(taken, taken.c.entry_no == _entry.c.entry_no)
        .outerjoin(_open, same_entry)
        .where(plant(session, _entry))
        .where(or_(and_(remaining != ZERO, _open.c.entry_no.is_(None)), and_(_open.c.entry_no.is_not(None), different)))
    )
    found = _problems(
        session, statement,
        lambda r: f"Entry {r.entry_no} should be open with {shown(r.derived)}, but is with {_shown(r.remaining)}, or with other goods.",
    )
    orphans = (
        select(_open.c.entry_no)
        .outerjoin_from(_open, _entry, same_entry)
        .where(plant(session, _open), _entry.c.entry_no.is_(None))
    )
    return found + _problems(session, orphans, lambda r: f"Open entry {r.entry_no} has no item ledger entry.")


CHECKS: tuple[Check, ...] = (
    inbound_entries_are_balanced,
    outbound_entries_are_applied,
    applications_agree,
    applications_name_entries,
    entries_have_registers,
    serials_are_single,
    serials_are_produced_once,
    open_entries_are_right,
)


def stays_tied() -> ColumnElement[bool]:
    """AP-09, AP-10: output knows its order, and so do goods on their way with a transfer order."""
    on_its_way = and_(
        _entry.c.document_type == DocumentType.TRANSFER_SHIPMENT, _entry.c.quantity > ZERO, _entry.c.corrects_entry_no == 0
    )
    return or_(_entry.c.entry_type == EntryType.OUTPUT, on_its_way)


def in_base_units(expression: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """Arithmetic loses the column's type: the sum of two quantities would come back in hundred-thousandths."""
    return type_coerce(expression, QuantityType)


def _increase(session: Session) -> Subquery:
    """Quantity that application records brought in, for each entry."""
    return _sums(session, _application.c.item_entry_no, _application.c.quantity > ZERO)


def _left_of_inbound(session: Session) -> Subquery:
    """What application records leave of each inbound entry."""
    return _sums(session, _application.c.inbound_item_entry_no, literal(value=True))


def _taken_by_outbound(session: Session) -> Subquery:
    """What application records took for each outbound entry; negative."""
    return _sums(session, _application.c.outbound_item_entry_no, _application.c.quantity < ZERO)


def _sums(session: Session, entry_no: ColumnElement[int], which: ColumnElement[bool]) -> Subquery:
    return (
        select(entry_no.label("entry_no"), func.sum(_application.c.quantity).label("quantity"))
        .where(plant(session, _application), which)
        .group_by(entry_no)
        .subquery()
    )


def _with_code(statement: Select[Any], entry: FromClause) -> Select[Any]:
    """The tracking code of an entry's item; items and codes belong to all plants. An entry of an item that is gone is looked at, too."""
    return (
        statement.select_from(entry)
        .outerjoin(_item, _item.c.no == entry.c.item_no)
        .outerjoin(_code, _code.c.code == _item.c.item_tracking_code)
    )


def _specific_numbers() -> list[tuple[ColumnElement[bool], str]]:
    """(flag of the tracking code, column of the number)."""
    return [(_code.c.serial_specific, "serial_no"), (_code.c.lot_specific, "lot_no"), (_code.c.package_specific, "package_no")]


def _problems(session: Session, statement: Select[Any], text: Callable[[Row[Any]], str]) -> list[Problem]:
    return [Problem(text(row)) for row in session.connection().execute(statement.limit(LIMIT))]


def _shown(quantity: Decimal | None) -> str:
    return "nothing" if quantity is None else shown(quantity)
