"""Which two networks a cell listens to, and where networks sit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import studies
from evdisc.cell.neighbours import rows_of, take_sides
from evdisc.evidence.library import load
from evdisc.mechanism.sharing import alone, mixed
from evdisc.simulate import disc
from evdisc.simulate.seating import spread, take_seats
from evdisc.study.worker import draw

CELLS = 12
SEATED = (0, 4, 7, 11)


def sides(standing):
    """Sharing of one row of cells with a network in every cell of :data:`SEATED`."""
    row = np.zeros((1, CELLS), dtype=np.int64)
    rows = rows_of(row, np.zeros((1, CELLS)), [(0, len(SEATED))])
    sharing, seats = alone(row), np.array([[0, k] for k in SEATED])
    take_sides(rows, sharing, seats, np.array([standing]))
    return rows, sharing


@given(st.lists(st.floats(0.0, 1.0), min_size=CELLS, max_size=CELLS, unique=True))
def test_what_is_linear_in_stress_is_met_exactly_between_the_networks(standing):
    stress = np.array(standing)
    rows, sharing = sides(standing)
    assert np.all(np.diff(rows.level) >= 0.0)
    assert sorted(rows.order) == list(range(len(SEATED)))
    answer = (2.0 + 3.0 * stress[list(SEATED)])[None, :]
    low, high = answer.min(), answer.max()
    for k in range(CELLS):
        a, b, w = (x[0, k] for x in sharing)
        assert 0.0 <= w <= 1.0
        expected = np.clip(2.0 + 3.0 * stress[k], low, high)
        assert mixed(answer, 0, a, b, w) == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=CELLS, max_size=CELLS))
def test_a_cell_that_holds_a_network_listens_to_it_alone_also_among_equals(standing):
    _, sharing = sides(standing)
    for q, k in enumerate(SEATED):
        assert (sharing.first[0, k], sharing.second[0, k], sharing.share[0, k]) == (q, q, 0.0)


def seating(edge):
    study = studies.rat().spec
    member = draw(study, 0, load())
    grid = disc.member_grid(study, member)
    return grid, take_seats(grid, spread(grid, member.values), edge)


@pytest.mark.parametrize("edge", [1, 2, 4, 16])
def test_each_network_sits_in_a_cell_of_its_own_in_its_region(edge):
    grid, found = seating(edge)
    i, k = found.seats.T
    assert len({*zip(i, k, strict=True)}) == len(i)
    np.testing.assert_array_equal(grid.region[i, k], found.region)
    assert np.all(np.diff(found.region) >= 0)  # networks of one type are advanced side by side
    np.testing.assert_array_equal(found.nearest[i, k], np.arange(len(i)))
    inside = grid.region < 3
    assert np.array_equal(found.nearest >= 0, inside)
    np.testing.assert_array_equal(found.region[found.nearest[inside]], grid.region[inside])
    if edge == 1:
        assert len(i) == inside.sum()


def test_cytokines_spread_to_the_middle_more_than_to_the_rim():
    study = studies.rat().spec
    member = draw(study, 0, load())
    grid = disc.member_grid(study, member)
    level = spread(grid, member.values)
    inside = grid.region < 3
    assert np.all(level[inside] > 0.0)
    assert level[0, 0] == level[inside].max()
    annulus = np.flatnonzero(grid.region[:, 0] == 1)
    assert np.all(np.diff(level[annulus, 0]) < 0.0)
