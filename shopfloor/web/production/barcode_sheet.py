"""A printable sheet with every bar code that is needed to build the next units of an order with a real scanner or a camera."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from flask import Blueprint, request
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.errors import NotFound
from shopfloor.genealogy.sheet_queries import first_lots, next_serials, used_part
from shopfloor.genealogy.stock_queries import StockRow, stock_by_number
from shopfloor.items.queries import item_card
from shopfloor.people.queries import list_operators
from shopfloor.people.set_up import console_actor
from shopfloor.people.settings import read_settings
from shopfloor.production import rules
from shopfloor.production.components import order_components
from shopfloor.production.queries import OrderRow, list_orders, order_row
from shopfloor.production.rules import Component
from shopfloor.quantity import ZERO
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.labels import Picture, Symbol, draw_gs1, draw_plain
from shopfloor.scanning.plain import BADGE_PREFIX, command_text
from shopfloor.scanning.scan import Command
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond

bp = Blueprint("barcode_sheet", __name__)
RUNNING = (rules.STARTED, rules.RELEASED)
UNITS = 3
MOST_UNITS = 10
MOST_COMPONENTS = 20
LOTS = 8
CARTON = "100"
"""Count on the carton label: more than a unit needs."""
DOT_MM = 25.4 / 96
"""One dot of a screen. Modules are whole dots, or a camera finds bars of uneven width on the screen."""
WIDEST_DOTS, HIGHEST_DOTS = 560, 128
"""Room for a symbol in its cell; paper squeezes bars to its column, at printing resolution."""
TURNS = (Symbol.GS1_128, Symbol.GS1_DATAMATRIX, Symbol.CODE_128, Symbol.GS1_DATAMATRIX, Symbol.GS1_128)
"""Component lines take turns, so that every kind of symbol is on the sheet."""


@dataclass(frozen=True)
class Cell:
    """One bar code with what people read under it."""

    title: str
    """What it is, such as the item's description."""
    human_readable: str
    """The content: bracketed GS1 elements, or the plain text."""
    svg: Markup
    text: str
    """What a scanner sends, without symbology identifier."""
    symbol: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Bar codes under one heading."""

    title: str
    hint: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The page."""

    order: OrderRow | None
    """None: no order is running."""
    groups: tuple[Group, ...]


@bp.get("/barcode-sheet")
def page() -> Response:
    """Sheet of the order in the query, else of the order that the home page starts with.

    The demo plant shows its sheet to everybody, badges included; a real plant only to people who are signed in, without badges.
    """
    session = request_session()
    demo = read_settings(session)["demo"] == "on"
    if not demo:
        current_actor()
    return respond("pages/barcode_sheet.html", sheet=barcode_sheet(session, request.args.get("order", ""), _units(), demo=demo))


def barcode_sheet(session: Session, order_no: str, units: int = UNITS, *, demo: bool = False) -> Sheet:
    """All groups of the sheet. Raises NotFound for an order that does not exist."""
    order = _order(session, order_no)
    groups = [_badges(session)] if demo else []
    groups.append(_commands())
    if order is not None:
        groups += _order_groups(session, order, units)
    groups.append(_lots(session))
    return Sheet(order, tuple(group for group in groups if group.cells))


def _units() -> int:
    asked = request.args.get("units", "")
    return min(int(asked), MOST_UNITS) if asked.isascii() and asked.isdigit() and len(asked) <= 3 and int(asked) else UNITS


def _order(session: Session, order_no: str) -> OrderRow | None:
    if order_no:
        found = order_row(session, order_no)
        if found is None:
            raise NotFound(record="production order", number=order_no[:20])
        return found
    running = list_orders(session, statuses=RUNNING, limit=12).rows
    return next((row for row in running if row.status == rules.STARTED), running[0] if running else None)


# --- groups ---------------------------------------------------------------------------------------------------------------


def _badges(session: Session) -> Group:
    people = [row for row in list_operators(session) if not row.blocked]
    cells = [_plain(row.name, BADGE_PREFIX + row.badge, gettext(row.role)) for row in people]
    return Group(gettext("Badges"), gettext("Scan one to sign in."), _drawn(cells))


