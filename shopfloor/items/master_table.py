"""The masters of this package: units, items with their units and codes, locations; and the rules that they keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.errors import InvalidInput
from shopfloor.items.errors import SeriesOfDocuments, UnitUnknown
from shopfloor.items.inputs import NewGtin, NewItem, NewItemUnit, NewLocation, NewNumberSeries, NewReference, NewUnit
from shopfloor.items.models import (
    Gtin,
    Item,
    ItemReference,
    ItemTrackingCode,
    ItemUnitOfMeasure,
    Location,
    NumberSeries,
    TrackedComponentsPolicy,
    UnitOfMeasure,
)
from shopfloor.items.number_series import OF_DOCUMENTS
from shopfloor.people import rights
from shopfloor.people.errors import AlreadyExists, FixedByUse
from shopfloor.people.master_queries import uses
from shopfloor.people.masters import AT_ONCE, Draft, Lookup, Master, Problem, Values, known_values
from shopfloor.quantity import shown
from shopfloor.scanning.gs1.check_digits import gtin_14

LABELS_ONLY = {"gtin", "item reference"}
"""What names a unit of an item without counting in it."""
ITEM_LOOKUP = Lookup("item_no", Item, "item", "no")
UNIT_LOOKUP = Lookup("unit_code", UnitOfMeasure, "unit of measure")


def _serials_count_in_ones(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    codes = {one.values["item_tracking_code"] for one in drafts} - {""}
    code = ItemTrackingCode
    serial = set(session.scalars(select(code.code).where(code.code.in_(sorted(codes)), code.serial_specific)))
    problem = "must be 1 for items with serial numbers"
    for one in drafts:
        if one.values["item_tracking_code"] in serial and one.values["rounding_precision"] != 1:
            refusal = InvalidInput(summary=f"rounding_precision {problem}", problems={"rounding_precision": problem})
            yield Problem(one.place, "rounding_precision", refusal)


def _item_problems(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    yield from _serials_count_in_ones(session, drafts)
    for one in drafts:
        for field in ("serial_nos", "lot_nos"):
            if one.values[field] in OF_DOCUMENTS:
                yield Problem(one.place, field, SeriesOfDocuments(series=one.values[field]))


def _needed_by_the_product(_session: Session, values: Mapping[str, Any]) -> list[str]:
    return ["the documents of the plant"] if values["code"] in OF_DOCUMENTS else []


def _measures_stay(session: Session, master: Master, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What entries, documents and bills are counted in does not change under them. Raises FixedByUse."""
    for field, label, parts in (("base_unit_code", "base unit", True), ("rounding_precision", "rounding precision", False)):
        if before[field] != after[field]:
            named = uses(session, master, (before["no"],), parts=parts)
            if named:
                value = before[field] if parts else shown(before[field])
                raise FixedByUse(record="item", number=before["no"], field=label.capitalize(), value=value, uses=", ".join(named))


