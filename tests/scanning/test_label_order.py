"""R-17: the order of identifiers on the labels of a GTIN: what may stand in it, and what it decides."""

from __future__ import annotations

import re
from datetime import date

import pytest

from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.dropped_separators import fits_order, runs_together
from shopfloor.scanning.gs1.label_order import label_order, needs_separator
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import read, unseparated_text
from shopfloor.scanning.scan import ScanSource

TODAY = date(2026, 11, 20)
KEY = "0109521234543213"


@pytest.mark.parametrize(("text", "order"), [
    ("01,10,17", ("01", "10", "17")),
    (" 01 , 17,10 ,21", ("01", "17", "10", "21")),
    ("01,10,310N", ("01", "10", "310n")),
    ("01,3103,10", ("01", "3103", "10")),
])
def test_r_17_orders_that_may_be(text, order):
    assert label_order(text) == order


@pytest.mark.parametrize(("text", "problem"), [
    ("10,17", "begins with 01"),
    ("01,17", "variable length"),
    ("01", "variable length"),
    ("01,10,10", "twice"),
    ("01,10,3103,310n", "twice"),
    ("01,10,422", "422 is no identifier of labels without separators"),
    ("01,10,05", "05 is not an application identifier"),
    ("01,,10", "nothing is not an application identifier"),
    ("(01)(10)", "is not an application identifier"),
    ("٠١,10", "is not an application identifier"),
])
def test_r_17_orders_that_cannot_be(text, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        label_order(text)


@pytest.mark.parametrize(("order", "needs"), [("01,10,17", True), ("01,17,10", False), ("01,17,10,21", True), ("01,310n,21", False)])
def test_r_23_which_orders_need_a_separator(order, needs):
    assert needs_separator(label_order(order)) is needs


DECIDED = (
    # text behind the GTIN, order, reading; None: still asked about, or refused as without an order
    ("10LOT717261231", "01,10,17", "(10)LOT7(17)261231"),
    ("10LOT717261231", "01,10", "(10)LOT717261231"),
    ("17261231" + "10A2121B", "01,17,10,21", None),  # A and 21B, A21 and B: several fit
    ("17261231" + "10AB21S1", "01,17,10,21", "(17)261231(10)AB(21)S1"),
    ("17261231" + "10AB21S1", "01,17,10", "(17)261231(10)AB21S1"),
    ("10LOT717261231", "01,17,10", None),  # none fits
    ("10" + "A" * 20 + "17261231", "01,10,17", f"(10){'A' * 20}(17)261231"),  # refused as too long without an order
)


@pytest.mark.parametrize(("rest", "order", "reading"), DECIDED)
def test_r_17_exactly_one_reading_in_the_order_is_taken(rest, order, reading):
    with pytest.raises(Gs1Parse):
        read(KEY + rest, as_of=TODAY)
    if reading is None:
        with pytest.raises(Gs1Parse) as caught:
            read(KEY + rest, as_of=TODAY, template=label_order(order))
        assert len(caught.value.candidates) > 1
        return
    found = read(KEY + rest, as_of=TODAY, template=label_order(order))
    assert found.bracketed() == f"(01){KEY[2:]}{reading}"
    inferred = needs_separator(label_order(order))
    assert ("separator_inferred" in {one.kind for one in found.warnings}) is inferred, "warned exactly where one was put back"


def test_r_17_an_order_never_adds_a_reading_that_was_not_possible_without_it():
    """Else it would be one supplier's mistake that decides in silence."""
    for rest, order, reading in DECIDED:
        if reading is None or rest.startswith("10AAAA"):
            continue
        with pytest.raises(Gs1Parse) as caught:
            read(KEY + rest, as_of=TODAY)
        taken = read(KEY + rest, as_of=TODAY, template=label_order(order))
        assert taken.bracketed() in caught.value.candidates


@pytest.mark.parametrize(("text", "source", "found"), [
    (f"{KEY}10LOT7", ScanSource.WEDGE, f"{KEY}10LOT7"),
    (f"]C1{KEY}10LOT7", ScanSource.WEDGE, f"{KEY}10LOT7"),
    (f"{KEY}10LOT7\x1d17261231", ScanSource.WEDGE, ""),
    (f"{KEY}10LOT7|17261231", ScanSource.WEDGE, ""),
    (f"{KEY}10LOT7", ScanSource.CAMERA, ""),
    (KEY, ScanSource.WEDGE, ""),
    ("(01)09521234543213(10)LOT7", ScanSource.WEDGE, ""),
    ("00123456789012345675", ScanSource.WEDGE, ""),
    ("WO-1", ScanSource.WEDGE, ""),
    ("", ScanSource.WEDGE, ""),
])
def test_r_17_texts_whose_gtin_is_asked_for(text, source, found):
    assert unseparated_text(text, DEFAULT, source=source) == found


@pytest.mark.parametrize(("rest", "together", "fits"), [
    ("10LOT717261231", True, True),
    ("10LOT7", False, False),
    ("21F-1", False, False),
    ("17261231", False, False),
    ("10LOT717991231", False, False),  # 2099 is no date of a label
    ("10LOT721S1", True, False),  # (10)(21) is another order
])
def test_r_23_what_may_have_lost_a_separator(rest, together, fits):
    profile = ScannerProfile(gs_verified=True)
    assert runs_together(KEY + rest, profile, TODAY) is together
    assert fits_order(KEY + rest, profile, TODAY, ("01", "10", "17")) is fits
