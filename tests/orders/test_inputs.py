"""What receipts, orders and journals refuse before anything is looked up."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput
from shopfloor.orders.inputs import PostReceipt
from shopfloor.people.fields import read_input


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"line_no": 10000}, "lines.0"),
        ({"line_no": 10000, "quantity": 1}, "lines.0.quantity"),
        ({"line_no": 10000, "quantity": "0"}, "lines.0.quantity"),
        ({"line_no": 10000, "quantity": "-1"}, "lines.0.quantity"),
        ({"line_no": 2**31, "quantity": "1"}, "lines.0.line_no"),
        ({"line_no": 10000, "quantity": "1", "lot_no": "x" * 51}, "lines.0.lot_no"),
        ({"line_no": 10000, "quantity": "1", "lot_no": "a\x1db"}, "lines.0.lot_no"),
        ({"line_no": 10000, "quantity": "1", "expiration_date": "31.12.2026"}, "lines.0.expiration_date"),
        ({"line_no": 10000, "quantity": "1", "expiration_date": "2026-02-30"}, "lines.0.expiration_date"),
        ({"line_no": 10000, "quantity": "1", "colour": "red"}, "lines.0.colour"),
    ],
)
def test_a29_bad_receipt_input(line, field):
    with pytest.raises(InvalidInput) as refused:
        read_input(PostReceipt, {"order_no": "PO-1", "lines": [line]})
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize(
    "values", [{}, {"order_no": "PO-1", "lines": []}, {"order_no": "PO-1", "lines": "x"}, {"order_no": "PO-1", "lines": [7]}]
)
def test_a29_receipt_needs_lines(values):
    with pytest.raises(InvalidInput) as refused:
        read_input(PostReceipt, values)
    assert any(place.startswith("lines") for place in refused.value.problems)


def test_a27_quantities_travel_as_text():
    given = read_input(PostReceipt, {"order_no": "PO-1", "lines": [{"line_no": "10000", "quantity": "0.250", "lot_no": " L-1 "}]})
    line = given.model_dump(mode="json")["lines"][0]
    assert (line["quantity"], line["lot_no"], line["line_no"]) == ("0.25", "L-1", 10000)
