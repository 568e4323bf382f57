"""One step down the tree of a trace: what hangs below an entry, a registered link or a registered product. Pure.

*Order line* follows TR-20 to TR-34 to the letter. *Exact* (C4, C11) ties consumption and output by their row (`match_id`):

- an output shows what was consumed for its row, and the order's consumption that belongs to no row, marked order-level;
- a consumption leads to the outputs of its row only; order-level consumption leads to all outputs of the order line;
- what was taken back is shown struck with its return, and nothing below it counts;
- other components of the product are shown beside a traced component, but they are not walked: their later use is not a use
  of the number that was asked for;
- a co-product shows all that its order consumed, and all that its order consumed leads to it, marked order-level (D40); what is
  registered and not posted counts alike, on both sides (TRC-9);
- an order line without any association is bridged as in the other view, and its lines are marked order-level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from shopfloor.tracing.criteria import Criteria, ShowComponents
from shopfloor.tracing.graph import Entry, Graph, Registration, Row
from shopfloor.tracing.lines import Link

Node = Entry | Registration | Row


class Walk(Enum):
    """How far the walk goes below a line (TR-33)."""

    FULL = "bridge and applications"
    APPLICATIONS = "applications"
    LEAF = "nothing"


@dataclass(frozen=True)
class Step:
    """A line to be shown, before it has its place."""

    node: Node
    link: Link
    walk: Walk
    order_level: bool = False
    current: bool = True


def neighbours(graph: Graph, entry: Entry, criteria: Criteria) -> list[int]:
    """Entry numbers one application away (TR-23, TR-24): one for each record (TR-43), 0 left out."""
    records = graph.into(entry.entry_no) if entry.positive else graph.out_of(entry.entry_no)
    records = [record for record in records if (record.item_entry_no == entry.entry_no) == criteria.backward]
    if criteria.backward:
        records.reverse()
    numbers = (record.outbound if entry.positive else record.inbound for record in records)
    return [number for number in numbers if number]


def is_origin(graph: Graph, entry: Entry) -> bool:
    """TR-22: the entry has its own increase record, so its goods came from outside."""
    return entry.positive and any(
        record.item_entry_no == entry.entry_no and not record.outbound for record in graph.into(entry.entry_no)
    )


def follows(entry: Entry) -> bool:
    """TR-21: goods are followed through applications only by a number of a kind that is tracked exactly."""
    return bool(entry.tracking) and entry.specific


def bridge(graph: Graph, entry: Entry, criteria: Criteria) -> list[Step]:
    """Components or outputs of the production order below a consumption or output (TR-30 to TR-32, C4, C11)."""
    if not entry.order_no or not (entry.is_output if criteria.backward else entry.is_consumption):
        return []
    if not criteria.exact or entry.order_line not in graph.associated:
        return _order_line_components(graph, entry, criteria) if criteria.backward else _order_line_outputs(graph, entry, criteria)
    return _row_components(graph, entry, criteria) if criteria.backward else _row_outputs(graph, entry, criteria)


def _order_line_components(graph: Graph, entry: Entry, criteria: Criteria) -> list[Step]:
    """TR-32: consumption of the order line with the opposite sign."""
    return [
        Step(other, Link.COMPONENT, Walk.APPLICATIONS, order_level=criteria.exact)
        for other in graph.of_order_line(entry.order_line)
        if other.is_consumption and other.positive != entry.positive and _listed(other, criteria)
    ]


def _order_line_outputs(graph: Graph, entry: Entry, criteria: Criteria) -> list[Step]:
    """TR-31: the other components of the order line, then its positive outputs."""
    siblings = graph.of_order_line(entry.order_line)
    components = [
        Step(other, Link.OTHER_COMPONENT, Walk.APPLICATIONS, order_level=criteria.exact)
        for other in siblings
        if other.is_consumption and other.entry_no != entry.entry_no and _listed(other, criteria)
    ]
    return components + [
        Step(other, Link.OUTPUT, Walk.APPLICATIONS, order_level=criteria.exact)
        for other in siblings
        if other.is_output and other.positive and _shown_output(other, criteria)
    ]


def _row_components(graph: Graph, entry: Entry, criteria: Criteria) -> list[Step]:
    """C4, C11: consumption of the output's row, then that of the order level; what was taken back comes last."""
    if not entry.positive:
        return []  # a reversal leads to the output that it takes back, and that one shows what it had
    output_stands = not graph.reversed(entry)
    steps = [
        _composed(graph, other, Link.COMPONENT, Walk.APPLICATIONS, order_level=entry.co_product or not other.match_id, holds=output_stands)
        for other in _row_consumption(graph, entry)
        # A reversed output had the row's reversed components; what was consumed since then belongs to a later report.
        if _listed(other, criteria) and (output_stands or (other.match_id and graph.reversed(other)))
    ]
    return _struck_last(graph, steps)


def _row_outputs(graph: Graph, entry: Entry, criteria: Criteria) -> list[Step]:
    """C4, C11 forward: the product's other components as context, then the outputs of the row, or all for the order level."""
    if entry.positive:
        return []
    holds = not graph.reversed(entry)
    level = not entry.match_id
    components = [
        _composed(graph, other, Link.OTHER_COMPONENT, Walk.LEAF, order_level=level or not other.match_id, holds=True)
        for other in _row_consumption(graph, entry)
        if holds and other.entry_no != entry.entry_no and _listed(other, criteria)
    ]
    siblings = graph.of_order_line(entry.order_line) if level else graph.of_row(entry.order_line, entry.match_id)
    if not level:
        siblings = siblings + [other for other in graph.of_row(entry.order_line, 0) if other.co_product]
    outputs = [
        _composed(graph, other, Link.OUTPUT, Walk.APPLICATIONS, order_level=level or other.co_product, holds=holds)
        for other in siblings
        if other.is_output and other.positive and _shown_output(other, criteria)
    ]
    return _struck_last(graph, components) + _struck_last(graph, outputs)


