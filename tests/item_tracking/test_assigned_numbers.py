"""TL-13: new numbers from the series of the item, straight on a document line. Both engines."""

from __future__ import annotations

import pytest

from shopfloor.item_tracking.commands import assign_to_line, save_tracking_lines
from shopfloor.item_tracking.inputs import AssignToLine, SaveTrackingLines, TrackingSource
from shopfloor.item_tracking.queries import tracking_lines_page
from shopfloor.items.commands import create_tracking_code
from shopfloor.items.errors import NothingToAssign, SeriesMissing
from shopfloor.items.inputs import NewNumberSeries, NewTrackingCode
from shopfloor.items.number_series import create_series
from shopfloor.reservations.tracking_errors import ExcessTracking
from tests.factories_documents import books_are_right
from tests.factories_items import make_item, plant_with_masters
from tests.factories_orders import make_purchase_order, make_vendor, receive

LINE = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    run(create_series, given=NewNumberSeries(code="TOOL-SN", prefix="T-", digits=4))
    run(create_series, given=NewNumberSeries(code="LOTS", prefix="L", digits=3))
    code = NewTrackingCode(code="BOTH", description="Both", serial_specific=True, lot_specific=True)
    run(create_tracking_code, given=code)
    make_item(run, "TOOL", code="SN", serial_nos="TOOL-SN")
    make_item(run, "OIL", code="LOT", lot_nos="LOTS")
    make_item(run, "PAIR", code="BOTH", serial_nos="TOOL-SN", lot_nos="LOTS")
    make_item(run, "NONE", code="SN")
    yield
    books_are_right(session)


def order(run, item_no, quantity="5"):
    make_purchase_order(run, {"item_no": item_no, "quantity": quantity})


def assign(run, **more):
    return run(assign_to_line, given=AssignToLine(**LINE, **more))


def carried(session):
    page = tracking_lines_page(session, TrackingSource(**LINE))
    session.rollback()
    return [(row.tracking.label(), int(row.quantity)) for row in page.numbers]


def test_tl_13_serials_fill_what_has_no_number_unless_a_quantity_is_given(session, run):
    order(run, "TOOL")
    run(save_tracking_lines, given=SaveTrackingLines(**LINE, lines=[{"serial_no": "T-0002"}]))
    assert assign(run, quantity="2").count == 3
    assert assign(run).count == 5
    assert {quantity for _, quantity in carried(session)} == {1}
    assert len({label for label, _ in carried(session)}) == 5
    with pytest.raises(NothingToAssign):
        assign(run)
    with pytest.raises(ExcessTracking):
        assign(run, quantity="1")
    receive(run, "PO-1", {"quantity": "5"})


def test_tl_13_one_lot_for_the_rest_of_the_line(session, run):
    order(run, "OIL")
    assign(run, quantity="2")
    assign(run)
    assert carried(session) == [("L001", 2), ("L002", 3)]


def test_tl_13_serials_of_one_new_lot_or_of_a_known_one(session, run):
    order(run, "PAIR", "4")
    assign(run, quantity="2")
    assign(run, lot_no="OURS")
    page = tracking_lines_page(session, TrackingSource(**LINE))
    session.rollback()
    assert [(row.tracking.lot_no, row.tracking.serial_no) for row in page.numbers] == [
        ("L001", "T-0001"), ("L001", "T-0002"), ("OURS", "T-0003"), ("OURS", "T-0004")
    ]


def test_tl_13_an_item_without_a_series_says_so(run):
    order(run, "NONE")
    with pytest.raises(SeriesMissing):
        assign(run)
