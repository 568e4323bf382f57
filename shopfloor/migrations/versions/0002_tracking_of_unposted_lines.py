"""Numbers on unposted lines, more documents, warranty dates. The two growing tables are copied once on SQLite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

from shopfloor.db.guards import guard_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENTS = (
    "", "Purchase Receipt", "Sales Shipment", "Return Shipment", "Return Receipt", "Transfer Shipment", "Transfer Receipt", "Item Journal",
    "Production Journal",
)
SOURCES = (
    "Item Ledger Entry", "Prod. Order Component", "Prod. Order Line", "Sales Line", "Purchase Line", "Transfer Line", "Item Journal Line",
)


def upgrade() -> None:
    """New columns, and wider lists of captions."""
    dialect = op.get_bind().dialect.name
    with op.batch_alter_table("item_ledger_entry") as batch:
        batch.add_column(sa.Column("warranty_date", sa.Date(), nullable=True))
        widen(batch, "item_ledger_entry", "document_type", DOCUMENTS)
        widen(batch, "item_ledger_entry", "order_type", ("", "Production", "Transfer"))
    with op.batch_alter_table("reservation_entry") as batch:
        for column in reservation_columns():
            batch.add_column(column)
        widen(batch, "reservation_entry", "source_type", SOURCES)
        batch.create_check_constraint(op.f("ck_reservation_entry_binding"), among("binding", ("", "Order-to-Order")))
    if dialect == "sqlite":
        # The copy of a table comes without the triggers of the original (A24).
        for statement in guard_statements("item_ledger_entry", dialect):
            op.execute(statement)


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def widen(batch: BatchOperations, table: str, column: str, captions: tuple[str, ...]) -> None:
    """Let a column hold more captions."""
    name = op.f(f"ck_{table}_{column}")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, among(column, captions))


def among(column: str, values: tuple[str, ...]) -> str:
    """The words of a list of captions."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def reservation_columns() -> list[sa.Column]:
    """What an unposted line knows of its numbers (DM-24)."""
    texts = [sa.Column(name, sa.String(length=50), nullable=False, server_default="") for name in ("new_serial_no", "new_lot_no", "new_package_no")]
    dates = [sa.Column(name, sa.Date(), nullable=True) for name in ("expiration_date", "warranty_date", "new_expiration_date")]
    entries = [sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in ("applies_to_entry", "applies_from_entry")]
    return [
        sa.Column("to_handle_base", sa.BigInteger(), nullable=True), *dates, *texts, *entries,
        sa.Column("binding", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("disallow_cancellation", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
