"""Wiring: imports every models module, makes the web app, and is the console command's door."""

from __future__ import annotations

import importlib

MODELS = ("db.numbers", "db.unit_of_work", "people.models", "items.models", "ledger.models", "reservations.models", "orders.models",
          "production.models", "genealogy.models")


def import_models() -> None:
    """Import every models module, so that the metadata is whole."""
    for name in MODELS:
        importlib.import_module(f"shopfloor.{name}")


def main() -> None:
    """The `shopfloor` command."""
    from shopfloor.cli.main import shopfloor  # noqa: PLC0415

    shopfloor()
