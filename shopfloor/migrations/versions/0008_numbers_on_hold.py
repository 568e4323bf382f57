"""Numbers on hold are found without looking through all numbers that an item ever had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of the few rows that are on hold; the others cost nothing."""
    op.create_index(
        "ix_number_information_on_hold", "number_information", ["plant_no", "item_no"],
        sqlite_where=sa.text("blocked IS 1"), postgresql_where=sa.text("blocked IS true"),
    )


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
