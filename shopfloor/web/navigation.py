"""What every page shows around its block: places, the signed-in person, the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from shopfloor.config import is_loopback
from shopfloor.people.actor import Actor
from shopfloor.web.guards import person
from shopfloor.web.htmx import messages

PLACES: tuple[tuple[str, Any], ...] = (
    ("/", _l("Home")),
    ("/production-orders", _l("Production")),
    ("/items", _l("Items")),
    ("/stock", _l("Stock")),
    ("/purchase-orders", _l("Purchase")),
    ("/sales-orders", _l("Sales")),
    ("/tracing", _l("Item tracing")),
    ("/more", _l("More")),
)
"""Address and label; a place is current for every address below it."""
MORE: tuple[tuple[Any, tuple[tuple[str, Any], ...]], ...] = (
    (_l("Buy, sell and move"), (
        ("/transfer-orders", _l("Transfer orders")),
        ("/purchase-return-orders", _l("Purchase return orders")),
        ("/sales-return-orders", _l("Sales return orders")),
        ("/item-journal", _l("Item journal")),
        ("/reclassification-journal", _l("Item reclassification journal")),
        ("/documents", _l("Posted documents")),
        ("/vendors", _l("Vendors")),
        ("/customers", _l("Customers")),
    )),
    (_l("Numbers and what they tell"), (
        ("/numbers", _l("Serial, lot and package numbers")),
        ("/numbers/held", _l("Numbers on hold")),
        ("/numbers/expiring", _l("Expiring numbers")),
        ("/inspections", _l("Inspections")),
        ("/label-jobs", _l("Label jobs")),
        ("/find-entries", _l("Find entries")),
        ("/ledger-entries", _l("Item ledger entries")),
        ("/item-applications", _l("Item application entries")),
        ("/item-registers", _l("Item registers")),
        ("/activity-events", _l("Activity events")),
    )),
    (_l("Who gets what"), (
        ("/reservations", _l("Reservations")),
        ("/reservation-entries", _l("Reservation entries")),
        ("/allocation", _l("Allocate stock")),
    )),
    (_l("Production"), (
        ("/operations", _l("Current operations")),
        ("/first-pass-yield", _l("First-pass yield")),
        ("/print-quality", _l("Print quality")),
        ("/waiting-units", _l("Units waiting for parts")),
        ("/scans", _l("Scan log")),
        ("/boms", _l("Bills of material")),
        ("/routings", _l("Routings")),
        ("/resources", _l("Resources")),
        ("/barcode-sheet", _l("Barcode sheet")),
        ("/command-card", _l("Command card")),
    )),
    (_l("Items and places"), (
        ("/tracking-codes", _l("Item tracking codes")),
        ("/number-series", _l("Number series")),
        ("/inspection-tests", _l("Inspection tests")),
        ("/disposition-codes", _l("Disposition codes")),
        ("/reason-codes", _l("Reason codes")),
        ("/units", _l("Units of measure")),
        ("/item-units", _l("Units of items")),
        ("/gtins", _l("GTINs")),
        ("/references", _l("Item references")),
        ("/label-formats", _l("Label formats")),
        ("/item-labels", _l("Labels of items")),
        ("/locations", _l("Locations")),
        ("/import", _l("Import")),
    )),
    (_l("Plant and people"), (
        ("/people", _l("People")),
        ("/stations", _l("Stations")),
        ("/printers", _l("Printers")),
        ("/settings", _l("Settings")),
        ("/trust", _l("Trust this server")),
        ("/gs1", _l("GS1 bar codes")),
        ("/gs1/identifiers", _l("GS1 application identifiers")),
        ("/gs1-test", _l("Test a bar code")),
        ("/api/v1/docs", _l("API")),
        ("/help", _l("Help")),
    )),
)
"""Places on the page *More*, by heading; the search box finds them, too."""


@dataclass(frozen=True)
class Place:
    """One link of the header."""

    label: str
    href: str
    current: bool


def register(app: Flask) -> None:
    """Give every template what `base.html` asks for."""
    app.context_processor(context)


def context() -> dict[str, Any]:
    """Variables that every page has: language, navigation, operator, messages, whether the camera is out of reach."""
    return {
        "language": str(get_locale() or "en"),
        "navigation": places(request.path),
        "operator": person(),
        "messages": messages(),
        "insecure": is_insecure(),
    }


def is_insecure() -> bool:
    """IMG-9: browsers give the camera to https and to their own machine only. A browser that was told otherwise hides the hint itself."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    return not request.is_secure and not is_loopback(host.strip("[]"))


def places(path: str) -> list[Place]:
    """The header's links. Only addresses that the app has are shown."""
    return [Place(str(label), href, _is_below(path, href)) for href, label in PLACES]


def may(right: str) -> bool:
    """Whether the signed-in person has a right, for showing or hiding actions."""
    actor = g.get("actor")
    return isinstance(actor, Actor) and actor.may(right)


def _is_below(path: str, href: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(href + "/")
