"""The reference: the same server on the same database, with a handler that inserts one row and commits.

`python -m bench.bare run …` takes the options of `shopfloor run` and starts the server with the very same arguments.
"""

from __future__ import annotations

from flask import Flask, request
from sqlalchemy import text

from shopfloor.cli import run as server
from shopfloor.config import read_settings
from shopfloor.db import make_engine
from shopfloor.db.engine import writer_gate


def create_app() -> Flask:
    """What gunicorn asks for."""
    app = Flask("bare")
    engine = make_engine(read_settings().database_url)
    insert = text("INSERT INTO bench_row (words) VALUES (:words)")

    @app.post("/insert")
    def insert_row() -> dict[str, str]:
        with writer_gate(engine), engine.connect().execution_options(writes=True) as connection:
            connection.execute(insert, {"words": request.form["text"]})
            connection.commit()
        return {"status": "ok"}

    return app


if __name__ == "__main__":
    server.APPLICATION = "bench.bare"
    server.run()
