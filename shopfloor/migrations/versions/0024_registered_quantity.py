"""Order lines count what is registered of them, so that a scan into an order of thousands of units costs what any scan costs (QTY-1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What stands in the rows is counted once."""
    op.add_column("prod_order_line", sa.Column("registered_quantity", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        """
        UPDATE prod_order_line SET registered_quantity = (
            SELECT coalesce(sum(tracked_product.quantity), 0) FROM tracked_product
            WHERE tracked_product.plant_no = prod_order_line.plant_no AND tracked_product.order_no = prod_order_line.order_no
            AND tracked_product.order_line_no = prod_order_line.line_no AND tracked_product.state IN ('Open', 'Reported')
        )
        """
    )


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
