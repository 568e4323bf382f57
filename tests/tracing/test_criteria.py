"""Filters, choices and the history of questions."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput
from shopfloor.ledger.entry_types import EntryType
from shopfloor.tracing.criteria import Criteria, Filter, TraceMethod, View, chosen, quoted, read_filter, read_filters
from shopfloor.tracing.graph import CONSUMPTION, OUTPUT, Entry
from shopfloor.tracing.lines import document_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Filter()),
        ("A", Filter(("A",))),
        ("A|B", Filter(("A|B", "A", "B"))),
        ("A||B", Filter(("A||B", "A", "B"))),
        ("A..B", Filter(("A..B",), (("A", "B"),))),
        ("A..", Filter(("A..",), (("A", ""),))),
        ("..B", Filter(("..B",), (("", "B"),))),
        ("A..B|C", Filter(("A..B|C", "C"), (("A", "B"),))),
        ("''", Filter(("",))),
        ("'A|B'", Filter(("A|B",))),
        ("'A..B'|C", Filter(("A..B", "C"))),
        ("'A'..'B'", Filter((), (("A", "B"),))),
        ("'O''X'", Filter(("O'X",))),
        ("O'X", Filter(("O'X",))),
        ("'A", Filter(("'A",))),
        ("'A'B", Filter(("'A'B",))),
        (" A ", Filter((" A ",))),
    ],
)
def test_tr_1_reading_a_filter(text, expected):
    assert read_filter("lot no.", text) == expected


@pytest.mark.parametrize("value", ["", "A", "A|B", "A..B", "O'X", "'", "''", "'A'", "..", "|"])
def test_tr_53_a_quoted_value_means_exactly_itself(value):
    wanted = read_filter("lot no.", quoted(value))
    assert wanted == Filter((value,))
    assert wanted.passes(value)
    assert not wanted.passes(value + "x")


@pytest.mark.parametrize(
    ("text", "value", "passes"),
    [
        ("", "X", True), ("A..C", "B", True), ("A..C", "C", True), ("A..C", "D", False), ("B..", "A", False), ("..B", "", False),
        ("''", "X", False),
    ],
)
def test_tr_1_what_passes(text, value, passes):
    assert read_filter("lot no.", text).passes(value) is passes


def test_tr_1_a_variant_with_its_item_is_a_filter():
    assert read_filters(Criteria(item_no="A", variant_code="RED"))
    assert not read_filters(Criteria())


def test_tr_2_captions():
    assert chosen(TraceMethod, "method", "Origin -> Usage") is TraceMethod.FORWARD
    with pytest.raises(InvalidInput) as refused:
        chosen(View, "view", "X")
    assert "Exact, Order line" in refused.value.text()


def test_c_8_the_assembly_types_keep_their_place():
    assert {"Consumption", "Assembly Consumption"} == CONSUMPTION
    assert {"Output", "Assembly Output"} == OUTPUT
    assert set(EntryType) >= CONSUMPTION | OUTPUT


@pytest.mark.parametrize(
    ("entry_type", "quantity", "document_type", "expected"),
    [
        ("Purchase", 1, "Purchase Receipt", ("Purchase Receipt", "D-1")),
        ("Purchase", 1, "Purchase Invoice", ("Purchase Invoice", "D-1")),
        ("Purchase", -1, "Purchase Receipt", ("Item Ledger Entry", "D-1")),
        ("Purchase", -1, "Return Shipment", ("Return Shipment", "D-1")),
        ("Sale", -1, "Sales Shipment", ("Sales Shipment", "D-1")),
        ("Sale", 1, "Return Receipt", ("Return Receipt", "D-1")),
        ("Sale", 1, "", ("Item Ledger Entry", "D-1")),
        ("Transfer", -1, "Transfer Shipment", ("Transfer Shipment", "D-1")),
        ("Transfer", 1, "Item Journal", ("Item Ledger Entry", "D-1")),
        ("Positive Adjmt.", 1, "Item Journal", ("Item Ledger Entry", "D-1")),
        ("Consumption", -1, "Production Journal", ("Consumption", "PO-1")),
        ("Output", 1, "Production Journal", ("Output", "PO-1")),
    ],
)
def test_tr_51_descriptions(entry_type, quantity, document_type, expected):
    order_no = "PO-1" if entry_type in CONSUMPTION | OUTPUT else ""
    entry = Entry(1, entry_type, "A", quantity, document_type=document_type, document_no="D-1", order_no=order_no)
    assert document_of(entry) == expected
