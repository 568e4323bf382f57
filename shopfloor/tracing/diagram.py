"""The picture of a trace: nodes in a grid and edges between them, for the server-made drawing (A13). Pure.

Goods flow from left to right, whatever the direction of the trace. Many alike (same item, kind, state and neighbour upstream) become
one node with a count, so that a recall of thousands stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from shopfloor.quantity import ZERO
from shopfloor.tracing.criteria import TraceMethod
from shopfloor.tracing.lines import Line, Link, State, Trace

CLUSTER_FROM = 4
"""So many alike become one node."""
NUMBERS_SHOWN = 3
Thing = tuple[str, int]
_Alike = tuple[int, str, str, State, bool, bool, str, Link]


@dataclass(frozen=True)
class DiagramNode:
    """One box. Grid units: the drawing decides how large a cell is."""

    node_id: int
    """1, 2, 3 ... in the order in which the tree shows them."""
    column: int
    """0 is the leftmost: the origin of the goods."""
    row: int
    """0 is the top."""
    count: int
    """How many entries the box stands for; 1: just one."""
    line_no: int
    """First line of the tree that it stands for: where a tap leads."""
    line_nos: tuple[int, ...]
    """First line of each entry in the box."""
    document_kind: str
    document_no: str
    """Blank when the box stands for entries of several documents."""
    entry_type: str
    item_no: str
    item_description: str
    numbers: tuple[str, ...]
    """The first few serial or lot numbers."""
    more_numbers: int
    """How many more there are."""
    quantity: Decimal
    """Sum, signed, base units; error quantity included."""
    unit_code: str
    source_name: str
    """Vendor or customer."""
    state: State
    order_level: bool
    current: bool


@dataclass(frozen=True)
class DiagramEdge:
    """One arrow, in the direction in which the goods flowed."""

    from_node: int
    to_node: int
    link: Link
    order_level: bool
    registered: bool
    """Drawn apart: nothing is posted (C5)."""
    current: bool


@dataclass(frozen=True)
class Diagram:
    """The whole picture."""

    columns: int
    rows: int
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]


@dataclass
class _Box:
    """Things that are drawn as one."""

    things: list[Thing] = field(default_factory=list)
    parent: _Box | None = None
    children: list[_Box] = field(default_factory=list)
    node_id: int = 0
    column: int = 0
    row: int = 0


def graph(trace: Trace, *, cluster_from: int = CLUSTER_FROM) -> Diagram:
    """The picture of a trace. Other components that merely stand beside a traced one are left out of it."""
    lines = _drawn(trace)
    first: dict[Thing, Line] = {}
    parents: dict[Thing, Thing | None] = {}
    for line in lines:
        thing = _thing(line)
        if thing not in first:
            first[thing] = line
            parents[thing] = _thing(trace.line(line.parent)) if line.parent else None
    boxes = _boxes(first, parents, cluster_from)
    places = {thing: box for box in boxes for thing in box.things}
    links = _links(trace, lines, places)
    rows = _set_rows([box for box in boxes if box.parent is None])
    depth = _set_columns(boxes, links)
    backward = trace.criteria.method is TraceMethod.BACKWARD
    if backward:
        for box in boxes:
            box.column = depth - box.column
    nodes = tuple(_node(box, first) for box in boxes)
    edges = tuple(_edge(line, upper, lower, backward=backward) for (upper, lower), line in links.items())
    return Diagram(depth + 1 if boxes else 0, rows, nodes, edges)


def _drawn(trace: Trace) -> list[Line]:
    """All lines but other components and what lies below them (the order line view walks them, too)."""
    left_out: set[int] = set()
    drawn = []
    for line in trace.lines:
        if line.link is Link.OTHER_COMPONENT or line.parent in left_out:
            left_out.add(line.no)
        else:
            drawn.append(line)
    return drawn


def _thing(line: Line) -> Thing:
    if line.entry_no:
        return ("entry", line.entry_no)
    return ("association", line.association_no) if line.association_no else ("row", line.match_id)


def _boxes(first: dict[Thing, Line], parents: dict[Thing, Thing | None], cluster_from: int) -> list[_Box]:
    """Group from the roots down: the children of a group are grouped again. `first` is in tree order, parents before children."""
    groups: dict[_Alike, list[Thing]] = {}
    group_of: dict[Thing, _Alike] = {}
    for thing, line in first.items():
        parent = parents[thing]
        above = id(groups[group_of[parent]]) if parent is not None else 0
        key: _Alike = (above, line.item_no, line.document_kind, line.state, line.order_level, line.current, line.source_no, line.link)
        group_of[thing] = key
        groups.setdefault(key, []).append(thing)
    boxes: dict[Thing, _Box] = {}
    shared: dict[_Alike, _Box] = {}
    made: list[_Box] = []
    for thing in first:
        key = group_of[thing]
        clustered = len(groups[key]) >= cluster_from
        box = shared.get(key) if clustered else None
        if box is None:
            parent = parents[thing]
            box = _Box(parent=boxes[parent] if parent is not None else None, node_id=len(made) + 1)
            made.append(box)
            if box.parent:
                box.parent.children.append(box)
            if clustered:
                shared[key] = box
        box.things.append(thing)
        boxes[thing] = box
    return made


def _links(trace: Trace, lines: Iterable[Line], places: dict[Thing, _Box]) -> dict[tuple[int, int], Line]:
    """Edges between boxes; of several lines the one that says most wins: current before struck, unit before order level."""
    links: dict[tuple[int, int], Line] = {}
    for line in lines:
        if not line.parent:
            continue
        key = (places[_thing(trace.line(line.parent))].node_id, places[_thing(line)].node_id)
        known = links.get(key)
        if key[0] != key[1] and (known is None or (line.current, not line.order_level) > (known.current, not known.order_level)):
            links[key] = line
    return links


def _set_rows(roots: Iterable[_Box]) -> int:
    """A tidy tree: a box stands in the row of its first child, every leaf has a row of its own. Gives the number of rows."""
    used = 0
    waiting = [(box, False) for box in reversed(list(roots))]
    while waiting:
        box, below_done = waiting.pop()
        if not box.children:
            box.row, used = used, used + 1
        elif below_done:
            box.row = box.children[0].row
        else:
            waiting.append((box, True))
            waiting.extend((child, False) for child in reversed(box.children))
    return used


def _set_columns(boxes: list[_Box], links: Iterable[tuple[int, int]]) -> int:
    """The longest way from a root decides the column. A cycle cannot push a box further than there are boxes. Gives the last column."""
    below: dict[int, list[int]] = {}
    above = dict.fromkeys((box.node_id for box in boxes), 0)
    for upper, lower in links:
        below.setdefault(upper, []).append(lower)
        above[lower] += 1
    columns = dict.fromkeys(above, 0)
    waiting = [node for node, count in above.items() if not count]
    left = dict.fromkeys(above)
    while left:
        if not waiting:
            waiting.append(next(iter(left)))  # a cycle: enter it at the box that the tree shows first
        node = waiting.pop()
        if node not in left:
            continue
        del left[node]
        for lower in below.get(node, ()):
            above[lower] -= 1
            if lower in left:
                columns[lower] = max(columns[lower], columns[node] + 1)
                if above[lower] <= 0:
                    waiting.append(lower)
    for box in boxes:
        box.column = columns[box.node_id]
    return max(columns.values(), default=0)


def _node(box: _Box, first: dict[Thing, Line]) -> DiagramNode:
    lines = [first[thing] for thing in box.things]
    line = lines[0]
    numbers = list(dict.fromkeys(other.number for other in lines if other.number))
    documents = {other.document_no for other in lines}
    return DiagramNode(
        node_id=box.node_id, column=box.column, row=box.row, count=len(lines), line_no=line.no,
        line_nos=tuple(other.no for other in lines), document_kind=line.document_kind,
        document_no=line.document_no if len(documents) == 1 else "", entry_type=line.entry_type,
        item_no=line.item_no, item_description=line.item_description,
        numbers=tuple(numbers[:NUMBERS_SHOWN]), more_numbers=max(len(numbers) - NUMBERS_SHOWN, 0),
        quantity=sum((other.quantity + other.scrap_quantity for other in lines), ZERO), unit_code=line.unit_code,
        source_name=line.source_name, state=line.state, order_level=line.order_level, current=line.current,
    )


def _edge(line: Line, upper: int, lower: int, *, backward: bool) -> DiagramEdge:
    start, end = (lower, upper) if backward else (upper, lower)
    return DiagramEdge(start, end, line.link, line.order_level, line.link is Link.REGISTERED, line.current)
