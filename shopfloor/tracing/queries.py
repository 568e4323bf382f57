"""Loading what a trace needs, level by level, and the question itself: `trace`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import clock
from shopfloor.quantity import ZERO
from shopfloor.tracing import rules, statements
from shopfloor.tracing.criteria import Criteria, Filters, ShowComponents, TraceMethod, View, chosen, read_filters
from shopfloor.tracing.graph import Entry, Graph, Registration, Row
from shopfloor.tracing.lines import OnHand, Trace
from shopfloor.tracing.steps import Walk, bridge, built_in, follows, links_into, neighbours

LINE_LIMIT = 20_000
"""Lines of one answer; more are said to be left out (C6)."""
ENTRY_LIMIT = 200_000
"""Entries read for one answer."""


def trace(
    session: Session, *, item_no: str = "", variant: str = "", serial_no: str = "", lot_no: str = "", package_no: str = "",
    vendor_lot_no: str = "", method: TraceMethod | str = TraceMethod.BACKWARD,
    show_components: ShowComponents | str = ShowComponents.TRACKED, view: View | str = View.EXACT, include_registered: bool = False,
) -> Trace:
    """`trace_criteria` with the criteria spelled out; the captions of the three choices may be given as text.

    Raises InvalidInput for a caption that does not exist, and what `trace_criteria` raises.
    """
    criteria = Criteria(
        item_no=item_no, variant_code=variant, serial_no=serial_no, lot_no=lot_no, package_no=package_no, vendor_lot_no=vendor_lot_no,
        method=chosen(TraceMethod, "method", method), show_components=chosen(ShowComponents, "show_components", show_components),
        view=chosen(View, "view", view), include_registered=include_registered,
    )
    return trace_criteria(session, criteria)


def trace_criteria(session: Session, criteria: Criteria, *, line_limit: int = LINE_LIMIT, entry_limit: int = ENTRY_LIMIT) -> Trace:
    """Answer one question to Item Tracing (TR-01 to TR-52, C4 to C6). Reads only.

    Raises VariantWithoutItem (TR-01) and FilterNotReadable. Where no transaction is open, all is read from one snapshot.
    """
    filters = read_filters(criteria)
    with _snapshot(session):
        read_at = clock.now()
        if not filters:
            return replace(rules.walk(Graph(), [], criteria, line_limit=line_limit), read_at=read_at)
        loader = _Loader(session, criteria, entry_limit)
        found = loader.load(filters)
    answer = rules.walk(
        loader.graph, found.roots, criteria, root_registrations=found.registered, on_hand=found.on_hand,
        line_limit=line_limit, entries_left_out=entry_limit if loader.limit_met else 0,
    )
    return replace(answer, read_at=read_at)


@contextmanager
def _snapshot(session: Session) -> Iterator[None]:
    """One view of the books for all statements, unless the caller has a transaction open already."""
    if session.in_transaction():
        yield
        return
    if session.get_bind().dialect.name != "sqlite":
        # SQLite reads from one snapshot in every transaction.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        yield
    finally:
        session.rollback()


@dataclass(frozen=True)
class _Found:
    roots: list[Entry]
    registered: list[Registration | Row]
    on_hand: list[OnHand]


@dataclass
class _Loader:
    """Fills the graph. Seven statements for each level, whatever its width; fewer where a kind of key is absent."""

    session: Session
    criteria: Criteria
    entry_limit: int
    graph: Graph = field(default_factory=Graph)
    limit_met: bool = False
    _followed: set[int] = field(default_factory=set)
    """Entries whose bridge and applications are known."""
    _applied: set[int] = field(default_factory=set)
    """Entries whose applications were read."""
    _asked_lines: set[tuple[str, int]] = field(default_factory=set)
    _asked_keys: set[tuple[object, ...]] = field(default_factory=set)
    _asked_rows: set[int] = field(default_factory=set)
    _asked_registrations: set[tuple[str, int | str]] = field(default_factory=set)
    _asked_benches: set[tuple[str, str]] = field(default_factory=set)
    _asked_products: set[int] = field(default_factory=set)

    def load(self, filters: Filters) -> _Found:
        """Roots and everything below them."""
        backward = self.criteria.backward
        candidates = statements.candidates(self.session, filters, latest_first=backward, limit=self.entry_limit + 1)
        if len(candidates) > self.entry_limit:
            self.limit_met = True
            candidates.pop()
        self.graph.add_entries(candidates)
        self._read_applications(candidates)
        self._read_entries(self._receiving_halves(candidates))
        roots = rules.roots(self.graph, candidates, self.criteria, filters)
        registered = self._registered_roots(filters)
        self._levels({entry.entry_no for entry in roots} | self._supplies(registered), registered)
        return _Found(roots, registered, _on_hand(candidates))

    def _receiving_halves(self, candidates: Iterable[Entry]) -> set[int]:
        if not self.criteria.backward:
            return set()
        negative = (entry for entry in candidates if not entry.positive)
        return {record.inbound for entry in negative for record in self.graph.out_of(entry.entry_no) if record.transferred_from}

    def _registered_roots(self, filters: Filters) -> list[Registration | Row]:
        """Registered products and components that the filters name (C5). Forward, a link with a reservation hangs on its entry."""
        rows = statements.product_candidates(self.session, filters)
        links = statements.registered_candidates(self.session, filters)
        self.graph.add_rows(rows)
        self.graph.add_registrations(links)
        if not self.criteria.backward:
            links = [link for link in links if not link.supply]
        return [*sorted(rows, key=lambda row: -row.match_id), *sorted(links, key=lambda link: -link.association_no)]

    def _levels(self, pending: set[int], registered: Iterable[Registration | Row]) -> None:
        rows = [node for node in registered if isinstance(node, Row)]
        self._read_registrations({node.match_id for node in registered}, (), self._whole_orders(rows))
        self._read_order_entries([], {(node.order_no, node.order_line_no, node.match_id) for node in rows}, [
            node.order_line for node in rows if node.co_product and self.criteria.backward
        ])
        self._read_beside([])
        self._read_applications(self.graph.entries.values())
        pending |= self._from_rows(registered)
        while pending and not self.limit_met:
            self._read_entries(pending)
            level = [self.graph.entries[number] for number in sorted(pending) if number in self.graph.entries]
            self._followed |= pending
            self._read_order_entries(level, set())
            self._read_flags(level)
            drawn_on = () if self.criteria.backward else self.graph.entries.values()
            self._read_registrations(
                {entry.match_id for entry in level if entry.order_no and entry.match_id},
                [entry.entry_no for entry in drawn_on if entry.positive and entry.tracking],
                self._whole_orders(level),
            )
            self._read_beside(level)
            self._read_applications(self.graph.entries.values())
            pending = self._next_level(level)

    def _next_level(self, level: Iterable[Entry]) -> set[int]:
        """Entries one application away, from the level itself and from the components and outputs that its orders list."""
        reached = {entry.entry_no: entry for entry in level}
        for entry in list(reached.values()):
            steps = bridge(self.graph, entry, self.criteria)
            reached.update(
                (step.node.entry_no, step.node) for step in steps if step.walk is Walk.APPLICATIONS and isinstance(step.node, Entry)
            )
        reached.update((output.entry_no, output) for output in self._made_beside())
        numbers = {number for entry in reached.values() if follows(entry) for number in neighbours(self.graph, entry, self.criteria)}
        if self.criteria.backward:
            links = [link for entry in reached.values() if entry.is_output for link in links_into(self.graph, entry)]
            numbers |= self._supplies(links)
        return numbers - self._followed

    def _supplies(self, links: Iterable[Registration | Row]) -> set[int]:
        """Entries that registered links draw on; not read when the links are left out anyway."""
        if not (self.criteria.backward and self.criteria.include_registered):
            return set()
        return {number for link in links if isinstance(link, Registration) for number in link.supply}

    def _from_rows(self, registered: Iterable[Registration | Row]) -> set[int]:
        """Backward from products on the bench: what was consumed for them already, and what is registered."""
        if not (self.criteria.backward and self.criteria.include_registered):
            return set()
        rows = [node for node in registered if isinstance(node, Row)]
        consumed = [entry for row in rows for entry in built_in(self.graph, row)]
        numbers = {number for entry in consumed if entry.is_consumption for number in neighbours(self.graph, entry, self.criteria)}
        return numbers | self._supplies([link for row in rows for link in links_into(self.graph, row)])

    # --- one kind of record each ---

    def _room(self) -> int:
        return max(self.entry_limit - len(self.graph.entries), 0) + 1

    def _keep(self, entries: list[Entry]) -> None:
        self.graph.add_entries(entries)
        self.limit_met = self.limit_met or len(self.graph.entries) > self.entry_limit

    def _read_entries(self, numbers: Collection[int]) -> None:
        missing = {number for number in numbers if number not in self.graph.entries}
        if missing:
            self._keep(statements.entries_by_number(self.session, missing, limit=self._room()))

    def _read_order_entries(
        self, level: Iterable[Entry], rows: set[tuple[str, int, int]], whole: Iterable[tuple[str, int]] = (), orders: Iterable[str] = ()
    ) -> None:
        """What `bridge` looks at, and what tells whether an output was taken back.

        `whole`: order lines of which everything is read; `orders`: orders of which the co-products are.
        """
        levels: set[tuple[str, int]] = {(order_no, line_no) for order_no, line_no, _ in rows}
        outputs: set[tuple[str, int]] = set()
        lines: set[tuple[str, int]] = set(whole)
        co_products: set[tuple[str, ...]] = {(order_no,) for order_no in orders}
        for entry in level:
            if not entry.order_no:
                continue
            if not self.criteria.backward or entry.co_product:
                co_products.add((entry.order_no,))
            if not self.criteria.exact or (entry.co_product and self.criteria.backward):
                lines.add(entry.order_line)
                continue
            levels.add(entry.order_line)
            if entry.match_id:
                rows.add((*entry.order_line, entry.match_id))
            elif entry.is_consumption and not self.criteria.backward:
                outputs.add(entry.order_line)
        keys = {name: {key for key in wanted if (name, *key) not in self._asked_keys}
                for name, wanted in (("rows", rows), ("levels", levels), ("outputs", outputs), ("lines", lines),
                                    ("co_products", co_products))}
        self._asked_keys |= {(name, *key) for name, wanted in keys.items() for key in wanted}
        if any(keys.values()):
            untracked = self.criteria.show_components is ShowComponents.ALL
            # Entries that are known already are read again, so the limit leaves room for them.
            limit = self._room() + len(self.graph.entries)
            self._keep(statements.order_entries(self.session, **keys, untracked=untracked, limit=limit))

    def _read_flags(self, level: Iterable[Entry]) -> None:
        """Which order lines and rows have associations (C4)."""
        if not self.criteria.exact:
            return
        lines = {entry.order_line for entry in level if entry.order_no} - self._asked_lines
        self._asked_lines |= lines
        if lines:
            self.graph.associated.update(statements.associated_order_lines(self.session, lines))
        outputs = [entry for entry in self.graph.entries.values() if entry.is_output and entry.match_id]
        rows = {(*entry.order_line, entry.match_id) for entry in outputs if entry.match_id not in self._asked_rows}
        self._asked_rows |= {key[2] for key in rows}
        if rows:
            self.graph.composed_rows.update(statements.composed_rows(self.session, rows))

    def _whole_orders(self, nodes: Iterable[Entry | Row]) -> set[str]:
        """Orders of which a co-product is looked into: it may hold every link that is registered there (D40)."""
        return {node.order_no for node in nodes if node.co_product} if self.criteria.backward else set()

    def _made_beside(self) -> list[Entry]:
        """Co-products that were reported while a registered part was in the work (D40)."""
        if self.criteria.backward:
            return []
        orders = {link.order_no for link in self.graph.registrations.values()}
        return [output for order_no in sorted(orders) for output in self.graph.co_products_of(order_no)]

    def _read_beside(self, level: Iterable[Entry]) -> None:
        """Forward: what stands on the bench beside the products that were reached (TRC-9, D40)."""
        if self.criteria.backward:
            return
        links = {link.order_no for link in self.graph.registrations.values()}
        self._read_order_entries([], set(), orders=links)
        used = [entry for entry in level if entry.is_consumption and entry.order_no]
        orders = {("beside", order_no) for order_no in links | {entry.order_no for entry in used}} - self._asked_benches
        levels = {("level", entry.order_no) for entry in used if not entry.match_id} - self._asked_benches
        self._asked_benches |= orders | levels
        if orders or levels:
            room = self.entry_limit + 1
            rows = statements.waiting_rows(
                self.session, orders={order_no for _, order_no in orders}, levels={order_no for _, order_no in levels}, limit=room
            )
            self.limit_met = self.limit_met or len(rows) == room
            self.graph.add_rows(rows)

    def _read_registrations(self, matches: Collection[int], supplies: Collection[int], whole: Collection[str] = ()) -> None:
        new_matches = {number for number in matches if ("row", number) not in self._asked_registrations}
        new_supplies = {number for number in supplies if ("entry", number) not in self._asked_registrations}
        self._asked_registrations |= {("row", number) for number in new_matches} | {("entry", number) for number in new_supplies}
        orders = {order_no for order_no in whole if ("order", order_no) not in self._asked_registrations}
        self._asked_registrations |= {("order", order_no) for order_no in orders}
        if new_matches or new_supplies or orders:
            found = statements.registrations(self.session, matches=new_matches, supplies=new_supplies, orders=orders)
            self.graph.add_registrations(found)
        if self.criteria.backward:
            return
        products = {link.match_id for link in self.graph.registrations.values()} | new_matches
        products -= self._asked_products
        self._asked_products |= products
        if products:
            self.graph.add_rows(statements.product_rows(self.session, products))

    def _read_applications(self, entries: Iterable[Entry]) -> None:
        new = [entry for entry in entries if entry.entry_no not in self._applied]
        self._applied |= {entry.entry_no for entry in new}
        if new:
            positive = [entry.entry_no for entry in new if entry.positive]
            negative = [entry.entry_no for entry in new if not entry.positive]
            own_only = self.criteria.backward
            self.graph.add_applications(statements.applications(self.session, positive=positive, negative=negative, own_only=own_only))


def _on_hand(candidates: Iterable[Entry]) -> list[OnHand]:
    """TRC-3: what is in stock of the numbers asked for, for each item."""
    totals: dict[str, tuple[Entry, Decimal]] = {}
    for entry in candidates:
        _, total = totals.get(entry.item_no, (entry, ZERO))
        totals[entry.item_no] = (entry, total + entry.remaining_quantity)
    return [OnHand(item_no, entry.item_description, entry.unit_code, total) for item_no, (entry, total) in sorted(totals.items())]
