"""Numbers on a document line: tables of cases (core 3 and 4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.item_tracking.rules import Assigned, Matrix, check_rows, check_sum, is_whole_serial, next_numbers, shared_date
from shopfloor.items.tracking import Tracking
from shopfloor.reservations.availability import NumberAvailability, selection
from shopfloor.reservations.tracking_errors import ExcessTracking, LotDatesDiffer, MoreThanTracked, NumberTwice

MAY, JUNE = date(2027, 5, 1), date(2027, 6, 1)


def row(quantity="1", to_handle=None, *, serial="", lot="", package="", day=None):
    given = Decimal(quantity)
    return Assigned(Tracking(serial, lot, package), given, given if to_handle is None else Decimal(to_handle), day)


def test_tl_01_the_matrix_shows_what_has_no_number_yet():
    matrix = Matrix(source=Decimal(10), source_to_handle=Decimal(10), tracked=Decimal(7), to_handle=Decimal(4))
    assert (matrix.undefined, matrix.undefined_to_handle) == (Decimal(3), Decimal(6))


@pytest.mark.parametrize(
    ("rows", "first", "second"),
    [
        ([row(serial="S1"), row(serial="S1")], 1, 2),
        ([row(serial="S1", lot="A"), row(serial="S2", lot="A"), row(serial="S1", lot="B")], 1, 3),
        ([row("2", lot="A"), row("1", lot="B"), row("3", lot="A")], 1, 3),
        ([row("2", lot="A", package="P"), row("3", lot="A", package="P")], 1, 2),
    ],
)
def test_tl_05_er_04_a_number_stands_once(rows, first, second):
    with pytest.raises(NumberTwice) as refused:
        check_rows(rows)
    assert (refused.value.first, refused.value.second) == (first, second)


@pytest.mark.parametrize(
    "rows",
    [
        [row(serial="S1", lot="A"), row(serial="S2", lot="A")],
        [row("2", lot="A"), row("3", lot="A", package="P"), row("1", lot="A", package="Q")],
        [row(serial="A"), row("2", lot="A")],
    ],
)
def test_tl_05_what_is_another_number(rows):
    check_rows(rows)


def test_ex_02_one_lot_one_date():
    check_rows([row(serial="S1", lot="A", day=MAY), row(serial="S2", lot="A", day=MAY), row("1", lot="B", day=JUNE)])
    with pytest.raises(LotDatesDiffer):
        check_rows([row(serial="S1", lot="A", day=MAY), row(serial="S2", lot="A", day=JUNE)])
    with pytest.raises(LotDatesDiffer):
        check_rows([row(serial="S1", lot="A", day=MAY), row(serial="S2", lot="A")])


def test_ex_01_ex_02_a_date_is_pulled_onto_every_row_of_its_lot_and_of_no_other():
    rows = [row(serial="S1", lot="A", day=MAY), row(serial="S2", lot="A"), row("1", lot="B"), row("1", lot="C")]
    assert [one.expiration_date for one in shared_date(rows, {"B": JUNE})] == [MAY, MAY, JUNE, None]


def test_tl_01_no_more_to_handle_than_is_tracked():
    with pytest.raises(MoreThanTracked):
        check_rows([row("2", "3", lot="A")])


@pytest.mark.parametrize(("open_quantity", "refused"), [("5", False), ("6", False), ("4.99999", True), ("0", True)])
def test_tl_02_er_01_the_sum_stays_within_the_line(open_quantity, refused):
    def check():
        check_sum([row("2", lot="A"), row("3", lot="B")], Decimal(open_quantity), document="SO-1", item="X", unit="PCS")

    if not refused:
        check()
        return
    with pytest.raises(ExcessTracking) as error:
        check()
    assert (error.value.tracked, error.value.open_quantity) == ("5", open_quantity)


@pytest.mark.parametrize(
    ("given", "whole"),
    [(row("1", serial="S"), True), (row("1", "0", serial="S"), True), (row("0.5", serial="S"), False), (row("2", serial="S"), False),
     (row("1", "0.5", serial="S"), False), (row("2.5", lot="L"), True)],
)
def test_tl_07_er_05_a_serial_is_one_piece(given, whole):
    assert is_whole_serial(given) is whole


@pytest.mark.parametrize(
    ("first", "increment", "count", "expected"),
    [
        ("SN-098", 1, 3, ["SN-098", "SN-099", "SN-100"]),
        ("SN-098", 5, 2, ["SN-098", "SN-103"]),
        ("9", 1, 3, ["9", "10", "11"]),
        ("A1-B07-X", 1, 2, ["A1-B07-X", "A1-B08-X"]),
        ("ABC", 1, 1, ["ABC"]),
        ("ABC", 1, 2, None),
    ],
)
def test_tl_13_customised_serials_count_the_last_digits_on(first, increment, count, expected):
    assert next_numbers(first, increment, count) == expected


def number(label, total, requested="0", pending="0", twice="0", unnamed="0", hold=False):
    values = (Decimal(value) for value in (total, requested, pending, twice))
    total, requested, pending, twice = values
    return NumberAvailability(
        Tracking(lot_no=label), total=total, requested=requested, pending=pending, counted_twice=twice,
        held_without_number=Decimal(unnamed), on_hold=hold,
    )


@pytest.mark.parametrize(
    ("total", "requested", "pending", "twice", "available"),
    [
        ("10", "0", "0", "0", "10"), ("10", "4", "3", "0", "3"), ("10", "8", "5", "0", "-3"), ("0", "5", "0", "0", "-5"),
        ("5", "5", "5", "5", "0"),
    ],
)
def test_av_01_available(total, requested, pending, twice, available):
    assert number("A", total, requested, pending, twice).available == Decimal(available)


def test_av_04_what_is_typed_counts_instead_of_what_was_saved():
    read = number("A", "10", requested="6")
    assert read.typed(saved=Decimal(2), wanted=Decimal(6)).available == 0
    assert read.typed(saved=Decimal(2), wanted=Decimal(7)).available == -1


def test_av_06_av_07_only_specific_numbers_are_judged():
    assert number("A", "5", "5").serves(specific=True)
    assert not number("A", "5", "6").serves(specific=True)
    assert number("A", "5", "6").serves(specific=False)


def test_tl_11_select_entries_leaves_what_others_hold_without_a_number():
    numbers = [number("A", "4", requested="1"), number("B", "5", unnamed="3"), number("C", "9", hold=True), number("D", "9")]
    assert selection(numbers, Decimal(7)) == [
        (Tracking(lot_no="A"), Decimal(3)), (Tracking(lot_no="B"), Decimal(2)), (Tracking(lot_no="D"), Decimal(2)),
    ]
    assert selection([number("A", "2", requested="5")], Decimal(1)) == []
