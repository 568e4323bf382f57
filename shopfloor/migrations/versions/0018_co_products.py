"""Lines of a bill that say what an order makes beside its product (D40)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every line there is is a component."""
    op.add_column("bom_line", sa.Column("co_product", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
