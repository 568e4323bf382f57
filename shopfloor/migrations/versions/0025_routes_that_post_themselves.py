"""Operations that post by themselves at a start or a report: planned times, flushing, and where an entry comes from (LIF-6, LIF-7).

Scrap of picking list lines (LIF-11).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there goes on by hand: every operation is *Manual*, every entry was reported by somebody."""
    for table, names in {"routing_line": ("setup_minutes",), "prod_order_operation": ("planned_setup_minutes", "planned_run_minutes")}.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("flushing", sa.String(length=10), nullable=False, server_default="Manual"))
    op.add_column("prod_order_operation", sa.Column("automatic_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("operation_entry", sa.Column("source", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("open_journal_line", sa.Column("scrap_quantity", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
