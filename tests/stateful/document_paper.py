"""What a clerk would keep on paper beside the documents: stock by place and number, and every posted document with what it moved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from shopfloor.errors import Refusal

MAIN, ROAD, SIDE = "MAIN", "TRANSIT", "SIDE"
Goods = tuple[str, str]
"""Item and number."""


@dataclass
class Document:
    """One posted document with one line."""

    record: str
    """Such as `receipt`."""
    no: str
    order_no: str
    goods: Goods
    quantity: int
    moves: dict[tuple[str, Goods], int]
    """What it changed, by place and goods."""
    of: Document | None = None
    """The document whose goods it brought back."""
    came_back: int = 0
    undone: bool = False

    @property
    def left(self):
        """What could still be returned."""
        return 0 if self.undone else self.quantity - self.came_back


class Paper:
    """Stock and documents, changed only by what was accepted."""

    def __init__(self):
        self.stock = defaultdict(int)
        self.documents = []

    def change(self, moves, sign=1):
        """Apply what a posting moved, or take it back."""
        for place, quantity in moves.items():
            self.stock[place] += sign * quantity

    def of(self, *records):
        """Documents of these kinds."""
        return [document for document in self.documents if document.record in records]

    def at(self, place, *items):
        """Goods that are in stock at a place."""
        return sorted(goods for (where, goods), quantity in self.stock.items() if where == place and quantity > 0 and goods[0] in items)

    def in_stock(self, item_no):
        """As `stock_at` tells it."""
        return {(place, goods[1]): quantity for (place, goods), quantity in self.stock.items() if quantity and goods[0] == item_no}


def outcome(work, *arguments, **keywords):
    """The code and the answer; a refusal has no answer."""
    try:
        answer = work(*arguments, **keywords)
    except Refusal as refusal:
        return refusal.code, None
    return answer.code, answer
