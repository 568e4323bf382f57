"""Which stock an association draws on, and which reservations move: tables, worked by hand. Pure (D15, D19, D32, LB-04 to LB-08, C2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.items.tracking import Tracking
from shopfloor.reservations.rules import Demand, OpenEntry, ReservedPiece, Take, movable, plan_draw, rebind, take_free

LINE = Demand("Prod. Order Component", "RPO-1", 10_000, 30)
OTHER = Demand("Prod. Order Component", "RPO-9", 10_000, 30)
SALE = Demand("Sales Line", "SO-1", 10_000)


def entry(no, remaining, reserved="0", lot="L-1"):
    return OpenEntry(no, "PAINT", "", "MAIN", Tracking(lot_no=lot), Decimal(remaining), Decimal(reserved))


def piece(no, on, quantity, demand=OTHER, *, picked=False, specific=False):
    return ReservedPiece(no, demand, on, Decimal(quantity), picked=picked, specific=specific)


def takes(*pairs):
    return [Take(no, Decimal(quantity)) for no, quantity in pairs]


@pytest.mark.parametrize(("entries", "wanted", "taken", "missing"), [
    ([entry(1, "5")], "3", takes((1, "3")), "0"),
    ([entry(1, "5", "4"), entry(2, "5")], "3", takes((1, "1"), (2, "2")), "0"),
    ([entry(1, "5", "5")], "3", [], "3"),
    ([], "3", [], "3"),
    ([entry(1, "0.3"), entry(2, "0.1")], "0.5", takes((1, "0.3"), (2, "0.1")), "0.1"),
])
def test_only_free_stock_is_taken_in_the_given_order(entries, wanted, taken, missing):
    """RS-02, AP-05."""
    assert take_free(entries, Decimal(wanted)) == (taken, Decimal(missing))


def test_lb_6_only_blank_unpicked_pieces_of_others_move_the_newest_first():
    """LB-06, D1, D15, D19: never specific, never picked, never the line's own or its associations'."""
    own = Demand(LINE.source_type, LINE.source_id, LINE.source_line_no, LINE.source_sub_line_no, association_no=7)
    pieces = [
        piece(1, 1, "1"), piece(2, 1, "1", SALE), piece(3, 1, "1", specific=True), piece(4, 1, "1", picked=True), piece(5, 1, "1", LINE),
        piece(6, 1, "1", own),
    ]
    assert [p.entry_no for p in movable(pieces, LINE)] == [2, 1]


@pytest.mark.parametrize(("pieces", "free", "wanted", "moved"), [
    ([piece(1, 1, "3")], [entry(2, "5")], "2", [(1, 2, "2")]),
    ([piece(1, 1, "3")], [entry(2, "1"), entry(3, "9")], "3", [(1, 2, "1"), (1, 3, "2")]),
    ([piece(2, 1, "1"), piece(1, 1, "3")], [entry(2, "9")], "2", [(2, 2, "1"), (1, 2, "1")]),
    ([piece(1, 1, "3")], [entry(2, "1")], "2", None),
    ([piece(1, 1, "1")], [entry(2, "9")], "2", None),
    ([piece(1, 1, "3")], [entry(2, "5", "4")], "2", None),
    ([], [], "0", []),
])
def test_lb_7_lb_8_c2_all_or_nothing(pieces, free, wanted, moved):
    """LB-07, LB-08, C2: exactly what is wanted moves to free supply, split as needed; if it does not suffice, nothing moves."""
    found = rebind(pieces, free, Decimal(wanted))
    if moved is None:
        assert found is None
        return
    assert found is not None
    assert [(m.piece.entry_no, m.to_open_entry_no, m.quantity) for m in found] == [(a, b, Decimal(q)) for a, b, q in moved]


def drawn(draw):
    return (
        [(p.entry_no, q) for p, q in draw.taken_over], [(t.open_entry_no, t.quantity) for t in draw.takes], draw.short,
        [(p.entry_no, q) for p, q in draw.replaced],
    )


D = Decimal


@pytest.mark.parametrize(("entries", "pieces", "wanted", "expected"), [
    ([entry(1, "5")], [], "2", ([], [(1, D(2))], D(0), [])),
    ([entry(1, "5", "2")], [piece(1, 1, "2", LINE, specific=True)], "1", ([(1, D(1))], [], D(0), [])),
    ([entry(1, "5", "2")], [piece(1, 1, "2", LINE, specific=True)], "3", ([(1, D(2))], [(1, D(1))], D(0), [])),
    ([entry(1, "5", "3")], [piece(1, 1, "2", LINE), piece(2, 1, "1", LINE, picked=True, specific=True)], "1", ([(2, D(1))], [], D(0), [])),
    ([entry(1, "5")], [piece(1, 9, "2", LINE), piece(2, 9, "2", LINE)], "3", ([], [(1, D(3))], D(0), [(2, D(2)), (1, D(1))])),
    ([entry(1, "5")], [piece(1, 9, "2", LINE, specific=True)], "3", ([], [(1, D(3))], D(0), [])),
    ([entry(1, "5", "4")], [piece(1, 1, "4")], "3", ([], [(1, D(1))], D(2), [])),
], ids=["free", "own", "own and free", "picked first", "replaces own elsewhere", "own specific elsewhere stays", "others hold the rest"])
def test_d15_d32_what_an_association_draws(entries, pieces, wanted, expected):
    """D15: what the line holds of the number first, picked before specific; D32: own non-specific pieces elsewhere are replaced."""
    assert drawn(plan_draw(entries, pieces, LINE, Decimal(wanted))) == expected


def test_d15_born_picked_only_if_all_of_it_was_picked():
    picked = piece(1, 1, "2", LINE, picked=True, specific=True)
    assert plan_draw([entry(1, "5", "2")], [picked], LINE, D(2)).picked
    assert not plan_draw([entry(1, "5", "2")], [picked], LINE, D(3)).picked


def test_set_9_only_what_was_reserved_or_picked():
    assert drawn(plan_draw([entry(1, "5")], [], LINE, D(2), only_held=True)) == ([], [], D(2), [])


def test_lb_3_what_late_binding_freed_is_taken():
    draw = plan_draw([entry(1, "5", "5")], [piece(1, 1, "5")], LINE, D(2), freed=takes((1, "2")))
    assert drawn(draw) == ([], [(1, D(2))], D(0), [])
