"""T9: the n-th statement of a use case fails, for every n until it passes. Each failure leaves the database as it was before."""

from __future__ import annotations

import pytest
from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shopfloor.genealogy.adjusting import open_journal, post_journal
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.picking import pick
from shopfloor.genealogy.reversing import reverse_report
from tests.factories_genealogy import BIKE, FRAME, Station, bike_order, bike_plant, bike_stock, problems, remove, report
from tests.factories_orders import make_customer, make_sales_order, ship

MOST = 120
"""More statements than any of these use cases has."""


class DiskFull(Exception):
    """What a driver raises when there is no room left: nothing that is worth another try."""

    sqlite_errorcode = 13
    sqlstate = "53100"


class Fault:
    """Lets so many statements through, and fails the next one; the commit counts as one."""

    def __init__(self, engine):
        self.left, self.armed = 0, False
        event.listen(engine, "before_cursor_execute", lambda *arguments: self.count())
        event.listen(engine, "commit", lambda connection: self.count())

    def count(self):
        if not self.armed:
            return
        if self.left == 0:
            raise OperationalError("", {}, DiskFull())
        self.left -= 1


@pytest.fixture
def fault(engine):
    return Fault(engine)


@pytest.fixture
def bench(run, session):
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    make_customer(run)
    make_sales_order(run, {"item_no": BIKE, "quantity": "2"})
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station


def everything(engine):
    """Every row of every table."""
    with Session(engine) as session:
        names = sorted(inspect(session.connection()).get_table_names())
        return {name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"')).all())) for name in names}


def fail_at_every_statement(engine, fault, call):
    """Gives how many statements the use case has."""
    before = everything(engine)
    for number in range(MOST):
        fault.left, fault.armed = number, True
        try:
            call()
        except OperationalError as error:
            fault.armed = False
            if not isinstance(error.orig, DiskFull):
                raise
            after = everything(engine)
            assert {name: after[name] for name in after if after[name] != before[name]} == {}, f"statement {number + 1} left traces"
        else:
            fault.armed = False
            assert everything(engine) != before
            return number
    raise AssertionError("it never passed")


def no_of(session, number):
    found = session.scalar(select(ComponentAssociation.association_no).filter_by(serial_no=number))
    session.rollback()
    return found


def test_t9_whatever_statement_fails_nothing_is_half_done(engine, session, run, bench, fault):
    """Remove, scan, pick, journal, report, reversal, shipment: before or after, never between (A5)."""
    order = {"order_no": "RPO-1"}
    unit, frame = bench.product, no_of(session, "F-1")

    def scan():
        bench.mode, bench.product, bench.line = "Component", unit, 0
        assert bench.scan("F-1") == "UNIT_COMPLETED"

    selected = SelectionInput(selected=[no_of(session, "W-1")])
    steps = (
        ("remove", lambda: remove(run, frame)),
        ("scan", scan),
        ("pick", lambda: run(pick, **order, given=selected)),
        ("open journal", lambda: run(open_journal, **order, given=selected)),
        ("post journal", lambda: run(post_journal, **order, given=SelectionInput())),
        ("report", lambda: report(run, unit)),
        ("reverse", lambda: run(reverse_report, **order, given=SelectionInput(selected=[unit], reason="again"))),
        ("report again", lambda: report(run, unit)),
        ("ship", lambda: ship(run, "SO-1", {"serial_no": "BK-1"})),
    )
    for name, call in steps:
        statements = fail_at_every_statement(engine, fault, call)
        assert statements >= 6, f"{name} had only {statements} statements to fail at"
    assert problems(session) == []
    assert session.scalars(select(ComponentAssociation.state).filter_by(item_no=FRAME, state="Consumed")).all() == ["Consumed"]
