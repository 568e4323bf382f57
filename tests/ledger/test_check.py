"""A20: every invariant of the books has a check, and every check finds the lie that is planted for it. Both engines."""

import pytest
from sqlalchemy import text

from shopfloor.db.engine import transaction_options
from shopfloor.db.guards import APPEND_ONLY
from shopfloor.items.tracking import Tracking
from shopfloor.ledger import check, check_edges
from shopfloor.posting import check as posting_check
from shopfloor.posting.check import run_all
from shopfloor.reservations.rules import Demand
from tests.factories_posting import ONE, Door, bought, made, make_items, moved, sold, used

LIES = {
    # The entries after `books`: 1 C1 +1, 2 L1 +10, 3 screws +100; 4 P1 +1, 5 C1 -1, 6 L1 -2, 7 screws -8; 8 P1 -1;
    # 9 L1 -3, 10 L2 +3; 11 P2 scrap; 12 L1 +1, returned of entry 6.
    check.inbound_entries_are_balanced: [
        "UPDATE item_ledger_entry SET quantity = 900000 WHERE entry_no = 2",
        "UPDATE item_application_entry SET quantity = -1200000 WHERE item_entry_no = 6",
        "DELETE FROM item_application_entry WHERE item_entry_no = 3",
    ],
    check.outbound_entries_are_applied: [
        "UPDATE item_application_entry SET quantity = -100000 WHERE item_entry_no = 6",
        "UPDATE item_application_entry SET quantity = -900000 WHERE item_entry_no = 7",
        "DELETE FROM item_application_entry WHERE item_entry_no = 8",
    ],
    check.applications_agree: [
        "UPDATE item_ledger_entry SET location_code = 'FAR' WHERE entry_no = 6",
        "UPDATE item_ledger_entry SET variant_code = 'RED' WHERE entry_no = 7",
        "UPDATE item_ledger_entry SET lot_no = 'L9' WHERE entry_no = 6",
        "UPDATE item_ledger_entry SET serial_no = 'C9' WHERE entry_no = 5",
        "UPDATE item_application_entry SET inbound_item_entry_no = 3 WHERE item_entry_no = 6",
    ],
    check.applications_name_entries: [
        "UPDATE item_application_entry SET inbound_item_entry_no = 77 WHERE item_entry_no = 6",
        "UPDATE item_application_entry SET transferred_from_entry_no = 77 WHERE item_entry_no = 10",
    ],
    check.entries_have_registers: ["DELETE FROM item_register WHERE register_no = 2"],
    check.serials_are_single: [
        "UPDATE item_ledger_entry SET quantity = 200000 WHERE entry_no = 1",
        "UPDATE item_ledger_entry SET serial_no = 'C1' WHERE entry_no = 8",
        "DELETE FROM item_ledger_entry WHERE entry_no = 1",
    ],
    check.serials_are_produced_once: [
        "UPDATE item_ledger_entry SET serial_no = 'P1' WHERE entry_no = 11",
        "UPDATE item_ledger_entry SET scrap_quantity = 100000 WHERE entry_no = 4",
    ],
    check.open_entries_are_right: [
        "UPDATE open_item_entry SET remaining = 300000 WHERE entry_no = 2",
        "UPDATE open_item_entry SET location_code = 'FAR' WHERE entry_no = 2",
        "UPDATE open_item_entry SET lot_no = 'L9' WHERE entry_no = 2",
        "DELETE FROM open_item_entry WHERE entry_no = 2",
        "UPDATE open_item_entry SET entry_no = 77 WHERE entry_no = 2",
        "UPDATE open_item_entry SET serial_specific = (entry_no = 2)",
    ],
    check_edges.numbers_have_units: [
        "UPDATE open_item_entry SET unit_no = 0 WHERE entry_no = 2",
        "UPDATE tracking_unit SET lot_no = 'L9' WHERE lot_no = 'L1'",
        "UPDATE tracking_unit SET match_id = 99 WHERE match_id = 7",
    ],
    check_edges.edges_are_right: [
        "UPDATE genealogy_edge SET quantity = quantity + 1",
        "DELETE FROM genealogy_edge WHERE quantity = 100000",
        "DELETE FROM genealogy_edge WHERE quantity = 300000",
        "INSERT INTO genealogy_edge (plant_no, parent_no, child_no, quantity) VALUES (1, 1, 2, 100000)",
    ],
    posting_check.reserved_is_right: [
        "UPDATE open_item_entry SET reserved = 0 WHERE entry_no = 2",
        "UPDATE open_item_entry SET reserved = 100000 WHERE entry_no = 3",
        "DELETE FROM reservation_entry",
        "UPDATE reservation_entry SET source_line_no = 77 WHERE source_line_no = 2",
    ],
    posting_check.pairs_are_balanced: [
        "UPDATE reservation_entry SET quantity_base = quantity_base + 1 WHERE quantity_base > 0",
        "DELETE FROM reservation_entry WHERE quantity_base < 0",
    ],
    posting_check.returns_stay_within: ["UPDATE item_application_entry SET quantity = 300000 WHERE item_entry_no = 12"],
    posting_check.scrap_stays_within: ["UPDATE item_ledger_entry SET scrap_quantity = -scrap_quantity WHERE entry_no = 11"],
    posting_check.numbers_have_information: ["DELETE FROM number_information WHERE number = 'L1'", "DELETE FROM number_information"],
}


