"""Labels of numbers that were assigned to a purchase order before its goods come (R-25)."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SOURCES = ("Document", "Production order", "Purchase order", "Number")


def upgrade() -> None:
    """One more source of a job."""
    listed = ", ".join(f"'{source}'" for source in SOURCES)
    with op.batch_alter_table("label_job") as batch:
        batch.drop_constraint(op.f("ck_label_job_source"), type_="check")
        batch.create_check_constraint(op.f("ck_label_job_source"), f"source IN ({listed})")


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
