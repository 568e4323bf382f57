"""The drawing of a trace: boxes with places and words, arrows with paths and quantities (A13). The template writes the SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from shopfloor.ledger.entry_types import EntryType
from shopfloor.quantity import ZERO
from shopfloor.tracing.diagram import Diagram, DiagramNode, graph
from shopfloor.tracing.lines import Line, Link, State, Trace
from shopfloor.tracing.statements import applications
from shopfloor.web.filters import quantity
from shopfloor.web.tracing.view import STATES, page_of

NARROWEST, HEIGHT, COLUMN_GAP, ROW_GAP, MARGIN = 136, 64, 64, 14, 8
MONO, SANS, PADDING = 8, 6.6, 26
"""Widths in pixels: a character of a number, of small words, and what a box adds on both sides."""
SANS_BOLD = 7
"""The same of the words in the middle of a box."""
MOST_LETTERS = 32
"""Longer words of a box are cut, and whole in its title; numbers never are."""
BEND, LABEL = 20, 26
"""Pixels from where an arrow leaves a straight line to where it is straight again, and from a box to the middle of a quantity."""
MOST_OPEN = 400
"""Up to so many things are drawn one by one on request."""
DONE = {EntryType.OUTPUT.value: _l("Made in"), EntryType.CONSUMPTION.value: _l("Used in")}
Thing = tuple[int, int, int]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """One box, in pixels of the drawing."""

    x: int
    y: int
    width: int
    name: str
    """Number, or how many of what."""
    mono: bool
    """Whether the name is a number."""
    what: str
    where: str
    """State, place, vendor or customer."""
    title: str
    """The whole, for the hover text and for screen readers."""
    href: str
    lines: tuple[int, ...]
    """Rows of the tree that it stands for."""
    look: str
    """Class names: start, many, off, soft, bad."""


@dataclass(frozen=True)
class Arrow:
    """One arrow with its quantity in the middle."""

    path: str
    x: int
    y: int
    quantity: str
    """Blank where goods of the order, not of one unit, are meant."""
    look: str
    """Class names: off, soft (registered), shared (order level)."""


@dataclass(frozen=True)
class Drawing:
    """Everything that the template needs."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    things: int
    """Entries and registrations that it stands for."""
    groups: int
    """Boxes that stand for several of them."""

    @property
    def can_open(self) -> bool:
        """Whether there are groups, and few enough things to draw one by one."""
        return bool(self.groups) and self.things <= MOST_OPEN


def draw(session: Session, trace: Trace, *, opened: bool = False, paged: bool = False) -> Drawing:
    """The drawing of a trace. `opened` draws every thing on its own, if there are not too many. At most one statement."""
    diagram = graph(trace)
    things = sum(node.count for node in diagram.nodes)
    if opened and things <= MOST_OPEN:
        diagram = graph(trace, cluster_from=things + 1)
    widths = _widths(diagram, trace)
    lefts = [MARGIN + sum(widths[:column]) + COLUMN_GAP * column for column in range(diagram.columns)]
    boxes = {node.node_id: _box(node, trace, lefts[node.column], widths[node.column], paged=paged) for node in diagram.nodes}
    amounts = _amounts(session, trace, diagram)
    return Drawing(
        width=(lefts[-1] + widths[-1] + MARGIN) if lefts else 0, height=diagram.rows * (HEIGHT + ROW_GAP) - ROW_GAP + 2 * MARGIN,
        boxes=tuple(boxes.values()), arrows=tuple(_arrows(diagram, boxes, amounts)), things=things,
        groups=sum(node.count > 1 for node in diagram.nodes),
    )


# --- boxes ----------------------------------------------------------------------------------------------------------------


def _widths(diagram: Diagram, trace: Trace) -> list[int]:
    """Numbers are never shortened, so the longest one of a column decides how wide it is."""
    widths = [NARROWEST] * diagram.columns
    for node in diagram.nodes:
        name, mono = _name(node)
        where = _where(node, trace.line(node.line_no))
        words = [len(name) * (MONO if mono else SANS_BOLD), min(len(where), MOST_LETTERS) * SANS,
                 min(len(node.item_description), MOST_LETTERS - 6) * SANS_BOLD]
        widths[node.column] = max(widths[node.column], PADDING + round(max(words)))
    return widths


def _box(node: DiagramNode, trace: Trace, left: int, width: int, *, paged: bool) -> Box:
    name, mono = _name(node)
    where = _where(node, trace.line(node.line_no))
    room = width - PADDING + 1
    numbers = ", ".join(node.numbers) + (gettext(" and %(count)s more", count=node.more_numbers) if node.more_numbers else "")
    what = f"{node.item_no} {node.item_description}" if node.item_description else node.item_no
    parts = (numbers or name, what, where, f"{quantity(node.quantity)} {node.unit_code}")
    return Box(
        x=left, y=MARGIN + node.row * (HEIGHT + ROW_GAP), width=width, name=name, mono=mono,
        what=_short(node.item_description or node.item_no, int(room / SANS_BOLD)), where=_short(where, int(room / SANS)),
        title=" · ".join(parts),
        href=page_of(node.line_no, trace.criteria, paged=paged), lines=node.line_nos, look=_look(node, trace.line(node.line_no)),
    )


def _name(node: DiagramNode) -> tuple[str, bool]:
    if node.count > 1 and len(node.numbers) + node.more_numbers > 1:
        return gettext("%(count)s numbers", count=quantity(len(node.numbers) + node.more_numbers)), False
    if node.numbers:
        return node.numbers[0], True
    return node.item_no, True


