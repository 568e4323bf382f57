"""Numbers of the demo plant's items and people, with the codes on their labels."""

from __future__ import annotations

from shopfloor.scanning.gs1.check_digits import with_check_digit

CELL, BUSBAR, MODULE = "CELL-21700", "BUSBAR-12", "MODULE-12S"
HOUSING, HOUSING_24, CONTROLLER = "HOUSING-48", "HOUSING-24", "BMS-16S"
PASTE, SCREW, LABEL = "PASTE-TC5", "SCREW-M4", "LABEL-48"
PACK, PACK_24 = "PACK-48V", "PACK-24V"

WORKER, SECOND_WORKER, SUPERVISOR, MANAGER = "E-101", "E-102", "E-201", "E-301"
QUALITY, STOREKEEPER, ADMINISTRATOR = "E-401", "E-501", "E-901"

MODULE_STATION, PACK_STATION = "ST-2", "ST-4"
LOCATION, SECOND_LOCATION, ON_THE_ROAD = "MAIN", "HALL-2", "ROAD"

GTIN_PREFIX = "952110"
"""952 is GS1's prefix for demonstrations: no product in the world carries such a number."""
_REFERENCES = {CELL: 11, MODULE: 21, HOUSING: 31, HOUSING_24: 32, CONTROLLER: 41, PASTE: 51, SCREW: 61, PACK: 71, PACK_24: 72}
CARTON_OF_CELLS = 120


def gtin(item_no: str) -> str:
    """The GTIN-14 of one piece, or of one kilogram."""
    return with_check_digit(f"0{GTIN_PREFIX}{_REFERENCES[item_no]:06d}")


def carton_gtin(item_no: str) -> str:
    """The GTIN-14 of a carton."""
    return with_check_digit(f"1{GTIN_PREFIX}{_REFERENCES[item_no]:06d}")


def items_with_gtin() -> tuple[str, ...]:
    """Everything that carries a GS1 label."""
    return tuple(_REFERENCES)


def serial_label(item_no: str, serial_no: str) -> str:
    """What a scanner sends for the item's DataMatrix with a serial number."""
    return f"]d201{gtin(item_no)}21{serial_no}"


def lot_label(item_no: str, lot_no: str, count: int = 0) -> str:
    """What a scanner sends for the item's DataMatrix with a lot, and with a count of pieces if there is one."""
    counted = f"\x1d30{count}" if count else ""
    return f"]d201{gtin(item_no)}10{lot_no}{counted}"
