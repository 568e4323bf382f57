"""Panels of the associations page: what an action still wants to know, for the lines that were ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from shopfloor.genealogy.facts import Line, Product
from shopfloor.genealogy.matrix_queries import AssociationRow, AssociationsPage, line_of_unit, suggested_numbers
from shopfloor.genealogy.unit_queries import Unit, made_lines
from shopfloor.production.components import order_components
from shopfloor.production.rules import Component
from shopfloor.quantity import shown

PANELS = {
    "report": "report",
    "reverse": "reverse",
    "products/remove": "remove-products",
    "remove-products": "remove-products",
    "components/remove": "remove-components",
    "remove-components": "remove-components",
    "create-product": "create-product",
    "change-product": "change-product",
    "assign": "assign",
    "create-component": "create-component",
    "end-line": "end-line",
    "replace": "replace",
    "add-component": "add-component",
    "take-off": "take-off",
}
"""Argument or last part of the address -> panel."""
MOST_TYPED = 20_000


@dataclass(frozen=True)
class ReportRow:
    """One unit to report, with what was typed."""

    unit: Unit
    good: str
    error: str
    cause: str


@dataclass(frozen=True)
class Panel:
    """One open panel."""

    kind: str
    selected: tuple[int, ...] = ()
    """Match ids, or association numbers."""
    numbers: tuple[str, ...] = ()
    """What is selected, in words."""
    report: tuple[ReportRow, ...] = ()
    components: int = 0
    """Registered components that go along."""
    picked: int = 0
    line: Line | None = None
    """The component line that is filled or ended."""
    suggestions: tuple[str, ...] = ()
    lines: tuple[Component, ...] = ()
    """D36: component lines of the order, which another one may replace; or the added line that is taken off."""
    version: int = 0
    """Of the association that is replaced, or the row that is changed (ASC-7)."""
    made: tuple[Product, ...] = ()
    """What the order makes under numbers: its product, then its co-products."""
    chosen: Product | None = None
    """The one that gets a number."""
    typed: Mapping[str, str] | None = None
    """What was typed before a refusal."""

    def value(self, name: str) -> str:
        """One field as it was typed."""
        return (self.typed or {}).get(name, "")


def build_panel(session: Session, page: AssociationsPage, do: str, asked: Mapping[str, Any]) -> Panel | None:
    """The panel for an action; None where there is nothing to ask."""
    kind = PANELS.get(do, "")
    typed = {name: value[:MOST_TYPED] for name, value in asked.items() if isinstance(value, str)}
    selected = _numbers(asked.get("selected", ()))
    if kind in {"report", "reverse", "remove-products"}:
        return _of_units(kind, page, selected, asked, typed)
    if kind == "remove-components":
        return _of_components(page, selected, typed)
    if kind in {"create-product", "assign"}:
        return _of_line_made(session, kind, page, typed)
    if kind == "change-product":
        return _of_batch(page, typed)
    if kind == "add-component":
        return Panel(kind, lines=tuple(order_components(session, page.order_no)), typed=typed)
    if kind == "take-off":
        return _of_added(session, page, typed)
    if kind == "replace":
        return _of_replacement(session, page, typed)
    if kind in {"create-component", "end-line"} and page.match_id:
        return _of_line(session, kind, page, typed)
    return None


def _of_line_made(session: Session, kind: str, page: AssociationsPage, typed: dict[str, str]) -> Panel:
    """ASC-5, SET-8: which of the things that the order makes gets a number (D40)."""
    made = made_lines(session, page.order_no)
    wanted = _whole(typed.get("order_line_no") or typed.get("line"))
    return Panel(kind, made=made, chosen=next((one for one in made if one.order_line_no == wanted), made[0]), typed=typed)


def _of_batch(page: AssociationsPage, typed: dict[str, str]) -> Panel | None:
    """EDG-43: the batch row that is shown, with its quantity as it is or as it was typed."""
    unit = next((one for one in page.units if one.match_id == page.match_id), None)
    if unit is None or not unit.quantity_changes or not page.can_report:
        return None
    typed = {"quantity": shown(unit.row.quantity), **typed}
    return Panel("change-product", (unit.match_id,), (unit.number,), version=unit.row.version, typed=typed)


def _of_units(kind: str, page: AssociationsPage, selected: Sequence[int], asked: Mapping[str, Any], typed: dict[str, str]) -> Panel | None:
    typed_lines = {_whole(line.get("match_id")): line for line in asked.get("lines", ()) if isinstance(line, Mapping)}
    wanted = [unit for unit in page.units if unit.match_id in set(selected) | set(typed_lines)]
    if not wanted and page.match_id:
        wanted = [unit for unit in page.units if unit.match_id == page.match_id]
    if not wanted or (kind == "report" and not page.can_report):
        return None
    return Panel(
        kind,
        tuple(unit.match_id for unit in wanted),
        tuple(unit.number for unit in wanted),
        report=tuple(_report_row(unit, typed_lines.get(unit.match_id)) for unit in wanted) if kind == "report" else (),
        components=sum(1 for unit in wanted for line in unit.lines if line.registered > 0),
        typed=typed,
    )


def _report_row(unit: Unit, typed: Mapping[str, Any] | None) -> ReportRow:
    """ASC-11: everything that is not reported yet, as good."""
    if typed is None:
        return ReportRow(unit, shown(unit.row.unreported), "0", "")
    return ReportRow(unit, *(str(typed.get(name, ""))[:MOST_TYPED] for name in ("good", "error", "error_cause")))


def _of_components(page: AssociationsPage, selected: Sequence[int], typed: dict[str, str]) -> Panel | None:
    wanted: list[AssociationRow] = [row for row in page.rows if row.association_no in selected]
    if not wanted:
        return None
    return Panel(
        "remove-components",
        tuple(row.association_no for row in wanted),
        tuple(row.number for row in wanted),
        picked=sum(1 for row in wanted if row.association.state == "Picked"),
        typed=typed,
    )


def _of_replacement(session: Session, page: AssociationsPage, typed: dict[str, str]) -> Panel | None:
    """D22: the built-in part, and what could take its place."""
    number = _whole(typed.get("association"))
    row = next((row for row in page.rows if row.association_no == number and row.consumed > 0), None)
    if row is None:
        return None
    return Panel(
        "replace", (row.association_no,), (row.number,), line=row.line, suggestions=tuple(suggested_numbers(session, row.line)),
        version=row.association.version, typed=typed,
    )


def _of_line(session: Session, kind: str, page: AssociationsPage, typed: dict[str, str]) -> Panel | None:
    line = line_of_unit(session, page.order_no, page.match_id, _whole(typed.get("component_line_no") or typed.get("line")))
    if line is None:
        return None
    suggestions = tuple(suggested_numbers(session, line)) if kind == "create-component" else ()
    return Panel(kind, (page.match_id,), (page.product,), line=line, suggestions=suggestions, typed=typed)


def _of_added(session: Session, page: AssociationsPage, typed: dict[str, str]) -> Panel | None:
    """D36: one added line, by the argument `line`."""
    line_no = _whole(typed.get("line"))
    chosen = tuple(line for line in order_components(session, page.order_no) if line.added and line.line_no == line_no)
    return Panel("take-off", lines=chosen, typed=typed) if chosen else None


def _numbers(values: object) -> list[int]:
    given = values if isinstance(values, (list, tuple)) else ()
    return [number for number in map(_whole, given) if number]


def _whole(text: object) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 16 else 0