def _row_consumption(graph: Graph, entry: Entry) -> list[Entry]:
    if entry.co_product:
        return [other for other in graph.of_order_line(entry.order_line) if other.is_consumption and not other.positive]
    own = graph.of_row(entry.order_line, entry.match_id) if entry.match_id else []
    shared = graph.of_row(entry.order_line, 0)
    return [other for other in (*own, *shared) if other.is_consumption and not other.positive]


def _composed(graph: Graph, other: Entry, link: Link, walk: Walk, *, order_level: bool, holds: bool) -> Step:
    """A line of a composition. What was taken back is shown and not walked: where its goods came from is no part of the product."""
    stands = holds and not graph.reversed(other)
    return Step(other, link, walk if stands else Walk.LEAF, order_level=order_level, current=stands)


def _struck_last(graph: Graph, steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: isinstance(step.node, Entry) and graph.reversed(step.node))


def _listed(component: Entry, criteria: Criteria) -> bool:
    if criteria.show_components is ShowComponents.TRACKED:
        return bool(component.tracking)
    return criteria.show_components is ShowComponents.ALL


def _shown_output(output: Entry, criteria: Criteria) -> bool:
    """TR-31: untracked outputs are shown only with *All*."""
    return bool(output.tracking) or criteria.show_components is ShowComponents.ALL


def returns_of(graph: Graph, entry: Entry) -> list[Entry]:
    """What took a struck entry back (C11)."""
    if entry.is_output:
        return graph.corrections_of(entry.entry_no)
    numbers = [record.item_entry_no for record in graph.out_of(entry.entry_no) if record.cost_application]
    return [graph.entries[number] for number in sorted(numbers) if number in graph.entries]


# --- registered and not posted (C5, D37) ------------------------------------------------------------------------------


def registered_steps(graph: Graph, node: Node, criteria: Criteria) -> list[Step]:
    """Registered links directly below a line that is shown."""
    if isinstance(node, Registration):
        return _from_registration(graph, node, criteria)
    if isinstance(node, Row):
        return _from_row(graph, node, criteria)
    if criteria.backward:
        # With two reports of one row, the open rest is shown at each: nobody knows yet which part it goes into.
        wanted = node.is_output and node.positive and not graph.reversed(node) and criteria.show_components is not ShowComponents.NO
        return _links_into(graph, node) if wanted else []
    if node.is_consumption and not node.positive:
        return [] if graph.reversed(node) else _on_the_bench(graph, node)
    return _registered(graph.registered_from(node.entry_no)) if node.positive else []


def links_into(graph: Graph, node: Entry | Row) -> list[Registration]:
    """Registered links that a product holds; a co-product may hold every one of its order (D40)."""
    if node.co_product:
        return graph.links_of(node.order_no)
    return graph.registered_in(node.match_id) if node.match_id else []


def _links_into(graph: Graph, node: Entry | Row) -> list[Step]:
    return _registered(links_into(graph, node), order_level=node.co_product)


def _on_the_bench(graph: Graph, consumed: Entry) -> list[Step]:
    """TRC-9: the registered product that holds a posted part, and the co-products of its order; at the order level all of them."""
    return [
        Step(row, Link.REGISTERED, Walk.FULL, order_level=row.match_id != consumed.match_id)
        for row in graph.waiting_in(consumed.order_no)
        if row.match_id == consumed.match_id or row.co_product or not consumed.match_id
    ]


def _from_registration(graph: Graph, node: Registration, criteria: Criteria) -> list[Step]:
    if not criteria.backward:
        row = graph.rows.get(node.match_id)
        beside = [other for other in graph.waiting_in(node.order_no) if other.co_product]
        return _registered([row] if row else []) + _registered(beside, order_level=True) + _made_beside(graph, node, criteria)
    return [Step(graph.entries[number], Link.REGISTERED, Walk.FULL) for number in node.supply if number in graph.entries]


def _made_beside(graph: Graph, link: Registration, criteria: Criteria) -> list[Step]:
    """Co-products that were reported already: the part was in the work when they came out (D40)."""
    return [
        _composed(graph, output, Link.OUTPUT, Walk.APPLICATIONS, order_level=True, holds=True)
        for output in graph.co_products_of(link.order_no)
        if _shown_output(output, criteria)
    ]


def _from_row(graph: Graph, row: Row, criteria: Criteria) -> list[Step]:
    if not criteria.backward or criteria.show_components is ShowComponents.NO:
        return []
    posted = [
        _composed(graph, entry, Link.COMPONENT, Walk.APPLICATIONS, order_level=row.co_product or not entry.match_id, holds=True)
        for entry in built_in(graph, row)
        if entry.is_consumption and not entry.positive and _listed(entry, criteria)
    ]
    return _struck_last(graph, posted) + _links_into(graph, row)


def built_in(graph: Graph, row: Row) -> list[Entry]:
    """What was posted for a registered product, and for no product of its order; a co-product may hold all of it (D40)."""
    if row.co_product:
        return graph.of_order_line(row.order_line)
    return graph.of_row(row.order_line, row.match_id) + graph.of_row(row.order_line, 0)


def _registered(nodes: Iterable[Registration | Row], *, order_level: bool = False) -> list[Step]:
    return [Step(node, Link.REGISTERED, Walk.FULL, order_level=order_level) for node in nodes]
