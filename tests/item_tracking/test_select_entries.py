"""TL-11: *Select entries* proposes the oldest stock first, however many numbers there are."""

from __future__ import annotations

import pytest

from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from tests.factories_items import MODULE, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock


@pytest.fixture
def stock(run, monkeypatch):
    """Two numbers fit into one reading; the oldest come last in the alphabet."""
    monkeypatch.setattr(queries, "MOST_SELECTED", 2)
    plant_with_masters(run)
    make_customer(run)
    for serial_no in ("Z-1", "Z-2", "A-1", "A-2", "A-3"):
        opening_stock(run, MODULE, serial_no=serial_no)


def proposed(session, order_no):
    given = TrackingSource(source_type="Sales Line", order_no=order_no, line_no=10000)
    found = queries.select_entries(session, queries.tracking_lines_page(session, given))
    session.rollback()
    return [tracking.serial_no for tracking, _quantity in found]


def test_tl_11_the_order_is_the_ledgers_and_not_the_alphabets(stock, run, session):
    make_sales_order(run, {"item_no": MODULE, "quantity": "3"})
    assert proposed(session, "SO-1") == ["Z-1", "Z-2", "A-1"]


def test_tl_11_numbers_that_others_ask_for_do_not_hide_the_later_ones(stock, run, session):
    make_sales_order(run, {"item_no": MODULE, "quantity": "2"}, no="SO-9")
    lines = [{"serial_no": "Z-1"}, {"serial_no": "Z-2"}]
    run(save_tracking_lines, given=SaveTrackingLines(source_type="Sales Line", order_no="SO-9", line_no=10000, lines=lines))
    make_sales_order(run, {"item_no": MODULE, "quantity": "3"})
    assert proposed(session, "SO-1") == ["A-1", "A-2", "A-3"]
