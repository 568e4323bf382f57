"""Small ledgers written by hand, and the shape of an answer as text."""

from __future__ import annotations

from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.tracing.criteria import Criteria, ShowComponents, TraceMethod, View, read_filters
from shopfloor.tracing.graph import Application, Entry, Graph, Registration, Row
from shopfloor.tracing.lines import State
from shopfloor.tracing.rules import roots, walk

ORDER = {"order_no": "PO-1", "order_line_no": 1}


class Books:
    """Entries with the applications that posting writes (DM-11). Entry numbers are given, so that expected trees can name them."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._applications = 0
        self.registered: list[Registration | Row] = []

    def entry(self, no, kind, item, quantity, *, serial="", lot="", **fields):
        made = Entry(no, kind, item, Decimal(quantity), Tracking(serial, lot), **fields)
        self.graph.add_entries([made])
        if made.order_no and made.is_consumption and made.match_id:
            self.graph.associated.add(made.order_line)
        return made

    def apply(self, item_entry, inbound, outbound, quantity, transferred_from=0, cost=False):
        self._applications += 1
        self.graph.add_applications(
            [Application(self._applications, item_entry, inbound, outbound, Decimal(quantity), transferred_from, cost)]
        )

    def receive(self, no, item, quantity, **fields):
        self.entry(no, "Purchase", item, quantity, **fields)
        self.apply(no, no, 0, quantity)

    def _take(self, no, kind, item, quantity, sources, **fields):
        self.entry(no, kind, item, -Decimal(quantity), **fields)
        for source in sources:
            self.apply(no, source, no, -Decimal(quantity) / len(sources))

    def sell(self, no, item, quantity, *sources, **fields):
        self._take(no, "Sale", item, quantity, sources, **fields)

    def use(self, no, item, quantity, *sources, match=0, **fields):
        self._take(no, "Consumption", item, quantity, sources, match_id=match, **(ORDER | fields))

    def make(self, no, item, quantity, *, match=0, **fields):
        self.entry(no, "Output", item, quantity, match_id=match, **(ORDER | fields))
        self.apply(no, no, 0, quantity)

    def scrap(self, no, item, quantity, *, match=0, **fields):
        self.entry(no, "Output", item, 0, match_id=match, scrap_quantity=Decimal(quantity), **(ORDER | fields))

    def give_back(self, no, kind, item, quantity, of, **fields):
        """A return with applies-from."""
        self.entry(no, kind, item, quantity, corrects_entry_no=of if kind == "Consumption" else 0, **fields)
        self.apply(no, no, of, quantity, cost=True)

    def unmake(self, no, item, quantity, of, *, match=0, **fields):
        self._take(no, "Output", item, quantity, [of], match_id=match, corrects_entry_no=of, **(ORDER | fields))

    def move(self, shipped, received, item, quantity, source, *, new_lot=None, lot="", serial=""):
        self._take(shipped, "Transfer", item, quantity, [source], lot=lot, serial=serial)
        self.entry(received, "Transfer", item, quantity, lot=lot if new_lot is None else new_lot, serial=serial)
        self.apply(received, received, shipped, quantity, transferred_from=source)

    def register(self, no, match, item, quantity, *supply, serial="", lot="", state="Open"):
        self.graph.add_registrations(
            [Registration(no, match, "PO-1", 1, 10, item, Tracking(serial, lot), Decimal(quantity), state, supply=supply)]
        )
        self.graph.associated.add(("PO-1", 1))
        self.graph.composed_rows.add(match)

    def row(self, match, item, quantity, *, serial="", lot="", state="Open"):
        made = Row(match, "PO-1", 1, item, Tracking(serial, lot), Decimal(quantity), state)
        self.graph.add_rows([made])
        return made

    def trace(
        self, *, forward=False, components=ShowComponents.TRACKED, exact=True, registered=False, roots_registered=(), limit=1000, **filters
    ):
        criteria = Criteria(
            method=TraceMethod.FORWARD if forward else TraceMethod.BACKWARD, show_components=components,
            view=View.EXACT if exact else View.ORDER_LINE, include_registered=registered, **filters,
        )
        for entry in self.graph.entries.values():
            if entry.is_consumption and entry.match_id and not entry.positive and not self.graph.reversed(entry):
                self.graph.composed_rows.add(entry.match_id)
        read = read_filters(criteria)
        candidates = [
            entry for entry in self.graph.entries.values()
            if read.item_no.passes(entry.item_no) and read.serial_no.passes(entry.tracking.serial_no)
            and read.lot_no.passes(entry.tracking.lot_no)
        ]
        return walk(
            self.graph, roots(self.graph, candidates, criteria, read), criteria, root_registrations=roots_registered, line_limit=limit
        )


def shape(trace):
    """`..3*` is entry 3 at depth 2, already traced; ~ struck, < takes back, ! scrapped, ? order-level, - not current; a9, r7 registered."""
    marks = {State.REVERSED: "~", State.REVERSAL: "<", State.SCRAPPED: "!"}
    return [
        "." * line.depth
        + (f"a{line.association_no}" if line.association_no else str(line.entry_no) if line.entry_no else f"r{line.match_id}")
        + marks.get(line.state, "") + ("?" if line.order_level else "") + ("" if line.current else "-")
        + ("*" if line.already_traced else "")
        for line in trace.lines
    ]


def path(trace, number):
    """From the root down to a line."""
    found = [trace.line(number)]
    while found[-1].parent:
        found.append(trace.line(found[-1].parent))
    return tuple(reversed(found))
