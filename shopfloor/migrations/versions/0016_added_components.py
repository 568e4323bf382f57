"""Components that are added to a started order, and lines that they replace from one unit on (D36)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every line there is belongs to all units of its order."""
    columns = (
        sa.Column("added", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("replaces_line_no", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("from_match_id", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("until_match_id", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("share_quantity", sa.BigInteger(), nullable=True),
    )
    for column in columns:
        op.add_column("prod_order_component", column)


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
