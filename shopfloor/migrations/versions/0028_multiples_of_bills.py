"""Lines of bills whose need is rounded up to multiples (LIF-15, D31)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No line is rounded yet."""
    op.add_column("bom_line", sa.Column("round_up_to", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
