"""RS-18: sharing stock out. The rule in a table, then the use case on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.orders.inputs import ChangeCustomerPriority
from shopfloor.orders.priorities import change_customer_priority
from shopfloor.reservations.allocating import allocate_stock, worksheet
from shopfloor.reservations.allocation import BASIC, BY_PRIORITY, EQUALLY, METHODS, allocate
from shopfloor.reservations.errors import NotEnoughForAll, NothingToReserve
from shopfloor.reservations.inputs import Allocate
from shopfloor.reservations.matching import DemandLine
from shopfloor.reservations.rules import Demand
from tests.factories_items import CELL, PASTE, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock
from tests.factories_reservations import books, held, sales_line


def line(number, needed, *, day=1, priority=0, precision="1"):
    demand = Demand("Sales Line", f"SO-{number}", 10000)
    return DemandLine(
        demand, CELL, "", "MAIN", date(2030, 1, day), Decimal(needed), precision=Decimal(precision), priority=priority
    )


@pytest.mark.parametrize(
    ("method", "needs", "available", "expected"),
    [
        (BASIC, [4, 6], 10, [4, 6]),
        (BASIC, [4, 6], 9, [0, 0]),
        (EQUALLY, [4, 6], 10, [4, 6]),
        (EQUALLY, [4, 6], 6, [3, 3]),
        (EQUALLY, [1, 6, 6], 9, [1, 4, 4]),
        (EQUALLY, [5, 5, 5], 10, [4, 3, 3]),
        (EQUALLY, [5, 5, 5], 2, [1, 1, 0]),
        (EQUALLY, [5, 5], 0, [0, 0]),
        (BY_PRIORITY, [4, 6], 7, [4, 3]),
    ],
)
def test_rs_18_shares(method, needs, available, expected):
    lines = [line(number, need, day=number) for number, need in enumerate(needs, 1)]
    given = allocate(method, lines, Decimal(available))
    assert [int(given.get(one.demand, 0)) for one in lines] == expected


def test_rs_18_the_greater_priority_comes_first_then_the_earlier_date():
    lines = [line(1, 5, day=1), line(2, 5, day=9, priority=7), line(3, 5, day=3, priority=7)]
    given = allocate(BY_PRIORITY, lines, Decimal(12))
    assert [int(given.get(one.demand, 0)) for one in lines] == [2, 5, 5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("available", ["0.001", "1", "10", "9.999"])
def test_rs_14_nothing_odd_is_left(method, available):
    """Shares are whole multiples of the precision and never more than there is, or than anybody needs."""
    lines = [line(number, "3.333", precision="0.001") for number in range(1, 4)]
    given = allocate(method, lines, Decimal(available))
    assert sum(given.values()) in {Decimal(0), min(Decimal(available), Decimal("9.999"))}
    assert all(quantity % Decimal("0.001") == 0 for quantity in given.values())


@pytest.fixture
def market(run, session):
    plant_with_masters(run)
    make_customer(run)
    make_customer(run, no="C2")
    run(change_customer_priority, given=ChangeCustomerPriority(customer_no="C2", priority=9))
    for no, customer, quantity in (("SO-1", "C1", "6"), ("SO-2", "C2", "6"), ("SO-3", "C1", "2")):
        make_sales_order(run, {"item_no": CELL, "quantity": quantity, "date": "2030-06-30"}, no=no, customer_no=customer)
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    yield
    assert books(session) == []


def share_out(run, method, item_no=CELL):
    return run(allocate_stock, given=Allocate(method=method, item_no=item_no, location_code="MAIN"))


def quantities(session):
    return [sum(quantity for _, _, quantity, _ in held(session, sales_line(no))) for no in ("SO-1", "SO-2", "SO-3")]


def test_rs_18_equally(run, session, market):
    answer = share_out(run, EQUALLY)
    assert (answer.quantity, answer.line_count, quantities(session)) == ("10", 3, [4, 4, 2])


def test_rs_18_by_customer_priority(run, session, market):
    share_out(run, BY_PRIORITY)
    assert quantities(session) == [4, 6, 0]


def test_rs_18_basic_gives_all_or_none(run, session, market):
    with pytest.raises(NotEnoughForAll) as refused:
        share_out(run, BASIC)
    assert (refused.value.available, refused.value.needed) == ("10", "14")
    opening_stock(run, CELL, "4", lot_no="L-3")
    assert share_out(run, BASIC).quantity == "14"
    with pytest.raises(NothingToReserve):
        share_out(run, BASIC)


def test_rs_14_a_weighed_item(run, session, market):
    for no in ("SO-4", "SO-5", "SO-6"):
        make_sales_order(run, {"item_no": PASTE, "quantity": "1"}, no=no)
    opening_stock(run, PASTE, "1", lot_no="P-1")
    assert share_out(run, EQUALLY, PASTE).quantity == "1"


def test_rs_18_the_worksheet_shows_what_it_would_do_and_writes_nothing(run, session, market):
    (group,) = worksheet(session, method=EQUALLY, item_no=CELL).groups
    session.rollback()
    assert (group.available, group.needed, group.proposed) == (Decimal(10), Decimal(14), Decimal(10))
    assert quantities(session) == [0, 0, 0]
