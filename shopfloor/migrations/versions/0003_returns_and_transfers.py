"""Return orders, transfer orders with locations for goods on their way, orders that are closed before they are complete."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATUSES = ("Open", "Released", "Completed", "Closed")
DOCUMENTS = ("Order", "Return Order")
NEW_SERIES = (
    ("PURCHASE-RETURN", "PRO-", 5), ("SALES-RETURN", "SRO-", 5), ("TRANSFER", "TO-", 5), ("RETURN-SHIPMENT", "RSH-", 6),
    ("RETURN-RECEIPT", "RRC-", 6), ("TRANSFER-SHIPMENT", "TSH-", 6), ("TRANSFER-RECEIPT", "TRC-", 6),
)
PARTIES = {"return_shipment": "vendor", "return_receipt": "customer", "transfer_shipment": "", "transfer_receipt": ""}


def upgrade() -> None:
    """New columns and tables; a plant that has its series gets the new ones."""
    op.add_column("location", sa.Column("in_transit", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("open_item_entry", sa.Column("order_type", sa.String(length=10), nullable=False, server_default=""))
    op.execute("UPDATE open_item_entry SET order_type = 'Production' WHERE order_no <> ''")
    for table in ("purchase_header", "sales_header"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("document_type", sa.String(length=20), nullable=False, server_default="Order"))
            batch.drop_constraint(op.f(f"ck_{table}_status"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_status"), among("status", STATUSES))
            batch.create_check_constraint(op.f(f"ck_{table}_document_type"), among("document_type", DOCUMENTS))
    transfer_order()
    for table, party in PARTIES.items():
        posted_document(table, party)
    # The plants that were set up; a new one gets all its series at once.
    series = sa.text(
        "INSERT INTO number_series (plant_no, code, prefix, digits, last_no) "
        "SELECT plant_no, CAST(:code AS VARCHAR(40)), CAST(:prefix AS VARCHAR(20)), CAST(:digits AS INTEGER), 0 "
        "FROM number_series WHERE code = 'PURCHASE'"
    )
    for code, prefix, digits in NEW_SERIES:
        op.get_bind().execute(series, {"code": code, "prefix": prefix, "digits": digits})


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def among(column: str, values: tuple[str, ...]) -> str:
    """The words of a list of captions."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def transfer_order() -> None:
    """Header and lines."""
    op.create_table(
        "transfer_header",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=20), nullable=False) for name in ("from_code", "to_code", "in_transit_code")),
        sa.CheckConstraint(among("status", STATUSES), name=op.f("ck_transfer_header_status")),
        sa.CheckConstraint("from_code <> to_code", name=op.f("ck_transfer_header_two_places")),
        sa.PrimaryKeyConstraint("plant_no", "no", name=op.f("pk_transfer_header")),
    )
    quantities = ("quantity", "quantity_per_unit", "quantity_base", "shipped_base", "received_base")
    op.create_table(
        "transfer_line",
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.String(length=20), nullable=False),
        sa.Column("variant_code", sa.String(length=10), nullable=False),
        sa.Column("unit_code", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in quantities),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("shipment_date", "receipt_date")),
        sa.CheckConstraint("quantity_base > 0 AND shipped_base <= quantity_base", name=op.f("ck_transfer_line_shipped")),
        sa.CheckConstraint("received_base >= 0 AND received_base <= shipped_base", name=op.f("ck_transfer_line_received")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_transfer_line_item_no_item")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit_of_measure.code"], name=op.f("fk_transfer_line_unit_code_unit_of_measure")),
        sa.ForeignKeyConstraint(
            ["plant_no", "order_no"], ["transfer_header.plant_no", "transfer_header.no"],
            name=op.f("fk_transfer_line_plant_no_order_no_transfer_header"),
        ),
        sa.PrimaryKeyConstraint("plant_no", "order_no", "line_no", name=op.f("pk_transfer_line")),
    )


def posted_document(table: str, party: str) -> None:
    """What was posted for a return or transfer order."""
    party_no = f"{party}_no"
    columns = [sa.Column(party_no, sa.String(length=20), nullable=False)] if party else []
    keys = [sa.ForeignKeyConstraint([party_no], [f"{party}.no"], name=op.f(f"fk_{table}_{party_no}_{party}"))] if party else []
    op.create_table(
        table,
        sa.Column("plant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=20), nullable=False),
        sa.Column("order_no", sa.String(length=20), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("register_no", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        *keys,
        sa.PrimaryKeyConstraint("plant_no", "no", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_plant_no_order_no"), table, ["plant_no", "order_no"])
