"""Set-up of the demo plant: people, stations, settings, series, items with their codes, bills and routings."""

from __future__ import annotations

from decimal import Decimal

from shopfloor.demo import tour
from shopfloor.demo.floor import Task
from shopfloor.demo.names import (
    ADMINISTRATOR,
    BUSBAR,
    CARTON_OF_CELLS,
    CELL,
    CONTROLLER,
    HOUSING,
    HOUSING_24,
    LABEL,
    LOCATION,
    MANAGER,
    MODULE,
    ON_THE_ROAD,
    PACK,
    PACK_24,
    PASTE,
    QUALITY,
    SCREW,
    SECOND_LOCATION,
    SECOND_WORKER,
    STOREKEEPER,
    SUPERVISOR,
    WORKER,
    carton_gtin,
    gtin,
    items_with_gtin,
)
from shopfloor.items import commands as items
from shopfloor.items.inputs import (
    NewGtin,
    NewItem,
    NewItemUnit,
    NewLocation,
    NewNumberSeries,
    NewPolicy,
    NewReference,
    NewTrackingCode,
    NewUnit,
)
from shopfloor.items.number_series import DEFAULT_SERIES, create_series
from shopfloor.people import commands as people
from shopfloor.people.inputs import FirstSetUp, NewOperator, NewStation
from shopfloor.people.master_commands import create_record
from shopfloor.people.models import Role
from shopfloor.people.set_up import set_up
from shopfloor.production.bills import create_bom, create_routing
from shopfloor.production.inputs import NewBom, NewBomLine, NewResource, NewRouting, NewRoutingLine
from shopfloor.production.resources import RESOURCE

POLICY = "TRACKED"
BENCHES = (("ST-1", "Cell bench"), ("ST-2", "Welding bench"), ("ST-3", "Housing bench"), ("ST-4", "Pack bench"))
FIRST_NUMBERS = {
    "PROD": ("RPO-", 0, 1049), "PURCHASE": ("PO-", 5, 100), "SALES": ("SO-", 5, 100), "TRANSFER": ("TO-", 5, 12),
    "PURCHASE-RETURN": ("PRO-", 5, 7),
}
"""Prefix, digits and last number where the demo's own documents end."""
LABEL_ORDERS = {gtin(PASTE): "01,10,17"}
"""R-17: the paste's supplier prints the lot before the expiry, which runs together where a scanner drops separators."""


def begin() -> Task:
    """The plant and its administrator: the first command of all."""
    given = FirstSetUp(
        plant_name="Demo plant", time_zone="Europe/Berlin", administrator_no=ADMINISTRATOR, administrator_name="Ada Nowak",
        badge=tour.ADMINISTRATOR_BADGE,
    )
    return Task("begin", set_up, {"given": given})


def tasks() -> list[Task]:
    """Everything else that is there before the first goods come in, in order."""
    return [*_people(), *_series(), *_codes(), *_items(), *_labels(), *_bills(), *_routings()]


def _people() -> list[Task]:
    persons = [
        NewOperator(no=WORKER, name="Ann Berg", badge=tour.BADGE, role=Role.WORKER),
        NewOperator(no=SECOND_WORKER, name="Bob Kaya", badge="1002", role=Role.WORKER),
        NewOperator(no=SUPERVISOR, name="Sue Lind", badge=tour.SUPERVISOR_BADGE, role=Role.SUPERVISOR),
        NewOperator(no=MANAGER, name="Max Vogel", badge=tour.MANAGER_BADGE, role=Role.MANAGER),
        NewOperator(no=QUALITY, name="Quinn Rossi", badge=tour.QUALITY_BADGE, role=Role.QUALITY),
        NewOperator(no=STOREKEEPER, name="Stig Moe", badge=tour.STOREKEEPER_BADGE, role=Role.STOREKEEPER),
    ]
    stations = [
        NewStation(code="ST-1", name="Cell preparation"),
        NewStation(code="ST-2", name="Module assembly"),
        NewStation(code="ST-3", name="Housing and wiring"),
        NewStation(code="ST-4", name="Pack assembly"),
        NewStation(code="TAB-1", name="Tablet at the line"),
        NewStation(code="STORE", name="Goods in and out"),
    ]
    return [
        *(Task(f"operator-{person.no}", people.create_operator, {"given": person}) for person in persons),
        *(Task(f"station-{station.code}", people.create_station, {"given": station}) for station in stations),
    ]


