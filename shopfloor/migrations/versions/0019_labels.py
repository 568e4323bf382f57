"""Label formats, printers, print jobs with their labels, and what was sent to printers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

RESOLUTIONS = "'203', '300', '600'"
SYMBOLS = "'GS1 DataMatrix', 'GS1-128', 'QR with GS1 Digital Link', 'Code 128, the plain number'"
SHEETS = (
    "'Roll, one label a page', 'A4, 3 × 8 of 70 × 37 mm', 'A4, 3 × 7 of 63.5 × 38.1 mm', 'A4, 2 × 7 of 99.1 × 38.1 mm', "
    "'A4, 4 × 10 of 48.5 × 25.4 mm', 'A4, 5 × 13 of 38.1 × 21.2 mm', 'Letter, 3 × 10 of 66.7 × 25.4 mm'"
)


def upgrade() -> None:
    """Six new tables; nothing that exists changes."""
    _formats()
    _printers()
    _jobs()
    _lines()
    _sendings()
    for counter in ("label_job", "label_sending"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"CREATE SEQUENCE {counter}_no")
        op.execute(f"INSERT INTO entry_counter (name, last_no) VALUES ('{counter}', 0)")  # noqa: S608


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), nullable=False, server_default="1")


def _formats() -> None:
    op.create_table(
        "label_format",
        _text("code", 20),
        _text("description", 100),
        sa.Column("width_mm", sa.BigInteger(), nullable=False),
        sa.Column("height_mm", sa.BigInteger(), nullable=False),
        _text("resolution", 3),
        _text("symbol", 40),
        sa.Column("module_dots", sa.Integer(), nullable=False),
        sa.Column("text_mm", sa.BigInteger(), nullable=False),
        _text("sheet", 40),
        *(sa.Column(f"show_{name}", sa.Boolean(), nullable=False) for name in ("description", "item", "dates", "sequence")),
        _version(),
        sa.CheckConstraint(f"resolution IN ({RESOLUTIONS})", name=op.f("ck_label_format_resolution")),
        sa.CheckConstraint(f"symbol IN ({SYMBOLS})", name=op.f("ck_label_format_symbol")),
        sa.CheckConstraint(f"sheet IN ({SHEETS})", name=op.f("ck_label_format_sheet")),
        sa.CheckConstraint(
            "width_mm > 0 AND height_mm > 0 AND text_mm > 0 AND module_dots >= 0", name=op.f("ck_label_format_sizes")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_label_format")),
    )
    op.create_table(
        "item_label",
        _text("item_no", 20),
        _text("label_format", 20),
        _version(),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_item_label_item_no_item")),
        sa.ForeignKeyConstraint(["label_format"], ["label_format.code"], name=op.f("fk_item_label_label_format_label_format")),
        sa.PrimaryKeyConstraint("item_no", name=op.f("pk_item_label")),
    )


def _printers() -> None:
    op.create_table(
        "printer",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        _text("code", 20),
        _text("name", 100),
        _text("address", 200),
        _text("resolution", 3),
        sa.Column("draws_symbols", sa.Boolean(), nullable=False),
        sa.Column("outside_allowed", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        _version(),
        sa.CheckConstraint(f"resolution IN ({RESOLUTIONS})", name=op.f("ck_printer_resolution")),
        sa.PrimaryKeyConstraint("plant_no", "code", name=op.f("pk_printer")),
    )


def _jobs() -> None:
    op.create_table(
        "label_job",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_no", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("source", 20),
        _text("source_no", 60),
        _text("source_address", 300),
        _text("label_format", 20),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("label_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        _text("state", 10),
        sa.Column("reprint_of", sa.BigInteger(), nullable=False),
        _text("reason", 200),
        _text("created_by", 50),
        _text("station_code", 50),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _text("printed_by", 50),
        _text("printed_how", 60),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        _version(),
        sa.CheckConstraint("source IN ('Document', 'Production order', 'Number')", name=op.f("ck_label_job_source")),
        sa.CheckConstraint("state IN ('Made', 'Printed', 'Verified')", name=op.f("ck_label_job_state")),
        sa.CheckConstraint("copies > 0 AND label_count > 0 AND total >= label_count", name=op.f("ck_label_job_counts")),
        sa.PrimaryKeyConstraint("plant_no", "job_no", name=op.f("pk_label_job")),
    )
    op.create_index("ix_label_job_source", "label_job", ["plant_no", "source", "source_no", "job_no"])


def _lines() -> None:
    op.create_table(
        "label_line",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        _text("item_no", 20),
        _text("variant_code", 10),
        _text("kind", 10),
        _text("number", 50),
        sa.Column("elements", sa.JSON(), nullable=False),
        _text("description", 100),
        _text("dates", 100),
        sa.Column("verified", sa.Integer(), nullable=False),
        _text("verified_by", 50),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('Serial', 'Lot', 'Package')", name=op.f("ck_label_line_kind")),
        sa.CheckConstraint("verified >= 0", name=op.f("ck_label_line_verified")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_label_line_item_no_item")),
        sa.ForeignKeyConstraint(
            ["plant_no", "job_no"], ["label_job.plant_no", "label_job.job_no"], name=op.f("fk_label_line_plant_no_job_no_label_job")
        ),
        sa.PrimaryKeyConstraint("plant_no", "job_no", "line_no", name=op.f("pk_label_line")),
    )
    op.create_index("ix_label_line_number", "label_line", ["plant_no", "item_no", "number", "job_no"])


def _sendings() -> None:
    op.create_table(
        "label_sending",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_no", sa.BigInteger(), nullable=False),
        _text("printer_code", 20),
        _text("state", 10),
        _text("problem", 200),
        _text("operator_no", 50),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('Waiting', 'Sending', 'Sent', 'Failed')", name=op.f("ck_label_sending_state")),
        sa.ForeignKeyConstraint(
            ["plant_no", "job_no"], ["label_job.plant_no", "label_job.job_no"], name=op.f("fk_label_sending_plant_no_job_no_label_job")
        ),
        sa.PrimaryKeyConstraint("plant_no", "entry_no", name=op.f("pk_label_sending")),
    )
    op.create_index("ix_label_sending_job", "label_sending", ["plant_no", "job_no"])