def _commands() -> Group:
    words = {
        Command.PRODUCT: gettext("Product mode"),
        Command.COMPONENT: gettext("Component mode"),
        Command.UNDO: gettext("Undo"),
        Command.NEXT: gettext("Next line"),
        Command.REPORT: gettext("Report as finished"),
        Command.CONTINUE: gettext("Continue held scans"),
        Command.DISCARD: gettext("Discard held scans"),
        Command.SIGNOUT: gettext("Sign out"),
    }
    cells = [_plain(words[command], command_text(command)) for command in Command]
    return Group(gettext("Commands"), gettext("Scan one instead of touching the screen."), _drawn(cells))


def _order_groups(session: Session, order: OrderRow, units: int) -> list[Group]:
    """One group for each of the next units, and one with codes that are refused or say something."""
    today = console_actor(session).work_date()
    supply = [_Supply(session, component, turn, today) for turn, component in enumerate(_listed(session, order.no))]
    labels = _Labels(session, order.item_no)
    products = next_serials(session, order.no, order.item_no, units)
    groups = [Group(
        gettext("Order %(no)s", no=order.no), gettext("Scan it into the box on any page to open the order."),
        _drawn([_plain(order.description, order.no)]),
    )]
    for product in products:
        cells = [labels.serial(product, Symbol.GS1_DATAMATRIX, gettext("scan this first"))]
        cells += [cell for line in supply for cell in line.take()]
        groups.append(Group(gettext("Unit %(no)s", no=product), _unit_hint(supply), _drawn(cells)))
    groups.append(_surprises(session, order, supply))
    return groups


def _unit_hint(supply: Sequence[_Supply]) -> str:
    """What the labels of a unit are, and which of its parts are not in stock."""
    lacking = ", ".join(f"{line.lacking} × {line.title}" for line in supply if line.lacking)
    if lacking:
        return str(gettext("The product, then the parts that are in stock. Not in stock: %(parts)s.", parts=lacking))
    return str(gettext("The product, then every part that goes into it."))


def _surprises(session: Session, order: OrderRow, supply: Sequence[_Supply]) -> Group:
    used = used_part(session, order.no)
    cells = [_plain(used.description, used.number, gettext("sits in another unit: refused"))] if used else []
    cells += [cell for line in supply for cell in line.expired()]
    cells += [cell for line in supply for cell in line.carton()]
    hint = gettext("Codes that are refused, or that the product has something to say about.")
    return Group(gettext("Try what happens"), hint, _drawn(cells))


def _lots(session: Session) -> Group:
    cells = [_plain(lot.description, lot.number) for lot in first_lots(session, LOTS)]
    return Group(gettext("Lots"), gettext("Scan one on the page Item tracing to see where it went."), _drawn(cells))


def _listed(session: Session, order_no: str) -> list[Component]:
    """Lines that are scanned (SET-5)."""
    return [component for component in order_components(session, order_no) if component.takes_part][:MOST_COMPONENTS]


class _Labels:
    """Labels of one item."""

    def __init__(self, session: Session, item_no: str) -> None:
        card = item_card(session, item_no)
        assert card is not None, item_no
        base = card.master.base_unit_code
        self.title = card.master.description
        self.gtin = next((code.code for code in card.gtins if code.unit_code == base and not code.variant_code), "")

    def serial(self, number: str, symbol: Symbol, note: str = "") -> Cell | None:
        """The label of one piece."""
        return self._cell([("21", number)], number, symbol, note)

    def lot(self, number: str, symbol: Symbol, expires: date | None = None, count: str = "", note: str = "") -> Cell | None:
        """The label of a lot, with its date where it has one."""
        dated = [("17", f"{expires:%y%m%d}")] if expires else []
        counted = [("30", count)] if count else []
        return self._cell([*dated, ("10", number), *counted], number, symbol, note)

    def _cell(self, elements: list[tuple[str, str]], number: str, symbol: Symbol, note: str) -> Cell | None:
        if symbol is Symbol.CODE_128 or not self.gtin:
            return _plain(self.title, number, note)
        return _gs1(self.title, (("01", self.gtin), *elements), symbol, note)


