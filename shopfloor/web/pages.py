"""Every blueprint of the pages. A new page: one module with `bp`, one template, one line here."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

MODULES = (
    "health",
    "sign_in",
    "site",
    "trust",
    "home",
    "admin.gs1",
    "admin.gs1_test",
    "admin.people",
    "admin.scanner_check",
    "admin.scans",
    "inventory.applications",
    "inventory.item_tracking",
    "admin.set_up",
    "inventory.items",
    "inventory.allocation",
    "inventory.journal",
    "inventory.ledger_entries",
    "inventory.number_card",
    "inventory.numbers",
    "inventory.registers",
    "inventory.activity_events",
    "inventory.reservation_entries",
    "inventory.reservations",
    "inventory.reclassification",
    "inventory.stock",
    "masters.views",
    "masters.files",
    "inventory.tracking_codes",
    "quality.inspections",
    "production.barcode_sheet",
    "production.boms",
    "production.dialogs",
    "production.journal",
    "production.first_pass_yield",
    "production.operations",
    "production.orders",
    "production.open_journals",
    "production.planning",
    "production.tracked_components",
    "production.pictures",
    "production.associations",
    "production.units",
    "printing.cards",
    "printing.files",
    "printing.jobs",
    "printing.print_quality",
    "printing.source",
    "printing.verify",
    "tracing.find_entries",
    "tracing.page",
    "warehouse.posted_documents",
    "warehouse.orders",
    "warehouse.order_lines",
)


def register(app: Flask) -> None:
    """Add all pages to the app."""
    for name in MODULES:
        app.register_blueprint(import_module(f"shopfloor.web.{name}").bp)
