"""Wiring: imports every models module, makes the web app, and is the console command's door."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_openapi3 import OpenAPI

    from shopfloor.config import Settings

MODELS = (
    "db.numbers",
    "db.unit_of_work",
    "people.models",
    "items.models",
    "inspections.models",
    "ledger.models",
    "reservations.models",
    "orders.models",
    "orders.open_lines",
    "production.models",
    "production.open_lines",
    "genealogy.models",
    "labels.models",
)


def import_models() -> None:
    """Import every models module, so that the metadata is whole, and what describes lines to reservations."""
    for name in MODELS:
        importlib.import_module(f"shopfloor.{name}")


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The web app on one database. Reads the environment when no settings are given; migrates nothing."""
    # Imported here: the console's other commands need neither Flask nor the pages.
    from shopfloor.config import read_settings  # noqa: PLC0415
    from shopfloor.web.application import make_application  # noqa: PLC0415

    import_models()
    return make_application(settings or read_settings())


def main() -> None:
    """The `shopfloor` command."""
    from shopfloor.cli.main import shopfloor  # noqa: PLC0415

    shopfloor()
