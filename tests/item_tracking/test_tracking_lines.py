"""Item tracking lines on both databases, in the words of the manual: a storekeeper assigns numbers, then posts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from time import process_time

import pytest
from sqlalchemy import event, select

from shopfloor.db.engine import take_time
from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import add_tracking_lines, create_serials, save_tracking_lines
from shopfloor.item_tracking.errors import DocumentClosed, NoDigits
from shopfloor.item_tracking.inputs import AddTrackingLines, CreateSerials, SaveTrackingLines, TrackingSource
from shopfloor.items.errors import NumberPattern
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.errors import MoreThanOrdered
from shopfloor.people.rights import TRACE
from shopfloor.posting.check import run_all
from shopfloor.posting.errors import ExpirationDiffers, SerialQuantity
from shopfloor.reservations.availability_queries import Place, availability_by_lot, availability_of, numbers_in_stock
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.errors import NotAvailable
from shopfloor.reservations.queries import lock_free_supply, reservations_of
from shopfloor.reservations.rules import Demand, Take
from shopfloor.reservations.tracking_errors import (
    ExcessTracking,
    NoTrackingCode,
    NumberFixed,
    NumbersNotAvailable,
    ToHandleDiffers,
    TrackingDoesNotMatch,
)
from tests.conftest import ADMINISTRATOR
from tests.factories_documents import copy_posted
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_production import through

OURS = Demand("Sales Line", "SO-1", 10000)
THEIRS = Demand("Sales Line", "SO-9", 10000)
HERE = Place(CELL, "MAIN")


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


@pytest.fixture(autouse=True)
def sound(session, masters):
    """CI-03: the books agree after every scenario."""
    yield
    session.rollback()
    assert run_all(session) == []


def save(run, *lines, kind="Sales Line", order_no="SO-1", confirmed=False, actor=ADMINISTRATOR, **more):
    given = SaveTrackingLines(source_type=kind, order_no=order_no, line_no=10000, lines=lines, confirmed=confirmed, **more)
    return run(save_tracking_lines, actor, given=given)


def page(session, kind="Sales Line", order_no="SO-1"):
    found = queries.tracking_lines_page(session, TrackingSource(source_type=kind, order_no=order_no, line_no=10000))
    session.rollback()
    return found


def held(session, demand=OURS):
    """What a line holds: (number, quantity, by number?)."""
    found = sorted((piece.tracking.label(), piece.quantity, piece.specific) for piece in reservations_of(session, [demand]))
    session.rollback()
    return found


def hold(run, demand, number, quantity, *, specific=False):
    """Reserve stock of one number."""

    def work(session, actor):
        entries = {e.entry_no: e for e in lock_free_supply(session, CELL, "", "MAIN") if e.tracking.label() == number}
        reserve(session, actor, demand, [Take(next(iter(entries)), Decimal(quantity))], entries, specific=specific)

    through(run, work)


def lot(session, label, line=None):
    found = availability_of(session, HERE, [Tracking(lot_no=label)], line=line)[Tracking(lot_no=label)]
    session.rollback()
    return found


def sold(session):
    rows = session.scalars(select(ItemLedgerEntry).where(ItemLedgerEntry.entry_type == "Sale").order_by(ItemLedgerEntry.entry_no)).all()
    found = [(entry.serial_no or entry.lot_no, entry.quantity) for entry in rows]
    session.rollback()
    return found


def test_tl_14_numbers_of_a_sales_line_flow_to_the_posted_entries(session, run):
    """TL-01, TL-04, DM-05, DM-30: assign two lots, ship half, ship the rest; every number has its own entry."""
    opening_stock(run, CELL, "20", lot_no="A")
    opening_stock(run, CELL, "20", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    answer = save(run, {"lot_no": "A", "quantity": "6"}, {"lot_no": "B", "quantity": "4", "to_handle": "0"})
    assert (answer.count, answer.tracked, answer.open_quantity) == (2, "10", "10")
    matrix = page(session).matrix
    assert (matrix.undefined, matrix.to_handle, matrix.undefined_to_handle) == (0, 6, 4)
    ship(run, "SO-1", {"quantity": "6"})
    assert sold(session) == [("A", Decimal(-6))]
    shown = page(session)
    assert [(n.tracking.lot_no, n.quantity, n.to_handle) for n in shown.numbers] == [("B", 4, 0)]
    assert shown.handled == ((Tracking(lot_no="A"), Decimal(6)),)
    save(run, {"lot_no": "B", "quantity": "4"})
    assert ship(run, "SO-1", {"quantity": "4"}).order_status == "Completed"
    assert sold(session) == [("A", Decimal(-6)), ("B", Decimal(-4))]
    assert page(session).numbers == ()


def test_tl_04_er_02_what_is_to_handle_is_what_is_posted(session, run):
    opening_stock(run, CELL, "20", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    save(run, {"lot_no": "A", "quantity": "6", "to_handle": "5"})
    with pytest.raises(ToHandleDiffers) as refused:
        ship(run, "SO-1", {"quantity": "6"})
    assert (refused.value.to_handle, refused.value.quantity) == ("5", "6")
    assert sold(session) == []
    ship(run, "SO-1", {"quantity": "5"})
    assert [(n.quantity, n.to_handle) for n in page(session).numbers] == [(1, 1)]


def test_tl_02_er_01_more_than_the_line_is_refused_and_less_is_saved(session, run):
    opening_stock(run, CELL, "20", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    with pytest.raises(ExcessTracking):
        save(run, {"lot_no": "A", "quantity": "11"})
    save(run, {"lot_no": "A", "quantity": "3"})
    with pytest.raises(ExcessTracking):
        save(run, {"lot_no": "A", "quantity": "11"})
    assert [n.quantity for n in page(session).numbers] == [3]


def test_tl_06_two_open_lines_may_name_one_serial_until_one_is_posted(session, run):
    """AV-10, ER-33, ER-07: saving warns and may be confirmed; posting the second is refused."""
    opening_stock(run, MODULE, serial_no="M-1")
    for order_no in ("SO-1", "SO-2"):
        make_sales_order(run, {"item_no": MODULE, "quantity": "1"}, no=order_no)
    save(run, {"serial_no": "M-1"})
    with pytest.raises(NumbersNotAvailable) as asked:
        save(run, {"serial_no": "M-1"}, order_no="SO-2")
    assert asked.value.asks
    assert page(session, order_no="SO-2").numbers == ()
    save(run, {"serial_no": "M-1"}, order_no="SO-2", confirmed=True)
    ship(run, "SO-2", {"quantity": "1"})
    with pytest.raises(NotAvailable):
        ship(run, "SO-1", {"quantity": "1"})
    assert sold(session) == [("M-1", Decimal(-1))]


def test_tl_07_er_05_a_serial_is_one_piece(run):
    make_sales_order(run, {"item_no": MODULE, "quantity": "3"})
    for quantity in ("2", "0.5"):
        with pytest.raises(SerialQuantity):
            save(run, {"serial_no": "M-1", "quantity": quantity}, confirmed=True)


def test_tc_02_an_item_without_a_tracking_code_carries_no_numbers(run):
    make_sales_order(run, {"item_no": LABEL, "quantity": "3"})
    with pytest.raises(NoTrackingCode):
        save(run, {"lot_no": "A", "quantity": "1"})


def test_a30_saving_needs_the_right_and_a_line_that_is_there(run):
    make_sales_order(run, {"item_no": CELL, "quantity": "3"})
    with pytest.raises(NotAllowed):
        save(run, actor=replace(ADMINISTRATOR, rights=frozenset({TRACE})))
    with pytest.raises(NotFound):
        save(run, order_no="SO-404")


def test_pr_08_a_completed_order_keeps_its_numbers(run):
    opening_stock(run, CELL, "3", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "3"})
    ship(run, "SO-1", {"quantity": "3", "lot_no": "A"})
    with pytest.raises(DocumentClosed):
        save(run, {"lot_no": "A", "quantity": "1"})


def test_wh_21_er_22_other_numbers_than_the_promised_ones_fit_only_into_what_has_none(session, run):
    opening_stock(run, CELL, "20", lot_no="A")
    opening_stock(run, CELL, "20", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    save(run, {"lot_no": "A", "quantity": "7"})
    with pytest.raises(TrackingDoesNotMatch) as refused:
        ship(run, "SO-1", {"quantity": "4", "lot_no": "B"})
    assert refused.value.untracked == "3"
    ship(run, "SO-1", {"quantity": "3", "lot_no": "B"})
    assert [(n.tracking.lot_no, n.quantity) for n in page(session).numbers] == [("A", 7)]
    with pytest.raises(MoreThanOrdered):
        ship(run, "SO-1", {"quantity": "8", "lot_no": "A"})


def test_wh_21_a_number_in_two_rows_is_one_number(session, run):
    opening_stock(run, CELL, "20", lot_no="A")
    opening_stock(run, CELL, "20", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    save(run, {"lot_no": "A", "quantity": "7"}, {"lot_no": "B", "quantity": "3"})
    with pytest.raises(TrackingDoesNotMatch):
        ship(run, "SO-1", {"quantity": "7", "lot_no": "A"}, {"quantity": "3", "lot_no": "A"})
    ship(run, "SO-1", {"quantity": "4", "lot_no": "A"}, {"quantity": "3", "lot_no": "A"}, {"quantity": "3", "lot_no": "B"})
    assert page(session).numbers == ()


def test_tl_14_numbers_of_a_purchase_line_come_in_with_their_date(session, run):
    """EX-01, AV-02: planned numbers are no stock; a date that the lot has is not altered."""
    opening_stock(run, PASTE, "1", lot_no="P-0", expiration_date="2027-01-31")
    make_purchase_order(run, {"item_no": PASTE, "quantity": "5.5"})
    with pytest.raises(ExpirationDiffers):
        save(run, {"lot_no": "P-0", "quantity": "1", "expiration_date": "2027-02-01"}, kind="Purchase Line", order_no="PO-1")
    save(run, {"lot_no": "P-0", "quantity": "1.5"}, {"lot_no": "P-1", "quantity": "4", "expiration_date": "2027-06-30"},
         kind="Purchase Line", order_no="PO-1")
    planned = page(session, "Purchase Line", "PO-1")
    assert [(n.tracking.lot_no, n.expiration_date) for n in planned.numbers] == [("P-0", "2027-01-31"), ("P-1", "2027-06-30")]
    assert availability_of(session, Place(PASTE, "MAIN"), [Tracking(lot_no="P-1")])[Tracking(lot_no="P-1")].total == 0
    session.rollback()
    receive(run, "PO-1", {"quantity": "5.5"})
    rows = session.scalars(select(ItemLedgerEntry).where(ItemLedgerEntry.entry_type == "Purchase").order_by(ItemLedgerEntry.lot_no)).all()
    assert [(r.lot_no, r.quantity, str(r.expiration_date)) for r in rows] == [
        ("P-0", Decimal("1.5"), "2027-01-31"), ("P-1", Decimal(4), "2027-06-30"),
    ]
    session.rollback()


def test_d17_planned_numbers_that_come_in_match_the_pattern(run):
    make_purchase_order(run, {"item_no": PACK, "quantity": "2"})
    with pytest.raises(NumberPattern) as refused:
        save(run, {"serial_no": "X-1"}, kind="Purchase Line", order_no="PO-1")
    assert (refused.value.row, refused.value.row_column) == (1, "serial_no")


def test_tl_13_a_series_of_own_serials(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "4"})
    given = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}
    run(create_serials, given=CreateSerials(**given, first="M-099", count=2))
    run(create_serials, given=CreateSerials(**given, first="M-200", increment=10, count=2))
    assert [n.tracking.serial_no for n in page(session, "Purchase Line", "PO-1").numbers] == ["M-099", "M-100", "M-200", "M-210"]
    with pytest.raises(ExcessTracking):
        run(create_serials, given=CreateSerials(**given, first="M-300"))
    with pytest.raises(NoDigits):
        run(create_serials, given=CreateSerials(**given, first="ABC", count=2))


def test_d34_a_series_that_outgrows_the_length_of_a_number_is_refused_by_field(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "4"})
    given = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}
    with pytest.raises(InvalidInput) as caught:
        run(create_serials, given=CreateSerials(**given, first="Z" * 49 + "9", count=3))
    assert list(caught.value.problems) == ["lines.1.serial_no", "lines.2.serial_no"]
    assert page(session, "Purchase Line", "PO-1").numbers == ()


def test_a_line_carries_no_more_numbers_than_one_posting_takes(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "10001"})
    given = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}
    numbers = tuple({"serial_no": f"M-{number}"} for number in range(10_000))
    run(add_tracking_lines, given=AddTrackingLines(**given, lines=numbers))
    with pytest.raises(InvalidInput) as caught:
        run(add_tracking_lines, given=AddTrackingLines(**given, lines=({"serial_no": "M-X"},)))
    assert list(caught.value.problems) == ["lines"]


def test_speed_a_planned_number_costs_the_same_among_many(session, run):
    """Posting what 200 and 2,000 numbers announce: quadratic work would cost a number ten times as much."""

    def cost(order_no, count):
        make_purchase_order(run, {"item_no": MODULE, "quantity": str(count)}, no=order_no)
        numbers = tuple({"serial_no": f"{order_no}-{number}"} for number in range(count))
        source = {"source_type": "Purchase Line", "order_no": order_no, "line_no": 10000}
        run(add_tracking_lines, given=AddTrackingLines(**source, lines=numbers))
        began = process_time()
        receive(run, order_no, {"quantity": str(count)})
        return (process_time() - began) / count

    cost("PO-W", 50)
    assert cost("PO-2", 2000) < 5 * cost("PO-1", 200)
    take_time(session)


def test_av_01_av_03_requested_counts_every_line_unless_nothing_is_to_handle(session, run):
    opening_stock(run, CELL, "10", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, no="SO-2")
    save(run, {"lot_no": "A", "quantity": "4"})
    save(run, {"lot_no": "A", "quantity": "3"}, order_no="SO-2")
    found = lot(session, "A")
    assert (found.total, found.requested, found.available) == (10, 7, 3)
    save(run, {"lot_no": "A", "quantity": "3", "to_handle": "0"}, order_no="SO-2")
    assert lot(session, "A").requested == 4
    hold(run, THEIRS, "A", 2, specific=True)
    assert (lot(session, "A").requested, lot(session, "A").reserved) == (6, 2)


def test_av_02_planned_receipts_never_count(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    save(run, {"lot_no": "A", "quantity": "10"}, kind="Purchase Line", order_no="PO-1")
    assert (lot(session, "A").total, lot(session, "A").available) == (0, 0)


def test_av_05_a_need_that_is_named_twice_counts_once(session, run):
    opening_stock(run, CELL, "5", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    save(run, {"lot_no": "A", "quantity": "5"})
    found = availability_of(session, HERE, [Tracking(lot_no="A")], same_need=OURS)[Tracking(lot_no="A")]
    session.rollback()
    assert (found.requested, found.counted_twice, found.available) == (5, 5, 5)


def test_av_09_a_lot_sums_over_its_serials(session, run):
    from shopfloor.items import commands
    from shopfloor.items.inputs import NewTrackingCode
    from tests.factories_items import make_item

    run(commands.create_tracking_code, given=NewTrackingCode(code="BOTH", description="Both", serial_specific=True, lot_specific=True))
    make_item(run, "BOTH", code="BOTH")
    for serial in ("1", "2", "3"):
        opening_stock(run, "BOTH", serial_no=f"B-{serial}", lot_no="L" if serial != "3" else "K")
    make_sales_order(run, {"item_no": "BOTH", "quantity": "2"})
    save(run, {"serial_no": "B-1", "lot_no": "L"})
    place = Place("BOTH", "MAIN")
    by_lot = numbers_in_stock(session, place, by_lot=True)
    assert [(n.tracking.lot_no, n.total, n.requested, n.available) for n in by_lot.numbers] == [("K", 1, 0, 1), ("L", 2, 1, 1)]
    single = numbers_in_stock(session, place)
    assert [(n.tracking.serial_no, n.available) for n in single.numbers] == [("B-3", 1), ("B-1", 0), ("B-2", 1)]
    session.rollback()


def test_av_11_availability_by_lot_until_a_date(session, run):
    opening_stock(run, CELL, "5", lot_no="A")
    make_purchase_order(run, {"item_no": CELL, "quantity": "10", "date": "2027-03-01"})
    make_sales_order(run, {"item_no": CELL, "quantity": "4", "date": "2027-02-01"})
    save(run, {"lot_no": "A", "quantity": "6"}, {"lot_no": "B", "quantity": "4"}, kind="Purchase Line", order_no="PO-1")
    save(run, {"lot_no": "A", "quantity": "4"})
    every = {one.lot_no: (one.inventory, one.receipts, one.requirements, one.available) for one in availability_by_lot(session, HERE)}
    assert every == {"A": (5, 6, 4, 7), "B": (0, 4, 0, 4)}
    from datetime import date

    early = availability_by_lot(session, HERE, until=date(2027, 2, 15))
    session.rollback()
    assert [(one.lot_no, one.receipts, one.requirements) for one in early] == [("A", 0, 4)]


def test_av_12_lb_09_what_is_held_and_by_whom(session, run):
    opening_stock(run, CELL, "10", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, THEIRS, "A", 3)
    hold(run, OURS, "A", 2)
    found = lot(session, "A", line=OURS)
    assert (found.reserved, found.reserved_by_line, found.held_without_number, found.requested) == (5, 2, 3, 0)


def test_tl_11_select_entries_in_the_order_of_the_ledger(session, run):
    opening_stock(run, CELL, "4", lot_no="B")
    opening_stock(run, CELL, "4", lot_no="A")
    opening_stock(run, CELL, "4", lot_no="C")
    hold(run, THEIRS, "B", 3)
    make_sales_order(run, {"item_no": CELL, "quantity": "6"})
    chosen = queries.select_entries(session, page(session))
    session.rollback()
    assert [(tracking.lot_no, quantity) for tracking, quantity in chosen] == [("B", 1), ("A", 4), ("C", 1)]


def test_lb_10_a_number_turns_the_lines_own_reservation_into_one_for_it(session, run):
    opening_stock(run, CELL, "10", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, OURS, "A", 5)
    assert held(session) == [("A", 5, False)]
    assert save(run, {"lot_no": "A", "quantity": "3"}).reserved == "3"
    assert held(session) == [("A", 2, False), ("A", 3, True)]
    shown = page(session)
    assert [(n.tracking.lot_no, n.quantity, n.reserved) for n in shown.numbers] == [("A", 3, 3)]
    ship(run, "SO-1", {"quantity": "3"})
    assert held(session) == [("A", 2, False)]


def test_lb_03_another_number_takes_the_reservation_over(session, run):
    """The total stays; what is free of the entered number is held instead, as far as it goes."""
    opening_stock(run, CELL, "10", lot_no="A")
    opening_stock(run, CELL, "2", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, OURS, "A", 5)
    save(run, {"lot_no": "B", "quantity": "4"}, confirmed=True)
    assert held(session) == [("A", 3, False), ("B", 2, True)]
    assert [(n.quantity, n.reserved) for n in page(session).numbers] == [(4, 2)]


def test_lb_05_lb_07_others_make_room_if_they_can_be_held_elsewhere(session, run):
    opening_stock(run, CELL, "5", lot_no="A")
    opening_stock(run, CELL, "5", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, OURS, "A", 5)
    hold(run, THEIRS, "B", 5)
    save(run, {"lot_no": "B", "quantity": "5"}, confirmed=True)
    # Both held all there is: nothing is free for theirs until ours has left, so nothing moves (C2, LB-08).
    assert (held(session), held(session, THEIRS)) == ([("A", 5, False)], [("B", 5, False)])
    opening_stock(run, CELL, "5", lot_no="C")
    save(run, {"lot_no": "B", "quantity": "5"}, confirmed=True)
    assert (held(session), held(session, THEIRS)) == ([("B", 5, True)], [("C", 5, False)])


def test_lb_06_a_reservation_by_number_never_moves(session, run):
    opening_stock(run, CELL, "5", lot_no="A")
    opening_stock(run, CELL, "5", lot_no="B")
    opening_stock(run, CELL, "5", lot_no="C")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, OURS, "A", 5)
    hold(run, THEIRS, "B", 5, specific=True)
    save(run, {"lot_no": "B", "quantity": "5"}, confirmed=True)
    assert (held(session), held(session, THEIRS)) == ([("A", 5, False)], [("B", 5, True)])


def test_lb_10_taking_the_number_off_leaves_the_stock_reserved(session, run):
    opening_stock(run, CELL, "10", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    hold(run, OURS, "A", 4, specific=True)
    save(run, {"lot_no": "A", "quantity": "1"})
    assert held(session) == [("A", 1, True), ("A", 3, False)]
    save(run)
    assert held(session) == [("A", 1, False), ("A", 3, False)]


def test_ots_saving_takes_constant_statements(session, run, engine):
    """A18: not one for each number."""
    counts = []
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    for order_no, size in (("PO-1", 2), ("PO-2", 400)):
        make_purchase_order(run, {"item_no": MODULE, "quantity": str(size)}, no=order_no)
        lines = [{"serial_no": f"{order_no}-{number}"} for number in range(size)]
        save(run, *lines, kind="Purchase Line", order_no=order_no)
        seen.clear()
        save(run, *lines, kind="Purchase Line", order_no=order_no)
        receive(run, order_no, {"quantity": str(size)})
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_tl_08_numbers_that_give_back_posted_goods_stay_as_they_were_copied(session, run):
    """TL-15: two shipments of one lot come back on one line; the numbers can be taken off, not changed."""
    opening_stock(run, CELL, "20", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    shipment_no = ship(run, "SO-1", {"quantity": "3", "lot_no": "A"}, {"quantity": "4", "lot_no": "A"}).shipment_no
    order_no = copy_posted(run, "shipment", shipment_no)
    shown = page(session, order_no=order_no)
    assert shown.source.document == f"Sales return order {order_no}, line 10000"
    assert (shown.source.inbound, [(n.tracking.lot_no, n.quantity, n.fixed) for n in shown.numbers]) == (True, [("A", 7, True)])
    with pytest.raises(NumberFixed):
        save(run, {"lot_no": "A", "quantity": "7"}, order_no=order_no)
    assert [n.quantity for n in page(session, order_no=order_no).numbers] == [7]
    save(run, order_no=order_no)
    assert page(session, order_no=order_no).numbers == ()


def test_tl_13_ten_thousand_serials_are_created_on_a_line_and_not_one_more(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "10001"})
    line = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}
    assert run(create_serials, given=CreateSerials(**line, first="M-00001", count=10_000)).count == 10_000
    with pytest.raises(InvalidInput) as refused:
        run(create_serials, given=CreateSerials(**line, first="M-10001", count=1))
    assert refused.value.problems == {"lines": "has more than 10000 rows"}
    assert page(session, "Purchase Line", "PO-1").matrix.undefined == 1