def _series() -> list[Task]:
    series = {code: FIRST_NUMBERS.get(code, (prefix, digits, 0)) for code, prefix, digits in DEFAULT_SERIES}
    return [
        Task(f"series-{code}", create_series, {"given": NewNumberSeries(code=code, prefix=prefix, digits=digits, last_no=last_no)})
        for code, (prefix, digits, last_no) in series.items()
    ]


def _codes() -> list[Task]:
    units = [
        NewUnit(code="PCS", description="Piece"),
        NewUnit(code="BOX", description="Carton"),
        NewUnit(code="KG", description="Kilogram", measured=True, gs1_unit="kg"),
    ]
    dated = NewTrackingCode(
        code="LOT-EXP", description="Lots with an expiry date", lot_specific=True, use_expiration_dates=True,
        strict_expiration_posting=True,
    )
    codes = [
        NewTrackingCode(code="SERIAL", description="Serial numbers, from vendor to customer", serial_specific=True),
        NewTrackingCode(code="LOT", description="Lots, from vendor to customer", lot_specific=True),
        dated,
    ]
    return [
        *(Task(f"unit-{unit.code}", items.create_unit, {"given": unit}) for unit in units),
        *(Task(f"tracking-code-{code.code}", items.create_tracking_code, {"given": code}) for code in codes),
        Task("policy", items.create_policy, {"given": NewPolicy(name=POLICY, description="Every number is scanned into its product")}),
        Task("location", items.create_location, {"given": NewLocation(code=LOCATION, name="Main warehouse")}),
        Task("location-returns", items.create_location, {"given": NewLocation(code="RETURNS", name="Returned goods")}),
        Task("location-hall-2", items.create_location, {"given": NewLocation(code=SECOND_LOCATION, name="Hall 2")}),
        Task("location-road", items.create_location, {"given": NewLocation(code=ON_THE_ROAD, name="On the road", in_transit=True)}),
    ]


def _items() -> list[Task]:
    serial = {"base_unit_code": "PCS", "item_tracking_code": "SERIAL", "tracked_components_policy": POLICY}
    lot = {"base_unit_code": "PCS", "item_tracking_code": "LOT", "tracked_components_policy": POLICY}
    paste = {"base_unit_code": "KG", "item_tracking_code": "LOT-EXP", "tracked_components_policy": POLICY, "rounding_precision": "0.001"}
    rows: list[dict[str, object]] = [
        {"no": CELL, "description": "Lithium cell 21700, 5 Ah", **lot, "lot_pattern": "CL-[0-9]{4,6}-[A-Z]"},
        {"no": BUSBAR, "description": "Busbar set for 12 cells", "base_unit_code": "PCS"},
        {"no": MODULE, "description": "Cell module 12S", **serial, "serial_pattern": "MD-[0-9]{6}", "report_when_completed": True},
        {"no": HOUSING, "description": "Housing 48V, aluminium", **serial, "serial_pattern": "HS-[0-9]{6}"},
        {"no": HOUSING_24, "description": "Housing 24V, aluminium", **serial, "serial_pattern": "HT-[0-9]{6}"},
        {"no": CONTROLLER, "description": "Controller board 16S", **serial, "serial_pattern": "BM-[0-9]{6}"},
        {"no": PASTE, "description": "Thermal paste TC5", **paste, "lot_pattern": "TP-[0-9]{4,6}-[0-9]{2}"},
        {"no": SCREW, "description": "Screw M4 x 12", **lot, "lot_pattern": "SC-[0-9]{4,6}-[0-9]{2}"},
        {"no": LABEL, "description": "Rating label", "base_unit_code": "PCS"},
        {"no": PACK, "description": "Battery pack 48V", **serial, "serial_pattern": "PK-[0-9]{6}"},
        {"no": PACK_24, "description": "Battery pack 24V", **serial, "serial_pattern": "PV-[0-9]{6}"},
    ]
    return [Task(f"item-{row['no']}", items.create_item, {"given": NewItem.model_validate(row)}) for row in rows]


