"""Co-products of orders that are started when the plant is upgraded are started along (D40, QTY-1)."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text

from shopfloor.db import make_engine
from shopfloor.db import migrate as migration
from shopfloor.db.migrate import upgrade
from tests.databases import ENGINES, fresh_url
from tests.db.test_migration_0003 import empty

BEFORE = """
INSERT INTO plant (plant_no, name, time_zone) VALUES (1, 'Old plant', 'UTC');
INSERT INTO location (plant_no, code, name) VALUES (1, 'MAIN', 'Main');
INSERT INTO unit_of_measure (code, description, measured, gs1_unit) VALUES ('PCS', 'Piece', {false}, '');
INSERT INTO item (no, description, base_unit_code, rounding_precision, reservation_policy, serial_pattern, lot_pattern,
  expiration_days, report_when_completed, negative_stock_allowed, blocked)
  VALUES ('SAW', 'Cut', 'PCS', 100000, 'Optional', '', '', 0, {false}, {false}, {false});
INSERT INTO production_order (plant_no, no, status, item_no, variant_code, description, quantity, location_code, fixed_serial_no,
  fixed_lot_no, version, created_at) VALUES (1, 'O-1', 'Started', 'SAW', '', 'Cut', 300000, 'MAIN', '', '', 1, '2026-01-02 00:00:00'),
  (1, 'O-2', 'Released', 'SAW', '', 'Cut', 300000, 'MAIN', '', '', 1, '2026-01-02 00:00:00');
INSERT INTO prod_order_line (plant_no, order_no, line_no, item_no, variant_code, quantity, started_quantity, good_quantity, error_quantity)
  VALUES (1, 'O-1', 10000, 'SAW', '', 300000, 100000, 0, 0), (1, 'O-1', 20000, 'SAW', '', 400000, 0, 0, 0),
  (1, 'O-1', 30000, 'SAW', '', 9000000000000000000, 0, 0, 0), (1, 'O-2', 10000, 'SAW', '', 300000, 0, 0, 0),
  (1, 'O-2', 20000, 'SAW', '', 400000, 0, 0, 0)
"""


@pytest.mark.parametrize("kind", ENGINES)
def test_qty_1_co_products_of_started_orders_are_started_in_proportion(kind, monkeypatch):
    """A third of four pieces is begun with the second one; orders that are not started stay as they are."""
    with fresh_url(kind) as url:
        engine = make_engine(url)
        empty(engine)
        head = command.upgrade
        with monkeypatch.context() as patch:
            patch.setattr(migration.command, "upgrade", lambda config, _revision: head(config, "0020"))
            upgrade(engine)
        truth = {"false": "0"} if kind == "sqlite" else {"false": "false"}
        with engine.begin() as connection:
            for statement in BEFORE.format(**truth).split(";"):
                connection.execute(text(statement))
        upgrade(engine)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT order_no, line_no, started_quantity FROM prod_order_line ORDER BY 1, 2")).all()
        assert found == [
            ("O-1", 10000, 100000), ("O-1", 20000, 200000), ("O-1", 30000, 3000000000000000000), ("O-2", 10000, 0), ("O-2", 20000, 0),
        ]
        engine.dispose()
