"""Number groups of products: manual, predefined, fixed; what a scan takes, and what is deleted from the list (section 9)."""

from __future__ import annotations

import pytest

from shopfloor.genealogy.corrections import remove_products
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.order_numbers import create_order
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands, number_series
from shopfloor.items.inputs import NewNumberSeries, NewTrackingCode
from shopfloor.items.queries import item_masters
from shopfloor.production import bills
from shopfloor.production.commands import change_order
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.factories_genealogy import BELL, FRAME, Station, bike_order, bike_plant, bike_stock, problems, report, stock
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.genealogy.test_associations import refused

GROUPED, SOUP = "GROUPED", "SOUP"


@pytest.fixture
def plant(run):
    """Bikes, a serial product and a batch product whose numbers come from series."""
    bike_plant(run)
    bike_stock(run)
    run(number_series.create_series, given=NewNumberSeries(code="GR", prefix="GR-", digits=4))
    run(number_series.create_series, given=NewNumberSeries(code="SOUP", prefix="S-", digits=3))


def product(run, item_no, group, *, code="SN", **more):
    series = {"serial_nos": "GR"} if code == "SN" else {"lot_nos": "SOUP"}
    make_item(run, item_no, code=code, policy="STRICT", product_numbers=group, **series, **more)
    run(bills.create_bom, given=NewBom(item_no=item_no, lines=(NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),)))


def make(run, item_no, quantity, **more):
    return run(create_order, given=NewProductionOrder(item_no=item_no, quantity=quantity, location_code="MAIN", **more)).number


def numbers(session, order_no):
    found = session.query(TrackedProduct).filter_by(order_no=order_no).order_by(TrackedProduct.match_id)
    rows = [(row.serial_no or row.lot_no, int(row.quantity), row.state) for row in found if row.state != "Removed"]
    session.rollback()
    return rows


def begin(run, order_no):
    run(start_order, given=StartOrder(order_no=order_no))


def test_dim_1_predefined_serials_are_there_before_anything_is_made(session, run, plant):
    """Labels can be printed before production: the numbers are listed as not started from the order's first moment."""
    product(run, GROUPED, "Predefined")
    order_no = make(run, GROUPED, "3")
    assert numbers(session, order_no) == [(f"GR-000{n}", 1, "Pre-allocated") for n in (1, 2, 3)]
    begin(run, order_no)
    assert len(numbers(session, order_no)) == 3


def test_dim_2_a_predefined_order_takes_its_own_numbers_only(session, run, plant):
    """Even where the policy does not check."""
    product(run, GROUPED, "Predefined")
    order_no = make(run, GROUPED, "2")
    begin(run, order_no)
    station = Station(session, order_no)
    assert station.scan("GR-9999") == "PRODUCT_NOT_PREALLOCATED"
    assert station.scan("GR-0002") == "PRODUCT_REGISTERED"
    assert station.scan("F-1") == "UNIT_COMPLETED"
    report(run, station.product, order_no=order_no)
    assert [state for _, _, state in numbers(session, order_no)] == ["Pre-allocated", "Reported"]
    assert problems(session) == []


def test_dim_1_predefined_batches_are_split_by_the_quantity_of_a_number(session, run, plant):
    """7 in batches of 3: 3, 3 and 1; without a quantity one number for the order."""
    product(run, SOUP, "Predefined", code="LOT", quantity_per_number="3")
    assert [(number, quantity) for number, quantity, _ in numbers(session, make(run, SOUP, "7"))] == [
        ("S-001", 3), ("S-002", 3), ("S-003", 1),
    ]
    product(run, "BROTH", "Predefined", code="LOT")
    assert numbers(session, make(run, "BROTH", "7")) == [("S-004", 7, "Pre-allocated")]


def test_dim_1_an_order_that_was_raised_gets_the_missing_numbers_when_it_starts(session, run, plant):
    product(run, GROUPED, "Predefined")
    order_no = make(run, GROUPED, "2")
    run(change_order, given=ChangeProductionOrder(order_no=order_no, quantity="4", location_code="MAIN", version=2))
    begin(run, order_no)
    assert [number for number, _, _ in numbers(session, order_no)] == ["GR-0001", "GR-0002", "GR-0003", "GR-0004"]


def test_dim_1_dim_2_a_fixed_number_is_the_only_one(session, run, plant):
    product(run, GROUPED, "Fixed")
    order_no = make(run, GROUPED, "1", fixed_serial_no="PROTOTYPE-1")
    assert numbers(session, order_no) == [("PROTOTYPE-1", 1, "Pre-allocated")]
    begin(run, order_no)
    station = Station(session, order_no)
    assert station.scan("PROTOTYPE-2") == "PRODUCT_NOT_PREALLOCATED"
    assert station.scan("PROTOTYPE-1") == "PRODUCT_REGISTERED"
    assert numbers(session, make(run, GROUPED, "1")) == [("GR-0001", 1, "Pre-allocated")]
    refused("FIXED_NUMBER_ONCE", make, run, GROUPED, "2")
    product(run, SOUP, "Fixed", code="LOT")
    assert numbers(session, make(run, SOUP, "5", fixed_lot_no="B-7")) == [("B-7", 5, "Pre-allocated")]
    assert numbers(session, make(run, SOUP, "5", fixed_lot_no="B-7")) == [("B-7", 5, "Pre-allocated")]


def test_dim_1_no_series_no_order(session, run, plant):
    make_item(run, "BARE", code="SN", policy="STRICT", product_numbers="Predefined")
    run(bills.create_bom, given=NewBom(item_no="BARE", lines=(NewBomLine(item_no=BELL, quantity_per="1"),)))
    refused("SERIES_MISSING", make, run, "BARE", "1")
    assert session.query(TrackedProduct).count() == 0


