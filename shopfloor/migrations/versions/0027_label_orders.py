"""The order of identifiers on the label of a GTIN (R-17), and whether pictures at a station count for known codes alone (IMG-6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has said anything about labels yet, and every station goes on as before."""
    op.add_column("gtin", sa.Column("label_order", sa.String(80), nullable=False, server_default=""))
    op.add_column("station", sa.Column("picture_lookup", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
