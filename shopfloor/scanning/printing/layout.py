"""Where symbol and text stand on a label, in whole dots of the printer (R-25, IMG-13, failure stories 73 and 74)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal

from shopfloor.scanning.characters import refuse_invisible
from shopfloor.scanning.gs1.check_digits import SET_82
from shopfloor.scanning.gs1.digital_link import is_digital_link
from shopfloor.scanning.labels import Picture, Symbol, draw_digital_link, draw_gs1, draw_plain
from shopfloor.scanning.plain import is_badge, is_command
from shopfloor.scanning.printing.errors import LabelMisleads, LabelTooSmall
from shopfloor.scanning.printing.formats import LabelFormat, LabelSymbol
from shopfloor.scanning.printing.text import refuse_unprintable, shortened, width_of, words, wrapped

GS1_NUMBER = 20
"""Characters of AI 10 and AI 21."""
MARGIN_MM = Decimal("1.5")
BESIDE_MM = Decimal(14)
"""Least room for text beside a matrix symbol; with less the text stands below it."""
LEAST_TEXT_MM = Decimal("1.4")
LEAST_BARS_MM = Decimal(6)
TALLEST_BARS_MM = Decimal(15)
BARS_STEP_MM = Decimal("0.5")
SMALLER = (100, 90, 80, 70, 60)
"""Text sizes that are tried, in percent."""


@dataclass(frozen=True)
class Label:
    """What one label says."""

    number: str
    """The serial, lot or package number: what is printed where GS1 cannot carry it."""
    pairs: tuple[tuple[str, str], ...] = ()
    """GS1 elements; none for goods without a GTIN."""
    description: str = ""
    item: str = ""
    dates: str = ""
    sequence: str = ""
    """Such as `3 of 12`; always printed in a corner of its own, never squeezed out."""


@dataclass(frozen=True)
class Line:
    """One line of text: left and top in dots, height of its letters."""

    x: int
    y: int
    size: int
    text: str


@dataclass(frozen=True)
class Layout:
    """A label ready to be printed, all in dots."""

    format: LabelFormat
    picture: Picture
    x: int
    y: int
    module: int
    """Dots a module."""
    symbol_width: int
    symbol_height: int
    lines: tuple[Line, ...]


def draw(label: Label, form: LabelFormat, *, as_of: date, domain: str) -> Picture:
    """The verified symbol of a label (R-25). Raises what `scanning.labels` raises, and LabelMisleads."""
    gs1 = _gs1_symbol(label, form)
    if gs1 is LabelSymbol.DIGITAL_LINK:
        return draw_digital_link(*label.pairs, as_of=as_of, domain=domain)
    if gs1 is not None:
        symbol = Symbol.GS1_128 if gs1 is LabelSymbol.GS1_128 else Symbol.GS1_DATAMATRIX
        return draw_gs1(*label.pairs, as_of=as_of, symbol=symbol)
    refuse_misleading(label.number)
    return draw_plain(label.number, _plain_symbol(label.number, form))


def carries_gs1(label: Label, form: LabelFormat) -> bool:
    """Whether the symbol of this label holds GS1 elements, and not the plain number (D34)."""
    return _gs1_symbol(label, form) is not None


def refuse_misleading(number: str) -> None:
    """A number that opens like a badge or a command would sign somebody in when it is scanned, and a link would name its own item.

    Raises LabelMisleads, ScanInvalid.
    """
    refuse_invisible(number)
    for meaning, opens in (("badge", is_badge), ("command", is_command), ("GS1 Digital Link", is_digital_link)):
        if opens(number):
            raise LabelMisleads(number=number, meaning=meaning)


def lay_out(label: Label, form: LabelFormat, *, as_of: date, domain: str) -> Layout:
    """Place the symbol and as much text as fits; the number whole, the rest shortened.

    Raises what `draw` raises, LabelTooSmall, LabelTextUnprintable.
    """
    picture = draw(label, form, as_of=as_of, domain=domain)
    refuse_unprintable(picture.human_readable)
    linear = bool(picture.height_mm)
    own = form if linear == form.symbol.linear else replace(form, module_dots=0)
    module = own.dots_per_module(linear=linear)
    for size in _sizes(form):
        found = _placed(_Page(label, form, picture, module, size))
        if found is not None:
            return found
    raise _too_small(label, form, picture, module)


def number_parts(picture: Picture) -> tuple[str, ...]:
    """The text under the symbol, cut where a line may end: at each element, else nowhere."""
    text = picture.human_readable
    if text != picture.text:  # bracketed elements; a plain number stands as it is
        cuts = [place for place, letter in enumerate(text) if letter == "(" and (place == 0 or text[place - 1] != "\\")]
        return tuple(text[start:stop] for start, stop in zip(cuts, [*cuts[1:], len(text)], strict=True))
    return (text,)


@dataclass(frozen=True)
class _Page:
    """One try: these letters on this label."""

    label: Label
    form: LabelFormat
    picture: Picture
    module: int
    size: int

    @property
    def symbol_width(self) -> int:
        return len(self.picture.modules[0]) * self.module

    @property
    def margin(self) -> int:
        return self.form.dots(MARGIN_MM)

    @property
    def line_height(self) -> int:
        return -(-self.size * 5 // 4)


def _placed(page: _Page) -> Layout | None:
    if page.picture.height_mm:
        return _bars_above(page)
    return _matrix_beside(page) or _matrix_above(page)


def _matrix_beside(page: _Page) -> Layout | None:
    """The symbol on the left in the middle of the height, the text to its right. The quiet zone is part of the symbol."""
    form, side = page.form, page.symbol_width
    left = side + max(0, page.margin - page.module * 4)
    room = form.width - left - page.margin
    if side > form.height or side > form.width or room < form.dots(BESIDE_MM):
        return None
    lines = _text(page, left, page.margin, room, form.height - page.margin)
    return None if lines is None else _layout(page, 0, (form.height - side) // 2, side, lines)


def _matrix_above(page: _Page) -> Layout | None:
    form, side = page.form, page.symbol_width
    if side > form.width or side > form.height:
        return None
    lines = _text(page, page.margin, side, form.width - 2 * page.margin, form.height - page.margin // 2)
    return None if lines is None else _layout(page, (form.width - side) // 2, 0, side, lines)


def _bars_above(page: _Page) -> Layout | None:
    """Bars across the top, as tall as the text leaves room for."""
    form, room = page.form, page.form.width - 2 * page.margin
    if page.symbol_width > form.width:
        return None
    tallest = min(form.dots(TALLEST_BARS_MM), form.height - 2 * page.margin)
    found = None
    for tall in range(tallest, form.dots(LEAST_BARS_MM) - 1, -form.dots(BARS_STEP_MM)):
        lines = _text(page, page.margin, page.margin + tall + page.size // 3, room, form.height - page.margin // 2)
        if lines is not None:
            found = _layout(page, (form.width - page.symbol_width) // 2, page.margin, tall, lines)
            if len(lines) == _wanted(page):
                break
    return found


def _wanted(page: _Page) -> int:
    """Lines if there were room for all of them."""
    room = page.form.width - 2 * page.margin
    return len(wrapped(number_parts(page.picture), page.size, room)) + len(list(_optional(page))) + bool(_sequence(page))


def _text(page: _Page, left: int, top: int, room: int, bottom: int) -> tuple[Line, ...] | None:
    """Description, item, number, dates from the top, the sequence in the last line. None: the number does not fit."""
    number = wrapped(number_parts(page.picture), page.size, room)
    sequence = _sequence(page)
    rows = (bottom - top) // page.line_height
    free = rows - len(number) - bool(sequence)
    if free < 0 or any(width_of(line, page.size) > room for line in number) or width_of(sequence, page.size) > room:
        return None
    optional = list(_optional(page))[:free]
    above = [shortened(text, page.size, room) for place, text in optional if place == "above"]
    below = [shortened(text, page.size, room) for place, text in optional if place == "below"]
    lines = [
        Line(left, top + row * page.line_height, page.size, text) for row, text in enumerate([*above, *number, *below]) if text
    ]
    if sequence:
        lines.append(Line(left + room - width_of(sequence, page.size), bottom - page.line_height, page.size, sequence))
    return tuple(lines)


def _optional(page: _Page) -> Iterator[tuple[str, str]]:
    """What goes when there is little room, the most useful first."""
    form, label = page.form, page.label
    for wanted, place, text in (
        (form.show_description, "above", label.description), (form.show_dates, "below", label.dates), (form.show_item, "above", label.item),
    ):
        if wanted and text:
            yield place, words(text)


def _sequence(page: _Page) -> str:
    return words(page.label.sequence) if page.form.show_sequence else ""


def _layout(page: _Page, x: int, y: int, height: int, lines: tuple[Line, ...]) -> Layout:
    return Layout(page.form, page.picture, x, y, page.module, page.symbol_width, height, lines)


def _sizes(form: LabelFormat) -> Iterator[int]:
    least = form.dots(LEAST_TEXT_MM)
    tried = {max(least, form.dots(form.text_mm) * percent // 100) for percent in SMALLER}
    yield from sorted(tried, reverse=True)


def _gs1_symbol(label: Label, form: LabelFormat) -> LabelSymbol | None:
    """The GS1 symbol of the format, or None where a plain one must do: no GTIN, too long, or characters that GS1 lacks (D34)."""
    if form.symbol is LabelSymbol.CODE_128 or not any(ai == "01" for ai, _value in label.pairs):
        return None
    fits = all(len(value) <= GS1_NUMBER and set(value) <= set(SET_82) for ai, value in label.pairs if ai in {"10", "21"})
    return form.symbol if fits else None


def _plain_symbol(number: str, form: LabelFormat) -> Symbol:
    """D34: a long number is never bars. Bars hold ASCII only."""
    if form.symbol is LabelSymbol.DIGITAL_LINK:
        return Symbol.QR
    bars = form.symbol.linear and len(number) <= GS1_NUMBER and number.isascii()
    return Symbol.CODE_128 if bars else Symbol.DATAMATRIX


def _too_small(label: Label, form: LabelFormat, picture: Picture, module: int) -> LabelTooSmall:
    """What the symbol with its number in small letters would need at least."""
    page = _Page(label, form, picture, module, form.dots(LEAST_TEXT_MM))
    rows = len(wrapped(number_parts(picture), page.size, max(page.symbol_width, form.width) - 2 * page.margin)) + bool(_sequence(page))
    symbol = form.dots(LEAST_BARS_MM) + page.margin if picture.height_mm else page.symbol_width
    width = max(page.symbol_width, form.width if page.symbol_width <= form.width else 0)
    needed = (form.millimetres(width), form.millimetres(symbol + rows * page.line_height + page.margin))
    return LabelTooSmall(
        content=picture.human_readable, needed=_size(*needed), has=_size(form.width_mm, form.height_mm), format=form.code or "50 × 25"
    )


def _size(width: Decimal, height: Decimal) -> str:
    step = Decimal("0.1")
    return " × ".join(f"{side.quantize(step, ROUND_UP):f}".rstrip("0").rstrip(".") for side in (width, height))
