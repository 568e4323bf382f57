"""Disposition codes of batches, inspections with measured values, and one answer to what stops a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopfloor.db.guards import guard_statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ACTIONS = (
    "Held", "Released", "Details changed", "Expiry changed", "Disposition code set", "Quality hold set", "Quality hold lifted",
    "Inspection concluded",
)
HISTORY = "plant_no, entry_no, item_no, variant_code, kind, number, action, old_value, new_value, reason, register_no, operator_no, recorded_at"
SOURCES = "'', 'Hold', 'Quality hold', 'Disposition code'"
AT_REPORT = ("No", "Before", "After")
STATES = ("Open", "Passed", "Failed")
OCCASIONS = ("Report as finished", "By hand")
KINDS = ("Serial", "Lot", "Package")
EVERY_USE = 31


def upgrade() -> None:
    """New masters, new columns of numbers, three tables of inspections, and more words in the history of numbers."""
    _disposition_codes()
    _number_information()
    _number_history()
    _inspection_tests()
    _inspections()
    _values()
    _attachments()
    dialect = op.get_bind().dialect.name
    for table in ("inspection_value", "inspection_attachment"):
        for statement in guard_statements(table, dialect):
            op.execute(statement)
    for counter in ("inspection", "inspection_value", "inspection_attachment"):
        if dialect == "postgresql":
            op.execute(f"CREATE SEQUENCE {counter}_no")
        op.execute(f"INSERT INTO entry_counter (name, last_no) VALUES ('{counter}', 0)")  # noqa: S608


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)


def _disposition_codes() -> None:
    uses = ("blocks_reservation", "blocks_production", "blocks_sales", "blocks_transfer")
    op.create_table(
        "disposition_code",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        *(sa.Column(use, sa.Boolean(), nullable=False) for use in uses),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("plant_no", "code", name=op.f("pk_disposition_code")),
    )


def _number_information() -> None:
    """Written out, because both databases take a CHECK with a new column and SQLite takes none later."""
    no = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    columns = (
        f"quality_hold BOOLEAN DEFAULT {no} NOT NULL",
        "quality_reason VARCHAR(200) DEFAULT '' NOT NULL",
        "disposition_code VARCHAR(20) DEFAULT '' NOT NULL",
        "disposition_reason VARCHAR(200) DEFAULT '' NOT NULL",
        "stops INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_number_information_stops CHECK (stops BETWEEN 0 AND 31)",
        f"stopped_by VARCHAR(20) DEFAULT '' NOT NULL CONSTRAINT ck_number_information_stopped_by CHECK (stopped_by IN ({SOURCES}))",
        "stop_reason VARCHAR(200) DEFAULT '' NOT NULL",
    )
    for column in columns:
        op.execute(f"ALTER TABLE number_information ADD COLUMN {column}")
    op.execute(
        f"UPDATE number_information SET stops = {EVERY_USE}, stopped_by = 'Hold', stop_reason = hold_reason WHERE blocked"  # noqa: S608
    )
    op.drop_index("ix_number_information_on_hold", "number_information")
    for name, columns_of, where in (
        ("on_hold", ["plant_no", "item_no"], "stops <> 0"),
        ("disposition", ["plant_no", "disposition_code"], "disposition_code <> ''"),
    ):
        op.create_index(
            f"ix_number_information_{name}", "number_information", columns_of, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def _number_history() -> None:
    """PostgreSQL changes the CHECK; SQLite makes the guarded table anew."""
    check = f"action IN ({_listed(ACTIONS)})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_number_history_action"), "number_history")
        op.create_check_constraint(op.f("ck_number_history_action"), "number_history", check)
        return
    op.execute("CREATE TABLE number_history_before AS SELECT * FROM number_history")
    op.drop_table("number_history")
    op.create_table(
        "number_history",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("variant_code", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("old_value", sa.String(length=500), nullable=False),
        sa.Column("new_value", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("register_no", sa.BigInteger(), nullable=False),
        sa.Column("operator_no", sa.String(length=50), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(check, name=op.f("ck_number_history_action")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_number_history_item_no_item")),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_number_history")),
    )
    columns = ["plant_no", "item_no", "number", "entry_no"]
    op.create_index(op.f("ix_number_history_" + "_".join(columns)), "number_history", columns)
    op.execute(f"INSERT INTO number_history ({HISTORY}) SELECT {HISTORY} FROM number_history_before")  # noqa: S608
    op.drop_table("number_history_before")
    for statement in guard_statements("number_history", "sqlite"):
        op.execute(statement)


def _inspection_tests() -> None:
    op.create_table(
        "inspection_test",
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("test", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("lower_limit", sa.BigInteger(), nullable=True),
        sa.Column("upper_limit", sa.BigInteger(), nullable=True),
        sa.Column("at_report", sa.String(length=10), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint(f"at_report IN ({_listed(AT_REPORT)})", name=op.f("ck_inspection_test_at_report")),
        sa.CheckConstraint("lower_limit <= upper_limit", name=op.f("ck_inspection_test_limits")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_inspection_test_item_no_item")),
        sa.PrimaryKeyConstraint("item_no", "test", name=op.f("pk_inspection_test")),
    )


def _inspections() -> None:
    op.create_table(
        "inspection",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inspection_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("variant_code", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_by", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inspector_no", sa.String(length=50), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint(f"kind IN ({_listed(KINDS)})", name=op.f("ck_inspection_kind")),
        sa.CheckConstraint(f"occasion IN ({_listed(OCCASIONS)})", name=op.f("ck_inspection_occasion")),
        sa.CheckConstraint(f"state IN ({_listed(STATES)})", name=op.f("ck_inspection_state")),
        sa.CheckConstraint("(state = 'Open') = (concluded_at IS NULL)", name=op.f("ck_inspection_concluded")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_inspection_item_no_item")),
        sa.PrimaryKeyConstraint("plant_no", "inspection_no", name=op.f("pk_inspection")),
    )
    op.create_index("ix_inspection_number", "inspection", ["plant_no", "item_no", "number", "inspection_no"])
    op.create_index("ix_inspection_state", "inspection", ["plant_no", "state", "inspection_no"])


def _values() -> None:
    op.create_table(
        "inspection_value",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_no", sa.BigInteger(), nullable=False),
        sa.Column("test", sa.String(length=50), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("lower_limit", sa.BigInteger(), nullable=True),
        sa.Column("upper_limit", sa.BigInteger(), nullable=True),
        sa.Column("operator_no", sa.String(length=50), nullable=False),
        sa.Column("station_code", sa.String(length=50), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant_no", "inspection_no"], ["inspection.plant_no", "inspection.inspection_no"],
            name=op.f("fk_inspection_value_plant_no_inspection_no_inspection"),
        ),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_inspection_value")),
    )
    op.create_index("ix_inspection_value_inspection", "inspection_value", ["plant_no", "inspection_no", "entry_no"])


def _attachments() -> None:
    op.create_table(
        "inspection_attachment",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_no", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("operator_no", sa.String(length=50), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant_no", "inspection_no"], ["inspection.plant_no", "inspection.inspection_no"],
            name=op.f("fk_inspection_attachment_plant_no_inspection_no_inspection"),
        ),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_inspection_attachment")),
    )
    op.create_index("ix_inspection_attachment_inspection", "inspection_attachment", ["plant_no", "inspection_no", "entry_no"])
