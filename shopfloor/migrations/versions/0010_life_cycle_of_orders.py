"""Open journals of production orders, lines that were ended in a picking list, and the flushing principle of items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

QUANTITIES = ("proposal", "quantity", "error_quantity")
NUMBERS = ("serial_no", "lot_no", "package_no")


def upgrade() -> None:
    """New columns with defaults, and a table. The check of the item's column is written with it, so that no table is made anew."""
    op.execute(
        "ALTER TABLE item ADD COLUMN flushing VARCHAR(10) DEFAULT 'Finish' NOT NULL "
        "CONSTRAINT ck_item_flushing CHECK (flushing IN ('Manual', 'Start', 'Finish'))"
    )
    with op.batch_alter_table("prod_order_component") as batch:
        batch.add_column(sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "open_journal_line",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("journal_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("source_line_no", sa.Integer(), nullable=False),
        sa.Column("owner_no", sa.String(length=50), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=True),
        *(sa.Column(name, sa.String(length=50), nullable=False) for name in NUMBERS),
        sa.Column("unit_code", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in QUANTITIES),
        sa.Column("end_line", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('Picking list', 'Report as finished')", name=op.f("ck_open_journal_line_kind")),
        sa.PrimaryKeyConstraint("plant_no", "journal_no", "line_no", name=op.f("pk_open_journal_line")),
    )
    op.create_index(op.f("ix_open_journal_line_plant_no_order_no"), "open_journal_line", ["plant_no", "order_no"])


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
