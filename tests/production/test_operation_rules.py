"""How far operations are, worked by hand (C16, LIF-16, ASC-13)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.production.operation_rules import Operation, card_of, differs_from_last, progress_of, unreported


def operation(number, good="0", scrap="0", entries=0, ends=0):
    return Operation(number, good=Decimal(good), scrap=Decimal(scrap), entries=entries, ends=ends)


@pytest.mark.parametrize(
    ("started", "given", "expected"),
    [
        ("0", operation(10), ("Not started", "0", "0")),
        ("5", operation(10), ("Not started", "5", "5")),
        ("5", operation(10, entries=1), ("In progress", "5", "5")),  # time only
        ("5", operation(10, "2", "1", entries=2), ("In progress", "5", "2")),
        ("5", operation(10, "4", "1", entries=2), ("Completed", "5", "0")),
        ("5", operation(10, "1", entries=1, ends=1), ("Completed", "5", "4")),  # somebody said so
        ("7", operation(10, "4", "1", entries=2), ("In progress", "7", "2")),  # started further
        ("3", operation(10, "5", entries=1), ("Completed", "3", "0")),  # more than started, with the surplus
    ],
)
def test_lif_16_status_and_what_remains(started, given, expected):
    [found] = progress_of([given], Decimal(started))
    assert (found.status, str(found.due), str(found.remaining)) == expected


def test_c_16_what_is_scrapped_does_not_arrive_at_later_operations():
    steps = [operation(10, "4", "1", 1), operation(20, "2", "2", 1), operation(30)]
    found = progress_of(steps, Decimal(5))
    assert [one.due for one in found] == [5, 4, 2]
    assert [one.last for one in found] == [False, False, True]
    assert [one.status for one in found] == ["Completed", "Completed", "Not started"]


def test_c_16_no_operation_ever_waits_for_less_than_nothing():
    assert [one.due for one in progress_of([operation(10, "0", "9", 1), operation(20)], Decimal(5))] == [5, 0]


@pytest.mark.parametrize(
    ("first", "good", "missing"),
    [
        (operation(10), "1", [10]),
        (operation(10, "1", entries=1), "1", []),
        (operation(10, "1", entries=1), "2", [10]),
        (operation(10, "0", entries=1, ends=1), "2", []),  # ended at whatever quantity
    ],
)
def test_asc_13_all_operations_before_the_last_are_reported(first, good, missing):
    assert [one.operation_no for one in unreported([first, operation(20)], Decimal(good))] == missing


@pytest.mark.parametrize(
    ("last", "good", "final", "differs"),
    [("3", "2", False, False), ("3", "3", False, False), ("3", "4", False, True), ("3", "2", True, True), ("3", "3", True, False)],
)
def test_asc_13_a_part_never_overtakes_the_last_operation_and_the_end_equals_it(last, good, final, differs):
    assert differs_from_last([operation(10), operation(20, last, entries=1)], Decimal(good), final=final) is differs


def test_lif_9_an_entry_about_a_job_is_a_job_card():
    assert [card_of(job) for job in ("", "Setup", "Process")] == ["Route card", "Job card", "Job card"]
