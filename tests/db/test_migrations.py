"""The migrated schema is the models' schema, its append-only tables are guarded, and unusable databases are told in one sentence."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shopfloor.db import Base, Command, make_engine, unit_of_work
from shopfloor.db.engine import transaction_options
from shopfloor.db.guards import APPEND_ONLY
from shopfloor.db.migrate import DatabaseUnusable, _config, is_current, upgrade
from shopfloor.db.planner import describe_indexes
from shopfloor.errors import Answer
from tests.databases import ENGINES, fresh_engine, postgres_url, sqlalchemy_url

GROUND = "INSERT INTO command_entry VALUES (1, 'k', 'n', 'h', {false}, 'X', '{{}}', '[]', 'E', 'S', NULL, '2026-01-01 00:00:00')"

pytestmark = pytest.mark.own_database


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


GOODS = "plant_no = 1 AND item_no = 'x' AND variant_code = ''"


@pytest.mark.parametrize(("statement", "index"), [
    ("SELECT * FROM item_ledger_entry WHERE plant_no = 1 AND order_no = 'x' ORDER BY entry_no", "order_no"),
    ("SELECT * FROM open_item_entry WHERE plant_no = 1 AND (serial_no = 'x' OR lot_no = 'x') ORDER BY entry_no", "serial_no"),
    ("SELECT * FROM scan_entry WHERE plant_no = 1 AND session_id = 'x' ORDER BY entry_no DESC LIMIT 10", "session_id"),
    ("SELECT * FROM genealogy_edge WHERE plant_no = 1 AND child_no = 4", "child"),
    ("SELECT * FROM component_association WHERE plant_no = 1 AND order_no = 'x' AND match_id IN (0, 4)", "order_no"),
    (f"SELECT * FROM open_item_entry WHERE {GOODS} AND location_code = 'x' AND lot_no = 'x'", "plant_no_lot_no"),
    (f"SELECT * FROM open_item_entry WHERE {GOODS} AND location_code = 'x' AND serial_no IN ('x', 'y')", "plant_no_serial_no"),
    ("SELECT * FROM open_item_entry WHERE plant_no = 1 AND item_no IN ('x') AND serial_no IN ('x', 'y')", "plant_no_serial_no"),
    (f"SELECT * FROM open_item_entry WHERE {GOODS} AND location_code = 'x' ORDER BY posting_date, entry_no", "location_code"),
    ("SELECT * FROM number_information WHERE plant_no = 1 AND item_no IN ('x', 'y') AND stops != 0 AND (stops & 1) != 0", "on_hold"),
])
def test_sqlite_never_takes_the_plant_for_a_narrow_filter(statement: str, index: str) -> None:
    """A15: `plant_no` leads every index; the planner must use what comes behind it."""
    with fresh_engine("sqlite") as engine, engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement)]
    assert any(index in step for step in plan), plan
    assert not any(step.endswith("(plant_no=?)") for step in plan), plan


def test_sqlite_reads_number_information_by_the_number() -> None:
    """An item may have had millions of numbers: a posting reads those on its lines by the whole key."""
    statement = (
        "SELECT * FROM number_information WHERE plant_no = 1 AND item_no IN ('x', 'y') AND variant_code IN ('', 'v') "
        "AND kind IN ('Serial', 'Lot') AND number IN ('1', '2', '3', '4')"
    )
    with fresh_engine("sqlite") as engine, engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement)]
    assert any("item_no=? AND variant_code=? AND kind=? AND number=?" in step for step in plan), plan


def test_measured_figures_of_sqlite_stay_and_described_ones_are_renewed() -> None:
    """`ANALYZE` knows better than a description; a description by an older version does not."""
    with fresh_engine("sqlite") as engine, engine.connect() as connection:
        ours, measured = "ix_open_item_entry_plant_no_lot_no", "ix_open_item_entry_plant_no_serial_no"
        described = dict(connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1").all())
        change = "UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?"
        connection.exec_driver_sql(change, ("1000000 1000000 7", ours))
        connection.exec_driver_sql(change, ("812 812 3", measured))
        describe_indexes(connection)
        after = dict(connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1").all())
    assert after == described | {measured: "812 812 3"}


@contextmanager
def bare_url(kind, folder):
    """The address of a database without any schema."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'old.sqlite3'}"
        return
    server = postgres_url()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE before_versions")
        try:
            yield sqlalchemy_url(server, "before_versions")
        finally:
            connection.execute("DROP DATABASE before_versions WITH (FORCE)")


