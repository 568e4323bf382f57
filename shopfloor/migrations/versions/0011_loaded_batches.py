"""Batches that are loaded at a station, and component lines that may be served from one (D24)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Off for every line there is."""
    for name, column in (("bom_line", "may_be_loaded"), ("prod_order_component", "may_be_loaded"), ("component_association", "from_loaded")):
        with op.batch_alter_table(name) as batch:
            batch.add_column(sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "loaded_batch",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("station_code", sa.String(length=50), nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("component_line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("lot_no", sa.String(length=50), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_loaded_batch_item_no_item")),
        sa.PrimaryKeyConstraint("plant_no", "station_code", "order_no", "component_line_no", name=op.f("pk_loaded_batch")),
    )


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
