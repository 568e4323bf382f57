"""Reason codes of overrides (D18): a master with default codes, and the code in the log of associations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

DEFAULTS = (
    ("MISLABELLED", "The label is wrong or damaged"),
    ("QUALITY-OK", "Approved by quality"),
    ("REWORK", "Rework"),
    ("RUSH", "Rush order"),
    ("SUBSTITUTE-OK", "Substitute is approved"),
    ("SUPPLIER-AGREED", "Agreed with the supplier"),
    ("TRIAL", "Trial run"),
)


def upgrade() -> None:
    """Plants that are there get the codes of a new plant; what was confirmed before keeps its text and has no code."""
    op.create_table(
        "reason_code",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("description", sa.String(length=100), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plant_no", "code", name=op.f("pk_reason_code")),
    )
    for code, description in DEFAULTS:
        insert = sa.text(
            "INSERT INTO reason_code (plant_no, code, description, blocked, version) SELECT plant_no, :code, :description, :no, 1 FROM plant"
        )
        op.execute(insert.bindparams(sa.bindparam("no", False, sa.Boolean()), code=code, description=description))
    op.add_column("association_entry", sa.Column("reason_code", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
