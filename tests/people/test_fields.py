"""Input that cannot be read is told in sentences for people, by field (A29)."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput
from shopfloor.genealogy.inputs import ProductInput
from shopfloor.item_tracking.inputs import AddTrackingLines, CreateSerials
from shopfloor.items.inputs import NewItem, NewNumberSeries, NewTrackingCode, NumberDetails
from shopfloor.orders.inputs import NewSalesOrder, NewVendor
from shopfloor.people.fields import SYMBOLOGY_IDENTIFIER, read_input
from shopfloor.people.inputs import NewReasonCode
from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.symbology import take_identifier

LINE = {"source_type": "Sales Line", "order_no": "SO-1", "line_no": 10000}
ORDER = {"customer_no": "C1"}


def test_r_02_d34_every_symbology_identifier_is_known_where_numbers_are_written():
    """A number is never kept with what a scanner put before it: no scan would find it again. Both sides know the same identifiers."""
    for code in map(chr, range(33, 127)):
        for modifier in map(chr, range(33, 127)):
            text = f"]{code}{modifier}LOT9"
            try:
                known = bool(take_identifier(text).identifier)
            except Gs1Parse:
                known = False
            assert bool(SYMBOLOGY_IDENTIFIER.match(text)) is known, text


@pytest.mark.parametrize(
    ("model", "values", "problems"),
    [
        (AddTrackingLines, {**LINE, "lines": [{"serial_no": "x" * 51}]}, {"lines.0.serial_no": "has more than 50 characters"}),
        (
            AddTrackingLines, {**LINE, "lines": [{"lot_no": "]C0LOT9"}, {"serial_no": " ]d1S-1"}, {"lot_no": "]LOT9", "quantity": "1"}]},
            {
                "lines.0.lot_no": "begins with ]C0, which a scanner puts before what it reads: leave that out",
                "lines.1.serial_no": "begins with ]d1, which a scanner puts before what it reads: leave that out",
            },
        ),
        (
            NumberDetails, {"item_no": "I", "kind": "Lot", "number": "]C0L"},
            {"number": "begins with ]C0, which a scanner puts before what it reads: leave that out"},
        ),
        (
            NewNumberSeries, {"code": "S", "prefix": "]C0"},
            {"prefix": "begins with ]C0, which a scanner puts before what it reads: leave that out"},
        ),
        (
            ProductInput, {"serial_no": " ]A0B-1"},
            {"serial_no": "begins with ]A0, which a scanner puts before what it reads: leave that out"},
        ),
        (AddTrackingLines, {**LINE, "lines": []}, {"lines": "needs at least one row"}),
        (AddTrackingLines, {**LINE, "lines": [{"quantity": "1"}]}, {"lines.0": "names no serial, lot or package number"}),
        (CreateSerials, {**LINE, "first": "A", "increment": "0"}, {"increment": "must be at least 1"}),
        (CreateSerials, {**LINE, "first": "A", "count": "x"}, {"count": "must be a whole number"}),
        (CreateSerials, {**LINE, "first": "A", "count": "1.5"}, {"count": "must be a whole number"}),
        (NewSalesOrder, {**ORDER, "lines": "x"}, {"lines": "must be a list"}),
        (NewSalesOrder, {**ORDER, "lines": ["x"]}, {"lines.0": "must be a row of fields with names"}),
        (NewSalesOrder, {}, {"customer_no": "must be given", "lines": "must be given"}),
        (
            NewSalesOrder, {**ORDER, "lines": [{"item_no": "", "quantity": "0", "location_code": "M", "colour": "red"}]},
            {"lines.0.item_no": "must not be blank", "lines.0.quantity": "must be more than 0", "lines.0.colour": "is not a field of this"},
        ),
        (
            NewItem,
            {"no": "I", "description": "i", "base_unit_code": "P", "reservation_policy": "Perhaps", "negative_stock_allowed": "maybe"},
            {"reservation_policy": "must be one of Never, Optional or Always", "negative_stock_allowed": "must be true or false"},
        ),
        (
            NewTrackingCode, {"code": "A", "description": "a", "strict_expiration_posting": True},
            {"input": "expiration rules need “use expiration dates”"},
        ),
        (NewVendor, {"no": "V", "name": "v", "country": "Denmark"}, {"country": "is two capital letters, such as DE"}),
        (
            NewReasonCode, {"code": "RUSH: 2", "description": "r"},
            {"code": "is written with A to Z, 0 to 9 and . _ - alone"},
        ),
    ],
)
def test_every_problem_is_a_sentence_at_its_field(model, values, problems):
    with pytest.raises(InvalidInput) as refused:
        read_input(model, values)
    assert refused.value.problems == problems
    assert not refused.value.summary.startswith(":")
