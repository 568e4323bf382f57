"""`shopfloor check` in a process of its own, where nobody has imported the lines of orders before it (CI-03)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shopfloor.db import make_engine
from shopfloor.people.models import Plant
from tests.conftest import runner
from tests.databases import ENGINES, fresh_url
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor
from tests.factories_reservations import auto

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("kind", ENGINES)
def test_ci_03_the_console_finds_more_reserved_than_an_order_brings(kind, tmp_path):
    """CI-03, peers 66: `shopfloor check` finds figures that drifted apart; nobody has to run a repair."""
    with fresh_url(kind) as url:
        engine = make_engine(url)
        with Session(engine) as session:
            session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
            session.commit()
            run = runner(session)
            plant_with_masters(run)
            make_vendor(run)
            make_customer(run)
            make_purchase_order(run, {"item_no": CELL, "quantity": "7", "date": "2030-01-31"})
            make_sales_order(run, {"item_no": CELL, "quantity": "7", "date": "2030-06-30"})
            auto(run)
            assert check(url, tmp_path).returncode == 0
            session.execute(text("UPDATE purchase_line SET received_base = 200000 WHERE plant_no = 1"))
            session.commit()
        engine.dispose()
        found = check(url, tmp_path)
    assert found.returncode == 1
    assert "7 are reserved of PO-1 line 10000, which still brings 5." in found.stdout


def check(url, folder):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SHOPFLOOR_DATA": str(folder), "SHOPFLOOR_DATABASE_URL": url}
    command = [sys.executable, "-c", "from shopfloor.app import main; main()", "check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
