"""Posting dates: the window of the company, one check for every posting, and an undo that does not precede what it undoes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shopfloor.clock import now
from shopfloor.errors import InvalidInput
from shopfloor.orders.errors import UndoneTooEarly
from shopfloor.orders.inputs import UndoPosted
from shopfloor.orders.kinds import RECEIPT
from shopfloor.orders.undo import undo_posted
from shopfloor.people.commands import set_setting
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import SettingValue
from shopfloor.posting.errors import PostingDateNotAllowed
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship

TODAY = now().date()


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    window(run, "", "")


def window(run, first, last):
    for name, value in (("allow_posting_from", first), ("allow_posting_to", last)):
        run(set_setting, given=SettingValue(name=name, value=value and str(value)))


def days(count):
    return TODAY + timedelta(days=count)


@pytest.mark.parametrize(("day", "allowed"), [(-367, False), (-366, True), (0, True), (366, True), (367, False)])
def test_posting_date_of_a_plant_that_says_nothing_is_a_year_back_or_ahead(run, day, allowed):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    if allowed:
        ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"}, posting_date=days(day))
        return
    with pytest.raises(PostingDateNotAllowed) as refused:
        ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"}, posting_date=days(day))
    assert (refused.value.posting_date, refused.value.first_date) == (str(days(day)), str(days(-366)))
    assert refused.value.last_date == str(days(366))


def test_posting_date_outside_the_window_of_the_company_is_refused_for_every_kind_of_posting(run):
    """The closed month stays closed: also for journals, and for a day that is today."""
    window(run, days(-10), days(-2))
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}, posting_date=days(-2))
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    for post in (
        lambda: ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"}, posting_date=days(-11)),
        lambda: ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"}),
        lambda: opening_stock(run, CELL, "1", lot_no="L-2"),
    ):
        with pytest.raises(PostingDateNotAllowed):
            post()
    window(run, days(-10), "")
    ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})


def test_posting_date_settings_are_dates_that_leave_a_window(run):
    for name, value in (("allow_posting_from", "soon"), ("allow_posting_to", "2026-02-30")):
        with pytest.raises(InvalidInput):
            run(set_setting, given=SettingValue(name=name, value=value))
    window(run, days(-5), days(5))
    with pytest.raises(InvalidInput) as refused:
        run(set_setting, given=SettingValue(name="allow_posting_from", value=str(days(6))))
    assert "nothing could be posted" in refused.value.problems["value"]


def test_ap_15_an_undo_does_not_precede_what_it_undoes(run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    receipt_no = receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}, posting_date=days(3)).receipt_no

    def undo(**more):
        given = UndoPosted(document_no=receipt_no, reason="wrong lot", **more)
        return run(undo_posted, document_type=RECEIPT.document_type, given=given)

    with pytest.raises(UndoneTooEarly) as refused:
        undo(posting_date=str(days(2)))
    assert (refused.value.posted_date, refused.value.undo_date) == (str(days(3)), str(days(2)))
    # A blank date is today, or the day of what is undone where that is later.
    assert undo().code == "POSTING_UNDONE"


@pytest.mark.parametrize("written", ["0001-01-01", "1899-12-31", "3000-01-01"])
def test_ex_01_a_date_of_another_age_is_a_slip(written):
    from shopfloor.orders.inputs import ReceiptLine

    with pytest.raises(InvalidInput) as refused:
        read_input(ReceiptLine, {"line_no": 10000, "quantity": "1", "lot_no": "L", "expiration_date": written})
    assert refused.value.problems == {"expiration_date": "the year must be from 1900 to 2999"}
    assert read_input(ReceiptLine, {"line_no": 1, "quantity": "1", "expiration_date": "2030-01-01"}).expiration_date == date(2030, 1, 1)
