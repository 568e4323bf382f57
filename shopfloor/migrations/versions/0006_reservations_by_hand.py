"""Priority of customers for the allocation of stock, and indexes for demand, supply and what lines hold themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LINES = ("purchase_line", "sales_line", "prod_order_line")


def upgrade() -> None:
    """A new column with a default, and four indexes."""
    with op.batch_alter_table("customer") as batch:
        batch.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    for name in LINES:
        op.create_index(op.f(f"ix_{name}_plant_no_item_no"), name, ["plant_no", "item_no"])
    # What lines hold themselves is found among what their registered parts hold.
    op.create_index("ix_reservation_entry_own", "reservation_entry", ["plant_no", "source_type", "source_id", "association_no"])


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
