"""Masters that people change: versions against silent overwriting, blocks, resources, and bills and routings with versions.

The lines of bills and routings get a wider key, so both tables are made anew; every bill and routing that is there becomes its
version 1, certified and always valid. Resources that routings or orders name become records.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTED = (
    "unit_of_measure", "item", "item_unit_of_measure", "gtin", "item_reference", "location", "vendor", "customer", "bill_of_material", "routing", "station",
)
BLOCKED = ("location", "vendor", "customer", "station")
BOM_COLUMNS = (
    "line_no, item_no, variant_code, unit_code, quantity_per, constant, scrap_percent, flushing, operation_no, "
    "under_tolerance_percent, over_tolerance_percent, one_scan_is"
)
ROUTING_COLUMNS = "operation_no, description, resource, run_minutes"


def upgrade() -> None:
    """New columns and tables."""
    for table in COUNTED:
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table in BLOCKED:
        op.add_column(table, sa.Column("blocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("bom_version", "routing_version"):
        op.add_column("production_order", sa.Column(column, sa.String(length=20), nullable=False, server_default=""))
    make_resources()
    make_versions("bom_version", "bom_no", "bill_of_material")
    make_versions("routing_version", "routing_no", "routing")
    wider_bom_lines()
    wider_routing_lines()
    op.execute("UPDATE production_order SET bom_version = '1' WHERE item_no IN (SELECT item_no FROM bill_of_material)")
    op.execute("UPDATE production_order SET routing_version = '1' WHERE item_no IN (SELECT item_no FROM routing)")


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def make_resources() -> None:
    op.create_table(
        "resource",
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint("kind IN ('Work center', 'Machine', 'Person')", name=op.f("ck_resource_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_resource")),
    )
    op.execute(
        "INSERT INTO resource (code, name, kind, blocked) SELECT resource, resource, 'Work center', false FROM "
        "(SELECT resource FROM routing_line UNION SELECT resource FROM prod_order_operation) AS named WHERE resource <> ''"
    )


def make_versions(table: str, key: str, head: str) -> None:
    op.create_table(
        table,
        sa.Column(key, sa.String(length=20), nullable=False),
        sa.Column("version_code", sa.String(length=20), nullable=False),
        sa.Column("description", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("starting_date", sa.Date(), nullable=True),
        sa.Column("ending_date", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('New', 'Certified', 'Closed')", name=op.f(f"ck_{table}_status")),
        sa.CheckConstraint("ending_date >= starting_date", name=op.f(f"ck_{table}_validity")),
        sa.ForeignKeyConstraint([key], [f"{head}.no"], name=op.f(f"fk_{table}_{key}_{head}")),
        sa.PrimaryKeyConstraint(key, "version_code", name=op.f(f"pk_{table}")),
    )
    op.execute(f"INSERT INTO {table} ({key}, version_code, description, status) SELECT no, '1', '', 'Certified' FROM {head}")  # noqa: S608


def wider_bom_lines() -> None:
    op.execute("CREATE TABLE bom_line_before AS SELECT * FROM bom_line")
    op.drop_table("bom_line")
    op.create_table(
        "bom_line",
        sa.Column("bom_no", sa.String(length=20), nullable=False),
        sa.Column("version_code", sa.String(length=20), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("variant_code", sa.String(length=10), nullable=False),
        sa.Column("unit_code", sa.String(length=10), nullable=False),
        sa.Column("quantity_per", sa.BigInteger(), nullable=False),
        sa.Column("constant", sa.Boolean(), nullable=False),
        sa.Column("scrap_percent", sa.BigInteger(), nullable=False),
        sa.Column("flushing", sa.String(length=10), nullable=False),
        sa.Column("operation_no", sa.Integer(), nullable=False),
        sa.Column("under_tolerance_percent", sa.BigInteger(), nullable=False),
        sa.Column("over_tolerance_percent", sa.BigInteger(), nullable=False),
        sa.Column("one_scan_is", sa.String(length=20), nullable=False),
        sa.CheckConstraint("flushing IN ('Manual', 'Start', 'Finish')", name=op.f("ck_bom_line_flushing")),
        sa.CheckConstraint("one_scan_is IN ('All that remains', 'One piece', 'Ask')", name=op.f("ck_bom_line_one_scan_is")),
        sa.ForeignKeyConstraint(
            ["bom_no", "version_code"], ["bom_version.bom_no", "bom_version.version_code"], name=op.f("fk_bom_line_bom_no_version_code_bom_version")
        ),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_bom_line_item_no_item")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit_of_measure.code"], name=op.f("fk_bom_line_unit_code_unit_of_measure")),
        sa.PrimaryKeyConstraint("bom_no", "version_code", "line_no", name=op.f("pk_bom_line")),
    )
    op.create_index(op.f("ix_bom_line_item_no"), "bom_line", ["item_no"])
    op.execute(f"INSERT INTO bom_line (bom_no, version_code, {BOM_COLUMNS}) SELECT bom_no, '1', {BOM_COLUMNS} FROM bom_line_before")  # noqa: S608
    op.drop_table("bom_line_before")


def wider_routing_lines() -> None:
    op.execute("CREATE TABLE routing_line_before AS SELECT * FROM routing_line")
    op.drop_table("routing_line")
    op.create_table(
        "routing_line",
        sa.Column("routing_no", sa.String(length=20), nullable=False),
        sa.Column("version_code", sa.String(length=20), nullable=False),
        sa.Column("operation_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("description", sa.String(length=100), nullable=False),
        sa.Column("resource", sa.String(length=50), nullable=False),
        sa.Column("run_minutes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["routing_no", "version_code"], ["routing_version.routing_no", "routing_version.version_code"],
            name=op.f("fk_routing_line_routing_no_version_code_routing_version"),
        ),
        sa.PrimaryKeyConstraint("routing_no", "version_code", "operation_no", name=op.f("pk_routing_line")),
    )
    op.execute(
        f"INSERT INTO routing_line (routing_no, version_code, {ROUTING_COLUMNS}) "  # noqa: S608
        f"SELECT routing_no, '1', {ROUTING_COLUMNS} FROM routing_line_before"
    )
    op.drop_table("routing_line_before")
