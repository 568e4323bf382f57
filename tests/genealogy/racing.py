"""What races need: many stations that begin at once, and what they were answered."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from tests.stations import patiently


def race(engine, stations, attempt):
    """`attempt(session, number)` at once from every station, in the order of the stations. A refusal is an answer; anything else is not."""
    start = threading.Barrier(stations)

    def at_station(number):
        with Session(engine) as session:
            start.wait()
            try:
                return patiently(lambda: attempt(session, number))
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(stations) as pool:
        return list(pool.map(at_station, range(stations)))


def codes(answers):
    """How often each code came."""
    return Counter(answer.code for answer in answers)


def total(session, column, **where):
    """Sum of a column."""
    found = session.scalar(select(func.sum(column)).filter_by(**where))
    session.rollback()
    return found or Decimal(0)
