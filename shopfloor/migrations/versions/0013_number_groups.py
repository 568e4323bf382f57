"""How the numbers of a product come: typed or scanned freely, generated with the order, or one fixed number (DIM-1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every item stays as it was: any number may be scanned. The check is written with its column, so that no table is made anew."""
    op.execute(
        "ALTER TABLE item ADD COLUMN product_numbers VARCHAR(12) DEFAULT 'Manual' NOT NULL "
        "CONSTRAINT ck_item_product_numbers CHECK (product_numbers IN ('Manual', 'Predefined', 'Fixed'))"
    )
    op.add_column("item", sa.Column("quantity_per_number", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