def books(run, session, actor):
    """A little of everything."""
    make_items(session)
    door = Door(run, session)
    door(bought("CTRL", sn="C1"), bought("CELL", 10, lot="L1"), bought("SCREW", 100))
    door(made("PACK", sn="P1", match_id=7), used("CTRL", sn="C1", match_id=7), used("CELL", 2, lot="L1", match_id=7), used("SCREW", 8))
    door(sold("PACK", sn="P1"))
    door(moved("CELL", 3, lot="L1", new_tracking=Tracking("", "L2")))
    door(made("PACK", 0, sn="P2", scrap_quantity=ONE))
    door(used("CELL", -1, lot="L1", match_id=7, applies_from_entry=6))
    door.reserve(actor, Demand("Sales Line", "SO-1", 10000), 2, 2)


def drop_guards(session):
    """Only here: so that a lie can be planted."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    for name in APPEND_ONLY:
        for trigger in (f"{name}_no_update", f"{name}_no_delete") if sqlite else (f"{name}_no_change",):
            session.execute(text(f"DROP TRIGGER {trigger}" + ("" if sqlite else f" ON {name}")))


@pytest.fixture
def planted(session, run, actor):
    """Plants a lie in right books, in a transaction that is thrown away."""
    books(run, session, actor)
    assert run_all(session) == []
    session.rollback()
    session.connection(execution_options=transaction_options(session.get_bind().engine))
    drop_guards(session)
    return session


def test_every_check_has_planted_lies():
    known = {*check.CHECKS, *check_edges.EDGE_CHECKS, *posting_check.CHECKS}
    assert set(LIES) == known


def test_planted_lies_are_found(planted):
    """Each lie is planted alone, found by its check, and taken back; on one database, because each is a savepoint."""
    missed = []
    for checked, lies in LIES.items():
        for lie in lies:
            savepoint = planted.begin_nested()
            touched = planted.execute(text(lie)).rowcount
            if not touched or not checked(planted):
                missed.append((checked.__name__, lie, touched))
            savepoint.rollback()
    assert missed == []
    assert run_all(planted) == []


def test_a_problem_is_a_sentence_with_the_numbers_in_it(planted):
    planted.execute(text("UPDATE open_item_entry SET remaining = 300000 WHERE entry_no = 2"))
    assert [problem.text for problem in run_all(planted)] == ["Entry 2 should be open with 5, but is with 3, or with other goods."]


def test_checks_are_cut_at_a_limit(planted, monkeypatch):
    monkeypatch.setattr(check, "LIMIT", 2)
    planted.execute(text("DELETE FROM item_register"))
    assert len(check.entries_have_registers(planted)) == 2
