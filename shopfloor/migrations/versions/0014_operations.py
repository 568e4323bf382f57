"""Entries of operations, append-only, and their sums on the operations of orders (C16)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopfloor.db.guards import guard_statements

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FIGURES = ("setup_minutes", "run_minutes", "good_quantity", "scrap_quantity")


def upgrade() -> None:
    """Operations that are there have no entries, so their sums are 0."""
    with op.batch_alter_table("prod_order_operation") as batch:
        for name in ("good_quantity", "scrap_quantity", "setup_minutes", "run_minutes"):
            batch.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        for name in ("entry_count", "end_count"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "operation_entry",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("operation_no", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=10), nullable=False),
        sa.Column("resource", sa.String(length=50), nullable=False),
        sa.Column("worker_no", sa.String(length=50), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in FIGURES),
        sa.Column("cause", sa.String(length=100), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("serial_no", sa.String(length=50), nullable=False),
        sa.Column("lot_no", sa.String(length=50), nullable=False),
        sa.Column("ends", sa.Boolean(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("corrects_entry_no", sa.BigInteger(), nullable=True),
        sa.Column("register_no", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("operator_no", sa.String(length=50), nullable=False),
        sa.Column("station_code", sa.String(length=50), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("job IN ('', 'Setup', 'Process')", name=op.f("ck_operation_entry_job")),
        sa.CheckConstraint(
            "corrects_entry_no IS NOT NULL OR "
            "(setup_minutes >= 0 AND run_minutes >= 0 AND good_quantity >= 0 AND scrap_quantity >= 0)",
            name=op.f("ck_operation_entry_signs"),
        ),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_operation_entry")),
    )
    columns = ["plant_no", "order_no", "operation_no", "entry_no"]
    op.create_index(op.f("ix_operation_entry_" + "_".join(columns)), "operation_entry", columns)
    op.create_index("uq_operation_entry_corrects", "operation_entry", ["plant_no", "corrects_entry_no"], unique=True)
    dialect = op.get_bind().dialect.name
    for statement in guard_statements("operation_entry", dialect):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute("CREATE SEQUENCE operation_entry_no")
    op.execute("INSERT INTO entry_counter (name, last_no) VALUES ('operation_entry', 0)")


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
