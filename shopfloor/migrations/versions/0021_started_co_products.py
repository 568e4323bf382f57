"""Co-products of started orders are started along (D40, QTY-1): from now on their own lines limit what is registered of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
MAIN_LINE = 10_000
LINES = sa.text(
    "SELECT further.plant_no, further.order_no, further.line_no, further.quantity, main.started_quantity AS begun, "
    "main.quantity AS ordered, item.rounding_precision AS precision_of FROM prod_order_line AS further "
    "JOIN prod_order_line AS main ON main.plant_no = further.plant_no AND main.order_no = further.order_no AND main.line_no = :main "
    "JOIN item ON item.no = further.item_no WHERE further.line_no <> :main AND main.started_quantity > 0"
)
START = sa.text(
    "UPDATE prod_order_line SET started_quantity = :started WHERE plant_no = :plant_no AND order_no = :order_no AND line_no = :line_no"
)


def upgrade() -> None:
    """In proportion to the product, up to the item's precision. Whole hundred-thousandths; products of two exceed 64 bits."""
    connection = op.get_bind()
    for row in connection.execute(LINES, {"main": MAIN_LINE}).mappings().all():
        steps = -(-row["quantity"] * row["begun"] // (row["ordered"] * row["precision_of"]))
        key = {name: row[name] for name in ("plant_no", "order_no", "line_no")}
        connection.execute(START, {"started": steps * row["precision_of"], **key})


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError
