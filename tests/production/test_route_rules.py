"""What a start or a report posts on operations by itself: the table of cases, as PST-12 has one for components (LIF-6, LIF-7)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from shopfloor.production.operation_rules import Operation
from shopfloor.production.route_rules import route_due, route_excess, started_due
from shopfloor.production.rules import ALWAYS, BY_PRINCIPLE, FINISH, NEVER, START

ZERO = Decimal(0)


def steps(*figures, **more):
    """Operations 10, 20, 30 with good and scrap."""
    return tuple(Operation(place * 10, good=Decimal(good), scrap=Decimal(scrap), **more) for place, (good, scrap) in enumerate(figures, 1))


def due(operations, good, error=0, *, most=10, automatic=ALWAYS, principle=FINISH, **more):
    found = route_due(
        operations, good=Decimal(good), error=Decimal(error), most=Decimal(most), automatic=automatic, principle=principle, **more
    )
    return [(one.operation.operation_no, int(one.good), int(one.scrap)) for one in found]


@pytest.mark.parametrize(
    ("before", "good", "error", "expected"),
    [
        # nothing was reported by hand: all of it, error at the last operation
        ([(0, 0), (0, 0)], 10, 0, [(10, 10, 0), (20, 10, 0)]),
        ([(0, 0), (0, 0)], 8, 2, [(10, 10, 0), (20, 8, 2)]),
        ([(0, 0), (0, 0)], 0, 2, [(10, 2, 0), (20, 0, 2)]),
        # a part was reported by hand, on one operation or on all
        ([(4, 0), (0, 0)], 6, 0, [(10, 2, 0), (20, 6, 0)]),
        ([(4, 0), (4, 0)], 3, 0, []),
        ([(10, 0), (3, 0)], 6, 0, [(20, 3, 0)]),
        # scrap by hand at the first operation, whether the report says it as error or not
        ([(8, 2), (0, 0)], 8, 2, [(20, 8, 0)]),
        ([(8, 2), (0, 0)], 8, 0, [(20, 8, 0)]),
        ([(0, 2), (0, 0)], 8, 2, [(10, 8, 0), (20, 8, 0)]),
        # scrap by hand at the last one
        ([(0, 0), (8, 2)], 8, 2, [(10, 10, 0)]),
        ([(0, 0), (0, 1)], 8, 2, [(10, 10, 0), (20, 8, 1)]),
        # three operations, one scrapped in the middle, one more was found at the end
        ([(0, 0), (0, 1), (0, 0)], 8, 2, [(10, 10, 0), (20, 9, 0), (30, 8, 1)]),
        # no operation gets more than arrives
        ([(8, 2), (0, 0)], 10, 0, [(20, 8, 0)]),
        ([(10, 0), (10, 0)], 8, 2, []),
    ],
)
def test_lif_7_what_is_due_is_what_went_through_less_what_is_reported(before, good, error, expected):
    assert due(steps(*before), good, error) == expected


def test_lif_6_flushing_range_and_end_mark_say_which_operations_take_part():
    mixed = (
        Operation(10, flushing="Start"), Operation(20, flushing="Finish"), Operation(30),
        Operation(40, flushing="Finish", ends=1, entries=1),
    )
    assert due(mixed, 5, automatic=BY_PRINCIPLE) == [(20, 5, 0)]
    assert due(mixed, 5, automatic=BY_PRINCIPLE, principle=START) == [(10, 5, 0)]
    assert due(mixed, 5) == [(10, 5, 0), (20, 5, 0), (30, 5, 0)]  # an ended operation takes no more
    assert due(mixed, 5, automatic=NEVER) == []
    assert due(mixed, 5, limits=(20, 0)) == [(20, 5, 0), (30, 5, 0)]
    assert due(mixed, 5, limits=(0, 10)) == [(10, 5, 0)]
    assert due(steps((5, 0)), 5, ends=True) == [(10, 0, 0)]  # an end mark needs no quantity


def test_lif_6_planned_set_up_counts_once_and_run_minutes_with_the_quantity():
    plan = Operation(10, planned_setup_minutes=Decimal(15), planned_run_minutes=Decimal("2.5"))
    [first] = started_due((plan,), Decimal(4), automatic=ALWAYS, principle=START, limits=(0, 0), ends=False)
    assert (first.setup_minutes, first.run_minutes) == (15, 10)
    reported = replace(first.after, setup_minutes=Decimal(12))
    [later] = started_due((reported,), Decimal(6), automatic=ALWAYS, principle=START, limits=(0, 0), ends=False)
    assert (later.good, later.setup_minutes, later.run_minutes) == (2, 0, 5)


def test_pst_12_no_combination_counts_twice():
    """Start, two reports and reports by hand in every order: each operation ends with what went through it, never with more."""

    def by_hand(operations, total):
        del total
        return tuple(Operation(one.operation_no, good=min(one.good + 3, Decimal(10))) for one in operations)

    def post(found, operations):
        after = {one.operation.operation_no: one.after for one in found}
        return tuple(after.get(one.operation_no, one) for one in operations)

    def start(operations, total):
        del total
        return post(started_due(operations, Decimal(10), automatic=ALWAYS, principle=START, limits=(0, 0), ends=False), operations)

    def report(operations, total):
        found = route_due(operations, good=total, error=ZERO, most=Decimal(10), automatic=ALWAYS, principle=FINISH)
        return post(found, operations)

    moves = (by_hand, start, report, report, by_hand)
    for chosen in set(permutations(moves)):
        operations, reported = steps((0, 0), (0, 0)), ZERO
        for move in chosen:
            reported += 4 if move is report else 0
            through = {start: Decimal(10), report: reported}.get(move, ZERO)
            before, operations = operations, move(operations, reported)
            for was, one in zip(before, operations, strict=True):
                assert one.good == (min(was.good + 3, 10) if move is by_hand else max(was.good, through)), chosen
        assert report(operations, Decimal(10)) == operations
        assert [one.good for one in operations] == [10, 10]


@pytest.mark.parametrize(
    ("operations", "posted", "good", "error", "limit", "expected"),
    [
        # two units reported, both posted by the reports; one is reversed
        ([(2, 0), (2, 0)], {10: (2, 0), 20: (2, 0)}, 1, 0, 1, {10: (1, 0), 20: (1, 0)}),
        # what was reported by hand stays
        ([(4, 0), (4, 0)], {}, 1, 0, 1, {}),
        ([(5, 0), (2, 0)], {10: (1, 0), 20: (2, 0)}, 1, 0, 1, {10: (1, 0), 20: (1, 0)}),
        # error goes back at the last operation and with it the good quantity before it
        ([(2, 0), (1, 1)], {10: (2, 0), 20: (1, 1)}, 1, 0, 1, {10: (1, 0), 20: (0, 1)}),
        # error that was scrapped by hand stays, and what passed before it, too
        ([(1, 0), (0, 1)], {10: (1, 0)}, 0, 0, 1, {}),
        # what a start had posted, once less is started
        ([(10, 0), (10, 0)], {10: (10, 0), 20: (10, 0)}, 6, 0, 4, {10: (4, 0), 20: (4, 0)}),
        ([(9, 1), (5, 0)], {10: (9, 0)}, 5, 1, 4, {10: (4, 0)}),
        ([], {}, 5, 1, 4, {}),
    ],
)
def test_edg_30_what_goes_back_is_what_is_too_much_of_ones_own(operations, posted, good, error, limit, expected):
    own = {no: (Decimal(figures[0]), Decimal(figures[1])) for no, figures in posted.items()}
    found = route_excess(steps(*operations), own, good=Decimal(good), error=Decimal(error), limit=Decimal(limit))
    assert {no: (int(of_good), int(of_scrap)) for no, (of_good, of_scrap) in found.items()} == expected
