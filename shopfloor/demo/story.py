"""The demo plant's production orders, the units built on them number by number, and the shipments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shopfloor.demo import tour
from shopfloor.demo.names import (
    CELL,
    HOUSING,
    HOUSING_24,
    MODULE,
    MODULE_STATION,
    PACK,
    PACK_24,
    PACK_STATION,
    PASTE,
    SCREW,
    SECOND_WORKER,
    WORKER,
    lot_label,
    serial_label,
)
from shopfloor.demo.supply import BOATS, MOBILITY, STORAGE

CELLS_EACH = 12


@dataclass(frozen=True)
class Unit:
    """One product and the scans that make it."""

    number: str
    scans: tuple[str, ...]
    """Raw texts, the product first."""
    report: bool = True
    """Reported as finished by hand; a module reports itself when it is complete (D25)."""


@dataclass(frozen=True)
class Order:
    """One production order of the demo."""

    no: str
    item_no: str
    quantity: int
    due: int
    """Days from today."""
    status: str
    started: int = 0
    units: tuple[Unit, ...] = ()
    worker: str = WORKER
    station: str = PACK_STATION


@dataclass(frozen=True)
class Sale:
    """One sales order; shipped as far as numbers are named."""

    no: str
    customer_no: str
    item_no: str
    quantity: int
    due: int
    shipped: tuple[str, ...] = ()


def story() -> tuple[Order, ...]:
    """The orders of the fixed part, in the order in which they are worked."""
    return (
        _modules("RPO-1031", 24, -30, "Ended", range(1, 25)),
        Order("RPO-1032", PACK, 4, -21, "Ended", 4, tuple(pack(number, 1 + 4 * place) for place, number in enumerate(range(101, 105)))),
        _modules("RPO-1036", 24, -10, "Reported as finished", range(25, 49)),
        Order("RPO-1037", PACK, 3, -7, "Reported as finished", 3, tuple(pack(105 + place, 17 + 4 * place) for place in range(3))),
        _modules("RPO-1041", 24, 4, "Started", range(49, 65), half_built="MD-002065"),
        Order(tour.ORDER_NO, PACK, tour.ORDERED, 1, "Started", tour.ORDERED, _tour_units()),
        Order(tour.NOTHING_REGISTERED, PACK, 10, 5, "Started", 4),
        Order("RPO-1044", PACK_24, 12, 6, "Started", 12, (pack_24(201, 59), pack_24(202, 61)), worker=SECOND_WORKER),
        Order("RPO-1045", PACK, 15, 8, "Released"),
        Order("RPO-1046", MODULE, 60, 10, "Scheduled"),
        Order("RPO-1047", PACK_24, 8, 15, "Estimated"),
        Order("RPO-1048", PACK, 25, 30, "Created"),
    )


def sales() -> tuple[Sale, ...]:
    """What was sold, and what is still wanted."""
    return (
        Sale("SO-00041", BOATS, PACK, 3, -5, ("PK-000101", "PK-000103", "PK-000105")),
        Sale("SO-00042", MOBILITY, PACK, 3, -4, ("PK-000102", "PK-000104", "PK-000106")),
        Sale("SO-00047", STORAGE, PACK, 20, 7),
        Sale("SO-00048", MOBILITY, PACK_24, 6, 9, ("PV-000201",)),
    )


def larger(size: int) -> Iterator[tuple[Order, Order, Sale]]:
    """For each step of size above 1: 40 modules, 10 packs made of them, and their shipment."""
    for batch in range(2, size + 1):
        first = 100_000 + (batch - 2) * 10
        modules = tuple(Unit(module_no(number), module_scans(number, bulk_lot(batch)), report=False) for number in _bulk_modules(batch))
        packs = tuple(
            Unit(f"PK-{first + place:06d}", _pack_scans(first + place, _bulk_modules(batch)[4 * place : 4 * place + 4], bulk=batch))
            for place in range(10)
        )
        yield (
            Order(f"RPB-{2 * batch - 1:06d}", MODULE, 40, -20, "Ended", 40, modules, station=MODULE_STATION),
            Order(f"RPB-{2 * batch:06d}", PACK, 10, -15, "Ended", 10, packs),
            Sale(f"SOB-{batch:06d}", (BOATS, MOBILITY, STORAGE)[batch % 3], PACK, 10, -9, tuple(unit.number for unit in packs)),
        )


def bulk_lot(batch: int) -> str:
    """The cell lot of one step of size."""
    return f"CL-{batch:06d}-A"


def bulk_paste(batch: int) -> str:
    """The paste lot of one step of size."""
    return f"TP-{batch:06d}-01"


def bulk_screws(batch: int) -> str:
    """The screw lot of one step of size."""
    return f"SC-{batch:06d}-01"


def module_no(number: int) -> str:
    """Serial number of a module; the story's are counted from MD-002001."""
    return f"MD-{number + (0 if number >= 100_000 else 2000):06d}"


