"""The walk of Item Tracing over a loaded graph (core specification, section 14; C4, C6, C11, C12). Pure.

What hangs below one line is decided in `steps`; here it is decided which lines are shown, in what order, and what is repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shopfloor.tracing.criteria import Criteria, Filters, ShowComponents
from shopfloor.tracing.graph import Entry, Graph, Registration, Row
from shopfloor.tracing.lines import Completeness, Line, Link, OnHand, Reason, State, Trace, mark_certain, placed
from shopfloor.tracing.steps import (
    Node,
    Step,
    Walk,
    bridge,
    built_in,
    follows,
    is_origin,
    links_into,
    neighbours,
    registered_steps,
    returns_of,
)


def roots(graph: Graph, candidates: Iterable[Entry], criteria: Criteria, filters: Filters) -> list[Entry]:
    """Root entries in the order in which they are tried (TR-10, TR-11, TR-13). Repeated ones fall out while walking (TR-12)."""
    fitting = [entry for entry in candidates if entry.tracking]
    if not criteria.backward:
        fitting = [entry for entry in fitting if entry.positive and not entry.is_consumption]
    fitting.sort(key=lambda entry: (_primary(entry, filters), entry.entry_no), reverse=criteria.backward)
    if not criteria.backward:
        return fitting
    return [root for entry in fitting for root in (receiving_halves(graph, entry) or [entry])]


def _primary(entry: Entry, filters: Filters) -> str:
    if filters.lot_no:
        return entry.tracking.lot_no
    return entry.tracking.serial_no if filters.serial_no else entry.item_no


def receiving_halves(graph: Graph, entry: Entry) -> list[Entry]:
    """TR-13: where the negative half of a transfer or reclassification arrived, latest first."""
    if entry.positive:
        return []
    records = [record for record in graph.out_of(entry.entry_no) if record.transferred_from and record.inbound]
    numbers = sorted({record.inbound for record in records}, reverse=True)
    return [graph.entries[number] for number in numbers if number in graph.entries]


def walk(
    graph: Graph, root_entries: Sequence[Entry], criteria: Criteria, *,
    root_registrations: Sequence[Registration | Row] = (), on_hand: Sequence[OnHand] = (), line_limit: int, entries_left_out: int = 0,
) -> Trace:
    """Show the tree below the roots. Registered roots are drawn after the posted ones and only when they are included.

    `line_limit` stops the walk, and the answer says so; `entries_left_out` is the loader's limit when it was met, else 0 (C6).
    """
    walker = _Walker(graph, criteria, line_limit)
    walker.run([Step(entry, Link.ROOT, Walk.FULL) for entry in root_entries])
    registered = [Step(node, Link.ROOT, Walk.FULL) for node in root_registrations]
    if criteria.include_registered:
        walker.run(registered)
    else:
        walker.leave_out_roots(root_registrations)
    if entries_left_out:
        walker.reasons[Reason("ENTRY_LIMIT", limit=entries_left_out)] = None
    reasons = tuple(walker.reasons)
    return Trace(
        criteria=criteria, lines=mark_certain(walker.lines, criteria.exact), completeness=_completeness(reasons), reasons=reasons,
        registered_left_out=len(walker.left_out), on_hand=tuple(on_hand),
    )


def _completeness(reasons: Sequence[Reason]) -> Completeness:
    codes = {reason.code for reason in reasons}
    if codes - {"NOT_REGISTERED"}:
        return Completeness.TRUNCATED
    return Completeness.INCOMPLETE if codes else Completeness.COMPLETE


Key = tuple[str, int]


def _key(node: Node) -> Key:
    if isinstance(node, Entry):
        return ("entry", node.entry_no)
    return ("association", node.association_no) if isinstance(node, Registration) else ("row", node.match_id)


@dataclass
class _Walker:
    """Depth first with a stack of its own: no depth limit (C6)."""

    graph: Graph
    criteria: Criteria
    line_limit: int
    lines: list[Line] = field(default_factory=list)
    reasons: dict[Reason, None] = field(default_factory=dict)
    left_out: set[Key] = field(default_factory=set)
    _first: dict[Key, int] = field(default_factory=dict)
    """First line of each entry that was walked; lines that were only mentioned do not count in the exact view."""
    _depths: dict[tuple[Key, Key], set[int]] = field(default_factory=dict)

    def run(self, steps: Sequence[Step]) -> None:
        """Show the steps and all below them, in order."""
        waiting: list[tuple[Step, Line | None, Key]] = [(step, None, ("", 0)) for step in reversed(steps)]
        while waiting:
            step, parent, parent_key = waiting.pop()
            if self._repeats(step, parent, parent_key):
                continue
            if len(self.lines) >= self.line_limit:
                self.reasons[Reason("LINE_LIMIT", limit=self.line_limit)] = None
                return
            line = self._insert(step, parent, parent_key)
            waiting.extend((child, line, _key(step.node)) for child in reversed(self._below(step, line)))

    def leave_out(self, steps: Iterable[Step]) -> None:
        """Count registered links instead of drawing them (D37)."""
        self.left_out.update(_key(step.node) for step in steps)

    def leave_out_roots(self, nodes: Iterable[Registration | Row]) -> None:
        """A registered product is no link itself: what is registered in it counts, or that it waits with posted consumption."""
        for node in nodes:
            if isinstance(node, Row) and self.criteria.backward:
                self.left_out.update(_key(other) for other in links_into(self.graph, node))
                if any(other.is_consumption for other in built_in(self.graph, node)):
                    self.left_out.add(_key(node))
            elif isinstance(node, Registration):
                self.left_out.add(_key(node))

    def _repeats(self, step: Step, parent: Line | None, parent_key: Key) -> bool:
        """TR-12, TR-41: a root that was shown, or a line of depth 1 that stands below the same entry at another depth."""
        if parent is None:
            return _key(step.node) in self._first
        return parent.depth == 0 and bool(self._depths.get((_key(step.node), parent_key), set()) - {1})

    def _insert(self, step: Step, parent: Line | None, parent_key: Key) -> Line:
        key = _key(step.node)
        first = self._first.get(key, 0)
        depth = parent.depth + 1 if parent else 0
        self._depths.setdefault((key, parent_key), set()).add(depth)
        line = placed(
            len(self.lines) + 1, parent, step.link, self._state(step), order_level=step.order_level,
            current=step.current and (parent is None or parent.current), first_line=first, node=step.node,
        )
        self.lines.append(line)
        if not first and not (self.criteria.exact and step.walk is Walk.LEAF):
            self._first[key] = line.no
        return line

    def _state(self, step: Step) -> State:
        node = step.node
        if isinstance(node, Registration):
            return State.PICKED if node.state == "Picked" else State.REGISTERED
        if isinstance(node, Row):
            return State.REGISTERED
        if self.graph.reversed(node):
            return State.REVERSED
        if node.corrects_entry_no or (node.is_consumption and node.positive) or (node.is_output and not node.positive):
            return State.REVERSAL
        return State.SCRAPPED if node.is_scrap else State.POSTED

    def _below(self, step: Step, line: Line) -> list[Step]:
        node = step.node
        if line.already_traced:
            return self._below_repeated(step)
        if step.walk is Walk.LEAF:
            return self._returns(node) if step.link is not Link.RETURN else []
        steps: list[Step] = []
        if isinstance(node, Entry):
            if step.walk is Walk.FULL:
                steps += bridge(self.graph, node, self.criteria)
                self._judge(node, steps)
            steps += self._applications(node)
        # A sibling's own row is not looked at (TR-33).
        sibling = isinstance(node, Entry) and node.is_consumption and step.walk is not Walk.FULL
        registered = [] if sibling else registered_steps(self.graph, node, self.criteria)
        if self.criteria.include_registered:
            return steps + registered
        self.leave_out(registered)
        return steps

    def _below_repeated(self, step: Step) -> list[Step]:
        """C12: nothing in the exact view. TR-42: in the other one the order's lines are listed once more below an application.

        They are already traced as a rule, and then nothing is walked below them; in a loop one of them may come up here first.
        """
        if self.criteria.exact or step.link is not Link.APPLICATION or not isinstance(step.node, Entry):
            return []
        return bridge(self.graph, step.node, self.criteria)

    def _returns(self, node: Node) -> list[Step]:
        if not (self.criteria.exact and isinstance(node, Entry) and self.graph.reversed(node)):
            return []
        return [Step(entry, Link.RETURN, Walk.LEAF, current=False) for entry in returns_of(self.graph, node)]

    def _applications(self, entry: Entry) -> list[Step]:
        if self.criteria.backward and is_origin(self.graph, entry):
            return []
        numbers = neighbours(self.graph, entry, self.criteria)
        if follows(entry):
            # A number that was not loaded lies behind the loader's limit, and the answer says that it was met.
            known = [self.graph.entries[number] for number in numbers if number in self.graph.entries]
            return [Step(other, Link.APPLICATION, Walk.FULL) for other in known]
        if entry.tracking and numbers:
            self.reasons[Reason("NOT_SPECIFIC", entry.item_no, entry.tracking.label())] = None
        return []

    def _judge(self, node: Entry, bridged: Iterable[Step]) -> None:
        """C4: an output without associations, in an order line with some, makes the answer incomplete."""
        if not self.criteria.exact or (self.criteria.backward and self.criteria.show_components is ShowComponents.NO):
            return
        reached = [step.node for step in bridged if step.link is Link.OUTPUT and step.current and isinstance(step.node, Entry)]
        for output in [node] if self.criteria.backward else reached:
            relevant = output.is_output and output.positive and not output.co_product and output.order_line in self.graph.associated
            if relevant and output.match_id not in self.graph.composed_rows and not self.graph.reversed(output):
                self.reasons[Reason("NOT_REGISTERED", output.item_no, output.tracking.label(), output.order_no)] = None
