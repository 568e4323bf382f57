"""The migrated schema is the models' schema, its append-only tables are guarded, and unusable databases are told in one sentence."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shopfloor.db import Base, Command, make_engine, unit_of_work
from shopfloor.db.guards import APPEND_ONLY
from shopfloor.db.migrate import DatabaseUnusable, is_current, upgrade
from shopfloor.errors import Answer
from tests.databases import fresh_engine

GROUND = "INSERT INTO command_entry VALUES (1, 'k', 'n', 'h', {false}, 'X', '{{}}', '[]', 'E', 'S', NULL, '2026-01-01 00:00:00')"


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a24_every_append_only_table_is_guarded(engine: Engine, table: str) -> None:
    """A24: looked for on the migrated database, because Alembic does not see triggers."""
    if engine.dialect.name == "sqlite":
        wanted = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        expected = 2
    else:
        wanted = text("SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal")
        expected = 2
    with engine.connect() as connection:
        assert connection.execute(wanted, {"table": table}).scalar_one() == expected


@pytest.mark.parametrize("statement", [
    "UPDATE command_entry SET command_name = 'other'",
    "DELETE FROM command_entry",
    "TRUNCATE command_entry",
    "REPLACE INTO command_entry SELECT * FROM command_entry",
])
def test_a24_guards_refuse_update_delete_replace_and_truncate(engine: Engine, statement: str) -> None:
    sqlite = engine.dialect.name == "sqlite"
    if sqlite == statement.startswith("TRUNCATE") or (not sqlite and statement.startswith("REPLACE")):
        pytest.skip("the other engine's statement")
    with engine.begin() as connection:
        connection.execute(text(GROUND.format(false="0" if sqlite else "false")))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_second_upgrade_does_nothing(engine: Engine) -> None:
    upgrade(engine)
    assert is_current(engine)


def test_a_newer_schema_is_not_touched(engine: Engine) -> None:
    """Operations 4.4."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer than this program"):
        upgrade(engine)


@pytest.mark.parametrize("url", [
    "sqlite:////no/such/folder/x.sqlite3", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none",
])
def test_a_database_that_cannot_be_opened_is_told_in_one_sentence_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        upgrade(make_engine(url))
    assert "cannot be used" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_r_db_6_sqlite_syncs_fully_and_keeps_its_pragmas(engine: Engine) -> None:
    """A5, R-DB-6, R-DB-8."""
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite")
    with engine.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in
                   ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_architecture_2_7_reading_holds_no_write_lock(engine: Engine) -> None:
    """A5: engines begin deferred; a page that only reads does not stop a writer."""
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM item"))
        with Session(engine) as session:
            unit_of_work(session, lambda _: Done(), command=Command(key="k", name="n", operator_no="E"))


class Done(Answer):
    code = "TEST_DONE"
    message = "Done."


@pytest.mark.parametrize(("statement", "index"), [
    ("SELECT * FROM item_ledger_entry WHERE plant_no = 1 AND order_no = 'x' ORDER BY entry_no", "order_no"),
    ("SELECT * FROM open_item_entry WHERE plant_no = 1 AND (serial_no = 'x' OR lot_no = 'x') ORDER BY entry_no", "serial_no"),
    ("SELECT * FROM scan_entry WHERE plant_no = 1 AND session_id = 'x' ORDER BY entry_no DESC LIMIT 10", "session_id"),
    ("SELECT * FROM genealogy_edge WHERE plant_no = 1 AND child_no = 4", "child"),
    ("SELECT * FROM component_association WHERE plant_no = 1 AND order_no = 'x' AND match_id IN (0, 4)", "order_no"),
])
def test_sqlite_never_takes_the_plant_for_a_narrow_filter(statement: str, index: str) -> None:
    """A15: `plant_no` leads every index; the planner must use what comes behind it."""
    with fresh_engine("sqlite") as engine, engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement)]
    assert any(index in step for step in plan), plan
    assert not any(step.endswith("(plant_no=?)") for step in plan), plan
