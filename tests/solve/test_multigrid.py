import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.grid import build_grid
from evdisc.solve.multigrid import factor, new_levels, solve


def system(nr, nz, seed):
    """A disc with jumps in diffusivity and a random 3 x 3 exchange in every cell."""
    rng = np.random.default_rng(seed)
    grid = build_grid(2e-3, 1.3e-3, 1e-3, 1.6e-3, 2e-4, nr, nz)
    radial, axial = np.zeros((*grid.shape, 3)), np.zeros((nr, grid.shape[1] + 1, 3))
    for s, open_rim in enumerate((True, False, True)):
        d = np.choose(grid.region, [1e-9, 3e-10, 5e-11, 0.0]) * rng.uniform(0.5, 2)
        fill(faces_of(grid), d, s, open_rim, 1.0, radial, axial)
    exchange = rng.uniform(0, 1e-4, (*grid.shape, 3, 3))
    exchange[..., range(3), range(3)] = -rng.uniform(3e-4, 6e-4, (*grid.shape, 3))
    return radial, axial, exchange * grid.volume[..., None, None], rng.normal(size=(*grid.shape, 3))


def direct(radial, axial, local, b):
    nr, nz, _ = b.shape
    number = np.arange(b.size).reshape(b.shape)
    matrix = sp.lil_matrix((b.size, b.size))
    for i, k, s in np.ndindex(b.shape):
        me = number[i, k, s]
        for q in range(3):
            matrix[me, number[i, k, q]] += local[i, k, s, q]
        for g, other in (
            (radial[i, k, s], (i + 1, k)), (axial[i, k + 1, s], (i, k + 1)),
            (radial[i - 1, k, s] if i else 0.0, (i - 1, k)), (axial[i, k, s], (i, k - 1)),
        ):  # fmt: skip
            matrix[me, me] -= g
            if 0 <= other[0] < nr and 0 <= other[1] < nz and g:
                matrix[me, number[(*other, s)]] += g
    return spsolve(matrix.tocsc(), b.ravel()).reshape(b.shape)


@pytest.mark.parametrize(("nr", "nz", "seed"), [(16, 10, 1), (17, 9, 2), (23, 14, 3), (6, 5, 4)])
def test_it_solves_what_a_direct_solver_solves(nr, nz, seed):
    radial, axial, local, b = system(nr, nz, seed)
    levels = new_levels(radial, axial)
    levels.local[:nr], levels.b[:nr] = local, b
    factor(levels)
    cycles = solve(levels, 1e-12, 60)
    assert 0 < cycles < 40
    expected = direct(radial, axial, local, b)
    np.testing.assert_allclose(levels.x[:nr], expected, rtol=1e-8, atol=1e-10 * abs(expected).max())


def test_nothing_asked_is_solved_at_once_and_nan_is_never_solved():
    radial, axial, local, b = system(12, 8, 5)
    levels = new_levels(radial, axial)
    levels.local[:12] = local
    factor(levels)
    assert solve(levels, 1e-12, 5) == 0
    levels.b[:12] = b
    levels.b[3, 3, 0] = np.nan
    assert solve(levels, 1e-12, 5) == -1
