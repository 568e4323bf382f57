"""Which codes of a picture a station believes (IMG-6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every station there is reads all symbols, and ITF codes of fourteen digits."""
    op.add_column("station", sa.Column("picture_symbols", sa.String(300), nullable=False, server_default=""))
    op.add_column("station", sa.Column("itf_lengths", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
