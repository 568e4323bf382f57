"""Lines of a bill that stand for the bill of their item (EDG-39)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No line is one yet."""
    op.add_column("bom_line", sa.Column("phantom", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
