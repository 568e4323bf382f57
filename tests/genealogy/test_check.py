"""A22: the checks of tracked components find the lie that is planted for them. Both engines."""

from __future__ import annotations

from sqlalchemy import text

from shopfloor.db.engine import transaction_options
from shopfloor.db.guards import APPEND_ONLY
from shopfloor.genealogy import check
from tests.factories_genealogy import problems, report

LIES = [
    (check.nothing_vanished, "DELETE FROM association_entry WHERE association_no = {open}", "association {open} is not in the log"),
    (check.log_equals_projection, "UPDATE component_association SET state = 'Removed' WHERE association_no = {open}",
     "association {open} is Removed with 1, its log says 1"),
    (check.log_equals_projection, "UPDATE component_association SET serial_no = 'F-9' WHERE association_no = {open}",
     "association {open} is F-9, its log says F-2"),
    (check.nothing_vanished, "DELETE FROM component_association WHERE association_no = {posted}",
     "association {posted} is in the log and nowhere else"),
    (check.nothing_vanished, "DELETE FROM tracked_product WHERE match_id = {row}", "row {row} is in the log and nowhere else"),
    (check.nothing_vanished, "DELETE FROM association_entry WHERE match_id = {row}", "row {row} is not in the log"),
    (check.registered_equals_rows, "UPDATE prod_order_line SET registered_quantity = 0",
     "RPO-1 line 10000 counts 0 registered, its rows are 2"),
]


def test_a22_lies_about_registrations_are_found(station, session, run):
    """A22: each lie is planted alone, found with its numbers, and taken back."""
    report(run, station.build("BK-1", "F-1", "W-1", "W-2", "P-A"))
    row = station.build("BK-2", "F-2")
    assert problems(session) == []
    session.connection(execution_options=transaction_options(session.get_bind().engine))
    number_of = "SELECT association_no FROM component_association WHERE serial_no = '{}'"
    names = {"posted": session.scalar(text(number_of.format("F-1"))), "open": session.scalar(text(number_of.format("F-2"))), "row": row}
    drop_guards(session)
    for checked, lie, told in LIES:
        savepoint = session.begin_nested()
        session.execute(text(lie.format(**names)))
        assert told.format(**names) in [problem.text for problem in checked(session)]
        savepoint.rollback()
    assert check.run_all(session) == []


def drop_guards(session):
    """Only here: so that a lie can be planted, in a transaction that is thrown away."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    for name in APPEND_ONLY:
        for trigger in (f"{name}_no_update", f"{name}_no_delete") if sqlite else (f"{name}_no_change",):
            session.execute(text(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {name}")))
