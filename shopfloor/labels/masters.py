"""Masters of this package: label formats, the format of an item, printers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.items.master_table import ITEM_LOOKUP
from shopfloor.labels.inputs import NewItemLabel, NewLabelFormat, NewPrinter
from shopfloor.labels.models import ItemLabel, LabelFormatRecord, Printer
from shopfloor.labels.transport import is_device, is_outside_by_name
from shopfloor.people import rights
from shopfloor.people.masters import Draft, Lookup, Master, Problem
from shopfloor.scanning.printing.formats import LabelFormat, LabelSymbol, Sheet
from shopfloor.scanning.printing.sheets import grid_of


def format_of(values: Mapping[str, Any]) -> LabelFormat:
    """The pure format of a record."""
    shown = {name: bool(values[name]) for name in ("show_description", "show_item", "show_dates", "show_sequence")}
    return LabelFormat(
        code=values["code"], width_mm=values["width_mm"], height_mm=values["height_mm"], dpi=int(values["resolution"]),
        symbol=LabelSymbol(values["symbol"]), module_dots=values["module_dots"], text_mm=values["text_mm"], sheet=Sheet(values["sheet"]),
        **shown,
    )


def _fits_its_sheet(_session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for one in drafts:
        try:
            grid_of(format_of(one.values))
        except Refusal as refusal:
            yield Problem(one.place, "sheet", refusal)


def _inside(_session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """An address that is plainly outside is refused when it is typed; names are looked up when something is sent."""
    problem = "is outside the private networks; tick the box if that is meant"
    for one in drafts:
        address = str(one.values["address"])
        if not one.values["outside_allowed"] and not is_device(address) and is_outside_by_name(address):
            yield Problem(one.place, "address", InvalidInput(summary=f"address {problem}", problems={"address": problem}))


LABEL_FORMAT = Master(
    "label format",
    LabelFormatRecord,
    NewLabelFormat,
    key=("code",),
    columns=("code", "description", "width_mm", "height_mm", "resolution", "symbol", "sheet"),
    check=_fits_its_sheet,
)
ITEM_LABEL = Master(
    "label of an item",
    ItemLabel,
    NewItemLabel,
    key=("item_no",),
    lookups=(ITEM_LOOKUP, Lookup("label_format", LabelFormatRecord, "label format")),
    columns=("item_no", "label_format"),
)
PRINTER = Master(
    "printer",
    Printer,
    NewPrinter,
    key=("code",),
    right=rights.SETTINGS,
    columns=("code", "name", "address", "resolution", "draws_symbols"),
    check=_inside,
)
