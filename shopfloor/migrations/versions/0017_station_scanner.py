"""What a station remembers of its scanner (R-23)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A profile of the name `verified` said until now that separators arrive."""
    op.add_column("station", sa.Column("scanner", sa.Text(), nullable=False, server_default=""))
    station = sa.table("station", sa.column("scanner", sa.Text()), sa.column("scanner_profile", sa.String()))
    op.execute(station.update().where(station.c.scanner_profile == "verified").values(scanner='{"gs_verified": true}'))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
