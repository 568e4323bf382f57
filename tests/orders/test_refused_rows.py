"""Bad input: an order of many lines is refused with the row and the field that are wrong, and nothing is written."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from shopfloor.db import table
from shopfloor.errors import Refusal
from shopfloor.items.master_table import ITEM, LOCATION
from shopfloor.orders.inputs import AddLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import add_line
from shopfloor.orders.models import PurchaseHeader, SalesHeader, TransferHeader
from shopfloor.people.master_commands import block_record
from tests.factories_documents import make_in_transit, make_transfer_order
from tests.factories_items import CELL, LABEL, MODULE, make_location, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_purchase_order, make_sales_order, make_vendor

GOOD = {"item_no": CELL, "quantity": "1"}
WRONG = [
    ({"item_no": "NONE", "quantity": "1"}, "item_no"),
    ({"item_no": LABEL, "quantity": "1"}, "item_no"),
    ({"item_no": CELL, "quantity": "0.5"}, "quantity"),
    ({"item_no": CELL, "quantity": "1", "unit_code": "YARD"}, "unit_code"),
]
PLACES = [
    ({**GOOD, "location_code": "MOON"}, "location_code"),
    ({**GOOD, "location_code": "SHUT"}, "location_code"),
    ({**GOOD, "location_code": "TRANSIT"}, "location_code"),
]


@pytest.fixture(autouse=True)
def plant(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_in_transit(run)
    make_location(run, "SHUT")
    run(block_record, master=ITEM, record_key=(LABEL,), version=1, blocked=True)
    run(block_record, master=LOCATION, record_key=("SHUT",), version=1, blocked=True)


def refused_place(make, run, line, good=GOOD):
    with pytest.raises(Refusal) as caught:
        make(run, *[good] * 40, line, good)
    return caught.value.row, caught.value.row_column


@pytest.mark.parametrize(("line", "column"), WRONG + PLACES)
@pytest.mark.parametrize(("make", "header"), [(make_purchase_order, PurchaseHeader), (make_sales_order, SalesHeader)])
def test_bad_input_a_wrong_line_of_an_order_is_told_by_row_and_column(session, run, make, header, line, column):
    assert refused_place(make, run, line) == (41, column)
    assert session.execute(select(func.count()).select_from(table(header))).scalar_one() == 0


@pytest.mark.parametrize(("line", "column"), WRONG)
def test_bad_input_a_wrong_line_of_a_transfer_is_told_by_row_and_column(session, run, line, column):
    assert refused_place(make_transfer_order, run, line) == (41, column)
    assert session.execute(select(func.count()).select_from(table(TransferHeader))).scalar_one() == 0


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ({"item_no": CELL, "quantity": "1"}, "lot_no"),
        ({"item_no": MODULE, "quantity": "1"}, "serial_no"),
        ({"item_no": CELL, "quantity": "1", "lot_no": "L-1", "unit_code": "YARD"}, "unit_code"),
    ],
)
def test_bad_input_a_journal_names_the_column_that_is_wrong(run, line, column):
    """ER-03: a missing lot number is told at the lot number."""
    assert refused_place(adjust, run, line, {**GOOD, "lot_no": "L-1"}) == (41, column)


@pytest.mark.parametrize(("line", "code"), [(WRONG[0][0], "NOT_FOUND"), (WRONG[2][0], "BELOW_PRECISION")])
def test_a_line_that_is_added_alone_is_refused_without_a_row(run, line, code):
    """Its form has one line: the message stands above it."""
    make_sales_order(run, GOOD)
    given = AddLine(order_no="SO-1", location_code="MAIN", **line)
    with pytest.raises(Refusal) as caught:
        run(add_line, kind=OrderKind.SALES, given=given)
    assert (caught.value.code, caught.value.row) == (code, 0)
