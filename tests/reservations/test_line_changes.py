"""What a changed line does to its numbers and reservations: the rule as tables (TL-09, TL-10, RS-12, RS-13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.reservations.line_changes import (
    DateConflict,
    LineName,
    LineRecord,
    LineReservationFixed,
    LineReserved,
    LineTracked,
    StillOpen,
    TrackedQuantity,
    check_date,
    check_goods,
    check_not_fixed,
    check_quantity,
    excess,
    in_conflict,
    reserved,
    tracked,
)

LINE = LineName("SO-1", 10000, "CELL")
EARLY, DAY, LATE = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)


def record(entry_no, quantity, status="Reservation", **fields):
    return LineRecord(entry_no, fields.pop("positive", False), status, Decimal(quantity), fields.pop("numbered", False), **fields)


def still(quantity):
    return StillOpen(Decimal(quantity), Decimal(quantity))


@pytest.mark.parametrize(
    ("still_open", "released"),
    [
        # RS-12: Prospect, Surplus, Tracking, Reservation; and of reservations what is not in stock before stock.
        (15, {}),
        (14, {1: 1}),
        (12, {1: 3}),
        (11, {1: 3, 2: 1}),
        (8, {1: 3, 2: 3, 3: 1}),
        (5, {1: 3, 2: 3, 3: 3, 5: 1}),
        (2, {1: 3, 2: 3, 3: 3, 5: 3, 4: 1}),
        (0, {1: 3, 2: 3, 3: 3, 5: 3, 4: 3}),
    ],
)
def test_rs_12_records_go_in_the_order_of_their_status(still_open, released):
    records = [
        record(4, 3, open_entry_no=77), record(5, 3, counterpart="PO-1 line 10000"), record(3, 3, "Tracking"), record(2, 3, "Surplus"),
        record(1, 3, "Prospect"),
    ]
    assert excess(records, still(still_open)) == {number: Decimal(part) for number, part in released.items()}


def test_rs_12_numbers_and_picks_are_not_released_by_a_smaller_quantity():
    records = [record(1, 4, numbered=True, open_entry_no=7), record(2, 3, open_entry_no=8, fixed=True), record(3, 5, open_entry_no=9)]
    assert excess(records, still(8)) == {3: Decimal(4)}
    assert excess(records, still(1)) == {3: Decimal(5)}


def test_rs_15_a_transfer_line_is_judged_on_both_sides():
    records = [record(1, 6, open_entry_no=7), record(2, 9, positive=True, counterpart="SO-2 line 10000")]
    assert excess(records, StillOpen(demand=Decimal(4), supply=Decimal(8))) == {1: Decimal(2), 2: Decimal(1)}
    numbered = [record(1, 6, "Surplus", numbered=True), record(2, 9, "Surplus", positive=True, numbered=True)]
    assert tracked(numbered) == 9
    check_quantity(numbered, LINE, StillOpen(demand=Decimal(6), supply=Decimal(9)))
    with pytest.raises(TrackedQuantity):
        check_quantity(numbered, LINE, StillOpen(demand=Decimal(5), supply=Decimal(9)))


def test_tl_09_a_quantity_below_what_is_tracked_is_refused():
    records = [record(1, 4, "Surplus", numbered=True), record(2, 2, numbered=True, open_entry_no=5), record(3, 3, open_entry_no=6)]
    check_quantity(records, LINE, still(6))
    with pytest.raises(TrackedQuantity) as refused:
        check_quantity(records, LINE, still(5))
    assert (refused.value.tracked, refused.value.quantity, refused.value.item) == ("6", "5", "CELL")


def test_tl_10_c1_goods_change_only_without_numbers_and_reservations():
    check_goods([record(1, 4, "Surplus")], LINE)
    with pytest.raises(LineTracked):
        check_goods([record(1, 4, "Surplus", numbered=True)], LINE)
    with pytest.raises(LineReserved) as refused:
        check_goods([record(1, 4, open_entry_no=5)], LINE)
    assert "Cancel reservation" in refused.value.text()
    assert refused.value.reserved == "4"


@pytest.mark.parametrize(
    ("positive", "counterpart_date", "new_date", "conflict"),
    [
        (False, DAY, EARLY, True),  # the demand moves before its supply
        (False, DAY, DAY, False),
        (False, DAY, LATE, False),
        (True, DAY, LATE, True),  # the supply comes after its demand
        (True, DAY, DAY, False),
        (True, DAY, EARLY, False),
        (False, None, EARLY, False),  # stock has no date (RS-03)
        (False, DAY, None, False),
    ],
)
def test_rs_13_when_the_supply_would_come_too_late(positive, counterpart_date, new_date, conflict):
    records = [record(1, 4, positive=positive, counterpart="PO-1 line 10000", counterpart_date=counterpart_date)]
    assert bool(in_conflict(records, new_date)) is conflict


def test_rs_13_a_conflict_asks_and_a_cleared_date_is_refused():
    records = [record(1, 4, counterpart="PO-1 line 10000", counterpart_date=DAY)]
    with pytest.raises(DateConflict) as asked:
        check_date(records, LINE, EARLY, confirmed=False)
    assert (asked.value.asks, asked.value.counterpart, asked.value.counterpart_date) == (True, "PO-1 line 10000", "2026-03-10")
    check_date(records, LINE, EARLY, confirmed=True)
    with pytest.raises(LineReserved):
        check_date(records, LINE, None, confirmed=True)
    check_date([record(1, 4, "Surplus", numbered=True)], LINE, None, confirmed=False)


def test_d1_a_picked_reservation_is_given_up_by_the_pick_only():
    check_not_fixed([record(1, 4, open_entry_no=5)], LINE)
    with pytest.raises(LineReservationFixed) as refused:
        check_not_fixed([record(1, 4, open_entry_no=5, fixed=True), record(2, 1, open_entry_no=6)], LINE)
    assert refused.value.quantity == "4"


def test_reserved_counts_reservations_only():
    assert reserved([record(1, 4, open_entry_no=5), record(2, 3, "Tracking"), record(3, 2, "Surplus")]) == 4
