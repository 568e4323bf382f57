"""Every master by the name that addresses, files and the console command use."""

from __future__ import annotations

from shopfloor.errors import NotFound
from shopfloor.items.dispositions import DISPOSITION_CODE
from shopfloor.items.master_table import GTIN, ITEM, ITEM_UNIT, LOCATION, NUMBER_SERIES, REFERENCE, UNIT
from shopfloor.labels.masters import ITEM_LABEL, LABEL_FORMAT, PRINTER
from shopfloor.orders.parties import CUSTOMER, VENDOR
from shopfloor.people.masters import Master
from shopfloor.people.reasons import REASON_CODE
from shopfloor.people.stations import STATION
from shopfloor.production.bills import BOM, ROUTING
from shopfloor.production.resources import RESOURCE
from shopfloor.quality.plans import INSPECTION_TEST

MASTERS: dict[str, Master] = {
    "units": UNIT,
    "number-series": NUMBER_SERIES,
    "items": ITEM,
    "item-units": ITEM_UNIT,
    "gtins": GTIN,
    "references": REFERENCE,
    "locations": LOCATION,
    "vendors": VENDOR,
    "customers": CUSTOMER,
    "resources": RESOURCE,
    "stations": STATION,
    "disposition-codes": DISPOSITION_CODE,
    "reason-codes": REASON_CODE,
    "inspection-tests": INSPECTION_TEST,
    "label-formats": LABEL_FORMAT,
    "item-labels": ITEM_LABEL,
    "printers": PRINTER,
    "boms": BOM,
    "routings": ROUTING,
}
"""In an order in which they can be made: what is named stands before what names it."""


def master_of(kind: str) -> Master:
    """Raises NotFound."""
    if kind not in MASTERS:
        raise NotFound(record="kind of master data", number=kind[:40])
    return MASTERS[kind]