def module_scans(number: int, lot_no: str) -> tuple[str, ...]:
    """A module is made of twelve cells; one of the story has half of them from the bad lot."""
    product = serial_label(MODULE, module_no(number))
    if module_no(number) == "MD-002014":
        return (product, lot_label(CELL, tour.BAD_LOT, count=6), lot_label(CELL, lot_no))
    return (product, lot_label(CELL, tour.BAD_LOT if module_no(number) in tour.BAD_MODULES else lot_no))


def pack(number: int, first_module: int) -> Unit:
    """One 48V pack of the story with four modules that follow each other."""
    return Unit(f"PK-{number:06d}", _pack_scans(number, range(first_module, first_module + 4)))


def pack_24(number: int, first_module: int) -> Unit:
    """One 24V pack with two modules."""
    parts = (
        serial_label(HOUSING_24, f"HT-{number + 300:06d}"),
        *(serial_label(MODULE, module_no(first_module + place)) for place in range(2)),
        f"BM-{number + 240:06d}",
        *_consumables(),
    )
    return Unit(f"PV-{number:06d}", (serial_label(PACK_24, f"PV-{number:06d}"), *parts))


def _modules(no: str, quantity: int, due: int, status: str, made: range, half_built: str = "") -> Order:
    units = [Unit(module_no(number), module_scans(number, _lot_of(number)), report=False) for number in made]
    if half_built:
        units.append(Unit(half_built, (serial_label(MODULE, half_built), lot_label(CELL, "CL-2610-A", count=7)), report=False))
    return Order(no, MODULE, quantity, due, status, quantity, tuple(units), SECOND_WORKER, MODULE_STATION)


def _lot_of(number: int) -> str:
    return "CL-2608-A" if number <= 24 else "CL-2609-A" if number <= 48 else "CL-2610-A"


def _tour_units() -> tuple[Unit, ...]:
    """Three reported, one complete, one half built with a module that has bad cells in it."""
    done = tuple(pack(118 + place, 29 + 4 * place) for place in range(3))
    complete = pack(121, 41)
    begun = pack(122, 45)
    return (
        *done,
        Unit(complete.number, complete.scans, report=False),
        Unit(begun.number, begun.scans[:4], report=False),
    )


def _pack_scans(number: int, modules: range, bulk: int = 0) -> tuple[str, ...]:
    controller = number if bulk else number + 300
    return (
        serial_label(PACK, f"PK-{number:06d}"),
        serial_label(HOUSING, f"HS-{number + (0 if bulk else 200):06d}"),
        *(serial_label(MODULE, module_no(module)) for module in modules),
        f"BM-{controller:06d}",
        *_consumables(bulk),
    )


def _consumables(bulk: int = 0) -> tuple[str, str]:
    paste = bulk_paste(bulk) if bulk else tour.PASTE_LOT
    screws = bulk_screws(bulk) if bulk else tour.SCREW_LOT
    return lot_label(PASTE, paste), lot_label(SCREW, screws)


def _bulk_modules(batch: int) -> range:
    first = 100_000 + (batch - 2) * 40
    return range(first, first + 40)
