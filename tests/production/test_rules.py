"""Stages, requirements and flushing: tables of cases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopfloor.items.models import FlushingPrinciple
from shopfloor.production import rules
from shopfloor.production.models import ProductionStatus
from shopfloor.production.rules import CREATED, ENDED, ESTIMATED, RELEASED, REPORTED, SCHEDULED, STARTED, Component

ONE_PIECE = Decimal(1)
GRAM = Decimal("0.001")


def component(**changed):
    values = {
        "order_line_no": 10_000,
        "line_no": 10,
        "item_no": "CELL",
        "variant_code": "",
        "location_code": "MAIN",
        "unit_code": "PCS",
        "quantity_per_unit": Decimal(1),
        "quantity_per": Decimal(1),
        "constant": False,
        "flushing": "Finish",
        "operation_no": 0,
        "expected": Decimal(20),
        "consumed": Decimal(0),
        "precision": ONE_PIECE,
    }
    return Component(**{**values, **changed})


# --- stages ---------------------------------------------------------------------------------------------------------------


def test_lif_1_captions_are_those_of_the_models():
    assert tuple(ProductionStatus) == rules.STAGES
    assert tuple(FlushingPrinciple) == rules.FLUSHING


NO = None
CELLS = {
    # LIF-3: missing steps are performed; LIF-4: a started order is started further; LIF-8, PR-08: nothing after the end.
    "estimate": [(ESTIMATED,), NO, NO, NO, NO, NO, NO],
    "schedule": [(ESTIMATED, SCHEDULED), (SCHEDULED,), NO, NO, NO, NO, NO],
    "release": [(ESTIMATED, SCHEDULED, RELEASED), (SCHEDULED, RELEASED), (RELEASED,), NO, NO, NO, NO],
    "start": [
        (ESTIMATED, SCHEDULED, RELEASED, STARTED),
        (SCHEDULED, RELEASED, STARTED),
        (RELEASED, STARTED),
        (STARTED,),
        (),
        NO,
        NO,
    ],
    "end job": [NO, NO, NO, NO, (REPORTED,), NO, NO],
    "end": [NO, NO, NO, NO, NO, (ENDED,), NO],
}


@pytest.mark.parametrize(
    ("action", "status", "passed"),
    [(action, status, row[place]) for action, row in CELLS.items() for place, status in enumerate(rules.STAGES)],
)
def test_lif_3_moves_cell_by_cell(action, status, passed):
    assert rules.steps(action, status) == passed


def test_every_action_has_its_row():
    assert set(CELLS) == set(rules.MOVES)
    assert [CREATED, *CELLS["start"][0]] == list(rules.STAGES[:5])


# --- expected quantity ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "unit", "order", "constant", "scrap", "precision", "serial", "expected"),
    [
        ("1", "1", "20", False, "0", ONE_PIECE, False, "20"),  # LIF-15 variable
        ("0.25", "1", "2", False, "0", GRAM, False, "0.5"),
        ("2", "12", "5", False, "0", ONE_PIECE, False, "120"),  # two boxes of 12 for each
        ("1", "1", "20", True, "0", ONE_PIECE, False, "1"),  # QTY-8 constant: once for the order
        ("0.3", "1", "20", True, "10", GRAM, False, "0.33"),
        ("8", "1", "20", False, "2", ONE_PIECE, False, "163"),  # 163.2, half-up to whole pieces (D31)
        ("8", "1", "20", False, "2.5", ONE_PIECE, False, "164"),
        ("0.1", "1", "5", False, "0", ONE_PIECE, False, "1"),  # 0.5 -> 1
        ("0.0333", "1", "3", False, "0", GRAM, False, "0.1"),  # 0.0999 -> 0.100
        ("1", "1", "20", False, "1", ONE_PIECE, True, "21"),  # QTY-2 serials round up: 20.2
        ("0.5", "1", "3", False, "0", ONE_PIECE, True, "2"),
        ("0", "1", "20", False, "0", ONE_PIECE, True, "0"),  # QTY-10
        ("0.33333", "0.33333", "0.00001", False, "0", Decimal("0.00001"), False, "0"),
    ],
)
def test_qty_2_d31_expected_quantity(per, unit, order, constant, scrap, precision, serial, expected):
    found = rules.expected_quantity(
        quantity_per=Decimal(per),
        quantity_per_unit=Decimal(unit),
        order_quantity=Decimal(order),
        constant=constant,
        scrap_percent=Decimal(scrap),
        precision=precision,
        serial=serial,
    )
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("per", "unit", "order", "scrap", "multiple", "precision", "serial", "expected"),
    [
        ("8", "1", "20", "0", "100", ONE_PIECE, False, "200"),  # 160 screws, taken by the hundred
        ("8", "1", "25", "0", "100", ONE_PIECE, False, "200"),  # comes out
        ("8", "1", "25", "1", "100", ONE_PIECE, False, "300"),  # scrap first: 202
        ("0.5", "12", "5", "0", "12", ONE_PIECE, False, "36"),  # boxes of 12: 30 pieces are three boxes
        ("0.25", "1", "3", "0", "0.5", GRAM, False, "1"),
        ("1.5", "1", "3", "0", "4", ONE_PIECE, True, "8"),
        ("0", "1", "20", "0", "100", ONE_PIECE, False, "0"),
    ],
)
def test_lif_15_d31_multiples_round_up_what_the_order_needs(per, unit, order, scrap, multiple, precision, serial, expected):
    found = rules.expected_quantity(
        quantity_per=Decimal(per), quantity_per_unit=Decimal(unit), order_quantity=Decimal(order), constant=False,
        scrap_percent=Decimal(scrap), precision=precision, serial=serial, multiple=Decimal(multiple),
    )
    assert found == Decimal(expected)


def test_expected_quantity_beyond_all_bounds_is_none():
    large = Decimal(10) ** 12 - 1
    assert (
        rules.expected_quantity(
            quantity_per=large,
            quantity_per_unit=large,
            order_quantity=large,
            constant=False,
            scrap_percent=Decimal(0),
            precision=GRAM,
            serial=False,
        )
        is None
    )


# --- what rows need -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "precision", "serial", "order", "rows", "needed"),
    [
        ("20", "1", False, "20", ["1"] * 3, ["1"] * 3),
        ("0.5", "0.001", False, "2", ["1", "1"], ["0.25", "0.25"]),  # QTY-6, the worked table's paint
        ("1", "0.001", False, "3", ["1", "1", "1"], ["0.333", "0.333", "0.334"]),  # D31: the last row takes the rest
        ("2", "0.001", False, "3", ["1", "1", "1"], ["0.666", "0.666", "0.668"]),
        ("163", "1", False, "20", ["1"] * 20, ["8"] * 19 + ["11"]),  # scrap of the order line falls to the last row
        ("7", "1", False, "10", ["1"] * 10, ["0"] * 9 + ["7"]),  # never more than the line, never below zero
        ("20", "1", True, "10", ["1", "1"], ["2", "2"]),
        ("10", "0.001", False, "100", ["60", "40"], ["6", "4"]),  # batch rows of any size
        ("1", "0.001", False, "3", ["2", "1"], ["0.666", "0.334"]),
        ("1", "0.001", False, "3", ["2", "2"], ["0.666", "0.667"]),  # one beyond the order: the rest and a share on top
        ("1", "0.001", False, "3", ["1", "1", "1", "1"], ["0.333", "0.333", "0.334", "0.333"]),  # PR-09: beyond the order
        ("0", "1", True, "5", ["1"] * 5, ["0"] * 5),  # QTY-10
        ("3", "1", True, "2", ["1", "1"], ["0", "0"]),  # D31: 1.5 serials for one unit: order level
    ],
)
def test_d31_rows_sum_to_the_line(expected, precision, serial, order, rows, needed):
    line = component(expected=Decimal(expected), precision=Decimal(precision), serial=serial)
    assert rules.requirements(line, [Decimal(row) for row in rows], Decimal(order)) == [Decimal(need) for need in needed]


def test_d21_constant_lines_belong_to_no_row():
    line = component(constant=True, expected=Decimal(1))
    assert rules.order_level(line, Decimal(20))
    assert rules.requirement(line, Decimal(1), Decimal(20)) == 0


@pytest.mark.parametrize(
    ("serial", "expected", "order", "level"),
    [
        (True, "20", "20", False),
        (True, "40", "20", False),
        (True, "21", "20", True),
        (False, "21", "20", False),
        (True, "1", "50", True),
        (True, "0", "20", False),
    ],
)
def test_d31_serials_that_are_not_whole_per_unit_are_order_level(serial, expected, order, level):
    assert rules.order_level(component(serial=serial, expected=Decimal(expected)), Decimal(order)) is level


@given(
    expected=st.decimals(0, 10_000, places=3),
    rows=st.lists(st.decimals("0.001", 50, places=3), min_size=1, max_size=12),
    precision=st.sampled_from([Decimal(1), Decimal("0.1"), GRAM]),
)
def test_d31_rows_that_fill_the_order_sum_to_the_line(expected, rows, precision):
    expected = (expected // precision) * precision
    needed = rules.requirements(component(expected=expected, precision=precision), rows, sum(rows))
    assert sum(needed) == expected
    assert min(needed) >= 0
    assert all(need % precision == 0 for need in needed)


@pytest.mark.parametrize(
    ("required", "consumed", "precision", "left"),
    [
        ("1", "0", "1", "1"),
        ("1", "1", "1", "0"),
        ("1", "3", "1", "0"),  # QTY-4: never below zero
        ("0.25", "0.2496", "0.001", "0"),  # D31: under half the smallest unit is zero
        ("0.25", "0.2495", "0.001", "0.0005"),
    ],
)
def test_qty_4_remaining(required, consumed, precision, left):
    assert rules.remaining(Decimal(required), Decimal(consumed), Decimal(precision)) == Decimal(left)


# --- flushing -------------------------------------------------------------------------------------------------------------


def flushed(line, *, principle="Finish", basis="1", order="20", used=None, exclude=frozenset()):
    proposal = rules.flush(
        [line],
        principle=principle,
        basis=Decimal(basis),
        order_quantity=Decimal(order),
        used={line.key: Decimal(used)} if used else None,
        exclude=exclude,
    )
    return [flush.quantity for flush in proposal.lines], [flush.quantity for flush in proposal.left_open]


@pytest.mark.parametrize(
    ("changed", "asked", "consumes", "stays_open"),
    [
        ({}, {"basis": "1"}, [Decimal(1)], []),  # PST-9: in proportion
        ({}, {"basis": "3"}, [Decimal(3)], []),  # PST-14, QTY-11: the basis holds good and error
        ({"consumed": Decimal(2)}, {"basis": "3"}, [Decimal(1)], []),  # PST-12: what was consumed before counts
        ({"consumed": Decimal(5)}, {"basis": "3"}, [], []),
        ({}, {"basis": "3", "used": "2"}, [Decimal(1)], []),  # PST-12: what the same posting uses counts
        ({"expected": Decimal(1), "precision": GRAM}, {"basis": "1", "order": "3"}, [Decimal("0.333")], []),
        ({"expected": Decimal(1), "precision": GRAM, "consumed": Decimal("0.667")}, {"basis": "3", "order": "3"}, [Decimal("0.333")], []),
        ({}, {"basis": "22"}, [Decimal(22)], []),  # PR-09: output beyond the order uses material too
        ({"constant": True, "expected": Decimal(2)}, {"basis": "1"}, [Decimal(2)], []),  # D21: in full with the first report
        ({"constant": True, "expected": Decimal(2), "consumed": Decimal(2)}, {"basis": "9"}, [], []),  # and once
        ({"constant": True, "expected": Decimal(2)}, {"basis": "0"}, [], []),
        ({"flushing": "Start"}, {}, [], []),
        ({"flushing": "Manual"}, {}, [], []),
        ({"flushing": "Start"}, {"principle": "Start", "basis": "20"}, [Decimal(20)], []),  # PST-10
        ({"flushing": "Finish"}, {"principle": "Start", "basis": "20"}, [], []),
        ({"lot": True}, {"basis": "2"}, [], [Decimal(2)]),  # PST-21: never without a number; the gap is named
        ({"serial": True}, {"basis": "2"}, [], [Decimal(2)]),
        ({"package": True}, {"basis": "2"}, [], [Decimal(2)]),
        ({"lot": True, "flushing": "Start"}, {"principle": "Start", "basis": "2"}, [], [Decimal(2)]),  # PST-13
        ({"lot": True, "consumed": Decimal(2)}, {"basis": "2"}, [], []),
        ({"lot": True}, {"basis": "2", "used": "2"}, [], []),
        ({}, {"basis": "2", "exclude": frozenset({10})}, [], []),  # a listed line that could be issued blank
        ({}, {"basis": "2", "exclude": frozenset({20})}, [Decimal(2)], []),
        ({"expected": Decimal(0)}, {"basis": "2"}, [], []),
    ],
)
def test_pst_9_pst_12_flushing_proposals(changed, asked, consumes, stays_open):
    assert flushed(component(**changed), **asked) == (consumes, stays_open)


@given(expected=st.decimals(0, 1000, places=3), reports=st.lists(st.integers(1, 5), min_size=1, max_size=20), left=st.integers(0, 5))
def test_pst_12_flushing_never_deducts_twice(expected, reports, left):
    """Whatever the parts, the parts of an order consume what the whole order needs, and never more on the way."""
    order = Decimal(sum(reports) + left)
    line = component(expected=expected, precision=GRAM)
    basis = Decimal(0)
    for report in reports:
        basis += report
        consumes, _open = flushed(line, basis=basis, order=order)
        line = replace(line, consumed=line.consumed + sum(consumes))
        assert abs(line.consumed - expected * basis / order) <= GRAM / 2
    if not left:
        assert line.consumed == expected


@pytest.mark.parametrize(
    ("changed", "basis", "returned"),
    [
        ({"flushing": "Start", "consumed": Decimal(20)}, "15", [Decimal(5)]),  # LIF-4, PST-10: negative start
        ({"flushing": "Start", "consumed": Decimal(15)}, "15", []),
        ({"flushing": "Finish", "consumed": Decimal(20)}, "15", []),
        ({"flushing": "Start", "consumed": Decimal(20), "lot": True}, "15", []),  # its associations own it
        ({"flushing": "Start", "consumed": Decimal(2), "expected": Decimal(2), "constant": True}, "15", []),
        ({"flushing": "Start", "consumed": Decimal(2), "expected": Decimal(2), "constant": True}, "0", [Decimal(2)]),
    ],
)
def test_pst_10_negative_start_gives_back(changed, basis, returned):
    assert [line.quantity for line in rules.give_back([component(**changed)], basis=Decimal(basis), order_quantity=Decimal(20))] == returned


@pytest.mark.parametrize(
    ("flushed_quantity", "returned", "row", "standing", "once", "last", "comes_back"),
    [
        ("2", "0", "1", "1", False, False, "2"),  # the register holds this row only
        ("6", "0", "1", "3", False, False, "2"),  # its share
        ("6", "2", "1", "2", False, False, "2"),
        ("6", "4", "1", "1", False, True, "2"),  # the last row takes the rest
        ("1", "0", "1", "3", False, False, "0"),  # 0.333 of a piece
        ("1", "0", "1", "1", False, True, "1"),
        ("2", "0", "1", "1", True, False, "0"),  # D21: what the order needs once stays while anything is reported
        ("2", "0", "1", "1", True, True, "2"),
        ("2", "2", "1", "1", True, True, "0"),
    ],
)
def test_edg_30_share_of_order_level_consumption(flushed_quantity, returned, row, standing, once, last, comes_back):
    assert rules.share_of_flushed(
        flushed=Decimal(flushed_quantity),
        returned=Decimal(returned),
        row=Decimal(row),
        standing=Decimal(standing),
        precision=ONE_PIECE,
        once=once,
        last=last,
    ) == Decimal(comes_back)


@pytest.mark.parametrize(
    ("serial", "lot", "use", "listed"),
    [
        (True, False, True, True),
        (False, True, True, True),
        (False, False, True, False),
        (True, False, False, False),
    ],
)
def test_set_5_set_7_which_lines_are_listed(serial, lot, use, listed):
    assert component(serial=serial, lot=lot, use_tracked_components=use).takes_part is listed