class _Supply:
    """Free numbers for one component line; every unit takes its own."""

    def __init__(self, session: Session, component: Component, turn: int, today: date) -> None:
        stock = stock_by_number(session, item_no=component.item_no, location_code=component.location_code, limit=200).rows
        free = [row for row in stock if row.available > ZERO and not row.blocked and row.variant_code == component.variant_code]
        self._expired = [row for row in free if row.expiration_date is not None and row.expiration_date < today]
        self._free = [row for row in free if row not in self._expired]
        self._component = component
        self._labels = _Labels(session, component.item_no)
        self._symbol = TURNS[turn % len(TURNS)]
        self.title = self._labels.title
        self.lacking = 0
        """How many labels the last unit did not get."""

    def take(self) -> Iterator[Cell | None]:
        """The labels that one unit needs of this line: one for each serial, or one lot."""
        if not self._component.serial:
            self.lacking = 0 if self._free else 1
            yield from (self._lot(row) for row in self._free[:1])
            return
        each = int(self._component.quantity_per * self._component.quantity_per_unit)
        taken, self._free = self._free[:each], self._free[each:]
        self.lacking = each - len(taken)
        for row in taken:
            yield self._labels.serial(row.serial_no, self._symbol)

    def expired(self) -> Iterator[Cell | None]:
        """A lot past its date."""
        for row in self._expired[:1]:
            yield self._lot(row, note=gettext("past its date: refused"))

    def carton(self) -> Iterator[Cell | None]:
        """A carton of counted pieces: its separator shows whether the scanner sends one."""
        if self._component.serial or self._component.measured or not self._labels.gtin:
            return
        for row in self._free[:1]:
            note = gettext("carton label: only what is needed is taken. Shows whether the scanner sends the separator")
            yield self._labels.lot(row.lot_no, Symbol.GS1_DATAMATRIX, row.expiration_date, CARTON, note)

    def _lot(self, row: StockRow, note: str = "") -> Cell | None:
        return self._labels.lot(row.lot_no, self._symbol, row.expiration_date, note=note)


# --- symbols --------------------------------------------------------------------------------------------------------------


def _drawn(cells: Sequence[Cell | None]) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell is not None)


def _plain(title: str, text: str, note: str = "") -> Cell | None:
    """Code 128, or a Data Matrix for text that it cannot hold; nothing for what cannot be drawn at all."""
    return _cell(title, _plain_picture(text, Symbol.CODE_128) or _plain_picture(text, Symbol.DATAMATRIX), note)


def _gs1(title: str, elements: tuple[tuple[str, str], ...], symbol: Symbol, note: str) -> Cell | None:
    """GS1, or the plain number where it is longer than GS1 allows (D34)."""
    picture = _gs1_picture(elements, symbol, now().date())
    return _cell(title, picture, note) if picture else _plain(title, elements[-1][1], note)


def _cell(title: str, picture: Picture | None, note: str) -> Cell | None:
    if picture is None:
        return None
    columns = len(picture.modules[0])
    dots = WIDEST_DOTS // columns if picture.height_mm else HIGHEST_DOTS // columns
    large = replace(picture, module_mm=DOT_MM * min(max(dots, 1), 2 if picture.height_mm else 4))
    # The SVG is made of digits and escaped text by scanning.labels, and carries attributes only.
    return Cell(title, picture.human_readable, Markup(large.svg), picture.text, picture.symbol.value, note)  # noqa: S704


@lru_cache(maxsize=2000)
def _plain_picture(text: str, symbol: Symbol) -> Picture | None:
    try:
        return draw_plain(text, symbol)
    except ScanRefused:
        return None


@lru_cache(maxsize=2000)
def _gs1_picture(elements: tuple[tuple[str, str], ...], symbol: Symbol, as_of: date) -> Picture | None:
    try:
        return draw_gs1(*elements, as_of=as_of, symbol=symbol)
    except ScanRefused:
        return None
