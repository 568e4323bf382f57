"""D20, EDG-14, EDG-15: three things can stop a number, and there is one answer."""

from __future__ import annotations

import pytest

from shopfloor.items.holds import ALL_THAT_LEAVES, EVERY_USE, FREE, Disposition, Hold, Use, standing, strictest

OPEN_ORDER = "Inspection 1 is open"
NO_SALE = Disposition("INSPECT", "Under inspection", blocks_sales=True)
NOTHING = {"blocked": False, "hold_reason": "", "quality_hold": False, "quality_reason": "", "disposition": None, "disposition_reason": ""}
BLOCKED = {"blocked": True, "hold_reason": "cracked"}
QUALITY = {"quality_hold": True, "quality_reason": OPEN_ORDER}
CODE = {"disposition": NO_SALE, "disposition_reason": "wet"}
BY_HAND = Hold(EVERY_USE, "Hold", "cracked")
BY_QUALITY = Hold(EVERY_USE, "Quality hold", OPEN_ORDER)
BY_CODE = Hold(Use.SELL, "Disposition code", "Under inspection: wet")


@pytest.mark.parametrize(("given", "expected"), [
    ({}, FREE),
    (BLOCKED, BY_HAND),
    (QUALITY, BY_QUALITY),
    (CODE, BY_CODE),
    (CODE | {"disposition_reason": ""}, Hold(Use.SELL, "Disposition code", "Under inspection")),
    (BLOCKED | QUALITY, BY_HAND),
    (BLOCKED | CODE, BY_HAND),
    (QUALITY | CODE, BY_QUALITY),
    (BLOCKED | QUALITY | CODE, BY_HAND),
    ({"disposition": Disposition("OK", "Available"), "disposition_reason": "tested"}, FREE),
])
def test_d20_the_strictest_wins(given, expected):
    assert standing(**NOTHING | given) == expected


@pytest.mark.parametrize(("ticked", "stops"), [
    ((), Use.NONE),
    (("reservation",), Use.RESERVE),
    (("production",), Use.PRODUCE),
    (("reservation", "sales"), Use.RESERVE | Use.SELL),
    (("production", "sales"), Use.PRODUCE | Use.SELL),
    (("production", "sales", "transfer"), ALL_THAT_LEAVES | Use.OTHER),
    (("reservation", "production", "sales", "transfer"), EVERY_USE),
])
def test_edg_14_what_a_code_blocks(ticked, stops):
    """EDG-14: a box that is not ticked is the exception that the code allows; one that lets nothing leave is unavailable."""
    assert Disposition("C", "Code", **{f"blocks_{name}": True for name in ticked}).stops == stops


@pytest.mark.parametrize(("holds", "use", "expected"), [
    ([], Use.PRODUCE, None),
    ([FREE, FREE], Use.PRODUCE, None),
    ([BY_CODE, FREE], Use.PRODUCE, None),
    ([BY_CODE, FREE], Use.SELL, BY_CODE),
    ([BY_CODE, BY_QUALITY], Use.SELL, BY_QUALITY),
    ([BY_CODE, BY_QUALITY, BY_HAND], Use.SELL, BY_HAND),
    ([BY_CODE, BY_HAND], Use.RESERVE, BY_HAND),
])
def test_d20_of_serial_and_lot_the_strictest_answers(holds, use, expected):
    assert strictest(holds, use) is expected


def test_a_reason_fits_into_its_column():
    code = Disposition("C", "n" * 100, blocks_sales=True)
    told = standing(**NOTHING | {"disposition": code, "disposition_reason": "r" * 200}).reason
    assert len(told) == 200
