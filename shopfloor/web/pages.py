"""Every blueprint of the pages. A new page: one module with `bp`, one template, one line here."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

MODULES = (
    "health",
    "sign_in",
    "site",
    "home",
    "admin.people",
    "admin.scans",
    "inventory.items",
    "inventory.journal",
    "inventory.number_card",
    "inventory.numbers",
    "inventory.reclassification",
    "inventory.stock",
    "inventory.tracking_codes",
    "production.barcode_sheet",
    "production.boms",
    "production.journal",
    "production.orders",
    "production.tracked_components",
    "production.associations",
    "tracing.page",
    "warehouse.parties",
    "warehouse.purchase_orders",
    "warehouse.sales_orders",
)


def register(app: Flask) -> None:
    """Add all pages to the app."""
    for name in MODULES:
        app.register_blueprint(import_module(f"shopfloor.web.{name}").bp)
