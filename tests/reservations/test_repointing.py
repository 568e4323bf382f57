"""AP-16: reservations follow the goods that come in, quantity by quantity; what is not there stays on the order line. Both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.errors import NotReversible
from shopfloor.production import commands as production
from shopfloor.production.inputs import OrderKey
from shopfloor.reservations.errors import ReservedNotInStock
from shopfloor.reservations.pairs import Pair
from shopfloor.reservations.repointing import Arrived, plan_repointing
from shopfloor.reservations.rules import Demand
from tests.factories_items import CELL, LABEL, PACK, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_production import finish_packs, make_order, make_pack_masters, reverse, schedule, start, stock_for_packs
from tests.factories_reservations import STOCK, auto, books, component_line, held, reserved_by_number, sales_line

NEED = date(2030, 6, 30)


# --- the rule --------------------------------------------------------------------------------------------------------------


def pair(entry_no, quantity, *, line_no=10000, tracking=NO_TRACKING, need=NEED, binding=""):
    return Pair(
        entry_no, Demand("Sales Line", f"SO-{entry_no}", 10000), tracking, "Purchase Line", "PO-1", line_no, 0, tracking, CELL, "", "MAIN",
        Decimal(quantity), False, "", binding, False, need, None, datetime(2030, 1, 1, tzinfo=UTC), "E",
    )


def arrived(entry_no, quantity, lot="", line_no=10000):
    return Arrived(line_no, entry_no, Tracking(lot_no=lot), Decimal(quantity))


@pytest.mark.parametrize(
    ("pairs", "goods", "expected"),
    [
        ([pair(1, 5)], [arrived(91, 3)], [(1, 91, 3)]),
        ([pair(1, 5)], [arrived(91, 3), arrived(92, 9)], [(1, 91, 3), (1, 92, 2)]),
        ([pair(1, 5), pair(2, 5)], [arrived(91, 6)], [(1, 91, 5), (2, 91, 1)]),
        ([pair(1, 5), pair(2, 5, need=date(2030, 1, 1))], [arrived(91, 6)], [(2, 91, 5), (1, 91, 1)]),
        ([pair(1, 5), pair(2, 5, binding="Order-to-Order")], [arrived(91, 6)], [(2, 91, 5), (1, 91, 1)]),
        ([pair(1, 5, line_no=20000)], [arrived(91, 6)], []),
        ([pair(1, 5, tracking=Tracking(lot_no="B"))], [arrived(91, 6, "A")], []),
        ([pair(1, 5), pair(2, 2, tracking=Tracking(lot_no="A"))], [arrived(91, 6, "A")], [(2, 91, 2), (1, 91, 4)]),
        ([pair(1, 5)], [], []),
    ],
    ids=["partly", "two-entries", "in-turn", "earliest-need", "bound-first", "other-line", "other-number", "number-first", "nothing"],
)
def test_ap_16_quantity_by_quantity(pairs, goods, expected):
    assert [(m.pair.entry_no, m.entry.entry_no, int(m.quantity)) for m in plan_repointing(pairs, goods)] == expected


# --- receipt ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def trade(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    yield
    assert books(session) == []


def promised(run, quantity="10", bought="10"):
    make_purchase_order(run, {"item_no": CELL, "quantity": bought, "date": "2030-05-31"})
    make_sales_order(run, {"item_no": CELL, "quantity": quantity, "date": "2030-06-30"})
    auto(run)


def test_ap_16_a_partial_receipt_moves_its_part(run, session, trade):
    promised(run)
    receive(run, "PO-1", {"quantity": "4", "lot_no": "L-1"}, {"quantity": "2", "lot_no": "L-2"})
    assert sorted(held(session)) == [(STOCK, "L-1", 4, False), (STOCK, "L-2", 2, False), ("PO-1", "", 4, False)]
    assert reserved_by_number(session, CELL) == {"L-1": 4, "L-2": 2}
    receive(run, "PO-1", {"quantity": "4", "lot_no": "L-3"})
    ship(run, "SO-1", *({"quantity": quantity, "lot_no": lot} for quantity, lot in (("4", "L-1"), ("2", "L-2"), ("4", "L-3"))))
    assert held(session) == []


def test_ap_16_what_is_not_reserved_is_free(run, session, trade):
    promised(run, "3")
    receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"})
    assert reserved_by_number(session, CELL) == {"L-1": 3}


def test_ap_16_goods_that_pay_a_negative_stock_cannot_be_held(run, session, trade):
    """C10: 4 of the 10 are gone already; the rest of the reservation has no supply any more."""
    from tests.factories_items import make_item

    make_item(run, "TAPE", negative_stock_allowed=True)
    adjust(run, {"item_no": "TAPE", "entry_type": "Negative Adjmt.", "quantity": "4"})
    make_purchase_order(run, {"item_no": "TAPE", "quantity": "10", "date": "2030-05-31"})
    make_sales_order(run, {"item_no": "TAPE", "quantity": "10", "date": "2030-06-30"})
    auto(run)
    receive(run, "PO-1", {"quantity": "10"})
    assert held(session) == [(STOCK, "", 6, False)]


def test_er_08_ap_05_what_is_reserved_of_an_order_cannot_go_out_before_it_is_here(run, session, trade):
    promised(run)
    opening_stock(run, CELL, "20", lot_no="L-0")
    with pytest.raises(ReservedNotInStock) as refused:
        ship(run, "SO-1", {"quantity": "1", "lot_no": "L-0"})
    assert refused.value.supply == "PO-1 line 10000"


def test_ap_16_statements_do_not_grow(run, session, trade, engine):
    from tests.factories_production import counted

    counts = []
    for no, size in (("1", 2), ("2", 40)):
        make_purchase_order(run, {"item_no": CELL, "quantity": str(size), "date": "2030-05-31"}, no=f"PO-{no}")
        lines = [{"item_no": CELL, "quantity": "1", "date": "2030-06-30"} for _ in range(size)]
        make_sales_order(run, *lines, no=f"SO-{no}")
        for number in range(1, size + 1):
            auto(run, line=sales_line(f"SO-{no}", number * 10000))
        with counted(session) as statements:
            receive(run, f"PO-{no}", *({"quantity": "1", "lot_no": f"{no}-{number}"} for number in range(size)))
        counts.append(len(statements))
    assert counts[0] == counts[1]


# --- production ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def packs(run, session):
    make_pack_masters(run)
    make_customer(run)
    stock_for_packs(run, 2)
    make_order(run, "2", due_date="2030-05-31")
    start(run)
    make_sales_order(run, {"item_no": PACK, "quantity": "2", "date": "2030-06-30"})
    auto(run)
    yield
    assert books(session) == []


def test_ap_16_pr_09_a_reported_unit_is_held_for_its_customer(run, session, packs):
    assert held(session) == [("PO-1", "", 2, False)]
    finish_packs(run, 1)
    assert sorted(held(session)) == [(STOCK, "P-0001", 1, False), ("PO-1", "", 1, False)]
    finish_packs(run, 2)
    assert held(session) == [(STOCK, "P-0001", 1, False), (STOCK, "P-0002", 1, False)]


def test_d23_a_unit_that_is_held_for_a_customer_is_not_reversed(run, session, packs):
    finish_packs(run, 1)
    with pytest.raises(NotReversible) as refused:
        reverse(run, 1)
    assert (refused.value.number, refused.value.left) == ("P-0001", "0")
    assert (STOCK, "P-0001", 1, False) in held(session)


def test_pr_08_what_is_not_made_any_more_is_not_held(run, session, packs):
    finish_packs(run, 1)
    run(production.end_job, given=OrderKey(order_no="PO-1"))
    assert held(session) == [(STOCK, "P-0001", 1, False)]


def test_pr_08_ot_02_an_ended_order_gives_back_what_its_components_held(run, session, packs):
    finish_packs(run, 1)
    auto(run, line=component_line("PO-1", 40))
    assert reserved_by_number(session, LABEL) == {"": 1}
    run(production.end_job, given=OrderKey(order_no="PO-1"))
    run(production.end_order, given=OrderKey(order_no="PO-1"))
    assert reserved_by_number(session, LABEL) == {"": 0}


def test_ot_01_a_component_served_from_stock_gives_back_what_it_reserved_of_orders(run, session):
    make_pack_masters(run)
    make_vendor(run)
    make_purchase_order(run, {"item_no": CELL, "quantity": "6", "date": "2030-05-01"}, no="PUR-1")
    make_order(run, "2", due_date="2030-05-31")
    schedule(run)
    auto(run, line=component_line("PO-1", 20))
    assert held(session, component_line("PO-1", 20)) == [("PUR-1", "", 6, False)]
    stock_for_packs(run, 2)
    start(run)
    finish_packs(run, 1)
    assert held(session, component_line("PO-1", 20)) == [("PUR-1", "", 3, False)]
    finish_packs(run, 2)
    assert held(session, component_line("PO-1", 20)) == []
    assert books(session) == []


def test_c4_error_quantity_brings_nothing_so_its_reservation_is_dropped(run, session, packs):
    from shopfloor.production import journals
    from tests.factories_production import on_order, pack_report, pack_uses

    on_order(run, journals.finish, reports=[pack_report(1, good="0", error="1", cause="bent")], uses=pack_uses(1))
    assert held(session) == [("PO-1", "", 1, False)]