@pytest.mark.parametrize("kind", ENGINES)
def test_bills_and_routings_made_before_versions_are_version_1(kind, tmp_path):
    """What is there is kept: version 1, certified, always valid; resources that routings name become records."""
    with bare_url(kind, tmp_path) as url:
        _upgrade_an_old_plant(make_engine(url))


def _upgrade_an_old_plant(engine):
    with engine.connect().execution_options(**transaction_options(engine)) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.commit()
    with engine.connect().execution_options(**transaction_options(engine)) as connection, connection.begin():
        for statement in OLD_PLANT:
            connection.execute(text(statement))
    upgrade(engine)
    with engine.connect() as connection:
        lines = connection.execute(text("SELECT bom_no, version_code, line_no, item_no, quantity_per FROM bom_line")).all()
        assert lines == [("B-1", "1", 10, "PART", 200000)]
        assert connection.execute(text("SELECT version_code, status, starting_date FROM bom_version")).all() == [("1", "Certified", None)]
        assert connection.execute(text("SELECT routing_no, version_code, resource FROM routing_line")).all() == [("R-1", "1", "BENCH")]
        assert connection.execute(text("SELECT code, kind FROM resource")).all() == [("BENCH", "Work center")]
        assert connection.execute(text("SELECT bom_version, routing_version FROM production_order")).all() == [("1", "1")]
    engine.dispose()


ITEM_COLUMNS = (
    "no, description, base_unit_code, rounding_precision, reservation_policy, serial_pattern, lot_pattern, expiration_days, "
    "report_when_completed, negative_stock_allowed, blocked"
)
ITEM_VALUES = "'x', 'PCS', 100000, 'Optional', '', '', 0, false, false, false"
BOM_COLUMNS = (
    "bom_no, line_no, item_no, variant_code, unit_code, quantity_per, constant, scrap_percent, flushing, operation_no, "
    "under_tolerance_percent, over_tolerance_percent, one_scan_is"
)
ORDER_COLUMNS = (
    "plant_no, no, status, item_no, variant_code, description, quantity, location_code, fixed_serial_no, fixed_lot_no, version, created_at"
)
OLD_PLANT = (
    "INSERT INTO unit_of_measure (code, description, measured, gs1_unit) VALUES ('PCS', 'Piece', false, '')",
    f"INSERT INTO item ({ITEM_COLUMNS}) VALUES ('MADE', {ITEM_VALUES}), ('PART', {ITEM_VALUES})",
    "INSERT INTO bill_of_material (no, item_no, description) VALUES ('B-1', 'MADE', 'x')",
    (f"INSERT INTO bom_line ({BOM_COLUMNS}) "
    "VALUES ('B-1', 10, 'PART', '', 'PCS', 200000, false, 0, 'Finish', 0, 0, 0, 'All that remains')"),
    "INSERT INTO routing (no, item_no, description) VALUES ('R-1', 'MADE', 'x')",
    "INSERT INTO routing_line (routing_no, operation_no, description, resource, run_minutes) VALUES ('R-1', 10, 'x', 'BENCH', 0)",
    (f"INSERT INTO production_order ({ORDER_COLUMNS}) "
    "VALUES (1, 'PO-1', 'Created', 'MADE', '', 'x', 100000, 'MAIN', '', '', 1, '2026-01-01 00:00:00')"),
)
