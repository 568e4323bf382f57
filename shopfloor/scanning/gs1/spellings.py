"""What a prefix and a group separator replacement may be, and what it costs (GS1-1, GS1-2, GS1-3, GS1-16)."""

from __future__ import annotations

from shopfloor.scanning.gs1.profiles import WEDGE

LONGEST = 8
GS1_CHARACTERS = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz#")
"""Set 82, which batch and serial numbers are written in, and # of set 39."""


def replacement_problem(spelling: str) -> str:
    """Why a text cannot replace the separator; blank: it can, or there is none."""
    if not spelling or spelling in {*WEDGE.default_separators, *WEDGE.optional_separators}:
        return ""
    if len(spelling) > LONGEST:
        return f"has more than {LONGEST} characters"
    if not spelling.isprintable() or " " in spelling:
        return "must not hold blanks or characters that cannot be seen"
    if spelling.isalnum():
        return "must not be letters and digits only, which every number holds"
    return ""


def prefix_problem(prefix: str) -> str:
    """Why a text cannot announce GS1 (SCN-2); blank: it can, or there is none. It is cut off where it stands in front."""
    rest = prefix.removeprefix("(")
    if prefix and (not rest or rest.isdecimal()):
        return "must not be digits only or an opening bracket, which codes without a prefix begin with"
    return ""


def can_stand_in_values(spelling: str) -> bool:
    """GS1-16: whether GS1 lets a batch or serial number hold this replacement, which would then be cut there."""
    return bool(spelling) and all(character in GS1_CHARACTERS for character in spelling)
