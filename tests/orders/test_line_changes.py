"""Changing, adding and deleting lines of orders, closing them, on both databases (TL-09, TL-10, RS-11 to RS-13, C1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.clock import now
from shopfloor.errors import NotAllowed, NotFound
from shopfloor.items.errors import BelowPrecision, ItemBlocked, LocationInTransit
from shopfloor.items.models import Item
from shopfloor.orders import queries
from shopfloor.orders.errors import BelowHandled, CloseTrackedOrder, DocumentStatus, LastLine, LineHandled
from shopfloor.orders.inputs import AddLine, ChangeLine, ChosenLine, CloseOrder, DeleteLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import add_line, cancel_line_reservations, change_line, close_order, delete_line
from shopfloor.people.actor import Actor
from shopfloor.reservations.line_changes import (
    DateConflict,
    DeleteTrackedLine,
    LineReservationFixed,
    LineReserved,
    LineTracked,
    TrackedQuantity,
)
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from tests.factories_documents import arrive, books_are_right, copy_posted, entries_of, make_in_transit, make_transfer_order, send_off, undo
from tests.factories_items import CELL, LABEL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_posting import Door

SALES, PURCHASE = OrderKind.SALES, OrderKind.PURCHASE


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


def change(run, kind=SALES, order_no="SO-1", line_no=10000, confirmed=False, actor=None, **values):
    given = ChangeLine(order_no=order_no, line_no=line_no, confirmed=confirmed, **{"item_no": CELL, "quantity": "10", **values})
    return run(change_line, *([actor] if actor else []), kind=kind, given=given)


def stock_of(run, session, quantity="10", lot_no="L-1"):
    """Cells in stock; gives their entry."""
    opening_stock(run, CELL, quantity, lot_no=lot_no)
    rows = Door(run, session).entries()
    return rows[-1]["entry_no"]


def reserve(run, session, actor, entry_no, quantity, *, line_no=10000, order_no="SO-1", **how):
    Door(run, session).reserve(actor, Demand("Sales Line", order_no, line_no), entry_no, quantity, **how)


def pair(session, demand, supply, quantity, *, needed, expected, numbers=("", "")):
    """A reservation of one document line against another, as the reservation page makes it."""
    entry_no = 1 + max(session.scalars(select(ReservationEntry.entry_no)).all(), default=1000)
    common = {"plant_no": 1, "entry_no": entry_no, "reservation_status": "Reservation", "item_no": CELL, "location_code": "MAIN"}
    common |= {"created_at": now(), "created_by": "E"}
    for positive, (source_type, source_id, line_no), lot_no in ((False, demand, numbers[0]), (True, supply, numbers[1])):
        session.add(
            ReservationEntry(
                **common, positive=positive, quantity_base=Decimal(quantity) * (1 if positive else -1), source_type=source_type,
                source_id=source_id, source_line_no=line_no, lot_no=lot_no,
                shipment_date=None if positive else needed, expected_receipt_date=expected if positive else None,
            )
        )
    session.commit()


def records(session):
    """(status, source, signed quantity, lot) of every reservation record."""
    rows = session.scalars(select(ReservationEntry).order_by(ReservationEntry.entry_no, ReservationEntry.positive)).all()
    found = [(row.reservation_status, row.source_type, row.quantity_base, row.lot_no) for row in rows]
    session.expunge_all()
    session.rollback()
    return found


def line_of(session, kind=SALES, order_no="SO-1", line_no=10000):
    found = queries.order_card(session, kind, order_no).line(line_no)
    session.rollback()
    return found


def test_a_line_gets_new_values_and_the_order_follows(session, run):
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    opening_stock(run, CELL, "20", lot_no="L-1")
    ship(run, "SO-1", {"quantity": "4", "lot_no": "L-1"})
    answer = change(run, quantity="1", unit_code="BOX", date="2026-04-01")
    assert (answer.order_status, answer.what) == ("Released", "was changed")
    line = line_of(session)
    assert (line.quantity, line.unit_code, line.quantity_base, line.handled_base, line.date) == (1, "BOX", 12, 4, date(2026, 4, 1))
    # Never below what was posted; down to it the order is complete.
    with pytest.raises(BelowHandled) as refused:
        change(run, quantity="3")
    assert (refused.value.handled, refused.value.quantity) == ("4", "3")
    for other in ({"item_no": LABEL}, {"location_code": "SIDE"}):
        with pytest.raises(LineHandled):
            change(run, **other)
    assert change(run, quantity="4").order_status == "Completed"
    with pytest.raises(DocumentStatus):
        change(run, quantity="5")


def test_an_untouched_line_may_become_another_item_at_another_place(session, run):
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    change(run, item_no=LABEL, location_code="SIDE", quantity="3")
    assert (line_of(session).item_no, line_of(session).location_code, line_of(session).quantity_base) == (LABEL, "SIDE", 3)
    change(run, item_no=LABEL, quantity="2")
    assert line_of(session).location_code == "SIDE"
    with pytest.raises(NotFound):
        change(run, item_no="NONE")
    with pytest.raises(NotFound):
        change(run, location_code="NOWHERE")
    with pytest.raises(NotFound):
        change(run, line_no=77)
    with pytest.raises(BelowPrecision):
        change(run, quantity="0.5")
    make_in_transit(run)
    with pytest.raises(LocationInTransit):
        change(run, location_code="TRANSIT")
    session.get(Item, CELL).blocked = True
    session.commit()
    with pytest.raises(ItemBlocked):
        change(run)


def test_rs_12_a_smaller_quantity_releases_reservations(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    reserve(run, session, actor, entry_no, 8)
    assert change(run, quantity="9").released == "0"
    assert change(run, quantity="5").released == "3"
    assert Door(run, session).open()[entry_no] == (10, 5)
    assert records(session) == [("Reservation", "Sales Line", -5, ""), ("Reservation", "Item Ledger Entry", 5, "L-1")]
    books_are_right(session)


def test_c1_er_18_item_and_location_of_a_reserved_line_stay_until_the_reservation_is_cancelled(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    reserve(run, session, actor, entry_no, 8)
    for other in ({"item_no": LABEL}, {"location_code": "SIDE"}, {"variant_code": "RED"}):
        with pytest.raises(LineReserved) as refused:
            change(run, **other)
        assert (refused.value.reserved, "Cancel reservation" in refused.value.text()) == ("8", True)
    answer = run(cancel_line_reservations, kind=SALES, given=ChosenLine(order_no="SO-1", line_no=10000))
    assert (answer.released, answer.what) == ("8", "is not reserved any more")
    assert (records(session), Door(run, session).open()[entry_no]) == ([], (10, 0))
    change(run, location_code="SIDE")
    books_are_right(session)


def test_rs_11_a_cancelled_reservation_leaves_the_lines_number(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    reserve(run, session, actor, entry_no, 8, specific=True)
    run(cancel_line_reservations, kind=SALES, given=ChosenLine(order_no="SO-1", line_no=10000))
    assert records(session) == [("Surplus", "Sales Line", -8, "L-1")]
    assert Door(run, session).open()[entry_no] == (10, 0)
    # TL-09, TL-10: the number holds the line.
    with pytest.raises(TrackedQuantity):
        change(run, quantity="7")
    with pytest.raises(LineTracked):
        change(run, location_code="SIDE")
    change(run, quantity="8")
    books_are_right(session)


def test_d1_a_picked_reservation_is_not_cancelled_here(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, {"item_no": CELL, "quantity": "1"})
    reserve(run, session, actor, entry_no, 8, specific=True, picked=True)
    chosen = {"order_no": "SO-1", "line_no": 10000}
    for command, given in (
        (cancel_line_reservations, ChosenLine(**chosen)), (delete_line, DeleteLine(**chosen, confirmed=True)),
        (close_order, CloseOrder(order_no="SO-1", reason="lost", confirmed=True)),
    ):
        with pytest.raises(LineReservationFixed):
            run(command, kind=SALES, given=given)
    assert Door(run, session).open()[entry_no] == (10, 8)


def test_rs_13_er_19_a_date_that_breaks_a_reservation_asks_and_a_yes_cancels_it(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10", "date": "2026-03-10"})
    make_sales_order(run, {"item_no": CELL, "quantity": "10", "date": "2026-03-15"})
    sides = ("Sales Line", "SO-1", 10000), ("Purchase Line", "PO-1", 10000)
    pair(session, *sides, 6, needed=date(2026, 3, 15), expected=date(2026, 3, 10))
    # The demand moves, but not before its supply: nothing is asked, and the record has the new date.
    change(run, date="2026-03-12")
    assert session.scalars(select(ReservationEntry.shipment_date).where(~ReservationEntry.positive)).one() == date(2026, 3, 12)
    session.rollback()
    # The supply moves behind the demand.
    with pytest.raises(DateConflict) as asked:
        change(run, PURCHASE, "PO-1", date="2026-03-13")
    assert (asked.value.counterpart, asked.value.counterpart_date) == ("SO-1 line 10000", "2026-03-12")
    assert "the goods for SO-1 line 10000" in asked.value.text()
    assert len(records(session)) == 2
    # So does the demand before the supply; a yes cancels.
    with pytest.raises(DateConflict) as asked:
        change(run, date="2026-03-09")
    assert "the goods from PO-1 line 10000" in asked.value.text()
    with pytest.raises(LineReserved):
        change(run)
    answer = change(run, date="2026-03-09", confirmed=True)
    assert (answer.released, records(session)) == ("6", [])
    assert line_of(session).date == date(2026, 3, 9)
    change(run, PURCHASE, "PO-1", date="2026-03-13")
    books_are_right(session)


def test_rs_11_the_other_lines_number_survives_a_date_conflict_and_a_deleted_line(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10", "date": "2026-03-10"})
    make_sales_order(
        run, {"item_no": CELL, "quantity": "10", "date": "2026-03-15"}, {"item_no": CELL, "quantity": "4", "date": "2026-03-15"}
    )
    days = {"needed": date(2026, 3, 15), "expected": date(2026, 3, 10), "numbers": ("", "L-7")}
    pair(session, ("Sales Line", "SO-1", 10000), ("Purchase Line", "PO-1", 10000), 6, **days)
    pair(session, ("Sales Line", "SO-1", 20000), ("Purchase Line", "PO-1", 10000), 4, **days)
    change(run, date="2026-03-01", confirmed=True)
    run(delete_line, kind=SALES, given=DeleteLine(order_no="SO-1", line_no=20000, confirmed=True))
    assert records(session) == [("Surplus", "Purchase Line", 6, "L-7"), ("Surplus", "Purchase Line", 4, "L-7")]
    books_are_right(session)


def test_a_line_is_added_and_continues_the_numbers(session, run):
    make_sales_order(run, {"item_no": CELL, "quantity": "10", "location_code": "SIDE"})
    answer = run(add_line, kind=SALES, given=AddLine(order_no="SO-1", item_no=LABEL, quantity="3"))
    assert (answer.line_no, answer.what, answer.order_status) == (20000, "was added", "Released")
    assert (line_of(session, line_no=20000).item_no, line_of(session, line_no=20000).location_code) == (LABEL, "SIDE")


def test_tl_09_deleting_a_tracked_line_asks_and_takes_everything_with_it(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, {"item_no": LABEL, "quantity": "1"})
    reserve(run, session, actor, entry_no, 3, specific=True)
    reserve(run, session, actor, entry_no, 2)
    with pytest.raises(DeleteTrackedLine) as asked:
        run(delete_line, kind=SALES, given=DeleteLine(order_no="SO-1", line_no=10000))
    assert (asked.value.tracked, asked.value.reserved, asked.value.asks) == ("3", "5", True)
    assert len(records(session)) == 4
    assert run(delete_line, kind=SALES, given=DeleteLine(order_no="SO-1", line_no=10000, confirmed=True)).what == "was deleted"
    assert (records(session), Door(run, session).open()[entry_no], line_of(session)) == ([], (10, 0), None)
    with pytest.raises(LastLine):
        run(delete_line, kind=SALES, given=DeleteLine(order_no="SO-1", line_no=20000))
    books_are_right(session)


def test_a_line_with_postings_is_not_deleted_until_they_are_undone(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"}, {"item_no": LABEL, "quantity": "1"})
    receipt_no = receive(run, "PO-1", {"quantity": "4", "lot_no": "L-1"}).receipt_no
    with pytest.raises(LineHandled):
        run(delete_line, kind=PURCHASE, given=DeleteLine(order_no="PO-1", line_no=10000))
    undo(run, "receipt", receipt_no)
    run(delete_line, kind=PURCHASE, given=DeleteLine(order_no="PO-1", line_no=10000))
    assert line_of(session, PURCHASE, "PO-1") is None


def test_deleting_the_last_open_line_completes_the_order(run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "4"}, {"item_no": LABEL, "quantity": "1"})
    receive(run, "PO-1", {"quantity": "4", "lot_no": "L-1"})
    assert run(delete_line, kind=PURCHASE, given=DeleteLine(order_no="PO-1", line_no=20000)).order_status == "Completed"


def test_an_order_is_closed_with_what_is_open(session, run, actor):
    entry_no = stock_of(run, session)
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, {"item_no": CELL, "quantity": "5"})
    shipment_no = ship(run, "SO-1", {"quantity": "2", "lot_no": "L-1"}).shipment_no
    reserve(run, session, actor, entry_no, 3, line_no=20000)
    with pytest.raises(CloseTrackedOrder) as asked:
        run(close_order, kind=SALES, given=CloseOrder(order_no="SO-1", reason="customer gave up"))
    assert asked.value.text() == "SO-1 still has 3 reserved. Close the order with its item tracking and reservations?"
    run(close_order, kind=SALES, given=CloseOrder(order_no="SO-1", reason="customer gave up", confirmed=True))
    assert (records(session), Door(run, session).open()[entry_no]) == ([], (8, 0))
    for refused in (lambda: change(run), lambda: ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})):
        with pytest.raises(DocumentStatus):
            refused()
    # AP-15: its shipment can still be undone; the order stays closed.
    assert undo(run, "shipment", shipment_no).order_status == "Closed"
    books_are_right(session)


def test_tl_09_a_copied_return_line_obeys_the_same_rule(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    receipt_no = receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"}).receipt_no
    order_no = copy_posted(run, "receipt", receipt_no)
    with pytest.raises(TrackedQuantity):
        change(run, OrderKind.PURCHASE_RETURN, order_no, quantity="9")
    change(run, OrderKind.PURCHASE_RETURN, order_no, quantity="11")
    assert entries_of(session, receipt_no)


def test_transfer_lines_change_too(session, run, actor):
    make_in_transit(run)
    entry_no = stock_of(run, session)
    make_transfer_order(run, {"item_no": CELL, "quantity": "10"}, {"item_no": LABEL, "quantity": "1"})
    Door(run, session).reserve(actor, Demand("Transfer Line", "TO-1", 10000), entry_no, 10)
    send_off(run, "TO-1", {"quantity": "4", "lot_no": "L-1"})
    transfer = OrderKind.TRANSFER
    with pytest.raises(BelowHandled):
        change(run, transfer, "TO-1", quantity="3")
    assert change(run, transfer, "TO-1", quantity="7").released == "3"
    run(delete_line, kind=transfer, given=DeleteLine(order_no="TO-1", line_no=20000))
    assert run(add_line, kind=transfer, given=AddLine(order_no="TO-1", item_no=LABEL, quantity="2")).line_no == 20000
    run(delete_line, kind=transfer, given=DeleteLine(order_no="TO-1", line_no=20000))
    arrive(run, "TO-1")
    # Shipped and arrived: with the quantity down to that, the order is complete.
    assert change(run, transfer, "TO-1", quantity="4").order_status == "Completed"
    assert Door(run, session).open()[entry_no] == (6, 0)
    books_are_right(session)


def test_a30_line_changes_need_the_right(run):
    nobody = Actor("E", "Eve", frozenset())
    chosen = {"order_no": "SO-1", "line_no": 10000}
    for command, given in (
        (add_line, AddLine(order_no="SO-1", item_no=CELL, quantity="1")), (delete_line, DeleteLine(**chosen)),
        (cancel_line_reservations, ChosenLine(**chosen)), (close_order, CloseOrder(order_no="SO-1", reason="x")),
    ):
        with pytest.raises(NotAllowed):
            run(command, nobody, kind=SALES, given=given)
    with pytest.raises(NotAllowed):
        change(run, actor=nobody)
