"""Get posted lines to reverse: a return order with the goods, numbers and entries of a receipt or shipment (TL-15, AP-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders.answers import ReturnLinesCopied
from shopfloor.orders.documents import LINE_STEP, insert_lines, line_values, lock_order, new_order, order_lines
from shopfloor.orders.errors import NothingToReturn, OtherParty
from shopfloor.orders.inputs import NewOrderLine, ReturnPosted
from shopfloor.orders.kinds import MOVEMENTS, RETURN_OF, Movement, Shape
from shopfloor.orders.line_numbers import LineNumber, write_numbers
from shopfloor.orders.models import OrderStatus
from shopfloor.orders.posted import DocumentEntry, entries_of, given_back, posted_document
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO


def return_posted(session: Session, actor: Actor, *, document_type: DocumentType, given: ReturnPosted) -> ReturnLinesCopied:
    """Copy what is left of a posted document to a return order: item, quantity, number, and the entry that goes back.

    Of a purchase receipt or a sales shipment. Nothing moves yet. The number of statements does not depend on the
    number of entries. Raises NotAllowed, NotFound, NothingToReturn, OtherParty, DocumentStatus, SetupMissing, ItemBlocked.
    """
    actor.require(rights.RECEIVE)
    if document_type not in RETURN_OF:
        raise NotFound(record="receipt or shipment", number=given.document_no)
    shape, movement = RETURN_OF[document_type], MOVEMENTS[document_type][1]
    document = posted_document(session, movement, given.document_no)
    left = _left(session, shape, movement, given)
    order_no, last_line_no = _order(session, actor, shape, document, given)
    line_nos = {line_no: last_line_no + index * LINE_STEP for index, line_no in enumerate(_lines_of(left), 1)}
    insert_lines(session, shape, order_no, line_values(session, shape, _new_lines(left), last_line_no))
    write_numbers(session, actor, shape, order_no, [_number(entry, quantity, line_nos) for entry, quantity in left])
    after = {movement.record: given.document_no, "lines": len(line_nos), "entries": len(left)}
    audit.record(session, "get posted lines to reverse", order_no, after=after)
    return ReturnLinesCopied(order_no=order_no, document_no=given.document_no, line_count=len(line_nos))


def _left(session: Session, shape: Shape, movement: Movement, given: ReturnPosted) -> list[tuple[DocumentEntry, Decimal]]:
    """Chosen entries with what can go back: of a shipment what did not come back, of a receipt what is still here."""
    posted = entries_of(session, movement, given.document_no)
    wanted = set(given.entry_nos)
    for entry_no in sorted(wanted - {entry.entry_no for entry in posted.originals}):
        raise NotFound(record=f"entry of {movement.record} {given.document_no}", number=str(entry_no))
    chosen = [entry for entry in posted.standing if not wanted or entry.entry_no in wanted]
    back = given_back(session, {entry.entry_no for entry in chosen}) if shape.inbound else {}
    left = [(e, -e.quantity - back.get(e.entry_no, ZERO) if shape.inbound else e.remaining) for e in chosen]
    left = [(entry, quantity) for entry, quantity in left if quantity > ZERO]
    if not left:
        raise NothingToReturn(record=movement.record, number=given.document_no)
    return left


def _order(session: Session, actor: Actor, shape: Shape, document: Row[Any], given: ReturnPosted) -> tuple[str, int]:
    """The return order and its last line number. Raises OtherParty."""
    party_no = getattr(document, shape.party)
    if not given.order_no:
        return new_order(session, shape, "", {shape.party: party_no, "order_date": actor.work_date()}), 0
    header = lock_order(session, shape, given.order_no, OrderStatus.OPEN, OrderStatus.RELEASED)
    other = getattr(header, shape.party)
    if other != party_no:
        raise OtherParty(number=given.document_no, party=party_no, order_no=given.order_no, other=other)
    return given.order_no, max(order_lines(session, shape, given.order_no), default=0)


def _lines_of(left: Sequence[tuple[DocumentEntry, Decimal]]) -> list[int]:
    """Line numbers of the posted document: each becomes one line of the return."""
    return sorted({entry.document_line_no for entry, _ in left})


def _new_lines(left: Sequence[tuple[DocumentEntry, Decimal]]) -> list[NewOrderLine]:
    """In base units, because what is left of a box may be no box."""
    lines = []
    for line_no in _lines_of(left):
        of_line = [(entry, quantity) for entry, quantity in left if entry.document_line_no == line_no]
        first = of_line[0][0]
        quantity = sum((quantity for _, quantity in of_line), ZERO)
        lines.append(
            NewOrderLine(item_no=first.item_no, quantity=quantity, location_code=first.location_code, variant_code=first.variant_code)
        )
    return lines


def _number(entry: DocumentEntry, quantity: Decimal, line_nos: Mapping[int, int]) -> LineNumber:
    return LineNumber(
        line_nos[entry.document_line_no], entry.item_no, entry.variant_code, entry.location_code, entry.tracking, quantity, entry.entry_no
    )
