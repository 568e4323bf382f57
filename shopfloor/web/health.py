"""For whoever watches the server: does it live, can it work (R-OP-5)."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from flask import Blueprint, current_app, jsonify
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from shopfloor.db.migrate import DatabaseUnusable, is_current
from shopfloor.scanning.pictures.engines import picture_engines
from shopfloor.web.extensions import db

bp = Blueprint("health", __name__)
LEAST_FREE_BYTES = 1024**3
log = logging.getLogger(__name__)


@bp.get("/health/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/health/ready")
def ready() -> Response:
    """The database has this version's schema and can be written, and the disk has room: 200, else 503.

    Beside it, which engines read pictures: a missing one stops nothing (IMG-10).
    """
    checks = {"database": _database_is_ready(db.engine), "disk": _disk_has_room()}
    response = jsonify(status="ok" if all(checks.values()) else "not ready", checks=checks, pictures=picture_engines())
    response.status_code = 200 if all(checks.values()) else 503
    return response


def _database_is_ready(engine: Engine) -> bool:
    try:
        return is_current(engine) and _can_be_written(engine)
    except (DatabaseUnusable, SQLAlchemyError):
        log.warning("the database is not ready", exc_info=True)
        return False


def _can_be_written(engine: Engine) -> bool:
    """Asked without writing: a probe must not wait behind the plant's own work."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    with engine.connect() as connection:
        return connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"


def _disk_has_room() -> bool:
    return shutil.disk_usage(current_app.config["SHOPFLOOR_SETTINGS"].data_folder).free >= LEAST_FREE_BYTES