def _factor_stays(session: Session, master: Master, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Nothing was posted, ordered or planned in a unit whose content changes. Raises FixedByUse."""
    if before["quantity_per_unit"] == after["quantity_per_unit"]:
        return
    named = [name for name in uses(session, master, master.key_of(before)) if name not in LABELS_ONLY]
    if named:
        value = shown(before["quantity_per_unit"])
        raise FixedByUse(record=master.record, number=master.number(before), field="The content", value=value, uses=", ".join(named))


def _is_not_the_base_unit(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    bases = base_units(session, {one.values["item_no"] for one in drafts})
    for one in drafts:
        if one.values["unit_code"] == bases.get(one.values["item_no"]):
            yield Problem(one.place, "unit_code", AlreadyExists(record="base unit", number=one.values["unit_code"]))


def counts_in_a_unit_of_the_item(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """A code on a label counts in a unit that the item has, else its quantity is not known; a blank unit becomes the base unit."""
    bases = base_units(session, {one.values["item_no"] for one in drafts})
    pairs = [(one.values["item_no"], one.values["unit_code"]) for one in drafts if one.values["unit_code"]]
    known = known_values(session, ItemUnitOfMeasure, ("item_no", "unit_code"), pairs)
    for one in drafts:
        item_no = one.values["item_no"]
        one.values["unit_code"] = unit_code = one.values["unit_code"] or bases.get(item_no, "")
        if item_no in bases and unit_code != bases[item_no] and (item_no, unit_code) not in known:
            yield Problem(one.place, "unit_code", UnitUnknown(item=item_no, unit=unit_code))


def base_units(session: Session, item_nos: Iterable[str]) -> dict[str, str]:
    """Base units by item; one statement for each AT_ONCE items."""
    listed = sorted(set(item_nos))
    found: dict[str, str] = {}
    for start in range(0, len(listed), AT_ONCE):
        rows = session.execute(select(Item.no, Item.base_unit_code).where(Item.no.in_(listed[start : start + AT_ONCE])))
        found |= {row.no: row.base_unit_code for row in rows}
    return found


def _fourteen_digits(values: Values) -> None:
    """D10: master data never accepts a wrong check digit. Raises Gs1Parse."""
    values["gtin"] = gtin_14(values["gtin"])


NUMBER_SERIES = Master(
    "number series",
    NumberSeries,
    NewNumberSeries,
    key=("code",),
    right=rights.SETTINGS,
    # The last number rises with every number that is given out; nobody sets it back under that (D39).
    fixed=("last_no",),
    columns=("code", "prefix", "digits", "last_no"),
    named_by=(("serial_nos",), ("lot_nos",)),
    used_by=_needed_by_the_product,
)
UNIT = Master("unit of measure", UnitOfMeasure, NewUnit, key=("code",), columns=("code", "description", "measured", "gs1_unit"))
ITEM = Master(
    "item",
    Item,
    NewItem,
    lookups=(
        Lookup("base_unit_code", UnitOfMeasure, "unit of measure"),
        Lookup("item_tracking_code", ItemTrackingCode, "item tracking code"),
        Lookup("tracked_components_policy", TrackedComponentsPolicy, "tracked components policy", "name"),
        Lookup("serial_nos", NumberSeries, "number series", never=OF_DOCUMENTS),
        Lookup("lot_nos", NumberSeries, "number series", never=OF_DOCUMENTS),
    ),
    fixed=("item_tracking_code",),
    columns=("no", "description", "base_unit_code", "item_tracking_code", "tracked_components_policy"),
    parts=(ItemUnitOfMeasure, Gtin, ItemReference),
    owner="item_no",
    copied=(ItemUnitOfMeasure,),
    check=_item_problems,
    allow=_measures_stay,
)
ITEM_UNIT = Master(
    "item unit of measure",
    ItemUnitOfMeasure,
    NewItemUnit,
    key=("item_no", "unit_code"),
    lookups=(ITEM_LOOKUP, UNIT_LOOKUP),
    columns=("item_no", "unit_code", "quantity_per_unit"),
    named_by=(("item_no", "unit_code"),),
    check=_is_not_the_base_unit,
    allow=_factor_stays,
)
GTIN = Master(
    "GTIN",
    Gtin,
    NewGtin,
    key=("gtin",),
    lookups=(ITEM_LOOKUP,),
    columns=("gtin", "item_no", "unit_code", "variant_code", "label_order"),
    normal=_fourteen_digits,
    check=counts_in_a_unit_of_the_item,
)
REFERENCE = Master(
    "item reference",
    ItemReference,
    NewReference,
    key=("reference_no", "source_no"),
    lookups=(ITEM_LOOKUP,),
    columns=("reference_no", "source_no", "item_no", "unit_code", "variant_code"),
    check=counts_in_a_unit_of_the_item,
)
LOCATION = Master("location", Location, NewLocation, key=("code",), columns=("code", "name", "in_transit"), named_by=(("location_code",),))
