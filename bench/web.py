"""Statements of one scan through the whole web app: who asks, the use case, and the page that answers."""

from __future__ import annotations

import json
from pathlib import Path

from bench import plant
from bench.databases import Database
from bench.service import counted
from shopfloor.app import create_app
from shopfloor.config import read_settings
from shopfloor.web.extensions import db

ORIGIN = "http://localhost"


def statements_of_a_scan(database: Database, folder: Path, station: int, unit: int) -> int:
    """Register a product and count what its first part takes."""
    app = create_app(read_settings({"SHOPFLOOR_DATABASE_URL": database.url, "SHOPFLOOR_DATA": str(folder / "data")}))
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    client.environ_base["HTTP_HX_REQUEST"] = "true"
    client.post("/sign-in", data={"badge": plant.BADGE, "station": f"ST-{station}", "next": "/"})
    with app.app_context():
        engine = db.engine
    path = f"/production-orders/{plant.order_of(station)}/tracked-components/scan"
    state = {"mode": "Product", "product": "", "line": "", "held": ""}
    took = 0
    for text in (plant.product_scan(station, unit), *plant.part_scans(station, unit)[:2]):
        with counted(engine) as seen:
            form = {"command_key": f"count-{text}"[:60].replace("\x1d", ""), "kind": "scan", "text": text, "source": "wedge", **state}
            answer = json.loads(client.post(path, data=form).headers["X-Shopfloor-Answer"])
        assert answer["answer"] == "accepted", answer
        took = len(seen)
        state = {name: answer[name] for name in state}
    engine.dispose()
    return took
