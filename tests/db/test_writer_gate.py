"""The writer gate gives its file back with the engine (A5): who makes many engines one after the other must not run out of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopfloor.db import make_engine
from shopfloor.db.engine import writer_gate

OPEN_FILES = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="this system does not list open files")
def test_a5_a_disposed_engine_keeps_no_file_open(tmp_path):
    def use(number: int) -> None:
        engine = make_engine(f"sqlite:///{tmp_path}/plant-{number}.sqlite3")
        with writer_gate(engine), engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        engine.dispose()

    use(0)
    before = len(list(OPEN_FILES.iterdir()))
    for number in range(1, 6):
        use(number)
    assert len(list(OPEN_FILES.iterdir())) == before


def test_a5_the_gate_opens_again_after_another_engine_of_the_database_went(tmp_path):
    first, second = (make_engine(f"sqlite:///{tmp_path}/plant.sqlite3") for _engine in range(2))
    with writer_gate(first):
        pass
    second.dispose()
    with writer_gate(first), first.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    first.dispose()