def _labels() -> list[Task]:
    carton = NewItemUnit(item_no=CELL, unit_code="BOX", quantity_per_unit=Decimal(CARTON_OF_CELLS))
    reference = NewReference(reference_no="LC-5021", item_no=CELL, source_no="V-10100")
    return [
        Task("carton", items.add_item_unit, {"given": carton}),
        *(_gtin(gtin(item_no), item_no) for item_no in items_with_gtin()),
        _gtin(carton_gtin(CELL), CELL, "BOX"),
        Task("reference", items.add_reference, {"given": reference}),
    ]


def _gtin(number: str, item_no: str, unit_code: str = "") -> Task:
    given = NewGtin(gtin=number, item_no=item_no, unit_code=unit_code, label_order=LABEL_ORDERS.get(number, ""))
    return Task(f"gtin-{number}", items.add_gtin, {"given": given})


def _bills() -> list[Task]:
    module = (_need(CELL, "12", 10), _need(BUSBAR, "1", 20))
    pack = (
        _need(HOUSING, "1", 10), _need(MODULE, "4", 20), _need(CONTROLLER, "1", 30), _need(PASTE, "0.25", 20),
        _need(SCREW, "8", 30), _need(LABEL, "1", 40),
    )
    pack_24 = (
        _need(HOUSING_24, "1", 10), _need(MODULE, "2", 20), _need(CONTROLLER, "1", 30), _need(PASTE, "0.125", 20),
        _need(SCREW, "6", 30), _need(LABEL, "1", 40),
    )
    bills = {MODULE: module, PACK: pack, PACK_24: pack_24}
    return [
        Task(f"bom-{item_no}", create_bom, {"given": NewBom(item_no=item_no, lines=lines)}, MANAGER) for item_no, lines in bills.items()
    ]


def _need(item_no: str, quantity: str, operation_no: int) -> NewBomLine:
    """Only what is weighed has a tolerance (D30); screws come from a box that stands at the station (D24)."""
    under, over = (Decimal(2), Decimal(4)) if item_no == PASTE else (Decimal(0), Decimal(0))
    return NewBomLine(
        item_no=item_no, quantity_per=Decimal(quantity), operation_no=operation_no, under_tolerance_percent=under,
        over_tolerance_percent=over, may_be_loaded=item_no == SCREW,
    )


def _routings() -> list[Task]:
    module = (_step(10, "Place cells", "ST-1"), _step(20, "Weld busbars and test", "ST-2"))
    pack = (
        _by_itself(10, "Prepare housing", "ST-3", "4"), _by_itself(20, "Mount modules", "ST-4", "12"),
        _by_itself(30, "Mount controller", "ST-4", "6"), _by_itself(40, "Label and test", "ST-4", "2.5"),
    )
    return [
        *(_bench(code, name) for code, name in BENCHES),
        *_routing_tasks(module, pack),
    ]


def _bench(code: str, name: str) -> Task:
    return Task(f"resource-{code}", create_record, {"master": RESOURCE, "given": NewResource(code=code, name=name)})


def _routing_tasks(module: tuple[NewRoutingLine, ...], pack: tuple[NewRoutingLine, ...]) -> list[Task]:
    return [
        Task(f"routing-{item_no}", create_routing, {"given": NewRouting(item_no=item_no, lines=lines)}, MANAGER)
        for item_no, lines in ((MODULE, module), (PACK, pack), (PACK_24, pack))
    ]


def _by_itself(operation_no: int, description: str, resource: str, minutes: str) -> NewRoutingLine:
    """Nobody writes times of packs down: the planned ones are posted when a pack is reported (LIF-7)."""
    return NewRoutingLine(
        operation_no=operation_no, description=description, resource=resource, run_minutes=Decimal(minutes), setup_minutes=Decimal(10),
        flushing="Finish",
    )


def _step(operation_no: int, description: str, resource: str) -> NewRoutingLine:
    return NewRoutingLine(operation_no=operation_no, description=description, resource=resource)
