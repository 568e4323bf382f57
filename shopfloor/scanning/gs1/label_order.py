"""The order of identifiers on the labels of a GTIN, for scanners that drop separators (R-17)."""

from __future__ import annotations

from shopfloor.scanning.characters import pieces, trim
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.profiles import SHOP_IDENTIFIERS

LabelOrder = tuple[str, ...]
WEIGHT = "310n"
"""(3100) to (3105): how many decimals there are differs from label to label."""


def label_order(text: str) -> LabelOrder:
    """The identifiers of `01,10,17`. Raises ValueError with what is wrong with it.

    Only identifiers that are tried for every code without separators (`SHOP_IDENTIFIERS`) may stand in it: then each reading by the
    order is one of the readings that are possible without it, and the order can only choose among them.
    """
    order = tuple(trim(name, " ").lower() for name in pieces(text, ","))
    for name in order:
        if name != WEIGHT and name not in SHOP_IDENTIFIERS:
            known = "is no identifier of labels without separators" if name in TABLE else "is not an application identifier"
            raise ValueError(f"{name or 'nothing'} {known}; write them with commas between, such as 01,10,17")
    if order[0] != "01":
        raise ValueError("begins with 01, the GTIN itself")
    if len({WEIGHT if name.startswith(WEIGHT[:3]) else name for name in order}) < len(order):
        raise ValueError("names an identifier twice")
    if not any(_is_variable(name) for name in order):
        raise ValueError("names no identifier of variable length, such as 10 or 21; nothing of such a label runs together")
    return order


def needs_separator(order: LabelOrder) -> bool:
    """Whether something of variable length stands before the end."""
    return any(_is_variable(name) for name in order[:-1])


def _is_variable(name: str) -> bool:
    return name != WEIGHT and TABLE[name].separator_required
