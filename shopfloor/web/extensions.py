"""Flask-SQLAlchemy as glue: it gives a request its session and takes its engine from `db.make_engine` (A1, A5)."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shopfloor.db import Base, make_engine


class Database(SQLAlchemy):
    """Keeps `db.make_engine` the one place that makes engines."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        del bind_key, options
        return make_engine(app.config["SQLALCHEMY_DATABASE_URI"])


db = Database(metadata=Base.metadata, disable_autonaming=True)


def request_session() -> Session:
    """The session of this request; it is closed when the request ends."""
    session = db.session()
    assert isinstance(session, Session)
    return session
