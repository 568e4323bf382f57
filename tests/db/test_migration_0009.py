"""A plant with numbers on hold and a history keeps both, and its holds answer at once (D20, A24)."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shopfloor.db import make_engine
from shopfloor.db import migrate as migration
from shopfloor.db.migrate import upgrade
from shopfloor.items.models import NumberAction
from shopfloor.quality.check import answers_follow_holds, holds_follow_inspections
from tests.databases import ENGINES, fresh_url
from tests.db.test_migration_0003 import empty

BEFORE = """
INSERT INTO plant (plant_no, name, time_zone) VALUES (1, 'Old plant', 'UTC');
INSERT INTO unit_of_measure (code, description, measured, gs1_unit) VALUES ('PCS', 'Piece', {false}, '');
INSERT INTO item (no, description, base_unit_code, rounding_precision, reservation_policy, serial_pattern, lot_pattern,
  expiration_days, report_when_completed, negative_stock_allowed, blocked)
  VALUES ('CELL', 'Cell', 'PCS', 100000, 'Optional', '', '', 0, {false}, {false}, {false});
INSERT INTO number_information (plant_no, item_no, variant_code, kind, number, number_folded, description, blocked, hold_reason, vendor_no,
  vendor_lot_no, created_at) VALUES (1, 'CELL', '', 'Lot', 'L-1', 'l-1', '', {true}, 'cracked', '', '', '2026-01-02 00:00:00'),
  (1, 'CELL', '', 'Lot', 'L-2', 'l-2', '', {false}, '', '', '', '2026-01-02 00:00:00');
INSERT INTO number_history (plant_no, entry_no, item_no, variant_code, kind, number, action, old_value, new_value, reason, register_no,
  operator_no, recorded_at) VALUES (1, 7, 'CELL', '', 'Lot', 'L-1', 'Held', '', 'cracked', 'cracked', 0, 'E-1', '2026-01-02 00:00:00')
"""


@pytest.mark.parametrize("kind", ENGINES)
def test_holds_and_history_survive_the_upgrade(kind, monkeypatch):
    with fresh_url(kind) as url:
        engine = make_engine(url)
        empty(engine)
        head = command.upgrade
        with monkeypatch.context() as patch:
            patch.setattr(migration.command, "upgrade", lambda config, _revision: head(config, "0008"))
            upgrade(engine)
        truth = {"false": "0", "true": "1"} if kind == "sqlite" else {"false": "false", "true": "true"}
        with engine.begin() as connection:
            for statement in BEFORE.format(**truth).split(";"):
                connection.execute(text(statement))
        upgrade(engine)
        with engine.connect() as connection:
            wanted = "SELECT number, stops, stopped_by, stop_reason FROM number_information ORDER BY number"
            numbers = connection.execute(text(wanted)).all()
            history = connection.execute(text("SELECT entry_no, number, action, new_value FROM number_history")).all()
        assert numbers == [("L-1", 31, "Hold", "cracked"), ("L-2", 0, "", "")]
        assert history == [(7, "L-1", "Held", "cracked")]
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text("UPDATE number_history SET reason = 'other'"))
        with engine.begin() as connection:
            for place, action in enumerate(NumberAction, 100):
                connection.execute(text(
                    "INSERT INTO number_history SELECT plant_no, :place, item_no, variant_code, kind, number, :action, old_value, "
                    "new_value, reason, register_no, operator_no, recorded_at FROM number_history WHERE entry_no = 7"
                ), {"place": place, "action": action.value})
        with Session(engine) as session:
            assert answers_follow_holds(session) == holds_follow_inspections(session) == []
        engine.dispose()
