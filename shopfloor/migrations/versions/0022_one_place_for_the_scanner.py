"""A station's scanner stands in one place, what the station check found; the name of a profile meant nothing beside it (R-23)."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Migration 0017 took over what the name said."""
    op.drop_column("station", "scanner_profile")


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
