"""What matters when it goes wrong: half-way failures, lost projections, slow queries, needless waiting. Both engines where it applies."""

import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from shopfloor.db import Base
from shopfloor.db.engine import transaction_options
from shopfloor.db.guards import APPEND_ONLY
from shopfloor.errors import NotAllowed
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import GenealogyEdge, ItemApplicationEntry, ItemLedgerEntry, ItemRegister, OpenItemEntry, TrackingUnit
from shopfloor.people.models import Role
from shopfloor.people.rights import RIGHTS
from shopfloor.posting.post import post
from shopfloor.posting.rebuild import rebuild_projections
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from tests.conftest import ADMINISTRATOR
from tests.factories_posting import Posted, bought, lost, made, moved, q, sold, used

OURS = Demand("Sales Line", "SO-1", 10000)
BOOKS = {
    ItemLedgerEntry: ("entry_no",), ItemApplicationEntry: ("entry_no",), ItemRegister: ("register_no",), OpenItemEntry: ("entry_no",),
    TrackingUnit: ("unit_no",), GenealogyEdge: ("parent_no", "child_no"), ReservationEntry: ("entry_no", "positive"),
}


def dump(door):
    return {model.__tablename__: door.rows(model, *order) for model, order in BOOKS.items()}


def some_books(door, actor):
    door(bought("CTRL", sn="C1"), bought("CELL", 10, lot="L1"), bought("SCREW", 100), lost("TAPE", 2))
    door(made("PACK", sn="P1", match_id=7), used("CTRL", sn="C1", match_id=7), used("CELL", 2, lot="L1", match_id=7), used("SCREW", 8))
    door(moved("CELL", 3, lot="L1", new_tracking=Tracking("", "L2")), made("CELL", 5, lot="L3", scrap_quantity=q(1)))
    door(used("CELL", -1, lot="L1", match_id=7, applies_from_entry=7))
    door.reserve(actor, OURS, 2, 4, specific=True)


def test_t9_a_failure_at_any_statement_leaves_everything_as_it_was(engine, door, actor):
    """CI-01: the n-th statement fails, for every n, until the posting goes through."""
    some_books(door, actor)
    before, lines = dump(door), [
        sold("CELL", 5, lot="L1", demand=OURS), bought("PAIR", sn="S1", lot="L9"), made("PACK", sn="P2", match_id=8),
        used("SCREW", 5), sold("PACK", sn="P1"),
    ]
    countdown = [0]

    def fail(connection, cursor, statement, parameters, context, executemany):
        countdown[0] -= 1
        if countdown[0] == 0:
            raise RuntimeError("pulled the plug")

    event.listen(engine, "before_cursor_execute", fail)
    try:
        for failing in range(1, 60):
            countdown[0] = failing
            try:
                door(*lines)
            except RuntimeError:
                door.session.rollback()
                countdown[0] = 0
                assert dump(door) == before
            else:
                break
        countdown[0] = 0
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert failing > 15
    assert len(dump(door)["item_ledger_entry"]) == len(before["item_ledger_entry"]) + len(lines)


def test_a17_a20_projections_can_be_made_anew(door, actor, run, session):
    some_books(door, actor)
    before = dump(door)
    session.execute(text("DELETE FROM open_item_entry WHERE entry_no <> 2"))
    session.execute(text("UPDATE open_item_entry SET remaining = 700000, reserved = 0, unit_no = 9, location_code = 'FAR'"))
    session.execute(text("DELETE FROM genealogy_edge WHERE quantity = 100000"))
    session.execute(text("UPDATE genealogy_edge SET quantity = quantity + 5"))
    session.commit()
    assert dump(door) != before

    def rebuild(open_session, actor):
        rebuild_projections(open_session, actor)
        return Posted()

    run(rebuild)
    assert dump(door) == before
    with pytest.raises(NotAllowed):
        run(rebuild, type(ADMINISTRATOR)("E-1", "Wanda", RIGHTS[Role.WORKER]))


@pytest.mark.own_database
def test_performance_no_statement_of_a_posting_scans_a_table(engine, door, actor):
    """Every look-up goes by a leading key (G2). SQLite says so in its query plan; PostgreSQL when scans are priced out."""
    some_books(door, actor)
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((statement, parameters[0] if executemany else parameters))

    event.listen(engine, "before_cursor_execute", note)
    door.reserve(actor, OURS, 10, 1)
    door(
        sold("CELL", 3, lot="L1", demand=OURS), made("PACK", -1, sn="P1", match_id=7, corrects_entry_no=5), sold("SCREW", 1),
        used("CTRL", -1, sn="C1", match_id=7, applies_from_entry=6), bought("SCREW", 5),
        made("CELL", 0, lot="L3", scrap_quantity=q(-1), corrects_entry_no=11),
    )
    event.remove(engine, "before_cursor_execute", note)
    tables = [name for name in Base.metadata.tables if name in APPEND_ONLY or name in {model.__tablename__ for model in BOOKS}]
    scans = []
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in seen:
            if engine.dialect.name == "sqlite":
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                scans += [(step, statement) for step in plan if step.startswith("SCAN") and any(name in step for name in tables)]
            else:
                plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
                scans += [(step, statement) for step in plan if "Seq Scan" in step and any(name in step for name in tables)]
    assert len(seen) > 10
    assert scans == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a23_stations_that_use_different_lots_do_not_wait_for_each_other(engine, door):
    """Only the entries that a posting is about are locked: one station is in the middle of lot L1, another posts L2."""
    door(bought("CELL", 5, lot="L1"), bought("CELL", 5, lot="L2"), bought("SCREW", 5))
    with Session(engine) as slow:
        slow.connection(execution_options=transaction_options(slow.get_bind().engine))
        post(slow, ADMINISTRATOR, [used("CELL", 1, lot="L1", match_id=1)], source="Test")
        done = threading.Thread(target=lambda: door(used("CELL", 1, lot="L2", order="PO-2", match_id=2), sold("SCREW", 1)))
        done.start()
        done.join(timeout=4)
        waited = done.is_alive()
        slow.rollback()
        done.join()
    assert not waited
    assert door.remaining() == {1: q(5), 2: q(4), 3: q(4)}