def _where(node: DiagramNode, line: Line) -> str:
    """What happened there, in a few words; the amount comes with it, because a box stands for a posting."""
    amount = f"{quantity(abs(node.quantity))} {node.unit_code}"
    if node.state in STATES:
        return f"{STATES[node.state][1]}, {amount}"
    if node.source_name:
        return f"{node.source_name}, {amount}"
    if node.entry_type in DONE:
        done = str(DONE[node.entry_type])
        return f"{done} {node.document_no}, {amount}" if node.document_no else f"{done}, {amount}"
    place = f" {line.location_code}" if line.location_code and node.count == 1 else ""
    return f"{gettext(node.entry_type or node.document_kind)}{place}, {amount}"


def _look(node: DiagramNode, line: Line) -> str:
    looks = ["start"] if line.depth == 0 else []
    looks += ["many"] if node.count > 1 else []
    looks += ["off"] if not node.current or node.state is State.REVERSED else []
    looks += ["soft"] if node.state in {State.REGISTERED, State.PICKED} else []
    looks += ["bad"] if node.state is State.SCRAPPED else []
    return " ".join(looks)


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(letters - 1, 1)] + "…"


# --- arrows ---------------------------------------------------------------------------------------------------------------


def _arrows(diagram: Diagram, boxes: Mapping[int, Box], amounts: Mapping[Pair, Decimal]) -> list[Arrow]:
    """Arrows bend at the end where they meet others, and say their quantity at the end where they are alone."""
    leaving, coming = (Counter(getattr(edge, end) for edge in diagram.edges) for end in ("from_node", "to_node"))
    arrows = []
    for edge in diagram.edges:
        start, end = boxes[edge.from_node], boxes[edge.to_node]
        fans_out = leaving[edge.from_node] > coming[edge.to_node]
        left, right = start.x + start.width, end.x
        top, bottom = start.y + HEIGHT // 2, end.y + HEIGHT // 2
        looks = (("off", not edge.current), ("soft", edge.registered), ("shared", edge.order_level))
        amount = amounts.get((edge.from_node, edge.to_node))
        arrows.append(Arrow(
            path=_path(left, top, right, bottom, fans_out=fans_out),
            x=right - LABEL if fans_out else left + LABEL, y=(bottom if fans_out else top) - 6,
            quantity=quantity(amount) if amount and not edge.order_level else "", look=" ".join(look for look, holds in looks if holds),
        ))
    return arrows


def _path(left: int, top: int, right: int, bottom: int, *, fans_out: bool) -> str:
    if right <= left:  # a loop of returned goods leads back: below the boxes, so that it is seen
        return f"M{left} {top}C{left + 48} {top + 72} {right - 48} {bottom + 72} {right} {bottom}"
    bend = left + 4 if fans_out else right - BEND - 12
    return f"M{left} {top}H{bend}C{bend + BEND // 2} {top} {bend + BEND // 2} {bottom} {bend + BEND} {bottom}H{right}"


def _amounts(session: Session, trace: Trace, diagram: Diagram) -> dict[Pair, Decimal]:
    """What flowed along each arrow: applications say it for goods, the consumption for what went into a product."""
    node_of = {_thing(trace.line(number)): node.node_id for node in diagram.nodes for number in node.line_nos}
    links = [(trace.line(line.parent), line) for line in trace.lines if line.parent and _thing(line) in node_of]
    flows = _flows(session, {end.entry_no for link in links for end in link if end.entry_no and end.quantity < 0})
    amounts: dict[Pair, Decimal] = {}
    counted: set[tuple[Thing, Thing]] = set()
    for upper, lower in links:
        start, end = (lower, upper) if trace.criteria.backward else (upper, lower)
        pair = (_thing(start), _thing(end))
        if pair in counted or pair[0] not in node_of:
            continue
        counted.add(pair)
        key = (node_of[pair[0]], node_of[pair[1]])
        amounts[key] = amounts.get(key, ZERO) + _amount(start, end, lower.link, flows, exact=trace.criteria.exact)
    return amounts


def _amount(start: Line, end: Line, link: Link, flows: Mapping[Pair, Decimal], *, exact: bool) -> Decimal:
    """In the order line view nobody knows which part of a consumption went into which product."""
    if (start.entry_no, end.entry_no) in flows:
        return flows[start.entry_no, end.entry_no]
    if link in {Link.COMPONENT, Link.OUTPUT}:
        return abs(start.quantity) if exact else ZERO
    if link is Link.REGISTERED:
        return abs(end.quantity if end.association_no else start.quantity)
    return ZERO


def _flows(session: Session, negative: Collection[int]) -> dict[Pair, Decimal]:
    """From which entry to which entry goods went, and how much. The entry whose posting made the record is where they went."""
    flows: dict[Pair, Decimal] = {}
    for record in applications(session, positive=(), negative=negative, own_only=False) if negative else ():
        inward = record.item_entry_no == record.inbound
        pair = (record.outbound, record.inbound) if inward else (record.inbound, record.outbound)
        flows[pair] = flows.get(pair, ZERO) + abs(record.quantity)
    return flows


def _thing(line: Line) -> Thing:
    """What a line stands for; several lines may stand for one thing."""
    if line.entry_no:
        return (line.entry_no, 0, 0)
    return (0, line.association_no, 0) if line.association_no else (0, 0, line.match_id)
