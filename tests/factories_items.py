"""Masters for tests, made by the real commands: `plant_with_masters(run)` gives a small battery plant."""

from __future__ import annotations

from shopfloor.items import commands
from shopfloor.items.inputs import (
    NewGtin,
    NewItem,
    NewItemUnit,
    NewLocation,
    NewPolicy,
    NewReference,
    NewTrackingCode,
    NewUnit,
)
from shopfloor.items.number_series import create_default_series
from tests.remembered import remembered

CELL, PASTE, LABEL, MODULE, PACK = "CELL", "PASTE", "LABEL", "MODULE", "PACK"
"""Lot in pieces, lot in kg with expiry, untracked, serial component, serial product."""


def make_units(run):
    run(commands.create_unit, given=NewUnit(code="PCS", description="Piece"))
    run(commands.create_unit, given=NewUnit(code="BOX", description="Box"))
    run(commands.create_unit, given=NewUnit(code="KG", description="Kilogram", measured=True, gs1_unit="kg"))


def make_tracking_codes(run):
    run(commands.create_tracking_code, given=NewTrackingCode(code="SN", description="Serial", serial_specific=True))
    run(commands.create_tracking_code, given=NewTrackingCode(code="LOT", description="Lot", lot_specific=True))
    dated = NewTrackingCode(
        code="LOTEXP", description="Lot with expiry", lot_specific=True, use_expiration_dates=True, strict_expiration_posting=True
    )
    run(commands.create_tracking_code, given=dated)
    used = NewTrackingCode(
        code="SNUSE", description="Serial captured at use", requirements=({"kind": "Serial", "transaction": "manufacturing outbound"},)
    )
    run(commands.create_tracking_code, given=used)


def make_item(run, no, *, unit="PCS", code="", policy="", **more):
    given = NewItem(
        no=no, description=f"{no} of the test", base_unit_code=unit, item_tracking_code=code, tracked_components_policy=policy, **more
    )
    run(commands.create_item, given=given)
    return no


def make_location(run, code="MAIN"):
    run(commands.create_location, given=NewLocation(code=code, name=f"Warehouse {code}"))
    return code


@remembered
def plant_with_masters(run):
    """Units, codes, a policy, five items, locations MAIN and SIDE, number series."""
    make_units(run)
    make_tracking_codes(run)
    run(commands.create_policy, given=NewPolicy(name="STRICT", description="Everything is scanned"))
    make_item(run, CELL, code="LOT", policy="STRICT")
    run(commands.add_item_unit, given=NewItemUnit(item_no=CELL, unit_code="BOX", quantity_per_unit="12"))
    run(commands.add_gtin, given=NewGtin(gtin="4006381333931", item_no=CELL))
    run(commands.add_gtin, given=NewGtin(gtin="14006381333938", item_no=CELL, unit_code="BOX"))
    run(commands.add_reference, given=NewReference(reference_no="V-4711", item_no=CELL, unit_code="BOX", source_no="V1"))
    make_item(run, PASTE, unit="KG", code="LOTEXP", policy="STRICT", rounding_precision="0.001", expiration_days=90)
    make_item(run, LABEL)
    make_item(run, MODULE, code="SN", policy="STRICT")
    make_item(run, PACK, code="SN", policy="STRICT", serial_pattern="P-[0-9]{4}")
    make_location(run, "MAIN")
    make_location(run, "SIDE")
    run(create_default_series)
