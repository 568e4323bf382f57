"""Performance: what every report asks about reservations finds its rows by an index, however many parts are registered."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from shopfloor.reservations.pairs import list_pairs, pairs_against_orders, pairs_of_document
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock
from tests.factories_reservations import auto


@pytest.fixture
def asked(engine):
    """Statements with their parameters, as the database got them."""
    seen = []
    event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, statement, values, *_rest: seen.append((statement, values)))
    return seen


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "ask",
    [
        lambda session: pairs_against_orders(session, "Prod. Order Line", "RPO-1", "Prod. Order Component"),
        lambda session: pairs_of_document(session, "SO-1", ["Sales Line"]),
        lambda session: list_pairs(session, order_no="SO-1"),
    ],
)
def test_performance_no_look_at_a_document_scans_the_reservations(run, session, asked, ask):
    plant_with_masters(run)
    make_customer(run)
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    auto(run)
    asked.clear()
    ask(session)
    ((statement, values),) = [one for one in asked if one[0].startswith("SELECT")]
    plan = [row.detail for row in session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)]
    session.rollback()
    assert plan
    assert [step for step in plan if step.startswith("SCAN")] == []
