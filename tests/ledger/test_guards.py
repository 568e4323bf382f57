"""A24, T22: nothing posted is edited or deleted, whoever tries, on the migrated schema of both engines."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from shopfloor.db.engine import transaction_options
from shopfloor.db.guards import APPEND_ONLY
from tests.factories_posting import Door, bought, make_items, sold

LEDGER = ("item_ledger_entry", "item_application_entry", "item_register", "command_entry")


@pytest.fixture
def filled(run, session):
    make_items(session)
    door = Door(run, session)
    door(bought("CTRL", sn="C1"))
    door(sold("CTRL", sn="C1"))
    session.rollback()
    session.connection(execution_options=transaction_options(session.get_bind().engine))
    return session


def attempts(table, dialect):
    yield f"UPDATE {table} SET plant_no = 2"
    yield f"DELETE FROM {table}"
    if dialect == "sqlite":
        yield f"REPLACE INTO {table} SELECT * FROM {table}"
        yield f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    else:
        yield f"TRUNCATE {table}"
        yield f"TRUNCATE {table} CASCADE"


@pytest.mark.parametrize("table", LEDGER)
def test_a24_update_delete_replace_and_truncate_are_refused(filled, table):
    """A24, peers 52: no entry of the ledger can be changed or deleted, with whatever statement."""
    before = filled.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    assert before
    for statement in attempts(table, filled.get_bind().dialect.name):
        savepoint = filled.begin_nested()
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
            filled.execute(text(statement))
        savepoint.rollback()
    assert filled.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == before


def test_a24_every_append_only_table_is_guarded(session):
    sqlite = session.get_bind().dialect.name == "sqlite"
    of_sqlite = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    of_postgresql = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    found = session.execute(text(of_sqlite if sqlite else of_postgresql)).all()
    assert {table for table, _ in found} == set(APPEND_ONLY)
    assert len(found) == 2 * len(APPEND_ONLY)


def test_a24_an_upsert_cannot_change_a_row_either(filled):
    savepoint = filled.begin_nested()
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        filled.execute(
            text(
                "INSERT INTO item_register SELECT * FROM item_register WHERE register_no = 1 "
                "ON CONFLICT (plant_no, register_no) DO UPDATE SET reason = 'changed'"
            )
        )
    savepoint.rollback()


def test_a20_the_open_entry_itself_refuses_impossible_figures(filled):
    """The belt: CHECKs and the partial unique index."""
    columns = (
        "INSERT INTO open_item_entry (plant_no, entry_no, posting_date, item_no, variant_code, location_code, serial_no, lot_no, "
        "package_no, serial_specific, unit_no, order_no, order_line_no, remaining, reserved) "
        "VALUES (1, {no}, '2026-03-02', 'CTRL', '', '{place}', 'S1', '', '', {specific}, 0, '', 0, {remaining}, {reserved})"
    )

    def insert(no, remaining, reserved=0, place="MAIN", specific="true"):
        savepoint = filled.begin_nested()
        try:
            filled.execute(text(columns.format(no=no, remaining=remaining, reserved=reserved, place=place, specific=specific)))
            savepoint.commit()
        except IntegrityError:
            savepoint.rollback()
            return False
        return True

    assert [insert(90, 0), insert(91, 1, 2), insert(92, 1, -1), insert(93, -1, 1)] == [False] * 4
    assert insert(94, 100000)
    assert not insert(95, 100000, place="FAR")
    assert insert(96, 100000, specific="false")


POSTED = ("item_ledger_entry", "open_item_entry", "reservation_entry", "tracking_unit")
BLANK = ("variant_code", "location_code", "serial_no", "lot_no", "package_no")


@pytest.mark.parametrize("table", POSTED)
def test_a21_blanks_are_empty_texts_and_entries_lean_on_the_item_alone(engine, table):
    """A21: a blank number is `''`, never NULL, so unique indexes and comparisons hold; a location can go while its history stays."""
    columns = {column["name"]: column["nullable"] for column in inspect(engine).get_columns(table)}
    assert {name for name in BLANK if columns.get(name)} == set()
    assert {key["referred_table"] for key in inspect(engine).get_foreign_keys(table)} <= {"item"}
