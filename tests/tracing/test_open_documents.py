"""TR-03: what is not posted has no trace. Both databases."""

from __future__ import annotations

import pytest

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines
from shopfloor.tracing.criteria import TraceMethod
from shopfloor.tracing.queries import trace
from tests.factories_items import CELL, LABEL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship


@pytest.mark.parametrize("show_components", ["Item-tracked Only", "All"])
@pytest.mark.parametrize("method", list(TraceMethod))
def test_tr_3_open_documents_and_stock_without_a_number_have_no_trace(session, run, method, show_components):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    for source_type, order_no in (("Purchase Line", "PO-1"), ("Sales Line", "SO-1")):
        numbers = ({"lot_no": "L-1", "quantity": "5"},)
        given = SaveTrackingLines(source_type=source_type, order_no=order_no, line_no=10000, lines=numbers, confirmed=True)
        run(save_tracking_lines, given=given)
    asked = {"method": method, "show_components": show_components}
    assert trace(session, lot_no="L-1", **asked).lines == ()
    opening_stock(run, LABEL, "5")
    assert trace(session, item_no=LABEL, **asked).lines == ()
    # Posted, they are there: the receipt alone, then the shipment as well.
    receive(run, "PO-1", {"quantity": "5"})
    assert [line.entry_type for line in trace(session, lot_no="L-1", **asked).lines] == ["Purchase"]
    ship(run, "SO-1", {"quantity": "5"})
    assert sorted(line.entry_type for line in trace(session, lot_no="L-1", **asked).lines) == ["Purchase", "Sale"]
