"""Item tracking codes in full, series of goods numbers on items, and what happened to numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopfloor.db.guards import guard_statements

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("serial", "lot", "package")
ACTIONS = ("Held", "Released", "Details changed", "Expiry changed")


def upgrade() -> None:
    """New columns of masters, and a guarded table."""
    _tracking_codes()
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("serial_nos", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("lot_nos", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("number_information") as batch:
        batch.add_column(sa.Column("comments", sa.String(length=500), nullable=False, server_default=""))
    _number_history()


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def _tracking_codes() -> None:
    """Specific tracking implies warehouse tracking (TC-01), also for the codes that are there."""
    with op.batch_alter_table("item_tracking_code") as batch:
        for kind in KINDS:
            batch.add_column(sa.Column(f"{kind}_warehouse", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("warranty_formula", sa.String(length=20), nullable=False, server_default=""))
        batch.add_column(sa.Column("warranty_entry_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    for kind in KINDS:
        op.execute(f"UPDATE item_tracking_code SET {kind}_warehouse = {kind}_specific")  # noqa: S608
    with op.batch_alter_table("item_tracking_code") as batch:
        for kind in KINDS:
            batch.create_check_constraint(
                op.f(f"ck_item_tracking_code_{kind}_warehouse"), f"{kind}_warehouse OR NOT {kind}_specific"
            )


def _number_history() -> None:
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
        sa.CheckConstraint(f"action IN ({', '.join(repr(action) for action in ACTIONS)})", name=op.f("ck_number_history_action")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_number_history_item_no_item")),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_number_history")),
    )
    columns = ["plant_no", "item_no", "number", "entry_no"]
    op.create_index(op.f("ix_number_history_" + "_".join(columns)), "number_history", columns)
    dialect = op.get_bind().dialect.name
    for statement in guard_statements("number_history", dialect):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute("CREATE SEQUENCE number_history_no")
    op.execute("INSERT INTO entry_counter (name, last_no) VALUES ('number_history', 0)")
