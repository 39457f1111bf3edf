"""The table of doses: its numbers do not depend on how many members are computed at a time."""

import pytest

import studies
from evdisc.study import dose


@pytest.mark.parametrize("make", [studies.rat, studies.dish])
def test_threads_change_no_number(make, monkeypatch):
    protocol = make("ensemble.members=5")
    tables = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(dose, "THREADS", threads)
        tables.append(dose.dose_table(protocol))
    assert tables[0]["delivery"]["vesicles_per_cell"]["median"] > 0.0
    assert tables[0] == tables[1] == tables[2]
