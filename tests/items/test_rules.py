"""Pure rules about numbers, units and tracking."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopfloor.errors import InvalidInput
from shopfloor.items.errors import BelowPrecision, NumberInvalid, NumberPattern, UnitUnknown
from shopfloor.items.inputs import NewGtin, NewItem, NewItemUnit, NewTrackingCode
from shopfloor.items.masters import ItemMaster, TrackedComponentsRules
from shopfloor.items.paging import page_of
from shopfloor.items.rules import FOLDED_LENGTH, GoodsNumber, check_number, first_twin, folded, numbers_of
from shopfloor.items.tracking import Tracking, TrackingRules
from shopfloor.items.units import measured
from shopfloor.people.fields import read_input
from shopfloor.quantity import NotAQuantity

PIECE = ItemMaster("BOLT", "Bolt", "PCS", Decimal(1), serial_pattern="S-[0-9]+", lot_pattern="[A-Z]{2}.*")
WEIGHED = ItemMaster("PASTE", "Paste", "KG", Decimal("0.001"))
FACTORS = {("BOLT", "BOX"): Decimal(12), ("PASTE", "G"): Decimal("0.001"), ("BOLT", "THIRD"): Decimal("0.33333")}
USED = TrackedComponentsRules("P", use_tracked_components=True)


@pytest.mark.parametrize(
    ("kind", "number", "refusal"),
    [
        ("Serial", "S-1", None),
        ("Serial", "S-1x", NumberPattern),
        ("Serial", "s-1", NumberPattern),
        ("Lot", "AB inner blank", None),
        ("Lot", "ab", NumberPattern),
        ("Package", "anything", None),
        ("Package", "x" * 50, None),
        ("Package", "x" * 51, NumberInvalid),
        ("Package", "", NumberInvalid),
        ("Package", " x", NumberInvalid),
        ("Package", "x ", NumberInvalid),
        ("Package", "a\x1db", NumberInvalid),
        ("Package", "a\x00", NumberInvalid),
        ("Package", "\ud800", NumberInvalid),
        ("Package", "a\u200bb", NumberInvalid),
    ],
)
def test_d34_d17_numbers(kind, number, refusal):
    if refusal is None:
        check_number(PIECE, kind, number)
    else:
        with pytest.raises(refusal):
            check_number(PIECE, kind, number)


def goods(number, kind="Lot", item="A", variant=""):
    return GoodsNumber(item, variant, kind, number)


@pytest.mark.parametrize(
    ("wanted", "known", "twin"),
    [
        ([goods("ab")], [], None),
        ([goods("ab")], [goods("ab")], None),
        ([goods("AB")], [goods("ab")], (goods("AB"), "ab")),
        ([goods("AB")], [goods("ab"), goods("AB")], None),
        ([goods("ab"), goods("AB")], [], (goods("AB"), "ab")),
        ([goods("ab"), goods("ab")], [], None),
        ([goods("AB", "Serial")], [goods("ab", "Lot")], None),
        ([goods("AB", item="B")], [goods("ab")], None),
        ([goods("AB", variant="X")], [goods("ab")], None),
        ([goods("STRASSE")], [goods("straße")], (goods("STRASSE"), "straße")),
    ],
)
def test_d35_case_twins(wanted, known, twin):
    assert first_twin(wanted, known) == twin


@given(st.text(min_size=1, max_size=50))
def test_a27_folded_text_fits_its_column(number):
    assert len(folded(number)) <= FOLDED_LENGTH
    assert folded(number) == folded(number.casefold())


def test_numbers_of_a_combination():
    assert numbers_of(Tracking("S1", "", "P1")) == (("Serial", "S1"), ("Package", "P1"))


@pytest.mark.parametrize(
    ("master", "quantity", "unit", "base"),
    [
        (PIECE, "5", "", "5"),
        (PIECE, "2", "BOX", "24"),
        (PIECE, "0.5", "BOX", "6"),
        (PIECE, "3", "THIRD", "1"),
        (WEIGHED, "250", "G", "0.25"),
        (WEIGHED, "0.5", "G", "0.001"),
        (WEIGHED, "1.25", "KG", "1.25"),
    ],
)
def test_d31_base_quantities(master, quantity, unit, base):
    found = measured(master, FACTORS, Decimal(quantity), unit)
    assert (found.base, found.quantity) == (Decimal(base), Decimal(quantity))


@pytest.mark.parametrize(
    ("master", "quantity", "unit", "refusal"),
    [
        (PIECE, "0.5", "", BelowPrecision),
        (PIECE, "1.5", "PCS", BelowPrecision),
        (PIECE, "1", "THIRD", BelowPrecision),
        (WEIGHED, "0.1", "G", BelowPrecision),
        (PIECE, "1", "PALLET", UnitUnknown),
        (PIECE, "999999999999", "BOX", NotAQuantity),
    ],
)
def test_d31_quantities_that_are_none(master, quantity, unit, refusal):
    with pytest.raises(refusal):
        measured(master, FACTORS, Decimal(quantity), unit)


@pytest.mark.parametrize(
    ("rules", "policy", "takes_part", "kind"),
    [
        (TrackingRules(serial_specific=True), USED, True, "Serial"),
        (TrackingRules(lot_specific=True), USED, True, "Lot"),
        (TrackingRules(serial_specific=True, lot_specific=True), USED, True, "Serial and lot"),
        (TrackingRules(requirements=frozenset({("Serial", "manufacturing outbound")})), USED, True, "Serial"),
        (TrackingRules(requirements=frozenset({("Serial", "sales outbound")})), USED, False, ""),
        (TrackingRules(), USED, False, ""),
        (TrackingRules(package_specific=True), USED, False, ""),
        (TrackingRules(serial_specific=True), replace(USED, use_tracked_components=False), False, "Serial"),
        (TrackingRules(serial_specific=True), TrackedComponentsRules(), False, "Serial"),
    ],
)
def test_set_5_set_6_set_7_who_takes_part(rules, policy, takes_part, kind):
    master = replace(PIECE, rules=rules, policy=policy)
    assert (master.takes_part, master.tracking_kind) == (takes_part, kind)


def test_set_4_d38_matching_limit_is_on_in_a_new_policy():
    from shopfloor.items.inputs import NewPolicy

    assert NewPolicy(name="P").serial_number_matching_limit


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (NewTrackingCode, {"code": "X", "description": "X", "strict_expiration_posting": True}, "input"),
        (NewTrackingCode, {"code": "X", "description": "X", "expiration_entry_required": "on"}, "input"),
        (
            NewTrackingCode,
            {"code": "X", "description": "X", "requirements": [{"kind": "Serial", "transaction": "sometimes"}]},
            "requirements.0.transaction",
        ),
        (NewItem, {"no": "X", "description": "X", "base_unit_code": "PCS", "serial_pattern": "("}, "serial_pattern"),
        (NewItem, {"no": "X" * 21, "description": "X", "base_unit_code": "PCS"}, "no"),
        (NewItem, {"no": "X", "description": "X", "base_unit_code": "PCS", "expiration_days": "1e9"}, "expiration_days"),
        (NewItem, {"no": "X\x1dY", "description": "X", "base_unit_code": "PCS"}, "no"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": "0"}, "quantity_per_unit"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": "-1"}, "quantity_per_unit"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": 12}, "quantity_per_unit"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": 0.1}, "quantity_per_unit"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": "1e3"}, "quantity_per_unit"),
        (NewItemUnit, {"item_no": "X", "unit_code": "BOX", "quantity_per_unit": "0.000001"}, "quantity_per_unit"),
        (NewGtin, {"gtin": "", "item_no": "X"}, "gtin"),
    ],
)
def test_a27_a29_bad_input(model, values, field):
    with pytest.raises(InvalidInput) as refused:
        read_input(model, values)
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize(("count", "shown", "after"), [(0, 0, ""), (2, 2, ""), (3, 2, "b")])
def test_pages_know_whether_there_is_more(count, shown, after):
    page = page_of(["a", "b", "c"][:count], 2, str)
    assert (len(page.rows), page.next_after) == (shown, after)
