"""Changing an order after it was made: its lines, their reservations, and giving up what is still open (TL-09, TL-10, RS-12, RS-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.items.fingerprint import check_unchanged
from shopfloor.items.queries import item_masters
from shopfloor.orders.answers import LineChanged, OrderClosed
from shopfloor.orders.documents import (
    OrderLine,
    close_when_done,
    insert_lines,
    line_values,
    lock_order,
    order_lines,
    require_lines,
    set_status,
)
from shopfloor.orders.errors import BelowHandled, CloseTrackedOrder, LastLine, LineHandled, StillOnTheWay
from shopfloor.orders.inputs import (
    AddLine,
    ChangeLine,
    ChosenLine,
    CloseOrder,
    DeleteLine,
    LineValues,
    NewLine,
    NewOrderLine,
    NewTransferLine,
)
from shopfloor.orders.kinds import SHAPES, TRANSFER_ORDER, OrderKind, Shape
from shopfloor.orders.models import OrderStatus
from shopfloor.orders.transfers import on_the_way
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.changed_lines import ChangedLine, follow_change
from shopfloor.reservations.line_changes import (
    DeleteTrackedLine,
    LineName,
    LineRecord,
    StillOpen,
    cancel,
    check_not_fixed,
    drop_records,
    lock_records,
    reserved,
    tracked,
)

CHANGEABLE = (OrderStatus.OPEN, OrderStatus.RELEASED)


def change_line(session: Session, actor: Actor, *, kind: OrderKind, given: ChangeLine) -> LineChanged:
    """Give a line new values. Reservations that are too much are released (RS-12); a date that breaks one asks (RS-13).

    What an *Always* item needs now is reserved at once (RS-05). Raises NotAllowed, NotFound, DocumentStatus, StaleRow, ItemBlocked,
    UnitUnknown, BelowPrecision, LocationInTransit, LineHandled, BelowHandled,
    LineReserved (C1), LineTracked, TrackedQuantity, ReservationFixed, and DateConflict unless confirmed.
    """
    shape, status, lines = _locked(session, actor, kind, given.order_no)
    require_lines(lines, [given.line_no], given.order_no)
    before = lines[given.line_no]
    check_unchanged(given.version, before.version, f"Line {given.line_no} of {given.order_no}")
    values = line_values(session, shape, [_new_line(shape, given, before.location_code)])[0] | {"line_no": given.line_no}
    _check_handled(session, given.order_no, before, values)
    changed = ChangedLine(
        LineName(given.order_no, given.line_no, before.item_no),
        StillOpen(values["quantity_base"] - before.handled, values["quantity_base"] - before.completed),
        before.date, given.date, other_goods=_other_goods(before, values),
    )
    released = follow_change(session, shape.source, changed, confirmed=given.confirmed)
    _write(session, shape, given.order_no, values)
    status = _status(session, shape, given.order_no, status)
    _reserve_always(session, actor, shape, given.order_no, given.line_no)
    after = given.model_dump(mode="json") | {"released": shown(released), "status": status}
    audit.record(session, f"change line of {shape.record}", given.order_no, before=_values(before), after=after)
    return LineChanged(order_no=given.order_no, line_no=given.line_no, what="was changed", order_status=status, released=shown(released))


def add_line(session: Session, actor: Actor, *, kind: OrderKind, given: AddLine) -> LineChanged:
    """A further line. Raises NotAllowed, NotFound, DocumentStatus, ItemBlocked, UnitUnknown, BelowPrecision, LocationInTransit."""
    shape, status, lines = _locked(session, actor, kind, given.order_no)
    location_code = next((line.location_code for _, line in sorted(lines.items())), "")
    rows = line_values(session, shape, [_new_line(shape, given, location_code)], max(lines, default=0))
    insert_lines(session, shape, given.order_no, rows)
    line_no = rows[0]["line_no"]
    _reserve_always(session, actor, shape, given.order_no, line_no)
    audit.record(session, f"add line to {shape.record}", given.order_no, after=given.model_dump(mode="json") | {"line_no": line_no})
    return LineChanged(order_no=given.order_no, line_no=line_no, what="was added", order_status=status)


def delete_line(session: Session, actor: Actor, *, kind: OrderKind, given: DeleteLine) -> LineChanged:
    """A line that nothing was posted for goes, with its numbers and reservations.

    Raises NotAllowed, NotFound, DocumentStatus, StaleRow, LineHandled, LastLine, ReservationFixed, and DeleteTrackedLine unless confirmed.
    """
    shape, status, lines = _locked(session, actor, kind, given.order_no)
    require_lines(lines, [given.line_no], given.order_no)
    line = lines[given.line_no]
    check_unchanged(given.version, line.version, f"Line {given.line_no} of {given.order_no}")
    if line.handled > ZERO:
        raise _line_handled(session, given.order_no, line)
    if len(lines) == 1:
        raise LastLine(number=given.order_no, line_no=given.line_no)
    records = lock_records(session, shape.source, given.order_no, given.line_no)
    check_not_fixed(records, LineName(given.order_no, given.line_no, line.item_no))
    _ask(given.order_no, records, confirmed=given.confirmed)
    drop_records(session, records)
    rows = table(shape.line)
    mine = (rows.c.order_no == given.order_no) & (rows.c.line_no == given.line_no)
    session.connection().execute(delete(rows).where(plant(session, rows), mine))
    status = _status(session, shape, given.order_no, status)
    audit.record(session, f"delete line of {shape.record}", given.order_no, before=_values(line), after={"status": status})
    return LineChanged(order_no=given.order_no, line_no=given.line_no, what="was deleted", order_status=status)


def cancel_line_reservations(session: Session, actor: Actor, *, kind: OrderKind, given: ChosenLine) -> LineChanged:
    """*Cancel reservation* of C1: all reservations of a line end; its numbers stay (RS-11).

    Raises NotAllowed, NotFound, DocumentStatus, ReservationFixed.
    """
    shape, status, lines = _locked(session, actor, kind, given.order_no)
    require_lines(lines, [given.line_no], given.order_no)
    records = lock_records(session, shape.source, given.order_no, given.line_no)
    check_not_fixed(records, LineName(given.order_no, given.line_no, lines[given.line_no].item_no))
    released = shown(cancel(session, records))
    audit.record(session, "cancel reservation", f"{given.order_no} line {given.line_no}", before={"reserved": released})
    what = "is not reserved any more"
    return LineChanged(order_no=given.order_no, line_no=given.line_no, what=what, order_status=status, released=released)


def close_order(session: Session, actor: Actor, *, kind: OrderKind, given: CloseOrder) -> OrderClosed:
    """What is still open will not come or go; numbers and reservations of the order go. What was posted stays.

    Raises NotAllowed, NotFound, DocumentStatus, StillOnTheWay, ReservationFixed, and CloseTrackedOrder unless confirmed.
    """
    shape, status, lines = _locked(session, actor, kind, given.order_no)
    if shape is TRANSFER_ORDER:
        for part in on_the_way(session, given.order_no):
            raise StillOnTheWay(number=given.order_no, item=part.item_no, quantity=shown(part.quantity), unit=part.base_unit_code)
    records = lock_records(session, shape.source, given.order_no)
    for line_no, line in sorted(lines.items()):
        check_not_fixed((r for r in records if r.line_no == line_no), LineName(given.order_no, line_no, line.item_no))
    _ask_to_close(given.order_no, records, confirmed=given.confirmed)
    drop_records(session, records)
    set_status(session, shape, given.order_no, OrderStatus.CLOSED)
    after = {"status": OrderStatus.CLOSED.value}
    audit.record(session, f"close {shape.record}", given.order_no, before={"status": status}, after=after, reason=given.reason)
    return OrderClosed(order_no=given.order_no)


def _reserve_always(session: Session, actor: Actor, shape: Shape, order_no: str, line_no: int) -> None:
    """RS-05: a line that was added or changed is reserved as it would have been when the order was made."""
    if not (shape.inbound or shape.returns):
        reserve_always(session, actor, shape.source.value, order_no, line_no=line_no)


def _locked(session: Session, actor: Actor, kind: OrderKind, order_no: str) -> tuple[Shape, str, dict[int, OrderLine]]:
    actor.require(rights.RECEIVE)
    shape = SHAPES[kind]
    header = lock_order(session, shape, order_no, *CHANGEABLE)
    return shape, header.status, order_lines(session, shape, order_no)


def _new_line(shape: Shape, given: LineValues, location_code: str) -> NewLine:
    values = {name: getattr(given, name) for name in ("item_no", "quantity", "unit_code", "variant_code", "date")}
    if shape is TRANSFER_ORDER:
        return NewTransferLine(**values)
    return NewOrderLine(location_code=given.location_code or location_code, **values)


def _other_goods(line: OrderLine, values: Mapping[str, Any]) -> bool:
    names = ("item_no", "variant_code", "location_code")
    return any(getattr(line, name) != values.get(name, getattr(line, name)) for name in names)


def _check_handled(session: Session, order_no: str, line: OrderLine, values: Mapping[str, Any]) -> None:
    if line.handled > ZERO and _other_goods(line, values):
        raise _line_handled(session, order_no, line)
    if values["quantity_base"] < line.handled:
        raise BelowHandled(
            number=order_no, line_no=line.line_no, item=line.item_no, quantity=shown(values["quantity_base"]), handled=shown(line.handled),
            unit=_unit(session, line),
        )


def _line_handled(session: Session, order_no: str, line: OrderLine) -> LineHandled:
    return LineHandled(
        number=order_no, line_no=line.line_no, item=line.item_no, handled=shown(line.handled), unit=_unit(session, line)
    )


def _unit(session: Session, line: OrderLine) -> str:
    return item_masters(session, [line.item_no])[line.item_no].base_unit_code


def _ask(number: str, records: list[LineRecord], *, confirmed: bool) -> None:
    if (tracked(records) > ZERO or reserved(records) > ZERO) and not confirmed:
        raise DeleteTrackedLine(number=number, tracked=shown(tracked(records)), reserved=shown(reserved(records)))


def _ask_to_close(number: str, records: list[LineRecord], *, confirmed: bool) -> None:
    facts = ((tracked(records), "with numbers assigned"), (reserved(records), "reserved"))
    told = [f"{shown(quantity)} {words}" for quantity, words in facts if quantity > ZERO]
    if told and not confirmed:
        raise CloseTrackedOrder(number=number, what=" and ".join(told))


def _write(session: Session, shape: Shape, order_no: str, values: Mapping[str, Any]) -> None:
    line = table(shape.line)
    mine = (line.c.order_no == order_no) & (line.c.line_no == values["line_no"])
    session.connection().execute(update(line).where(plant(session, line), mine).values(dict(values)))


def _status(session: Session, shape: Shape, order_no: str, status: str) -> str:
    """A released order whose last open quantity went is complete."""
    if status != OrderStatus.RELEASED:
        return status
    return close_when_done(session, shape, order_no, order_lines(session, shape, order_no), {})


def _values(line: OrderLine) -> dict[str, str]:
    return {
        "item_no": line.item_no, "variant_code": line.variant_code, "location_code": line.location_code,
        "quantity_base": shown(line.ordered), "date": str(line.date or ""),
    }