def test_dim_1_manual_takes_any_valid_number(session, run, plant):
    bike_order(run)
    assert Station(session).scan("ANY-1") == "PRODUCT_REGISTERED"


def test_dim_3_a_number_that_was_not_started_is_deleted_from_the_list(session, run, plant):
    """One that was scanned returns to the list first, as before (EDG-27)."""
    product(run, GROUPED, "Predefined")
    order_no = make(run, GROUPED, "2")
    begin(run, order_no)
    station = Station(session, order_no)
    station.scan("GR-0001")
    chosen = {"order_no": order_no, "given": SelectionInput(selected=[station.product], confirmed=True)}
    run(remove_products, **chosen)
    assert [state for _, _, state in numbers(session, order_no)] == ["Pre-allocated", "Pre-allocated"]
    run(remove_products, **chosen)
    assert [number for number, _, _ in numbers(session, order_no)] == ["GR-0002"]
    assert problems(session) == []


def test_d39_a_number_that_was_taken_off_the_list_is_voided_and_a_scan_on_its_order_brings_it_back(session, run, plant):
    """No series gives it again, and no other order of the item takes it without a question."""
    product(run, GROUPED, "Predefined")
    order_no = make(run, GROUPED, "2")
    begin(run, order_no)
    match_id = session.query(TrackedProduct.match_id).filter_by(serial_no="GR-0001").scalar()
    session.rollback()
    run(remove_products, order_no=order_no, given=SelectionInput(selected=[match_id], confirmed=True))
    assert [number for number, _, _ in numbers(session, make(run, GROUPED, "2"))] == ["GR-0003", "GR-0004"]
    assert Station(session, order_no).scan("GR-0001") == "PRODUCT_REVIVED"
    assert problems(session) == []


def test_dim_1_more_numbers_than_are_given_at_once_are_refused_with_the_figures(session, run, plant):
    product(run, GROUPED, "Predefined")
    refusal = refused("INVALID_INPUT", make, run, GROUPED, "100000")
    assert refusal.problems == {"quantity": "100,000 new numbers are too many at a time; at most 10,000 are given"}
    assert session.query(TrackedProduct).count() == 0


def test_dim_5_a_serial_that_counts_in_sales_only_does_not_take_part(session, run, plant):
    """Active in sales process: no inventory serial exists, so the command says so and the line is not listed."""
    sold = ({"kind": "Serial", "transaction": "sales outbound"},)
    run(commands.create_tracking_code, given=NewTrackingCode(code="SOLD", description="Serial at sale", requirements=sold))
    make_item(run, "RADIO", code="SOLD", policy="STRICT")
    make_item(run, "BOX", code="SOLD", policy="STRICT")
    make_item(run, "KIT", code="SN", policy="STRICT")
    opening_stock(run, "RADIO", "5")
    line = (NewBomLine(item_no="RADIO", quantity_per="1"),)
    for item_no in ("BOX", "KIT"):
        run(bills.create_bom, given=NewBom(item_no=item_no, lines=line))
    box, kit = make(run, "BOX", "1"), make(run, "KIT", "1")
    begin(run, box)
    begin(run, kit)
    assert Station(session, box).scan("B-1") == "PRODUCT_NOT_TRACKED"
    station = Station(session, kit)
    station.scan("K-1")
    assert station.scan("ANY") == "SELECT_COMPONENT"


def test_dim_6_a_serial_captured_late_is_checked_on_the_blank_quantity(session, run, plant):
    """Two blanks in stock: two serials are captured, the third is not available."""
    make_item(run, "CHIP", code="SNUSE", policy="STRICT")
    opening_stock(run, "CHIP", "2")
    make_item(run, "BOARD", code="SN", policy="STRICT")
    run(bills.create_bom, given=NewBom(item_no="BOARD", lines=(NewBomLine(item_no="CHIP", quantity_per="3", flushing="Manual"),)))
    order_no = make(run, "BOARD", "1")
    begin(run, order_no)
    station = Station(session, order_no)
    station.scan("BRD-1")
    station.send("line", "10")
    assert station.scan("C-1") == "COMPONENT_REGISTERED"
    assert station.scan("C-2") == "COMPONENT_REGISTERED"
    assert station.scan("C-3") == "NOT_AVAILABLE"
    assert problems(session) == []


@pytest.mark.parametrize(
    ("transactions", "blank_receipt", "blank_issue"),
    [((), True, True), (("purchase inbound",), False, True), (("manufacturing outbound",), True, False)],
    ids=["never asked for", "from receipt on", "captured when it is used"],
)
def test_dim_4_blank_receipt_and_blank_issue_are_flags_of_the_tracking_code(session, run, plant, transactions, blank_receipt, blank_issue):
    """The group's *blank allowed* settings are told by the transactions that demand a number."""
    requirements = tuple({"kind": "Serial", "transaction": name} for name in transactions)
    run(commands.create_tracking_code, given=NewTrackingCode(code="DIM", description="Group", requirements=requirements))
    make_item(run, "THING", code="DIM")
    rules = item_masters(session, ["THING"])["THING"].rules
    session.rollback()
    blank = (not rules.demands("Serial", "purchase inbound"), not rules.demands("Serial", "manufacturing outbound"))
    assert blank == (blank_receipt, blank_issue)


def test_dim_1_components_of_a_grouped_product_are_scanned_as_ever(session, run, plant):
    product(run, GROUPED, "Predefined")
    stock(run, FRAME, "F-9")
    order_no = make(run, GROUPED, "1")
    begin(run, order_no)
    station = Station(session, order_no)
    station.build("GR-0001", "F-9")
    report(run, station.product, order_no=order_no)
    assert numbers(session, order_no) == [("GR-0001", 1, "Reported")]
    assert problems(session) == []
