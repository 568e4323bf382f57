"""A plant that worked on the schema before returns and transfers keeps everything, and can use them at once."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.orm import Session

from shopfloor.db import make_engine
from shopfloor.db import migrate as migration
from shopfloor.db.migrate import upgrade
from shopfloor.orders import queries
from tests.databases import ENGINES, fresh_url

BEFORE = """
INSERT INTO plant (plant_no, name, time_zone) VALUES (1, 'Old plant', 'UTC');
INSERT INTO number_series (plant_no, code, prefix, digits, last_no) VALUES (1, 'PURCHASE', 'PO-', 5, 7);
INSERT INTO location (plant_no, code, name) VALUES (1, 'MAIN', 'Main');
INSERT INTO vendor (no, name, city, country) VALUES ('V1', 'Cells', '', '');
INSERT INTO unit_of_measure (code, description, measured, gs1_unit) VALUES ('PCS', 'Piece', {false}, '');
INSERT INTO item (no, description, base_unit_code, rounding_precision, reservation_policy, serial_pattern, lot_pattern,
  expiration_days, report_when_completed, negative_stock_allowed, blocked)
  VALUES ('CELL', 'Cell', 'PCS', 100000, 'Optional', '', '', 0, {false}, {false}, {false});
INSERT INTO purchase_header (plant_no, no, vendor_no, status, order_date, version)
  VALUES (1, 'PO-1', 'V1', 'Released', '2026-01-02', 3);
INSERT INTO purchase_line (plant_no, order_no, line_no, item_no, variant_code, location_code, unit_code, quantity,
  quantity_per_unit, quantity_base, received_base) VALUES (1, 'PO-1', 10000, 'CELL', '', 'MAIN', 'PCS', 500000, 100000, 500000, 200000);
INSERT INTO open_item_entry (plant_no, entry_no, posting_date, item_no, variant_code, location_code, serial_no, lot_no, package_no,
  serial_specific, unit_no, order_no, order_line_no, remaining, reserved)
  VALUES (1, 1, '2026-01-02', 'CELL', '', 'MAIN', '', 'L-1', '', {false}, 0, 'RPO-1', 10000, 100000, 0),
  (1, 2, '2026-01-02', 'CELL', '', 'MAIN', '', 'L-2', '', {false}, 0, '', 0, 100000, 0)
"""


@pytest.mark.parametrize("kind", ENGINES)
def test_orders_series_and_open_output_survive_the_upgrade(kind, monkeypatch):
    with fresh_url(kind) as url:
        engine = make_engine(url)
        empty(engine)
        head = command.upgrade
        with monkeypatch.context() as patch:
            patch.setattr(migration.command, "upgrade", lambda config, _revision: head(config, "0002"))
            upgrade(engine)
        with engine.begin() as connection:
            for statement in BEFORE.format(false="0" if kind == "sqlite" else "false").split(";"):
                connection.execute(text(statement))
        upgrade(engine)
        with engine.connect() as connection:
            open_entries = connection.execute(text("SELECT entry_no, order_type, order_no FROM open_item_entry ORDER BY entry_no")).all()
            series = connection.execute(text("SELECT code, prefix, last_no FROM number_series ORDER BY code")).all()
        assert open_entries == [(1, "Production", "RPO-1"), (2, "", "")]
        assert ("TRANSFER", "TO-", 0) in series
        assert ("PURCHASE", "PO-", 7) in series
        assert len(series) == 8
        with Session(engine) as session:
            card = queries.purchase_order(session, "PO-1")
            assert (card.order.status, card.order.version, card.lines[0].open_base) == ("Released", 3, 3)
        engine.dispose()


def empty(engine):
    """Take the migrated tables away again."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
            return
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")).all():
            connection.execute(text(f"DROP TABLE {name}"))
